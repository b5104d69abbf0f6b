//! The answer of a run: one row an outcome, and the totals that show nothing was lost.

use motcua_money::{Amount, Currency};
use serde::Serialize;

use super::due::Due;
use super::statement::{Credit, Statement};

/// In what an order or a credit ended. Each order and each credit is in exactly one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The credits named for the order add up to its amount.
    Matched,
    /// The credits named for the order do not add up to its amount.
    AmountDiffers,
    /// An order for which no credit came.
    OnlyOurs,
    /// A credit that names no order of the run.
    OnlyTheirs,
    /// A credit for an order that is paid without it, or one booking told twice.
    Duplicate,
    /// A credit that was taken back, with its reversal where both are in the run.
    Reversed,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Outcome; 6] = [
        Outcome::Matched,
        Outcome::AmountDiffers,
        Outcome::OnlyOurs,
        Outcome::OnlyTheirs,
        Outcome::Duplicate,
        Outcome::Reversed,
    ];

    /// The name as in JSON and CSV.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Matched => "matched",
            Outcome::AmountDiffers => "amount_differs",
            Outcome::OnlyOurs => "only_ours",
            Outcome::OnlyTheirs => "only_theirs",
            Outcome::Duplicate => "duplicate",
            Outcome::Reversed => "reversed",
        }
    }
}

/// Why a row is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Matched by our reference.
    Reference,
    /// Matched by a transaction number.
    Transaction,
    /// Matched by several credits that together are the amount.
    Parts,
    /// Less came than is due.
    Less,
    /// More came than is due.
    More,
    /// The credit is in another currency.
    Currency,
    /// No credit names the order.
    NoCredit,
    /// The credit names nothing that could be ours.
    NoReference,
    /// The credit carries a reference in our form that is no order of this run.
    UnknownReference,
    /// The credit names several orders, or its reference and its transaction name different ones.
    Ambiguous,
    /// The order is paid by other credits.
    PaidAgain,
    /// The same booking, told by two sources or twice by one.
    SameBooking,
    /// The credit and its reversal are both here.
    TakenBack,
    /// A reversal whose credit is not in the run.
    CreditNotHere,
    /// Money of ours that came home.
    DebitReturned,
}

impl Why {
    /// The name as in JSON and CSV.
    pub fn name(self) -> &'static str {
        match self {
            Why::Reference => "reference",
            Why::Transaction => "transaction",
            Why::Parts => "parts",
            Why::Less => "less",
            Why::More => "more",
            Why::Currency => "currency",
            Why::NoCredit => "no_credit",
            Why::NoReference => "no_reference",
            Why::UnknownReference => "unknown_reference",
            Why::Ambiguous => "ambiguous",
            Why::PaidAgain => "paid_again",
            Why::SameBooking => "same_booking",
            Why::TakenBack => "taken_back",
            Why::CreditNotHere => "credit_not_here",
            Why::DebitReturned => "debit_returned",
        }
    }
}

/// A row: an outcome, the order in it, the credits in it. Numbers are places in [`Reconciliation::orders`] and
/// [`Reconciliation::credits`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The outcome.
    pub outcome: Outcome,
    /// Why.
    pub why: Why,
    /// The order that ended here.
    pub order: Option<u32>,
    /// The credits that ended here.
    pub credits: Vec<u32>,
    /// The order that the row speaks of where that order ended in another row.
    pub about: Option<u32>,
    /// Orders that a person may look at, at most [`MAX_CANDIDATES`]: those named, else those of the same amount for which nothing
    /// came. Offered, never taken.
    pub candidates: Vec<u32>,
    /// How many candidates there are in all.
    pub candidates_total: u32,
}

/// Most candidates named in a row: what a person can look through.
pub const MAX_CANDIDATES: usize = 5;

/// Count and sum of one outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The outcome.
    pub outcome: Outcome,
    /// Orders in it.
    pub orders: u64,
    /// Their amounts.
    pub ours: Amount,
    /// Credits in it.
    pub credits: u64,
    /// Their amounts, reversals of credits negative.
    pub theirs: Amount,
    /// `theirs` less `ours`: what this outcome adds to the difference.
    pub difference: Amount,
}

/// The totals of one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// The currency.
    pub currency: Currency,
    /// All orders, as given.
    pub ours: Amount,
    /// All credits, as given.
    pub theirs: Amount,
    /// `theirs` less `ours`: zero when the run balances.
    pub difference: Amount,
    /// The same, by outcome; the lines add up to the totals, which is checked in each run.
    pub lines: Vec<Line>,
}

/// The answer of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciliation {
    /// The orders, sorted by identifier.
    pub orders: Vec<Due>,
    /// The credits, sorted by day, currency, direction, account, number, amount and text.
    pub credits: Vec<Credit>,
    /// The rows: first each order's, sorted as the orders, then the credits without one, sorted as the credits.
    pub rows: Vec<Row>,
    /// The totals, by currency.
    pub totals: Vec<Totals>,
    /// The statements without their credits, sorted.
    pub statements: Vec<Statement>,
}

impl Reconciliation {
    /// The rows of one outcome.
    pub fn of(&self, outcome: Outcome) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |r| r.outcome == outcome)
    }

    /// The order of a place.
    pub fn order(&self, place: u32) -> Option<&Due> {
        self.orders.get(usize::try_from(place).ok()?)
    }

    /// The credit of a place.
    pub fn credit(&self, place: u32) -> Option<&Credit> {
        self.credits.get(usize::try_from(place).ok()?)
    }

    /// Whether all is as it should be: every order matched, no credit left over, every statement whole.
    pub fn is_clean(&self) -> bool {
        self.rows.iter().all(|r| r.outcome == Outcome::Matched)
            && self.statements.iter().all(Statement::is_whole)
    }

    /// Whether the sums of both sides are equal in every currency and every statement is whole.
    pub fn balances(&self) -> bool {
        self.totals.iter().all(|t| t.difference.is_zero())
            && self.statements.iter().all(Statement::is_whole)
    }
}
