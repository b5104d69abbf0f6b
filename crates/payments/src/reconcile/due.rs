//! What our side expects: an amount due and everything by which a credit may name it.

use motcua_money::Amount;
use serde::{Deserialize, Serialize};

use crate::order::Order;

/// A gateway's or bank's number of a transaction that we already know of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transaction {
    /// The gateway, such as `vnpay`.
    pub gateway: Box<str>,
    /// Its number.
    pub id: Box<str>,
}

/// An order as reconciliation needs it. `{"id":"HS-1","amount":{"amount":"36000","currency":"VND"},"references":["MC…"]}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Due {
    /// The order's identifier, unique in a run.
    pub id: Box<str>,
    /// What the credits for it should add up to.
    pub amount: Amount,
    /// Every reference given to payers or gateways for it.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub references: Box<[Box<str>]>,
    /// Transactions that notices told of.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub transactions: Box<[Transaction]>,
}

impl From<&Order> for Due {
    /// The amount is the amount due; references and transactions are those of all attempts and credits.
    fn from(order: &Order) -> Due {
        let dong = i64::try_from(order.due().get()).unwrap_or(i64::MAX);
        let mut references: Vec<Box<str>> =
            order.attempts().iter().map(|a| Box::from(a.reference.as_str())).collect();
        references.sort_unstable();
        references.dedup();
        let mut transactions: Vec<Transaction> = order
            .credits()
            .iter()
            .filter_map(|c| {
                let id = Box::from(c.transaction.as_deref()?);
                Some(Transaction { gateway: Box::from(c.gateway.as_str()), id })
            })
            .collect();
        transactions.sort_unstable();
        transactions.dedup();
        Due {
            id: Box::from(order.id()),
            amount: Amount::vnd(dong),
            references: references.into_boxed_slice(),
            transactions: transactions.into_boxed_slice(),
        }
    }
}
