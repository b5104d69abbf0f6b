//! The sentences of an assessment in Vietnamese and English. It computes nothing.

use motcua_money::{Exact, Language};

use crate::assessment::{Assessment, Line, Step, StepKind};
use crate::day;
use crate::model::{Citation, Confidence, Effect, FeeKind};

fn percent(rate: Exact, language: Language) -> String {
    let hundred = rate.checked_mul(Exact::from(100)).unwrap_or(rate);
    // A rate from interpolation may have no end: six places are shown, the exact value stays in the step.
    let shown = match hundred.to_decimal() {
        Some(_) => hundred.format(language),
        None => {
            let millionths = hundred.checked_mul(Exact::from(1_000_000)).unwrap_or(hundred);
            let whole = Exact::from_integer(
                millionths.round_to_integer(motcua_money::RoundingMode::HalfUp),
            );
            let about = whole.checked_div(Exact::from(1_000_000)).unwrap_or(whole);
            format!("≈ {}", about.format(language))
        }
    };
    match language {
        Language::Vi => format!("{shown} %"),
        Language::En => format!("{shown}%"),
    }
}

/// The sentence of a step.
pub(crate) fn step(step: &Step, language: Language) -> String {
    let vi = language == Language::Vi;
    let n = |value: &Exact| value.format(language);
    let next = |value: &Exact| n(&value.checked_add(Exact::ONE).unwrap_or(*value));
    let result = n(&step.value);
    match &step.kind {
        StepKind::Flat if vi => format!("Mức thu cố định: {result}"),
        StepKind::Flat => format!("Fixed amount: {result}"),
        StepKind::Units { quantity, free, each } => {
            let free = match (free.is_zero(), vi) {
                (true, _) => String::new(),
                (false, true) => format!(" (miễn {})", n(free)),
                (false, false) => format!(" ({} free)", n(free)),
            };
            format!("{}{free} × {} = {result}", n(quantity), n(each))
        }
        StepKind::Tier { from, up_to, units, each } => {
            let range = match (up_to, vi) {
                (Some(end), true) => format!("Từ {} đến {}", next(from), n(end)),
                (Some(end), false) => format!("From {} to {}", next(from), n(end)),
                (None, true) => format!("Từ {} trở đi", next(from)),
                (None, false) => format!("From {} on", next(from)),
            };
            format!("{range}: {} × {} = {result}", n(units), n(each))
        }
        StepKind::BandAmount { value } if vi => format!("Giá trị {}: mức thu {result}", n(value)),
        StepKind::BandAmount { value } => format!("Value {}: amount {result}", n(value)),
        StepKind::BandRate { value, rate } | StepKind::Rate { value, rate } => {
            format!("{} × {} = {result}", n(value), percent(*rate, language))
        }
        StepKind::BandExcess { value, base, over, rate } if vi => format!(
            "{} + {} × phần của {} vượt {} = {result}",
            n(base),
            percent(*rate, language),
            n(value),
            n(over)
        ),
        StepKind::BandExcess { value, base, over, rate } => format!(
            "{} + {} of the part of {} over {} = {result}",
            n(base),
            percent(*rate, language),
            n(value),
            n(over)
        ),
        StepKind::Interpretation { value, ground } if vi => {
            format!(
                "Giá trị {} không thuộc dòng nào; theo cách hiểu: {}: {result}",
                n(value),
                ground.vi
            )
        }
        StepKind::Interpretation { value, ground } => {
            format!(
                "Value {} stands in no row; by interpretation: {}: {result}",
                n(value),
                ground.en
            )
        }
        StepKind::Packages { quantity, size, packages, each } if vi => {
            format!(
                "{} chia theo lô {}: {} lô × {} = {result}",
                n(quantity),
                n(size),
                n(packages),
                n(each)
            )
        }
        StepKind::Packages { quantity, size, packages, each } => {
            format!(
                "{} in packages of {}: {} × {} = {result}",
                n(quantity),
                n(size),
                n(packages),
                n(each)
            )
        }
        StepKind::Interpolated { value, rate } if vi => {
            format!("{} × {} (tỷ lệ nội suy) = {result}", n(value), percent(*rate, language))
        }
        StepKind::Interpolated { value, rate } => {
            format!("{} × {} (interpolated rate) = {result}", n(value), percent(*rate, language))
        }
        StepKind::Ordinals { from, to, each } if vi => {
            format!("Bản thứ {} đến {}, mỗi bản {}: {result}", next(from), n(to), n(each))
        }
        StepKind::Ordinals { from, to, each } => {
            format!("Copies {} to {}, {} each: {result}", next(from), n(to), n(each))
        }
        StepKind::Sum if vi => format!("Cộng: {result}"),
        StepKind::Sum => format!("Sum: {result}"),
        StepKind::Greatest if vi => format!("Lấy mức cao nhất: {result}"),
        StepKind::Greatest => format!("The greatest: {result}"),
        StepKind::Least if vi => format!("Lấy mức thấp nhất: {result}"),
        StepKind::Least => format!("The least: {result}"),
        StepKind::Instances { count, each } if vi => {
            format!("{} bản × {} = {result}", n(count), n(each))
        }
        StepKind::Instances { count, each } => {
            format!("{} copies × {} = {result}", n(count), n(each))
        }
        StepKind::Assets { count, each } if vi => {
            format!("{} tài sản × {} = {result}", n(count), n(each))
        }
        StepKind::Assets { count, each } => format!("{} assets × {} = {result}", n(count), n(each)),
        StepKind::Floor { floor } if vi => format!("Mức thu tối thiểu {}", n(floor)),
        StepKind::Floor { floor } => format!("Minimum {}", n(floor)),
        StepKind::Cap { cap, scope } => {
            let per = match (*scope, vi) {
                ("instance", true) => "mỗi bản",
                ("instance", false) => "a copy",
                ("asset", true) => "mỗi tài sản",
                ("asset", false) => "an asset",
                (_, true) => "mỗi trường hợp",
                (_, false) => "a case",
            };
            if vi {
                format!("Mức thu tối đa {per}: {}", n(cap))
            } else {
                format!("At most {} {per}", n(cap))
            }
        }
        StepKind::CapLifted if vi => "Không áp dụng mức tối đa cho trường hợp này".to_owned(),
        StepKind::CapLifted => "The cap does not apply to this case".to_owned(),
        StepKind::Modifier { name, effect, citation } => {
            let effect = match (effect, vi) {
                (Effect::Set(amount), true) => format!("mức thu {}", n(amount)),
                (Effect::Set(amount), false) => format!("amount {}", n(amount)),
                (Effect::Multiply(factor), true) => format!("bằng {}", percent(*factor, language)),
                (Effect::Multiply(factor), false) => {
                    format!("{} of it", percent(*factor, language))
                }
                (Effect::Subtract(amount), true) => format!("giảm {}", n(amount)),
                (Effect::Subtract(amount), false) => format!("less {}", n(amount)),
            };
            format!("{} ({}): {effect} → {result}", name.get(language), cite(citation, language))
        }
        StepKind::Ceiling { saving } => {
            let basis = saving.parameter.as_ref().map(|(times, name, value, citation)| {
                format!(" ({} × {name} {}; {})", n(times), n(value), cite(citation, language))
            });
            let basis = basis.unwrap_or_default();
            if vi {
                format!("Mức giảm không quá {}{basis} → {result}", n(&saving.limit))
            } else {
                format!("The reduction is at most {}{basis} → {result}", n(&saving.limit))
            }
        }
        StepKind::ServiceCeiling { asked, citation } if vi => {
            format!("Giá {} vượt mức trần ({}): {result}", n(asked), cite(citation, language))
        }
        StepKind::ServiceCeiling { asked, citation } => {
            format!(
                "The price {} is above the ceiling ({}): {result}",
                n(asked),
                cite(citation, language)
            )
        }
        StepKind::Exchange { from, rate, date, source } if vi => {
            format!(
                "Quy đổi {from} theo tỷ giá {} ngày {} ({source}): {result}",
                n(rate),
                day::vietnamese(*date)
            )
        }
        StepKind::Exchange { from, rate, date, source } => {
            format!(
                "Converted from {from} at {} of {} ({source}): {result}",
                n(rate),
                day::iso(*date)
            )
        }
        StepKind::Rounded { mode, unit } if vi => {
            format!("Làm tròn ({}) đến {}: {result}", mode.name(), n(unit))
        }
        StepKind::Rounded { mode, unit } => {
            format!("Rounded ({}) to {}: {result}", mode.name(), n(unit))
        }
    }
}

fn cite(citation: &Citation, language: Language) -> String {
    format!("{}, {}", citation.title.get(language), citation.article)
}

fn source(line: &Line, language: Language) -> String {
    let cited = cite(&line.citation, language);
    let confidence = match (line.citation.confidence, language) {
        (Confidence::Verified, _) => "",
        (Confidence::VerifiedOcr, Language::Vi) => " [bản quét]",
        (Confidence::VerifiedOcr, Language::En) => " [scan]",
        (Confidence::Secondary, Language::Vi) => " [nguồn thứ cấp]",
        (Confidence::Secondary, Language::En) => " [secondary source]",
        (Confidence::Unverified, Language::Vi) => " [chưa kiểm chứng]",
        (Confidence::Unverified, Language::En) => " [unverified]",
    };
    let (from, until) = (line.validity.from, line.validity.until);
    match language {
        Language::Vi => {
            let from = from
                .map(|day| format!("; áp dụng từ {}", day::vietnamese(day)))
                .unwrap_or_default();
            let until =
                until.map(|day| format!(" đến trước {}", day::vietnamese(day))).unwrap_or_default();
            format!("Căn cứ: {cited}{confidence}{from}{until}")
        }
        Language::En => {
            let from =
                from.map(|day| format!("; in force from {}", day::iso(day))).unwrap_or_default();
            let until =
                until.map(|day| format!(" until before {}", day::iso(day))).unwrap_or_default();
            format!("Basis: {cited}{confidence}{from}{until}")
        }
    }
}

/// The whole explanation.
pub(crate) fn assessment(assessment: &Assessment, language: Language) -> String {
    let mut out: Vec<String> = Vec::new();
    for line in &assessment.lines {
        let kind = match (line.kind, language) {
            (FeeKind::Phi, Language::Vi) => "phí",
            (FeeKind::LePhi, Language::Vi) => "lệ phí",
            (FeeKind::ServiceCost, Language::Vi) => "chi phí dịch vụ",
            (FeeKind::Subsidy, Language::Vi) => "ngân sách hỗ trợ",
            (FeeKind::Phi, Language::En) => "phí",
            (FeeKind::LePhi, Language::En) => "lệ phí",
            (FeeKind::ServiceCost, Language::En) => "service cost",
            (FeeKind::Subsidy, Language::En) => "paid by the budget",
        };
        out.push(format!("{} ({kind}): {}", line.name.get(language), line.amount.format(language)));
        out.extend(line.steps.iter().map(|step| format!("  - {}", step.text(language))));
        out.push(format!("  {}", source(line, language)));
    }
    for exemption in &assessment.exemptions {
        out.push(format!(
            "{} → {}: {}",
            exemption.entitlement,
            exemption.fee,
            exemption.ground.get(language)
        ));
    }
    for warning in &assessment.warnings {
        let label = match language {
            Language::Vi => "Lưu ý",
            Language::En => "Note",
        };
        out.push(format!("{label}: {}", warning.text.get(language)));
    }
    if let Some(budget) = &assessment.paid_by_budget {
        out.push(match language {
            Language::Vi => format!("Ngân sách chi trả: {}", budget.format(language)),
            Language::En => format!("Paid by the budget: {}", budget.format(language)),
        });
    }
    out.push(match language {
        Language::Vi => {
            format!(
                "Tổng cộng: {} (Bằng chữ: {}).",
                assessment.total.format(language),
                assessment.in_words.vi
            )
        }
        Language::En => {
            format!("Total: {} ({}).", assessment.total.format(language), assessment.in_words.en)
        }
    });
    out.join("\n")
}
