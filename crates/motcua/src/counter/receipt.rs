//! The step that gives the payer a receipt: its lines are those of the assessment, its number the record's. What must stand on one is
//! for `motcua_payments::receipt`.

use motcua_ledger::ReceiptRequest;
use motcua_payments::Dong;
use motcua_payments::instant::VIET_NAM;
use motcua_payments::receipt::{Collector, Draft, FeeLine, Party, Receipt};
use serde::Deserialize;
use time::OffsetDateTime;

use super::{Case, Counter, Error, kept_assessment, paid};

/// Which receipts an organisation gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipts {
    /// Who collects.
    pub collector: Collector,
    /// Who collects for it.
    pub agent: Option<Party>,
    /// The receipt's name, where the rules of its day know several.
    pub name: Option<String>,
    /// Template symbol, such as `EBL01`.
    pub form: String,
    /// Receipt symbol, such as `26TAA`.
    pub symbol: String,
}

/// A line of a kept assessment, as far as a receipt needs it.
#[derive(Deserialize)]
struct Line {
    fee: String,
    name: Name,
    amount: Dong,
    receipt: bool,
}

#[derive(Deserialize)]
struct Name {
    vi: String,
}

#[derive(Deserialize)]
struct Lines {
    lines: Vec<Line>,
}

impl Counter<'_> {
    /// Gives the receipt of a case that is paid for, or costs nothing: every phí and lệ phí of its assessment is a line, also of zero
    /// (Decree 254/2026/NĐ-CP Art. 22); nothing where it has none. One assessment has one receipt; repeated, on whatever day, it is
    /// answered again. `payer` may stay unnamed.
    ///
    /// # Errors
    /// [`Error::NotPaid`], [`Error::NoAssessment`], [`Error::NoOrder`], [`Error::OrderTaken`], [`Error::TotalUnread`];
    /// `ledger.fingerprint_reused` where it was given to another payer or in another name; what the rules of receipts refuse.
    pub fn receipt(
        &mut self,
        case: Case<'_>,
        order: Option<&str>,
        receipts: &Receipts,
        payer: Option<&Party>,
        now: OffsetDateTime,
    ) -> Result<Option<Receipt>, Error> {
        self.step(|session, _| {
            let body = kept_assessment(session, case)?;
            let kept: Lines = serde_json::from_str(&body).map_err(|e| Error::TotalUnread {
                assessment: case.assessment.to_owned(),
                got: e.to_string(),
            })?;
            let lines: Vec<_> = kept
                .lines
                .into_iter()
                .filter(|line| line.receipt)
                .map(|line| FeeLine {
                    code: Some(line.fee),
                    name: line.name.vi,
                    amount: line.amount,
                })
                .collect();
            if lines.is_empty() {
                return Ok(None);
            }
            let request = format!("{}/{}", case.dossier, case.assessment);
            let given = session.requested_receipt(
                &receipts.collector.tax_code,
                &receipts.form,
                &receipts.symbol,
                &request,
            )?;
            // What was given is given, whatever became of the money since.
            if given.is_none() {
                paid(session, case, order)?;
            }
            let day = now.to_offset(VIET_NAM).date();
            let draft = Draft {
                date: given.as_ref().map_or(day, |receipt| receipt.draft().date),
                name: receipts.name.clone(),
                collector: receipts.collector.clone(),
                agent: receipts.agent.clone(),
                payer: payer.cloned(),
                lines,
                dossier: Some(case.dossier.to_owned()),
                order: order.map(str::to_owned),
            };
            session.for_dossier(case.dossier)?;
            let asked = ReceiptRequest {
                id: &request,
                form: &receipts.form,
                symbol: &receipts.symbol,
                draft: &draft,
                replaces: None,
            };
            Ok(Some(session.issue_receipt(&asked, now)?))
        })
    }
}
