//! MoMo's result codes (developers.momo.vn, "Result codes"), as data. 99, 40, 41 and 43 are no evidence that a payment failed.

use crate::code::Class::{Failed, Paid, Pending, RefundFailed};
use crate::code::{Code, row};

/// `resultCode`.
pub static RESULT: [Code; 35] = [
    row("0", Paid, "success", "Thành công"),
    row("10", Pending, "system under maintenance", "Hệ thống đang bảo trì"),
    row("11", Failed, "access denied", "Truy cập bị từ chối"),
    row("12", Failed, "unsupported API version", "Phiên bản API không được hỗ trợ"),
    row("13", Failed, "merchant authentication failed", "Xác thực doanh nghiệp thất bại"),
    row("20", Failed, "bad format", "Yêu cầu sai định dạng"),
    row("21", Failed, "invalid amount", "Số tiền không hợp lệ"),
    row("22", Failed, "amount out of range", "Số tiền ngoài hạn mức"),
    row("40", Pending, "duplicate requestId: query", "RequestId bị trùng"),
    row("41", Pending, "duplicate orderId: query", "OrderId bị trùng"),
    row("42", Failed, "orderId not found", "OrderId không hợp lệ hoặc không tìm thấy"),
    row("43", Pending, "similar transaction in process: query", "Xung đột khi xử lý giao dịch"),
    row("45", Failed, "duplicate item", "Trùng ItemId"),
    row("47", Failed, "inapplicable data", "Thông tin không áp dụng được"),
    row("98", Failed, "QR code not generated", "QR Code tạo không thành công"),
    row("99", Pending, "unknown error: query", "Lỗi không xác định"),
    row("1000", Pending, "waiting for the user", "Chờ người dùng xác nhận thanh toán"),
    row("1001", Failed, "insufficient balance", "Tài khoản không đủ tiền"),
    row("1002", Failed, "rejected by the issuer", "Nhà phát hành từ chối"),
    row("1003", Failed, "cancelled after authorisation", "Giao dịch bị hủy sau khi xác nhận"),
    row("1004", Failed, "limit exceeded", "Vượt quá hạn mức thanh toán"),
    row("1005", Failed, "link or code expired", "URL hoặc QR code đã hết hạn"),
    row("1006", Failed, "denied by the user", "Người dùng từ chối xác nhận"),
    row("1007", Failed, "account inactive", "Tài khoản không tồn tại hoặc ngưng hoạt động"),
    row("1017", Failed, "cancelled by the merchant", "Giao dịch bị hủy bởi đối tác"),
    row("1026", Failed, "promotion limit", "Vượt quá số tiền khuyến mãi"),
    row("1080", RefundFailed, "refund failed, try later", "Hoàn tiền thất bại, thử lại sau"),
    row(
        "1081",
        RefundFailed,
        "refund rejected: already refunded or exceeds",
        "Yêu cầu hoàn tiền bị từ chối",
    ),
    row("2019", Failed, "invalid orderGroupId", "orderGroupId không hợp lệ"),
    row("4001", Failed, "account restricted (KYC)", "Tài khoản bị hạn chế"),
    row("4100", Failed, "login failed", "Người dùng không đăng nhập thành công"),
    row("7000", Pending, "processing", "Giao dịch đang được xử lý"),
    row("7002", Pending, "processing by the provider", "Giao dịch đang được nhà cung cấp xử lý"),
    row("8000", Pending, "to be confirmed again", "Giao dịch cần người dùng xác nhận lại"),
    row("9000", Pending, "authorised: capture or cancel", "Giao dịch đã được xác nhận (authorize)"),
];
