//! What the reader of an assessment should know: weak sources, interpretations, ceilings, quotas, a tariff past its review.

use motcua_money::Language;

use super::Dates;
use super::line::Computed;
use crate::application::Application;
use crate::assessment::{StepKind, Warning};
use crate::model::{Citation, Confidence, Tariff, Text};

fn note(kind: &'static str, fee: &str, vi: String, en: String) -> Warning {
    Warning { kind, fee: Some(fee.to_owned()), text: Text { vi, en } }
}

/// What rests on a weaker source, once for each.
pub(super) fn confidence(citation: &Citation, fee: &str, warnings: &mut Vec<Warning>) {
    let (kind, vi, en) = match citation.confidence {
        Confidence::Verified => return,
        Confidence::VerifiedOcr => (
            "ocr_source",
            "đọc từ bản quét, cần đối chiếu bản ký",
            "read from a scan; compare with the signed text",
        ),
        Confidence::Secondary => (
            "secondary_source",
            "theo nguồn thứ cấp, chưa đối chiếu văn bản gốc",
            "from a secondary source, not compared with the text itself",
        ),
        Confidence::Unverified => {
            ("unverified", "chưa kiểm chứng, dùng theo yêu cầu", "not verified, used on request")
        }
    };
    let warning = note(
        kind,
        fee,
        format!("{}: {vi}", citation.instrument),
        format!("{}: {en}", citation.instrument),
    );
    if !warnings.contains(&warning) {
        warnings.push(warning);
    }
}

/// What a line itself has to say.
pub(super) fn of_line(line: &Computed<'_>, warnings: &mut Vec<Warning>) {
    let fee = &line.fee.id;
    for citation in line.citations() {
        confidence(citation, fee, warnings);
    }
    for step in &line.steps {
        match &step.kind {
            StepKind::Interpretation { value, ground } => warnings.push(note(
                "interpretation",
                fee,
                format!(
                    "Văn bản không quy định cho giá trị {}; áp dụng cách hiểu: {}",
                    value.format(Language::Vi),
                    ground.vi
                ),
                format!(
                    "No row of the law covers the value {}; taken by interpretation: {}",
                    value.format(Language::En),
                    ground.en
                ),
            )),
            StepKind::ServiceCeiling { asked, .. } => warnings.push(note(
                "above_ceiling",
                fee,
                format!(
                    "Giá đề nghị {} vượt mức trần; chỉ được thu {}",
                    asked.format(Language::Vi),
                    step.value.format(Language::Vi)
                ),
                format!(
                    "The price asked, {}, is above the ceiling; only {} may be taken",
                    asked.format(Language::En),
                    step.value.format(Language::En)
                ),
            )),
            _ => {}
        }
    }
    if line.no_ceiling {
        warnings.push(note(
            "no_ceiling",
            fee,
            "Chưa có mức trần cho trường hợp này trong biểu; giá chưa được kiểm soát".to_owned(),
            "The tariff has no ceiling for this case: the price was not checked against one"
                .to_owned(),
        ));
    }
    for modifier in &line.quota_unstated {
        warnings.push(note(
            "quota_not_stated",
            fee,
            format!("{}: chưa khai số lần đã được hưởng; coi như chưa lần nào", modifier.name.vi),
            format!("{}: earlier uses were not stated; taken as none", modifier.name.en),
        ));
    }
}

/// What concerns the tariff as a whole.
pub(super) fn general(
    tariff: &Tariff,
    application: &Application,
    dates: &Dates,
    warnings: &mut Vec<Warning>,
) {
    let day = dates.collected;
    if let Some(until) = tariff.reviewed_until.filter(|until| day > *until) {
        warnings.push(Warning {
            kind: "review_due",
            fee: None,
            text: Text {
                vi: format!(
                    "Biểu phí được rà soát đến {}; cần kiểm tra văn bản mới",
                    crate::day::vietnamese(until)
                ),
                en: format!(
                    "The tariff was reviewed up to {}; look for newer instruments",
                    crate::day::iso(until)
                ),
            },
        });
    }
    for change in &tariff.expected {
        let concerns = change
            .fee
            .as_ref()
            .is_none_or(|id| application.fees.iter().any(|request| request.fee == *id));
        if concerns && day >= change.on {
            warnings.push(Warning {
                kind: "change_expected",
                fee: change.fee.clone(),
                text: change.note.clone(),
            });
        }
    }
}
