//! VNPAY's code tables (its document, "Bảng mã lỗi"), as data.

use crate::code::Class::{
    Failed, Hold, Paid, Pending, RefundFailed, RefundPending, Refunded, Unknown,
};
use crate::code::{Code, Outcome, find, row};

/// `vnp_ResponseCode` of IPN and return.
pub static RESPONSE: [Code; 13] = [
    row("00", Paid, "success", "Giao dịch thành công"),
    row(
        "07",
        Hold,
        "money taken, transaction suspected of fraud",
        "Trừ tiền thành công, giao dịch bị nghi ngờ",
    ),
    row(
        "09",
        Failed,
        "card or account not registered for Internet banking",
        "Thẻ/Tài khoản chưa đăng ký InternetBanking",
    ),
    row(
        "10",
        Failed,
        "wrong authentication more than 3 times",
        "Xác thực thông tin không đúng quá 3 lần",
    ),
    row("11", Failed, "payment window expired", "Đã hết hạn chờ thanh toán"),
    row("12", Failed, "card or account locked", "Thẻ/Tài khoản bị khóa"),
    row("13", Failed, "wrong one-time password", "Nhập sai mật khẩu xác thực giao dịch (OTP)"),
    row("24", Failed, "cancelled by the customer", "Khách hàng hủy giao dịch"),
    row("51", Failed, "insufficient balance", "Tài khoản không đủ số dư"),
    row("65", Failed, "daily limit exceeded", "Vượt quá hạn mức giao dịch trong ngày"),
    row("75", Failed, "bank under maintenance", "Ngân hàng thanh toán đang bảo trì"),
    row(
        "79",
        Failed,
        "wrong payment password too often",
        "Nhập sai mật khẩu thanh toán quá số lần quy định",
    ),
    row("99", Failed, "other error", "Lỗi khác"),
];

/// `vnp_TransactionStatus` of IPN, return and querydr.
pub static STATUS: [Code; 8] = [
    row("00", Paid, "success", "Giao dịch thành công"),
    row("01", Pending, "not completed", "Giao dịch chưa hoàn tất"),
    row("02", Failed, "error", "Giao dịch bị lỗi"),
    row("04", Hold, "reversed: debited at the bank, not successful at VNPAY", "Giao dịch đảo"),
    row("05", RefundPending, "VNPAY is processing a refund", "VNPAY đang xử lý hoàn tiền"),
    row(
        "06",
        RefundPending,
        "refund sent to the bank",
        "VNPAY đã gửi yêu cầu hoàn tiền sang ngân hàng",
    ),
    row("07", Hold, "suspected of fraud", "Giao dịch bị nghi ngờ gian lận"),
    row("09", RefundFailed, "refund rejected", "Hoàn trả bị từ chối"),
];

/// `vnp_ResponseCode` of the querydr and refund answers: what became of the call, not of the payment.
pub static API: [Code; 8] = [
    row("00", Paid, "call answered", "Yêu cầu thành công"),
    row("02", Failed, "wrong terminal code", "Mã định danh kết nối không hợp lệ"),
    row("03", Failed, "bad format", "Dữ liệu gửi sang không đúng định dạng"),
    row("91", Failed, "transaction not found", "Không tìm thấy giao dịch"),
    row(
        "94",
        Pending,
        "duplicate request within the limit, or refund already requested",
        "Yêu cầu trùng lặp, hoặc đã gửi yêu cầu hoàn tiền trước đó",
    ),
    row(
        "95",
        Failed,
        "the payment was not successful at VNPAY",
        "Giao dịch không thành công bên VNPAY",
    ),
    row("97", Failed, "invalid signature", "Chữ ký không hợp lệ"),
    row("99", Pending, "other error", "Lỗi khác"),
];

/// `vnp_TransactionType`.
pub static KIND: [(&str, &str); 3] =
    [("01", "payment"), ("02", "full refund"), ("03", "partial refund")];

/// What response code and transaction status say together. Paid needs both `00`; a disagreement is held.
pub fn outcome(response: &str, status: &str) -> Outcome {
    let together =
        |found: &Outcome| Outcome { code: format!("{response}/{status}"), ..found.clone() };
    let response_outcome = Outcome::of(&RESPONSE, response);
    let status_outcome = Outcome::of(&STATUS, status);
    if find(&RESPONSE, response).is_none() {
        return together(&response_outcome);
    }
    match (response_outcome.class, status_outcome.class) {
        (Paid, _) => together(&status_outcome),
        // The response says why; the status must not say that money moved.
        (Failed, Failed | Pending) => together(&response_outcome),
        // A code that says "failed" beside a status that says "paid": VNPAY's own rule is that both must be 00.
        (Failed, Paid) => together(&response_outcome),
        (Failed, Unknown) if status.is_empty() => together(&response_outcome),
        (Hold | Failed | Pending | RefundPending | Refunded | RefundFailed | Unknown, _) => {
            let mut held = together(&response_outcome);
            held.class = Hold;
            held
        }
    }
}
