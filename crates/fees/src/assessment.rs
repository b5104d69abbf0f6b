//! The answer: lines, totals, exemptions, warnings, and the inputs they came from. Its sentences stand in `render`.

use std::sync::Arc;

use motcua_money::{Amount, Exact, Language, RoundingMode};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use time::Date;

use crate::application::{Application, FactValue};
use crate::day;
use crate::model::{Citation, Effect, FeeKind, RateDateKind, Saving, Text};

/// Version of the JSON form of an assessment.
pub const ASSESSMENT_SCHEMA: u32 = 1;

/// A computed fee: every đồng with its reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Assessment {
    /// Version of this form ([`ASSESSMENT_SCHEMA`]).
    pub schema: u32,
    /// Name and version of the engine.
    pub engine: String,
    /// The tariff, with its content hash.
    pub tariff: TariffRef,
    /// Day of the assessment.
    #[serde(with = "day")]
    pub date: Date,
    /// The case as it was put; with tariff and date, all that is needed to compute this again.
    pub application: Application,
    /// One line for each fee asked for, and one for each subsidy.
    pub lines: Vec<Line>,
    /// What the payer pays.
    pub total: Amount,
    /// What the budget pays in the payer's place; only where there is a subsidy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_by_budget: Option<Amount>,
    /// The total in words.
    pub in_words: Words,
    /// The total by collecting account; fees without an account stand under `null`.
    pub accounts: Vec<AccountTotal>,
    /// Exemptions and reductions claimed, granted or refused.
    pub exemptions: Vec<Exemption>,
    /// What the reader should know.
    pub warnings: Vec<Warning>,
}

/// Which tariff was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TariffRef {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// `sha256:` of the file.
    pub hash: String,
}

/// A text in words, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Words {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

/// The total of one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountTotal {
    /// The account.
    pub account: Option<String>,
    /// What it receives from the payer.
    pub total: Amount,
}

/// One line. A line of zero is a line: it needs a receipt as well.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// Id of the fee.
    pub fee: String,
    /// Kind of charge.
    pub kind: FeeKind,
    /// Name of the fee.
    pub name: Text,
    /// The caller's reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The collecting account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The facts given for this line, by name.
    pub inputs: std::collections::BTreeMap<String, FactValue>,
    /// The rule that set it.
    pub rule: String,
    /// The computation, in order.
    pub steps: Vec<Step>,
    /// The exact value before rounding, in units of the currency of payment.
    pub unrounded: Exact,
    /// What is due, rounded once.
    pub amount: Amount,
    /// Must a receipt be given? True for every phí and lệ phí, also of zero.
    pub receipt: bool,
    /// Where the rule stands.
    #[serde(serialize_with = "shared")]
    pub citation: Arc<Citation>,
    /// When the rule is in force.
    pub validity: Validity,
    /// Day that decided the rule.
    pub rate_date: RateDate,
}

fn shared<S: Serializer>(citation: &Arc<Citation>, serializer: S) -> Result<S::Ok, S::Error> {
    citation.as_ref().serialize(serializer)
}

/// From this day until before that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Validity {
    /// First day.
    #[serde(with = "day::optional")]
    pub from: Option<Date>,
    /// First day no longer covered.
    #[serde(with = "day::optional")]
    pub until: Option<Date>,
}

/// The day that decided the rule, and which day that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RateDate {
    /// Lodged, decided or collected.
    pub kind: RateDateKind,
    /// The day.
    #[serde(with = "day")]
    pub date: Date,
}

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExemptionResult {
    /// It lowered the amount.
    Granted,
    /// Refused: no proof was given.
    NoEvidence,
    /// Refused: this tariff does not know the claim.
    NotInTariff,
    /// Refused: no rule gives it for this fee.
    NotForThisFee,
    /// Refused: not in force on the day.
    NotInForce,
    /// Refused: another condition is not met.
    ConditionsNotMet,
    /// Refused: used up in this period.
    QuotaUsed,
    /// Not applied: another treatment is more favourable or prevails.
    NotTheBest,
}

/// A claim on one fee and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exemption {
    /// The claim.
    pub entitlement: String,
    /// The fee.
    pub fee: String,
    /// The modifier concerned, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modifier: Option<String>,
    /// What became of it.
    pub result: ExemptionResult,
    /// The ground, in both languages.
    pub ground: Text,
}

/// Something the reader should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// `review_due`, `change_expected`, `interpretation`, `ocr_source`, `secondary_source`, `unverified`, `above_ceiling`,
    /// `no_ceiling`, `quota_not_stated`.
    pub kind: &'static str,
    /// The fee concerned, if one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee: Option<String>,
    /// The text, in both languages.
    pub text: Text,
}

/// One step of a computation. In JSON: `step` (its kind), `vi`, `en`, `value` (the exact result so far).
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub(crate) kind: StepKind,
    /// The exact result of the step, in units of the fee's currency.
    pub value: Exact,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum StepKind {
    Flat,
    Units { quantity: Exact, free: Exact, each: Exact },
    Tier { from: Exact, up_to: Option<Exact>, units: Exact, each: Exact },
    BandAmount { value: Exact },
    BandRate { value: Exact, rate: Exact },
    BandExcess { value: Exact, base: Exact, over: Exact, rate: Exact },
    Interpretation { value: Exact, ground: Text },
    Rate { value: Exact, rate: Exact },
    Packages { quantity: Exact, size: Exact, packages: Exact, each: Exact },
    Interpolated { value: Exact, rate: Exact },
    Ordinals { from: Exact, to: Exact, each: Exact },
    Sum,
    Greatest,
    Least,
    Instances { count: Exact, each: Exact },
    Assets { count: Exact, each: Exact },
    Floor { floor: Exact },
    Cap { cap: Exact, scope: &'static str },
    CapLifted,
    Modifier { name: Text, effect: Effect, citation: Arc<Citation> },
    Ceiling { saving: Saving },
    ServiceCeiling { asked: Exact, citation: Arc<Citation> },
    Exchange { from: String, rate: Exact, date: Date, source: String },
    Rounded { mode: RoundingMode, unit: Exact },
}

impl Step {
    /// The sentence of the step.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        crate::render::step(self, language)
    }

    /// The kind of the step, as in JSON.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.kind {
            StepKind::Flat => "flat",
            StepKind::Units { .. } => "units",
            StepKind::Tier { .. } => "tier",
            StepKind::BandAmount { .. } => "band_amount",
            StepKind::BandRate { .. } => "band_rate",
            StepKind::BandExcess { .. } => "band_excess",
            StepKind::Interpretation { .. } => "interpretation",
            StepKind::Rate { .. } => "rate",
            StepKind::Packages { .. } => "packages",
            StepKind::Interpolated { .. } => "interpolated",
            StepKind::Ordinals { .. } => "ordinals",
            StepKind::Sum => "sum",
            StepKind::Greatest => "greatest",
            StepKind::Least => "least",
            StepKind::Instances { .. } => "instances",
            StepKind::Assets { .. } => "assets",
            StepKind::Floor { .. } => "floor",
            StepKind::Cap { .. } => "cap",
            StepKind::CapLifted => "cap_lifted",
            StepKind::Modifier { .. } => "modifier",
            StepKind::Ceiling { .. } => "ceiling",
            StepKind::ServiceCeiling { .. } => "service_ceiling",
            StepKind::Exchange { .. } => "exchange",
            StepKind::Rounded { .. } => "rounded",
        }
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Step", 4)?;
        fields.serialize_field("step", self.kind())?;
        fields.serialize_field("vi", &self.text(Language::Vi))?;
        fields.serialize_field("en", &self.text(Language::En))?;
        fields.serialize_field("value", &self.value)?;
        fields.end()
    }
}

impl Assessment {
    /// The JSON form, with `text` (the explanation in both languages) and `hash` (SHA-256 of all the rest) added.
    /// Keys stand in a fixed order: equal assessments have equal bytes.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings and ordered maps only: writing cannot fail. The hash is that of the form without the two last keys.
        let mut json = serde_json::to_string(self).unwrap_or_default();
        let hash = crate::load::sha256(&json);
        let text = Words { vi: self.text(Language::Vi), en: self.text(Language::En) };
        json.pop();
        json.push_str(",\"text\":");
        json.push_str(&serde_json::to_string(&text).unwrap_or_default());
        json.push_str(",\"hash\":\"");
        json.push_str(&hash);
        json.push_str("\"}");
        json
    }

    /// `sha256:` of the JSON form without `text` and `hash`.
    #[must_use]
    pub fn hash(&self) -> String {
        crate::load::sha256(&serde_json::to_string(self).unwrap_or_default())
    }

    /// The explanation as plain text, fit to print and to read aloud.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        crate::render::assessment(self, language)
    }
}
