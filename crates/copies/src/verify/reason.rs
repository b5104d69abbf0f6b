//! Every reason a report can give: code, severity, row, and its sentences in Vietnamese and English, as one table.

use serde::Serialize;
use std::collections::BTreeMap;

use super::report::RowName;
use super::words;

/// How much a reason weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something to know.
    Note,
    /// It keeps the verifier from a conclusion.
    Indeterminate,
    /// The copy is not valid for it.
    Failure,
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The stable code.
    pub code: &'static str,
    /// Its weight.
    pub severity: Severity,
    /// The row it belongs to; none where the file could not be judged.
    pub row: Option<RowName>,
    /// Its parameters.
    pub params: BTreeMap<&'static str, String>,
    /// The sentence in Vietnamese.
    pub vi: String,
    /// The sentence in English.
    pub en: String,
    /// What to do, in Vietnamese.
    pub advice_vi: &'static str,
    /// What to do, in English.
    pub advice_en: &'static str,
}

use RowName::{Content, Signer, Status, Time, Unchanged};
use Severity::{Failure, Indeterminate, Note};

/// Parameters that hold a short reason in English, and the name it has in Vietnamese.
const BOTH: [(&str, &str); 4] = [
    ("problem", "problem_vi"),
    ("finding", "finding_vi"),
    ("why", "why_vi"),
    ("found", "found_vi"),
];

type Entry = (
    &'static str,
    Severity,
    Option<RowName>,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const ASK_VI: &str = "Không dùng tệp này; xin tệp gốc từ người nắm giữ hoặc cơ quan đã cấp.";
const ASK_EN: &str =
    "Do not use this file; ask the holder or the issuing agency for the file as issued.";

/// Code, severity, row, sentences, advice. `{name}` stands for a parameter.
pub(super) const TABLE: &[Entry] = &[
    (
        "copies.not_a_pdf",
        Note,
        None,
        "Tệp không phải là PDF.",
        "The file is not a PDF.",
        "Chọn tệp PDF của bản sao.",
        "Choose the copy's PDF file.",
    ),
    (
        "copies.no_signature",
        Note,
        None,
        "Tệp không có chữ ký số nào.",
        "The file holds no digital signature.",
        "Chọn tệp bản sao điện tử đã được ký số; ảnh chụp hoặc bản in không kiểm tra được.",
        "Choose the signed electronic copy; a photo or print cannot be checked.",
    ),
    (
        "copies.unreadable",
        Note,
        None,
        "Không đọc được tệp: {problem_vi} (mã {code}).",
        "The file cannot be read: {problem} (code {code}).",
        "Tải lại tệp từ nơi đã nhận; nếu vẫn lỗi, hỏi cơ quan đã cấp.",
        "Download the file again; if it stays unreadable, ask the issuing agency.",
    ),
    (
        "copies.bad_byte_range",
        Failure,
        Some(Unchanged),
        "Chữ ký ở trường “{field}” không bao trùm trọn một phiên bản của tệp: {problem_vi}.",
        "The signature in field “{field}” does not cover one whole revision of the file: {problem}.",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.bytes_changed",
        Failure,
        Some(Unchanged),
        "Nội dung được ký ở trường “{field}” (byte 0–{end}) đã bị sửa sau khi ký.",
        "What field “{field}” signed (bytes 0–{end}) was changed after signing.",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.changed_after_signing",
        Failure,
        Some(Unchanged),
        "Sau khi ký, đối tượng {object} đã bị {what}{page}, ở phiên bản {revision}: {why_vi}.",
        "After signing, object {object} was {what_en}{page_en} in revision {revision}: {why}.",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.unaccounted_bytes",
        Failure,
        Some(Unchanged),
        "Tệp chứa các byte {from}–{to} không thuộc nội dung nào.",
        "The file holds bytes {from}–{to} that belong to nothing.",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.extra_revision",
        Failure,
        Some(Unchanged),
        "Phiên bản {revision} của tệp không thêm chữ ký, dấu thời gian hay dữ liệu kiểm tra nào; bản sao chứng thực không có phiên bản như vậy.",
        "Revision {revision} of the file adds neither signature nor timestamp nor validation data; a certified copy has no such revision.",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.signature_fails",
        Failure,
        Some(Signer),
        "Chữ ký ở trường “{field}” không đạt: {finding_vi}.",
        "The signature in field “{field}” fails: {finding}.",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.signer_unsure",
        Indeterminate,
        Some(Signer),
        "Chưa xác định được người ký ở trường “{field}”: {finding_vi}.",
        "The signer of field “{field}” cannot be determined: {finding}.",
        "Kiểm tra lại với danh sách tin cậy mới, hoặc hỏi cơ quan đã cấp.",
        "Check again with a current trust list, or ask the issuing agency.",
    ),
    (
        "copies.signatures_expected",
        Failure,
        Some(Signer),
        "Bản sao chứng thực phải có đúng hai chữ ký: người chứng thực rồi cơ quan; tệp này có: {found_vi}.",
        "A certified copy has exactly two signatures, official then agency; this file has: {found}.",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.officials_expected",
        Failure,
        Some(Signer),
        "Bản sao này phải có đúng các chữ ký, theo thứ tự: {expected}; tệp này có: {found_vi}.",
        "This copy has exactly these signatures, in this order: {expected}; this file has: {found}.",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.same_signer",
        Failure,
        Some(Signer),
        "Chữ ký ở trường “{field}” và trường “{other}” là của cùng một người ({certificate}).",
        "Fields “{field}” and “{other}” were signed by the same person ({certificate}).",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.official_not_competent",
        Failure,
        Some(Signer),
        "Chức danh “{capacity}” không có thẩm quyền ký theo mẫu lời chứng {template} vào ngày {on}.",
        "“{capacity}” was not competent to sign under the statement {template} on {on}.",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.not_certified",
        Failure,
        Some(Unchanged),
        "Chữ ký đầu không khóa tài liệu như quy định (DocMDP P=2 và /Perms): {problem_vi}.",
        "The first signature does not lock the document as it must (DocMDP P=2 and /Perms): {problem}.",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.signer_name_differs",
        Failure,
        Some(Signer),
        "Chứng thư ở trường “{field}” là của “{certificate}”, nhưng lời chứng ghi “{statement}”.",
        "The certificate in field “{field}” names “{certificate}”, but the statement says “{statement}”.",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.store_altered",
        Failure,
        Some(Unchanged),
        "Dữ liệu kiểm tra ở cuối tệp, mà không chữ ký nào bao trùm, không đúng: {problem_vi}.",
        "The validation data at the end of the file, which no signature covers, are not right: {problem}.",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.store_unsure",
        Indeterminate,
        Some(Unchanged),
        "Dữ liệu kiểm tra ở cuối tệp, mà không chữ ký nào bao trùm, có {count} mục không do đơn vị đã biết nào ký, hoặc đã bị sửa.",
        "Of the validation data at the end of the file, which no signature covers, {count} were signed by nobody known, or were changed.",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.store_form",
        Note,
        Some(Unchanged),
        "Dữ liệu kiểm tra từ byte {from} không được chữ ký nào bao trùm và do phần mềm khác ghi hoặc sửa; nội dung bản sao không nằm trong đó.",
        "The validation data from byte {from} are covered by no signature and were written or touched by other software; nothing of the copy itself is in them.",
        "Không cần làm gì; dấu thời gian tài liệu (mức B-LTA) sẽ bao trùm cả phần này.",
        "Nothing needs to be done; a document timestamp (level B-LTA) covers this part too.",
    ),
    (
        "copies.trust_list_stale",
        Indeterminate,
        Some(Signer),
        "Danh sách tin cậy ngày {as_of} đã quá hạn cập nhật ({until}).",
        "The trust list of {as_of} is past its next update ({until}).",
        "Lấy danh sách tin cậy mới rồi kiểm tra lại.",
        "Get a new trust list and check again.",
    ),
    (
        "copies.pages_differ",
        Failure,
        Some(Content),
        "Số trang không khớp: bản sao có {shown} trang bản chụp, dữ liệu ghi {captured} trang chụp và {pages} trang bản chính.",
        "The numbers of pages do not agree: the copy has {shown} captured pages, its data say {captured} captured and {pages} of the original.",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.no_facts",
        Note,
        Some(Content),
        "Tệp có chữ ký số nhưng không mang dữ liệu của bản sao chứng thực.",
        "The file is signed but carries no certification data.",
        "Đây là loại tài liệu khác; kiểm tra chữ ký bằng phần mềm PDF.",
        "It is another kind of document; check its signatures with PDF software.",
    ),
    (
        "copies.statement_differs",
        Failure,
        Some(Content),
        "Lời chứng trên trang không khớp với dữ liệu của bản sao: {part}.",
        "The statement on the page does not agree with the copy's data: {part}.",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.statement_place_unsound",
        Failure,
        Some(Content),
        "Lời chứng không nằm đúng cách trên trang cuối như dữ liệu của bản sao ghi: {problem_vi}.",
        "The statement does not stand on the last page as the copy's data say: {problem}.",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.qr_differs",
        Failure,
        Some(Content),
        "Mã QR trên trang không khớp với dữ liệu của bản sao.",
        "The QR code on the page does not agree with the copy's data.",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.time_claimed_only",
        Note,
        Some(Time),
        "Giờ ký do người ký khai; không có dấu thời gian tin cậy.",
        "The signing time is claimed by the signer; there is no trusted timestamp.",
        "Nếu thời điểm ký quan trọng, hỏi cơ quan đã cấp.",
        "If the time of signing matters, ask the issuing agency.",
    ),
    (
        "copies.status_not_checked",
        Note,
        Some(Status),
        "Chưa kiểm tra việc thu hồi chứng thư của người ký.",
        "Revocation of the signers' certificates was not checked.",
        "Tra cứu bản sao tại địa chỉ trong mã QR.",
        "Look the copy up at the address in its QR code.",
    ),
    (
        "copies.unreadable_update",
        Failure,
        Some(Unchanged),
        "Sau phần đã ký có phần thêm vào, từ byte {from}, không đọc được: {problem_vi} (mã {code}).",
        "After what was signed something was added, from byte {from}, that cannot be read: {problem} (code {code}).",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.duplicate_field",
        Failure,
        Some(Unchanged),
        "Trường “{field}” xuất hiện hai lần.",
        "The field “{field}” stands in the form twice.",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.shared_signature",
        Failure,
        Some(Signer),
        "Chữ ký của trường “{field}” cũng được dùng ở trường khác.",
        "The signature of field “{field}” is used by another field too.",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.signature_removed",
        Failure,
        Some(Unchanged),
        "Chữ ký ở trường “{field}” đã bị gỡ hoặc thay sau khi ký.",
        "The signature in field “{field}” was removed or replaced after it was made.",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.form_filled",
        Note,
        Some(Unchanged),
        "Sau khi ký, các ô biểu mẫu được phép điền đã được điền: {fields}.",
        "After signing, form fields that may be filled in were filled in: {fields}.",
        "Xem phiên bản đã ký để so sánh.",
        "Look at the signed revision to compare.",
    ),
    (
        "copies.signed_later",
        Note,
        Some(Unchanged),
        "Sau chữ ký ở trường {earlier}, “{by}” đã ký thêm ở trường “{field}”{look}; các chữ ký trước không bao trùm phần này.",
        "After the signature in {earlier}, “{by}” signed too, in field “{field}”{look_en}; the earlier signatures do not cover that part.",
        "Xem phiên bản mà từng người đã ký để biết ai đã ký nội dung nào.",
        "Look at the revision that each of them signed to see who signed what.",
    ),
    (
        "copies.signature_unsupported",
        Indeterminate,
        Some(Signer),
        "Chữ ký ở trường “{field}” thuộc loại {sub_filter}, không kiểm tra được ở đây.",
        "The signature in field “{field}” is of kind {sub_filter}, which is not checked here.",
        "Kiểm tra chữ ký bằng phần mềm PDF.",
        "Check the signature with PDF software.",
    ),
    (
        "copies.timestamp_unsure",
        Indeterminate,
        Some(Time),
        "Dấu thời gian ở trường “{field}” chưa được chứng minh: {finding_vi}.",
        "The timestamp of field “{field}” is not proven: {finding}.",
        "Kiểm tra lại với danh sách tin cậy có cơ quan cấp dấu thời gian.",
        "Check again with a trust list that has the timestamp authority.",
    ),
    (
        "copies.annulled",
        Failure,
        Some(Status),
        "Bản sao {copy} đã bị hủy bỏ ngày {on}: {decision}.",
        "Copy {copy} was annulled on {on}: {decision}.",
        "Không dùng bản sao này; hỏi cơ quan đã cấp.",
        "Do not use this copy; ask the issuing agency.",
    ),
    (
        "copies.annulments_unusable",
        Indeterminate,
        Some(Status),
        "Danh sách hủy bỏ không dùng được: {problem_vi}.",
        "The list of annulments cannot be used: {problem}.",
        "Lấy danh sách mới từ cơ quan đã cấp.",
        "Get a new list from the issuing agency.",
    ),
    (
        "copies.annulments_not_checked",
        Note,
        Some(Status),
        "Chưa kiểm tra việc hủy bỏ bản sao: không có danh sách của cơ quan.",
        "Whether the copy was annulled was not checked: there is no list of its agency.",
        "Tra cứu bản sao tại địa chỉ trong mã QR.",
        "Look the copy up at the address in its QR code.",
    ),
    (
        "copies.issuer_not_competent",
        Failure,
        Some(Signer),
        "“{agency}” không có thẩm quyền chứng thực vào ngày {on}.",
        "“{agency}” was not competent to certify on {on}.",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.official_not_appointed",
        Failure,
        Some(Signer),
        "“{official}” không được giao chứng thực tại “{agency}” vào ngày {on}.",
        "“{official}” was not appointed to certify at “{agency}” on {on}.",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.mandate_not_in_force",
        Failure,
        Some(Signer),
        "“{official}” ký ngày {on}, ngoài thời hạn của {document} (từ {from} đến {until}).",
        "“{official}” signed on {on}, outside the term of {document} (from {from} to {until}).",
        ASK_VI,
        ASK_EN,
    ),
    (
        "copies.issuer_unknown",
        Indeterminate,
        Some(Signer),
        "“{agency}” không có trong danh sách cơ quan có thẩm quyền.",
        "“{agency}” is not in the list of competent issuers.",
        "Kiểm tra lại với danh sách mới, hoặc hỏi cơ quan đã cấp.",
        "Check again with a current list, or ask the issuing agency.",
    ),
];

impl Reason {
    /// A reason of the table with its parameters. A short English one inside it is given in Vietnamese too.
    pub(super) fn new(code: &'static str, params: &[(&'static str, String)]) -> Self {
        let mut params = params.to_vec();
        for (name, name_vi) in BOTH {
            let Some((_, en)) = params.iter().find(|(n, _)| *n == name) else { continue };
            let coded = params.iter().find(|(n, _)| *n == "code");
            let coded = coded.and_then(|(_, code)| words::of_code(code)).map(str::to_owned);
            let vi = coded.unwrap_or_else(|| words::vi(en));
            params.push((name_vi, vi));
        }
        // The codes are literals of this crate; a test asks for each of them.
        let fallback = (code, Indeterminate, None, "", "", "", "");
        let (code, severity, row, vi, en, advice_vi, advice_en) =
            TABLE.iter().find(|e| e.0 == code).copied().unwrap_or(fallback);
        let fill = |sentence: &str| {
            params.iter().fold(sentence.to_owned(), |s, (name, value)| {
                s.replace(&format!("{{{name}}}"), value)
            })
        };
        Self {
            code,
            severity,
            row,
            params: params.iter().cloned().collect(),
            vi: fill(vi),
            en: fill(en),
            advice_vi,
            advice_en,
        }
    }
}
