//! The counter: leads a dossier through the rooms and keeps every step in the record. What a step computes lives in the rooms.
//!
//! Each step takes identifiers that the caller makes and answers the same when it is repeated: a kiosk that lost its power calls
//! again and goes on. Each demands the one before: no order without an assessment, no number without money or a fee of zero, no
//! copy without a number.

mod error;
mod receipt;

pub use error::Error;
pub use receipt::Receipts;

use motcua_fees::{Application, Assessment, Tariff, assess};
use motcua_ledger::{CopyStanding, Delivery, Entry, IssuedCopy, Ledger, Series, Session};
use motcua_payments::Dong;
use motcua_payments::instant::VIET_NAM;
use motcua_payments::notice::{Acknowledgement, Expected, Verdict, Verified};
use motcua_payments::order::{Attempt, Change, Order, State};
use time::{Date, OffsetDateTime};

/// A dossier's assessment: which dossier, and the identifier the assessment was given under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case<'a> {
    /// The dossier code.
    pub dossier: &'a str,
    /// The assessment.
    pub assessment: &'a str,
}

/// What a notice led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The order as it stands now.
    pub order: Order,
    /// How the notice was judged.
    pub verdict: Verdict,
    /// The exact HTTP answer to give to the gateway, also when the notice was refused.
    pub acknowledgement: Acknowledgement,
    /// Whether the notice was refused.
    pub refused: bool,
}

/// A counter of one agency, over a record.
#[derive(Debug)]
pub struct Counter<'a> {
    ledger: &'a mut Ledger,
    /// Who acts, as the record keeps it.
    who: String,
}

fn kept_assessment(session: &mut Session<'_>, case: Case<'_>) -> Result<String, Error> {
    let Case { dossier, assessment } = case;
    session.assessment(dossier, assessment)?.ok_or_else(|| Error::NoAssessment {
        dossier: dossier.to_owned(),
        assessment: assessment.to_owned(),
    })
}

/// What an assessment came to: its total in đồng, and how many lines it has.
fn due(session: &mut Session<'_>, case: Case<'_>) -> Result<(u64, u32), Error> {
    let assessment = case.assessment;
    let body = kept_assessment(session, case)?;
    let unreadable = |got: String| Error::TotalUnread { assessment: assessment.to_owned(), got };
    let kept: serde_json::Value =
        serde_json::from_str(&body).map_err(|e| unreadable(e.to_string()))?;
    let total = &kept["total"];
    let (amount, currency) = (total["amount"].as_str(), total["currency"].as_str());
    let lines = kept["lines"].as_array().map_or(0, Vec::len);
    match (amount.and_then(|a| a.parse().ok()), currency) {
        (Some(amount), Some("VND")) => Ok((amount, u32::try_from(lines).unwrap_or(u32::MAX))),
        _ => Err(unreadable(total.to_string())),
    }
}

/// Makes sure that a case is paid for, or costs nothing; gives how many lines its assessment has. Money that was given back, is on its
/// way back, or is disputed pays for nothing.
fn paid(session: &mut Session<'_>, case: Case<'_>, order: Option<&str>) -> Result<u32, Error> {
    let (due, lines) = due(session, case)?;
    if due == 0 {
        return Ok(lines);
    }
    let not_paid = |state: Option<State>| Error::NotPaid {
        dossier: case.dossier.to_owned(),
        state: state.map(|s| s.name().to_owned()).unwrap_or_default(),
    };
    let id = order.ok_or_else(|| not_paid(None))?;
    let loaded = load(session, id)?;
    let orders = session.orders_for(case.dossier, case.assessment)?;
    if loaded.due().get() != due || !orders.iter().any(|o| o == id) {
        return Err(Error::OrderTaken { order: id.to_owned() });
    }
    let state = loaded.state();
    let settled = state.is_settled() && state != State::Disputed;
    if settled && loaded.available() >= loaded.due() {
        Ok(lines)
    } else {
        Err(not_paid(Some(state)))
    }
}

/// The day a kept assessment was given for.
fn given_on(body: &str) -> Option<Date> {
    let kept: serde_json::Value = serde_json::from_str(body).ok()?;
    let form = time::macros::format_description!("[year]-[month]-[day]");
    Date::parse(kept["date"].as_str()?, form).ok()
}

fn load(session: &mut Session<'_>, order: &str) -> Result<Order, Error> {
    session.order(order)?.ok_or_else(|| Error::NoOrder { order: order.to_owned() })
}

impl<'a> Counter<'a> {
    /// A counter over this record; `who` acts, such as a clerk's name or `kiosk 3`.
    pub fn new(ledger: &'a mut Ledger, who: &str) -> Self {
        Self { ledger, who: who.to_owned() }
    }

    /// Runs a step in one transaction. What a room refuses is carried out of it, and nothing of the step stays.
    fn step<T>(
        &mut self,
        mut work: impl FnMut(&mut Session<'_>, &str) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut refused = None;
        let who = &self.who;
        let answer = self.ledger.write(|session| match work(session, who) {
            Ok(answer) => {
                refused = None;
                Ok(answer)
            }
            Err(Error::Ledger(e)) => Err(e),
            Err(e) => {
                refused = Some(e);
                Err(motcua_ledger::Error::Abandoned)
            }
        });
        match (answer, refused) {
            (Ok(answer), _) => Ok(answer),
            (Err(motcua_ledger::Error::Abandoned), Some(e)) => Err(e),
            (Err(e), _) => Err(e.into()),
        }
    }

    /// Assesses a case on the day that `now` falls on in Viet Nam and keeps the answer. Repeated on a later day it answers as it did
    /// on the day it was given: the fee is that of its own date.
    ///
    /// # Errors
    /// [`Error::Fees`]; `ledger.fingerprint_reused` when the identifier stands for another assessment.
    pub fn assess(
        &mut self,
        case: Case<'_>,
        tariff: &Tariff,
        application: &Application,
        now: OffsetDateTime,
    ) -> Result<Assessment, Error> {
        self.step(|session, _| {
            let given = session.assessment(case.dossier, case.assessment)?;
            let day = given.as_deref().and_then(given_on);
            let day = day.unwrap_or_else(|| now.to_offset(VIET_NAM).date());
            let assessment = assess(tariff, application, day)?;
            session.give_assessment(case.dossier, case.assessment, &assessment.to_json(), now)?;
            Ok(assessment)
        })
    }

    /// Opens an order over what the assessment came to; nothing where that is zero, and none is needed. An assessment is paid once:
    /// a second order is opened where the first expired or was called off.
    ///
    /// # Errors
    /// [`Error::NoAssessment`], [`Error::OrderTaken`] when the identifier is another order's, [`Error::OrderOpen`],
    /// [`Error::Payments`].
    pub fn open_order(
        &mut self,
        case: Case<'_>,
        order: &str,
        now: OffsetDateTime,
        expires_at: Option<OffsetDateTime>,
    ) -> Result<Option<Order>, Error> {
        self.step(|session, _| {
            let (due, _) = due(session, case)?;
            let orders = session.orders_for(case.dossier, case.assessment)?;
            if let Some(known) = session.order(order)? {
                return if known.due().get() == due && orders.iter().any(|o| o == order) {
                    Ok(Some(known))
                } else {
                    Err(Error::OrderTaken { order: order.to_owned() })
                };
            }
            if due == 0 {
                return Ok(None);
            }
            for earlier in &orders {
                let state = load(session, earlier)?.state();
                if !matches!(state, State::Expired | State::Cancelled) {
                    return Err(Error::OrderOpen {
                        assessment: case.assessment.to_owned(),
                        order: earlier.clone(),
                    });
                }
            }
            let new = Order::new(order, Dong::new(due)?, now, expires_at)?;
            session.order_for(case.dossier, case.assessment, order, now)?;
            session.save_order(&new, now)?;
            Ok(Some(new))
        })
    }

    /// Keeps that the payer is sent to a gateway; do it before sending. The same reference twice adds nothing.
    ///
    /// # Errors
    /// [`Error::NoOrder`], [`Error::Payments`]; `ledger.reference_taken` when another order was sent under it.
    pub fn initiate(&mut self, order: &str, attempt: &Attempt) -> Result<Order, Error> {
        self.step(|session, who| {
            let mut loaded = load(session, order)?;
            // A repeated call is made at another time.
            let same = |known: &Attempt| Attempt { at: attempt.at, ..known.clone() } == *attempt;
            if loaded.attempts().iter().any(same) {
                return Ok(loaded);
            }
            loaded.initiate(attempt.clone(), who)?;
            session.save_order(&loaded, attempt.at)?;
            Ok(loaded)
        })
    }

    /// Has a notice or a gateway's answer judged, applies it to the order, keeps both, and gives the answer for the gateway. `judge` is
    /// the gateway's `verify`, given what the record expects of this reference; it may be asked twice. The same news again, in
    /// whatever words, is answered as known. A refused notice that nobody signed leaves no trace in the order, and one in the record for each
    /// reason (`notice.refused`); one whose transaction
    /// paid another order leads to review.
    ///
    /// # Errors
    /// [`Error::NoOrder`], [`Error::Payments`] when the notice is of another order.
    pub fn settle(
        &mut self,
        order: &str,
        reference: &str,
        now: OffsetDateTime,
        judge: impl Fn(Option<&Expected>) -> Verdict,
    ) -> Result<Settled, Error> {
        self.step(|session, who| {
            let mut loaded = load(session, order)?;
            let before = loaded.clone();
            let mut expected = loaded.expected(reference, Some(now));
            let mut verdict = judge(expected.as_ref());
            if let (Verdict::Verified(news), Some(expected)) = (&verdict, &mut expected)
                && let Some(transaction) = news.transaction()
                && let Some(other) = session.counted_for(news.gateway(), transaction)?
                && other != order
            {
                expected.used_transactions.push(transaction.to_owned());
                verdict = judge(Some(expected));
            }
            let (acknowledgement, refused) = match &verdict {
                Verdict::Verified(news) => {
                    let applied = loaded.apply(news, now, who)?;
                    // The return, the notice and a query tell the same news in other words: the first of them is kept.
                    if applied.change != Change::AlreadyApplied {
                        keep_notice(session, order, news, now)?;
                    }
                    (applied.acknowledgement, false)
                }
                Verdict::Refused(no) => {
                    if no.is_security_event() {
                        belongs_to(session, order)?;
                        let (code, message) = (no.reason().code(), no.message_sha256());
                        session.record_refusal(no.gateway(), order, code, message, now)?;
                    }
                    (loaded.refuse(no, now, who).1, true)
                }
            };
            if loaded != before {
                session.save_order(&loaded, now)?;
            }
            Ok(Settled { order: loaded, verdict, acknowledgement, refused })
        })
    }

    /// Takes the next number of a register for a request of a dossier that is paid for, or costs nothing. The same request gets the
    /// same number. A line of the assessment pays for one number (Circular 01/2020/TT-BTP Art. 4: one a kind of document). Money that
    /// was given back, is on its way back, or is disputed pays for none.
    ///
    /// # Errors
    /// [`Error::NotPaid`], `ledger.assessment_used`, [`Error::NoAssessment`], [`Error::NoOrder`], [`Error::OrderTaken`],
    /// [`Error::RequestTaken`].
    pub fn number(
        &mut self,
        case: Case<'_>,
        order: Option<&str>,
        series: &Series,
        request: &str,
        now: OffsetDateTime,
    ) -> Result<Entry, Error> {
        self.step(|session, _| {
            if let Some(entry) = session.request_entry(series, request)? {
                return if session.uses_assessment(case.dossier, case.assessment, request)? {
                    Ok(entry)
                } else {
                    Err(Error::RequestTaken { request: request.to_owned() })
                };
            }
            let lines = paid(session, case, order)?;
            // One number a kind of document: a line of the assessment pays for one.
            session.use_assessment(case.dossier, case.assessment, request, lines, now)?;
            Ok(session.reserve(series, request, now)?)
        })
    }

    /// Keeps the signed copy that carries a number. The same twice adds nothing.
    ///
    /// # Errors
    /// `ledger.no_entry`, `ledger.entry_closed`, `ledger.copy_known`; [`Error::RequestTaken`] when the number was taken for another
    /// dossier.
    pub fn issued(
        &mut self,
        dossier: &str,
        series: &Series,
        entry: &Entry,
        copy: &IssuedCopy,
        now: OffsetDateTime,
    ) -> Result<CopyStanding, Error> {
        self.step(|session, _| {
            let kept = session.entry(series, entry.year, entry.number)?;
            if let Some(kept) = kept
                && (kept.request != entry.request
                    || session.request_dossier(series, &kept.request)?.as_deref() != Some(dossier))
            {
                return Err(Error::RequestTaken { request: entry.request.clone() });
            }
            session.for_dossier(dossier)?;
            Ok(session.issue_copy(series, entry.year, entry.number, copy, now)?)
        })
    }

    /// Keeps that a copy was handed over.
    ///
    /// # Errors
    /// `ledger.no_copy`.
    pub fn deliver(
        &mut self,
        dossier: &str,
        delivery: &Delivery,
        now: OffsetDateTime,
    ) -> Result<(), Error> {
        self.step(|session, _| {
            session.for_dossier(dossier)?;
            session.deliver(delivery, now)?;
            Ok(())
        })
    }
}

/// The entries that follow belong to the order's dossier.
fn belongs_to(session: &mut Session<'_>, order: &str) -> Result<(), Error> {
    let dossier =
        session.order_dossier(order)?.ok_or_else(|| Error::NoOrder { order: order.to_owned() })?;
    if !dossier.is_empty() {
        session.for_dossier(&dossier)?;
    }
    Ok(())
}

/// What a notice said, without signatures and payers' data.
fn keep_notice(
    session: &mut Session<'_>,
    order: &str,
    news: &Verified,
    now: OffsetDateTime,
) -> Result<(), Error> {
    let body = serde_json::json!({
        "order": order,
        "environment": news.environment(),
        "merchant": news.merchant(),
        "reference": news.reference(),
        "amount": news.amount(),
        "transaction": news.transaction(),
        "outcome": news.outcome(),
        "at": news.at().map(|at| at.unix_timestamp()),
        "uncovered": news.uncovered(),
        "message_sha256": news.message_sha256(),
    });
    belongs_to(session, order)?;
    session.record_notice(news.gateway(), news.fingerprint(), &body.to_string(), now)?;
    Ok(())
}
