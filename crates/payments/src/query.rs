//! Query before cancel: what a verified answer to a query allows.

use serde::Serialize;
use time::OffsetDateTime;

use crate::code::Class;
use crate::notice::Verified;
use crate::order::SafeToCancel;

/// What to do after a query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    /// Money was found: apply the answer to the order.
    Recovered,
    /// No money will come: the order may be closed with this proof.
    SafeToCancel {
        /// The proof.
        #[serde(skip)]
        proof: SafeToCancel,
    },
    /// Not decided: query again, not before this instant.
    Hold {
        /// When to ask again.
        #[serde(with = "crate::instant")]
        until: OffsetDateTime,
    },
}

/// Seconds to wait before the next query: 30, doubled with each query made, at most an hour. Gateways limit how often they are asked;
/// what is not decided after a day is a matter for a person.
pub fn back_off(queries_made: u32) -> u32 {
    30u32.saturating_mul(1 << queries_made.min(7)).min(3600)
}

/// Decides on a verified answer to a query.
///
/// `window_ends` is when the gateway's own window closes: before it a failed attempt may be tried again on the gateway's page.
/// `pause_seconds` is the time between queries (take the back-off step).
pub fn decide(
    answer: &Verified,
    now: OffsetDateTime,
    window_ends: OffsetDateTime,
    pause_seconds: u32,
) -> Decision {
    let hold = |until: OffsetDateTime| Decision::Hold { until };
    let later = now + time::Duration::seconds(i64::from(pause_seconds));
    match answer.outcome.class {
        Class::Paid | Class::RefundPending | Class::Refunded | Class::RefundFailed => {
            Decision::Recovered
        }
        Class::Failed if now >= window_ends => Decision::SafeToCancel {
            proof: SafeToCancel {
                gateway: answer.gateway,
                merchant: answer.merchant().to_owned(),
                environment: answer.environment,
                reference: answer.reference.clone(),
                message_sha256: answer.message_sha256().to_owned(),
            },
        },
        Class::Failed => hold(window_ends),
        Class::Pending | Class::Hold | Class::Unknown => hold(later),
    }
}

#[cfg(test)]
mod tests {
    use super::back_off;

    #[test]
    fn pauses_grow_to_an_hour() {
        assert_eq!([0, 1, 2, 6, 7, 99].map(back_off), [30, 60, 120, 1920, 3600, 3600]);
    }
}
