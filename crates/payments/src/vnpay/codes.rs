//! What VNPAY's two codes say together. The tables themselves are data (`code::VNPAY`).

use crate::code::Class::{
    Failed, Hold, Paid, Pending, RefundFailed, RefundPending, Refunded, Unknown,
};
use crate::code::{Outcome, VNPAY};

/// What response code and transaction status say together. Paid needs both `00`; a disagreement is held.
pub fn outcome(response: &str, status: &str) -> Outcome {
    let together =
        |found: Outcome| Outcome { code: format!("{response}/{status}").into(), ..found };
    let by_response = VNPAY.outcome("response", response);
    let by_status = VNPAY.outcome("status", status);
    match (by_response.class, by_status.class) {
        (Unknown, _) => together(by_response),
        (Paid, _) => together(by_status),
        // The response says why; the status must not say that money moved. Beside a status of "paid" it still fails:
        // VNPAY's own rule is that both must be 00.
        (Failed, Failed | Pending | Paid) => together(by_response),
        (Failed, Unknown) if status.is_empty() => together(by_response),
        (Hold | Failed | Pending | RefundPending | Refunded | RefundFailed, _) => {
            together(by_response).held(Hold)
        }
    }
}
