//! The short reasons inside a sentence, in Vietnamese: findings of signatures and paths, errors of the reader, what the allow-list
//! says. They are found by their code or by their English text; the sentences around them stand in `reason`.

/// What an English reason is in Vietnamese; as it is where there is no other word for it, such as the name of an indication.
pub(super) fn vi(en: &str) -> String {
    if let Some(vi) = of(TEXTS, en) {
        return vi.to_owned();
    }
    // `The CMS is BER, not DER (pki.cms_not_der, EN 319 122-1 §4.7)`, and findings that name a certificate.
    if let Some((before, rest)) = en.split_once("(pki.")
        && let Some(code) = rest.split([',', ')']).next()
        && let Some(vi) = of(CODES, &format!("pki.{code}"))
        && before.ends_with(' ')
    {
        return format!("{vi} (pki.{rest}");
    }
    // What lists of annulments are refused for.
    if let Some((from, to)) = en.strip_prefix("it counts from ").and_then(|t| t.split_once(" to "))
    {
        return format!("danh sách có hiệu lực từ {from} đến {to}");
    }
    if let Some(signer) = en.strip_suffix(" signed it, not the agency") {
        return format!("{signer} đã ký danh sách, không phải cơ quan");
    }
    if let Some((found, wanted)) =
        en.strip_prefix("it is a ").and_then(|t| t.split_once(", not a "))
    {
        return format!("đó là {found}, không phải {wanted}");
    }
    if let Some((number, status)) =
        en.strip_prefix("it gives number ").and_then(|t| t.split_once(" the status "))
    {
        return format!("danh sách ghi số {number} ở trạng thái {status}");
    }
    if let Some(number) = en.strip_prefix("it does not go as far as number ") {
        return format!("danh sách không đến số {number}");
    }
    if let Some(problem) = en.strip_prefix("its claims or statuses cannot be read: ") {
        return format!("nội dung của danh sách không đọc được: {problem}");
    }
    en.to_owned()
}

/// What the reader's error of this code is in Vietnamese.
pub(super) fn of_code(code: &str) -> Option<&'static str> {
    of(CODES, code)
}

fn of(table: &'static [(&str, &str)], key: &str) -> Option<&'static str> {
    table.iter().find(|(k, _)| *k == key).map(|(_, vi)| *vi)
}

/// By code: findings of `motcua-pki`, errors of `motcua-pdf`.
const CODES: &[(&str, &str)] = &[
    ("pdf.empty", "tệp rỗng"),
    ("pdf.read", "không đọc được dữ liệu của tệp từ nơi lưu"),
    ("pdf.no_header", "tệp không bắt đầu bằng %PDF-"),
    ("pdf.no_end", "phần kết thúc của tệp bị thiếu hoặc hỏng"),
    ("pdf.syntax", "cú pháp PDF bị sai"),
    ("pdf.duplicate_key", "một từ điển có khóa lặp lại"),
    ("pdf.xref", "bảng tham chiếu chéo bị sai"),
    ("pdf.object_at", "một đối tượng không nằm ở chỗ bảng tham chiếu ghi"),
    ("pdf.encrypted", "tệp được mã hóa; xin bản không có mật khẩu"),
    ("pdf.filter", "một luồng dữ liệu được nén theo cách không đọc được ở đây"),
    ("pdf.filter_data", "dữ liệu của một luồng bị hỏng"),
    ("pdf.budget", "tệp vượt giới hạn kiểm tra"),
    ("pdf.structure", "cấu trúc của tệp không đọc được"),
    ("pdf.no_pages", "tệp không có trang nào"),
    ("pki.cms_not_der", "CMS được mã hóa BER, không phải DER"),
    ("pki.cms_trailing_bytes", "sau CMS có các byte 0"),
    ("pki.cms_trailing_junk", "sau CMS có byte khác 0"),
    ("pki.cms_version", "số phiên bản không đúng với nội dung"),
    ("pki.cms_signer_count", "CMS không có đúng một người ký"),
    (
        "pki.cms_digest_not_listed",
        "thuật toán băm của người ký không có trong danh sách thuật toán băm",
    ),
    ("pki.cms_not_detached", "CMS mang theo nội dung lẽ ra phải để ngoài"),
    ("pki.cms_content_type", "loại nội dung không phải loại đã ký"),
    ("pki.cms_pkcs7_content", "nội dung là cấu trúc kiểu PKCS #7, không phải chuỗi octet"),
    ("pki.cms_certificate_malformed", "một chứng thư trong CMS không đọc được"),
    ("pki.cms_other_certificate_form", "trong CMS có chứng thư không phải X.509"),
    (
        "pki.cms_certificate_stray",
        "một chứng thư trong CMS, không được chữ ký nào bảo vệ, không thuộc đường dẫn nào và không phải do đơn vị đã biết ký",
    ),
    (
        "pki.cms_revocation_stray",
        "dữ liệu thu hồi trong CMS, không được chữ ký nào bảo vệ, không phải do đơn vị đã biết ký",
    ),
    ("pki.cms_issuer_spelling", "tên đơn vị cấp trong định danh người ký viết khác chứng thư"),
    ("pki.cms_no_signed_attributes", "không có thuộc tính được ký"),
    ("pki.cms_attributes_not_der", "các thuộc tính được ký không theo thứ tự DER"),
    (
        "pki.cms_attributes_resorted",
        "chữ ký khớp với thứ tự DER của thuộc tính, không khớp thứ tự đã gửi",
    ),
    ("pki.cms_attribute_missing", "thiếu một thuộc tính bắt buộc"),
    ("pki.cms_signing_time_inside", "trong CMS có giờ ký, điều mà các mức cơ bản không cho phép"),
    (
        "pki.cms_algorithm_spelling",
        "thuật toán ký đúng là thuật toán được dùng nhưng không được ghi đúng quy cách",
    ),
    ("pki.cms_attribute_repeated", "một thuộc tính lặp lại hoặc có nhiều giá trị"),
    ("pki.cms_attribute_malformed", "một thuộc tính không đọc được"),
    ("pki.cms_attribute_forbidden", "có thuộc tính không được phép"),
    ("pki.cms_attribute_unprocessed", "một thuộc tính không được xử lý ở đây"),
    (
        "pki.cms_unsigned_unknown",
        "một thuộc tính không được chữ ký bảo vệ và không được biết ở đây",
    ),
    ("pki.cms_attributes_as_content", "cái được ký là tập thuộc tính, giả làm nội dung"),
    ("pki.cms_algorithm_protection", "thuật toán được bảo vệ khác thuật toán đã dùng"),
    ("pki.cms_signer_not_found", "không có chứng thư của người ký"),
    ("pki.cms_signer_not_inside", "chứng thư của người ký không nằm trong CMS"),
    ("pki.cms_signer_reference", "thuộc tính chứng thư ký chỉ đến chứng thư khác"),
    (
        "pki.cms_signer_reference_issuer",
        "đơn vị cấp và số sê-ri trong thuộc tính chứng thư ký không phải của chứng thư",
    ),
    ("pki.cms_signer_reference_legacy", "chứng thư chỉ được nêu bằng SHA-1"),
    ("pki.cms_digest_mismatch", "nội dung không phải nội dung đã ký"),
    ("pki.cms_digest_unsupported", "thuật toán băm không được hỗ trợ"),
    ("pki.cms_digest_disagrees", "thuật toán băm và thuật toán ký không đi với nhau"),
    ("pki.cms_content_not_given", "không có nội dung đã ký"),
    ("pki.cms_signature_wrong", "giá trị chữ ký không đúng"),
    ("pki.cms_signature_unsupported", "thuật toán ký không được hỗ trợ"),
    ("pki.cms_signature_key_mismatch", "thuật toán ký không đi với khóa của chứng thư"),
    ("pki.algorithm_refused", "chính sách thuật toán không tin thuật toán này vào thời điểm đó"),
    ("pki.path_no_anchor", "không có đường dẫn chứng thư nào đến gốc tin cậy"),
    ("pki.path_budget_exhausted", "việc tìm đường dẫn chứng thư đã dừng vì hết giới hạn"),
    ("pki.path_anchor_purpose", "gốc tin cậy không dùng cho mục đích này"),
    ("pki.path_anchor_date", "gốc tin cậy không được tin vào thời điểm này"),
    ("pki.path_signature_wrong", "chữ ký trên một chứng thư không đúng với khóa của đơn vị cấp"),
    ("pki.path_signature_unsupported", "một chứng thư được ký bằng thuật toán không được hỗ trợ"),
    ("pki.path_not_yet_valid", "một chứng thư chưa có hiệu lực vào thời điểm này"),
    ("pki.path_expired", "một chứng thư đã hết hạn vào thời điểm này"),
    ("pki.path_revoked", "chứng thư đã bị thu hồi vào thời điểm này"),
    ("pki.path_ca_revoked", "chứng thư của một CA đã bị thu hồi vào thời điểm này"),
    (
        "pki.path_revocation_unknown",
        "không có dữ liệu dùng được cho biết chứng thư có bị thu hồi không",
    ),
    ("pki.path_revocation_stale", "dữ liệu thu hồi quá cũ so với thời điểm này"),
    ("pki.path_revocation_not_checked", "theo yêu cầu, việc thu hồi không được kiểm tra"),
    ("pki.path_name_not_permitted", "một tên nằm ngoài phạm vi mà CA cấp trên được chứng thực"),
    ("pki.path_name_constraint_unsupported", "có ràng buộc tên thuộc loại không được hỗ trợ"),
    ("pki.path_policy", "không có chính sách chứng thư được chấp nhận trên cả đường dẫn"),
    ("pki.path_policy_mapping_any", "anyPolicy bị ánh xạ"),
    ("pki.path_not_a_ca", "một chứng thư phía trên không phải của CA"),
    ("pki.path_length", "đường dẫn dài hơn mức CA cho phép"),
    ("pki.path_ca_key_usage", "khóa của một CA không được dùng để ký chứng thư"),
    ("pki.path_unknown_critical", "có phần mở rộng quan trọng không được xử lý ở đây"),
    ("pki.path_extension_unreadable", "một phần mở rộng không đọc được"),
    ("pki.path_deviates", "một chứng thư lệch khỏi hồ sơ chứng thư"),
    ("pki.path_deviation_refused", "một chứng thư lệch khỏi hồ sơ chứng thư bắt buộc"),
    ("pki.path_key_usage", "mục đích sử dụng khóa không cho phép việc này"),
    ("pki.path_extended_key_usage", "mục đích sử dụng khóa mở rộng không cho phép việc này"),
    ("pki.path_key_unsupported", "khóa của chính chứng thư dùng thuật toán không được hỗ trợ"),
    ("pki.path_target_is_anchor", "chứng thư chính là gốc tin cậy"),
    ("pki.malformed", "danh sách không đúng dạng văn bản đã ký"),
    ("pki.unsupported_algorithm", "thuật toán ký của danh sách không được hỗ trợ"),
    ("pki.algorithm_key_mismatch", "thuật toán ký của danh sách không hợp với khóa"),
    ("pki.signature_rejected", "chữ ký của danh sách sai"),
    ("pki.empty_chain", "danh sách không có chứng thư của người ký"),
    ("pki.crl_malformed", "một danh sách thu hồi không đọc được"),
    ("pki.crl_rejected", "một danh sách thu hồi không dùng được cho chứng thư này"),
    ("pki.ocsp_rejected", "một trả lời OCSP không dùng được cho chứng thư này"),
    (
        "pki.ocsp_responder_unchecked",
        "việc thu hồi chứng thư của máy trả lời OCSP không được kiểm tra, như đơn vị cấp cho phép",
    ),
    ("pki.tsp_malformed", "dấu thời gian không đọc được"),
    ("pki.tsp_imprint", "dấu thời gian là của dữ liệu khác"),
    ("pki.tsp_nonce", "dấu thời gian không mang số ngẫu nhiên của yêu cầu"),
    ("pki.tsp_extension", "dấu thời gian có phần mở rộng quan trọng không được xử lý ở đây"),
    ("pki.tsp_policy", "dấu thời gian được tạo theo chính sách không được chấp nhận"),
    ("pki.tsp_authority", "dấu thời gian nêu đơn vị khác với chứng thư của nó"),
    ("pki.tsp_future", "dấu thời gian muộn hơn thời điểm kiểm tra"),
];

/// By English text: what this crate itself says.
const TEXTS: &[(&str, &str)] = &[
    (
        "/Contents is not one hexadecimal string in the signature dictionary",
        "/Contents không phải một chuỗi thập lục phân trong từ điển chữ ký",
    ),
    (
        "/ByteRange is not a direct array of four whole numbers",
        "/ByteRange không phải mảng trực tiếp gồm bốn số nguyên",
    ),
    ("/ByteRange does not leave out exactly /Contents", "/ByteRange không chừa ra đúng /Contents"),
    ("/Contents stands inside an object stream", "/Contents nằm trong luồng đối tượng"),
    (
        "/Contents is not written as plain hexadecimal digits of one case",
        "/Contents không được viết bằng chữ số thập lục phân một kiểu chữ",
    ),
    ("it does not end where a revision ends", "nó không kết thúc ở cuối một phiên bản"),
    ("the signature stands outside what it covers", "chữ ký nằm ngoài phần nó bao trùm"),
    ("the catalog has no /Perms", "danh mục không có /Perms"),
    ("/Perms does not name the first signature", "/Perms không nêu chữ ký đầu"),
    ("the first signature has no DocMDP transform", "chữ ký đầu không có biến đổi DocMDP"),
    ("its permission is not 2", "quyền của nó không phải 2"),
    (
        "signatures on other revisions than the first ones",
        "chữ ký ở những phiên bản khác các phiên bản đầu",
    ),
    (
        "a field other than another official's or the agency's was signed",
        "một trường không phải của người chứng thực khác hay của cơ quan đã được ký",
    ),
    (
        "signatures on other revisions than the first two",
        "chữ ký ở phiên bản khác hai phiên bản đầu",
    ),
    ("a signature that is not an object of its own", "một chữ ký không phải đối tượng riêng"),
    ("/SubFilter is not ETSI.CAdES.detached", "/SubFilter không phải ETSI.CAdES.detached"),
    (
        "it has not one signer with a known digest algorithm",
        "nó không có đúng một người ký với thuật toán băm đã biết",
    ),
    ("/Contents is not one timestamp token", "/Contents không phải một dấu thời gian"),
    (
        "it contradicts a later timestamp (EN 319 102-1 §5.5.4)",
        "nó mâu thuẫn với dấu thời gian sau (EN 319 102-1 §5.5.4)",
    ),
    ("a list cannot be read", "có danh sách không đọc được"),
    ("an item is listed twice", "một mục được liệt kê hai lần"),
    (
        "an item is not the certificate, CRL or OCSP response it is listed as",
        "một mục không phải là chứng thư, danh sách thu hồi hay trả lời OCSP như danh sách ghi",
    ),
    ("it was touched after it was written", "đã bị sửa sau khi được ghi"),
    ("its /Type is another", "tên loại sai"),
    ("it names no end (exp, ttl)", "danh sách không ghi thời hạn (exp, ttl)"),
    ("its signer is not known", "không biết ai đã ký danh sách"),
    ("nothing allows it", "không có gì cho phép việc này"),
    ("an object was removed", "một đối tượng bị xóa"),
    ("it is used elsewhere in what was signed", "nó còn được dùng ở chỗ khác trong phần đã ký"),
    ("/Extensions holds something else than versions", "/Extensions chứa thứ khác ngoài phiên bản"),
    ("/Extensions is not a dictionary", "/Extensions không phải từ điển"),
    ("/Extensions was removed", "/Extensions bị xóa"),
    (
        "/VRI has a key that is not a signature's digest",
        "/VRI có khóa không phải giá trị băm của chữ ký",
    ),
    ("/VRI is not a dictionary", "/VRI không phải từ điển"),
    ("/Version was changed", "/Version bị thay đổi"),
    (
        "a field other than a signature field was added",
        "một trường không phải trường chữ ký được thêm vào",
    ),
    ("a field other than the agency's was signed", "một trường không phải của cơ quan đã được ký"),
    ("a field was added below another", "một trường được thêm vào dưới trường khác"),
    ("a field was added that is no dictionary", "trường được thêm vào không phải từ điển"),
    ("a field was added that is not a new object", "trường được thêm vào không phải đối tượng mới"),
    (
        "a field was added whose signature does not cover this revision",
        "trường được thêm vào có chữ ký không bao trùm phiên bản này",
    ),
    (
        "a field was given a signature that does not cover this revision",
        "một trường nhận chữ ký không bao trùm phiên bản này",
    ),
    (
        "a form field looks otherwise although its value is the same",
        "một ô biểu mẫu trông khác dù giá trị như cũ",
    ),
    ("a form field was changed beyond its value", "một ô biểu mẫu bị đổi nhiều hơn giá trị của nó"),
    ("a form field was changed", "một ô biểu mẫu bị đổi"),
    ("the widget of a signature field was changed", "hình của một ô chữ ký bị đổi"),
    ("objects stand outside the trailer's /Size", "có đối tượng nằm ngoài /Size của trailer"),
    ("the document information was removed", "thông tin tài liệu bị gỡ bỏ"),
    (
        "a list of the document security store is not one of new streams",
        "một danh sách của kho dữ liệu kiểm tra không gồm các luồng mới",
    ),
    ("a locked field was signed", "một trường đã khóa được ký"),
    ("a locked form field was changed", "một ô biểu mẫu đã khóa bị đổi"),
    (
        "a signature field was changed without being signed",
        "một trường chữ ký bị đổi mà không được ký",
    ),
    (
        "a signature field with an unusual widget was added",
        "trường chữ ký được thêm vào có hình hiển thị khác thường",
    ),
    (
        "a signature field with several widgets was added",
        "trường chữ ký được thêm vào có nhiều hình hiển thị",
    ),
    (
        "a signature field with unusual entries was added",
        "trường chữ ký được thêm vào có mục khác thường",
    ),
    (
        "a signature field without a widget was added",
        "trường chữ ký được thêm vào không có hình hiển thị",
    ),
    ("a signature was added that a copy does not have", "thêm chữ ký mà bản sao không có"),
    ("a signed field was changed", "một trường đã ký bị thay đổi"),
    (
        "a signed field's look is used elsewhere in what was signed",
        "hình của trường đã ký còn được dùng ở chỗ khác trong phần đã ký",
    ),
    (
        "a validation record holds something else than validation data",
        "một bản ghi kiểm tra chứa thứ khác ngoài dữ liệu kiểm tra",
    ),
    ("a validation record is not a dictionary", "một bản ghi kiểm tra không phải từ điển"),
    (
        "a visible signature field was added after certification",
        "trường chữ ký hiển thị được thêm vào sau khi chứng nhận",
    ),
    ("an empty signature field was added", "một trường chữ ký trống được thêm vào"),
    (
        "an object stream holds objects that nothing lists",
        "luồng đối tượng chứa đối tượng không được liệt kê",
    ),
    (
        "an object that was laid down before is listed now",
        "đối tượng để sẵn từ trước nay được liệt kê",
    ),
    ("annotations of the page were changed", "chú thích của trang bị thay đổi"),
    (
        "document information other than dates and programs was changed",
        "thông tin tài liệu ngoài ngày giờ và chương trình bị thay đổi",
    ),
    ("fields were removed or put in another order", "các trường bị xóa hoặc đổi thứ tự"),
    ("pages were added, removed or put in another order", "các trang bị thêm, xóa hoặc đổi thứ tự"),
    ("the catalog was changed", "danh mục bị thay đổi"),
    ("the certification permits no further signature", "chứng nhận không cho phép thêm chữ ký"),
    (
        "the document security store holds something else than certificates and revocation data",
        "kho dữ liệu kiểm tra chứa thứ khác ngoài chứng thư và dữ liệu thu hồi",
    ),
    ("the document security store is not a dictionary", "kho dữ liệu kiểm tra không phải từ điển"),
    (
        "something was taken out of the document security store",
        "kho dữ liệu kiểm tra bị lấy bớt dữ liệu",
    ),
    ("the document security store was removed", "kho dữ liệu kiểm tra bị xóa"),
    ("the form is not a dictionary", "biểu mẫu không phải từ điển"),
    ("the form was removed", "biểu mẫu bị xóa"),
    ("the form was changed", "biểu mẫu bị thay đổi"),
    ("the form's signature flags were taken back", "cờ chữ ký của biểu mẫu bị rút lại"),
    ("the looks of a button were changed", "hình của một nút bị thay đổi"),
    ("the metadata were changed", "siêu dữ liệu bị thay đổi"),
    ("the metadata were removed", "siêu dữ liệu bị xóa"),
    ("the page was changed", "trang bị thay đổi"),
    ("the signature was not added with its field", "chữ ký không được thêm cùng trường của nó"),
    (
        "the signed field was changed beyond its signature",
        "trường đã ký bị đổi nhiều hơn chữ ký của nó",
    ),
    (
        "the table calls it free, the stream beside it does not",
        "bảng tham chiếu ghi là trống, luồng kèm theo thì không",
    ),
    (
        "the trailer names another catalog or other entries",
        "phần cuối nêu danh mục khác hoặc mục khác",
    ),
    ("the trailer's first identifier is another", "định danh đầu trong phần cuối là số khác"),
    (
        "the page is cropped, turned or scaled, or has entries that the issuer never writes",
        "trang bị cắt, xoay hoặc phóng, hoặc có mục mà bên phát hành không bao giờ ghi",
    ),
    ("the place does not lie on the page", "vị trí không nằm trên trang"),
    ("the page blends colours in a space of its own", "trang pha màu trong không gian màu riêng"),
    (
        "something other than signatures lies over the page, or they lie elsewhere",
        "có đối tượng không phải chữ ký nằm trên trang, hoặc chữ ký nằm chỗ khác",
    ),
    (
        "the page does not draw what was captured and then the statement at its place",
        "trang không vẽ bản chụp rồi đến lời chứng tại vị trí của nó",
    ),
    (
        "what the page draws before it may change how it looks",
        "phần trang vẽ trước lời chứng có thể làm đổi hình thức của lời chứng",
    ),
    (
        "it is drawn by a form that is not as the issuer writes it",
        "biểu mẫu vẽ lời chứng không như bên phát hành ghi",
    ),
    (
        "it is shown a second time, or could be",
        "lời chứng được vẽ thêm lần nữa, hoặc có thể như vậy",
    ),
    ("the number of captured pages is not stated", "không ghi số trang đã chụp"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The text literals of a source file that are sentences: several words, no code, no format.
    fn sentences(source: &str) -> impl Iterator<Item = &str> {
        let code = source.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines
            .flat_map(|line| line.split('"').skip(1).step_by(2))
            .filter(|text| text.matches(' ').count() > 1 && !text.contains('{') && text.is_ascii())
    }

    #[test]
    fn every_reason_of_this_crate_has_its_vietnamese() {
        let sources = [
            include_str!("allowed.rs"),
            include_str!("allowed/form.rs"),
            include_str!("allowed/store.rs"),
            include_str!("allowed/trailer.rs"),
            include_str!("annulment.rs"),
            include_str!("closing.rs"),
            include_str!("fields.rs"),
            include_str!("history.rs"),
            include_str!("on_top.rs"),
            include_str!("signature.rs"),
        ];
        let missing: Vec<_> = sources
            .iter()
            .flat_map(|source| sentences(source))
            // An error of the reader, which has its code.
            .filter(|text| !["it is deeper than any form", "the field tree"].contains(text))
            .filter(|text| of(TEXTS, text).is_none())
            .collect();
        assert!(missing.is_empty(), "{missing:#?}");
    }

    #[test]
    fn every_finding_and_error_has_its_vietnamese() {
        for kind in motcua_pki::FindingKind::ALL {
            assert!(of_code(kind.code()).is_some(), "{}", kind.code());
            let en = format!("{} ({}, {})", kind.message(), kind.code(), kind.clause());
            let said = vi(&en);
            assert!(said != en && said.ends_with(&format!("({}, {})", kind.code(), kind.clause())));
        }
        let errors = include_str!("../../../pdf/src/error.rs");
        for code in errors.split('"').filter(|t| t.starts_with("pdf.")) {
            assert!(of_code(code).is_some(), "{code}");
        }
    }
}
