//! Which statement an issuer uses on a day, and in which capacities its officials sign it then: data, each row with its law.

use time::Date;
use time::macros::date;

use crate::facts::CopyFacts;

/// Who certifies (Decree 23/2015/NĐ-CP Art. 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IssuerKind {
    /// The People's Committee of a commune, ward or special zone.
    Commune,
    /// A district's justice office, until the districts were dissolved.
    District,
    /// A notary's organisation.
    Notary,
    /// A diplomatic mission or consular post abroad.
    Consular,
}

impl IssuerKind {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Commune, Self::District, Self::Notary, Self::Consular];

    /// The name it is given by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Commune => "commune",
            Self::District => "district",
            Self::Notary => "notary",
            Self::Consular => "consular",
        }
    }
}

/// By what right a person signs the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Capacity {
    /// The head of the office.
    Head,
    /// A deputy who signs for the head.
    Deputy,
    /// Someone whom the head authorised.
    Authorised,
    /// Someone to whom certifying was assigned; signs under a title of their own.
    Assigned,
    /// A notary.
    Notary,
    /// A consular officer.
    Consular,
}

/// How the first line of a capacity reads, in capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Is(&'static str),
    Begins(&'static str),
    /// Any other; the law names no wording.
    Other,
}

/// What speaks against those who sign, with the capacity that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Objection<'f> {
    /// The statement does not hold on the day.
    NotInForce,
    /// Nobody certifies in this capacity.
    Capacity(&'f str),
    /// Only one may sign, and this is another's.
    Several(&'f str),
}

/// A statement's wording and where it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    /// The name that copies carry.
    pub id: &'static str,
    /// Whose it is.
    pub issuer: IssuerKind,
    /// The law it follows.
    pub law: &'static str,
    /// The first day.
    pub from: Date,
    /// The last day; still in force without it.
    pub until: Option<Date>,
    /// First lines with what they stand for; the first that fits counts. `None` is refused.
    capacities: &'static [(Line, Option<Capacity>)],
    /// The capacities as an error tells them.
    pub known: &'static str,
    /// Whether officials may sign beside the first.
    pub several: bool,
}

const DECREE_45: &str = "Nghị định 45/2020/NĐ-CP Điều 10; Nghị định 23/2015/NĐ-CP Điều 5, 12";

/// Every template. Electronic copies exist since Decree 45/2020/NĐ-CP came into force.
const TEMPLATES: [Template; 5] = [
    // Decree 280/2025/NĐ-CP, in force from 1 November 2025: the chair, or who is authorised or assigned; a deputy no longer as such
    Template {
        id: super::COPY_2025_11,
        issuer: IssuerKind::Commune,
        law: "Nghị định 23/2015/NĐ-CP Điều 5, 12, sửa đổi bởi Nghị định 280/2025/NĐ-CP",
        from: date!(2025 - 11 - 01),
        until: None,
        capacities: &[
            (Line::Is("CHỦ TỊCH"), Some(Capacity::Head)),
            (Line::Begins("TUQ. CHỦ TỊCH"), Some(Capacity::Authorised)),
            (Line::Begins("KT."), None),
            (Line::Begins("PHÓ CHỦ TỊCH"), None),
            (Line::Other, Some(Capacity::Assigned)),
        ],
        known: "CHỦ TỊCH, TUQ. CHỦ TỊCH, the title of a person assigned; no deputy (KT.) since 1 November 2025",
        several: false,
    },
    Template {
        id: "copy-2020-05",
        issuer: IssuerKind::Commune,
        law: DECREE_45,
        from: date!(2020 - 05 - 22),
        until: Some(date!(2025 - 10 - 31)),
        capacities: &[
            (Line::Is("CHỦ TỊCH"), Some(Capacity::Head)),
            (Line::Begins("KT. CHỦ TỊCH"), Some(Capacity::Deputy)),
        ],
        known: "CHỦ TỊCH, KT. CHỦ TỊCH",
        several: false,
    },
    // Districts were dissolved on 1 July 2025.
    Template {
        id: "copy-2020-05-district",
        issuer: IssuerKind::District,
        law: DECREE_45,
        from: date!(2020 - 05 - 22),
        until: Some(date!(2025 - 06 - 30)),
        capacities: &[
            (Line::Begins("TRƯỞNG PHÒNG"), Some(Capacity::Head)),
            (Line::Begins("KT. TRƯỞNG PHÒNG"), Some(Capacity::Deputy)),
        ],
        known: "TRƯỞNG PHÒNG, KT. TRƯỞNG PHÒNG",
        several: false,
    },
    Template {
        id: "copy-2020-05-notary",
        issuer: IssuerKind::Notary,
        law: DECREE_45,
        from: date!(2020 - 05 - 22),
        until: None,
        capacities: &[(Line::Is("CÔNG CHỨNG VIÊN"), Some(Capacity::Notary))],
        known: "CÔNG CHỨNG VIÊN",
        // By practice, not by an article: notaries of one office may certify a copy together.
        several: true,
    },
    Template {
        id: "copy-2020-05-consular",
        issuer: IssuerKind::Consular,
        law: DECREE_45,
        from: date!(2020 - 05 - 22),
        until: None,
        capacities: &[(Line::Other, Some(Capacity::Consular))],
        known: "the officer's title",
        several: false,
    },
];

impl Template {
    /// The names of all, as an error tells them.
    pub fn names() -> String {
        TEMPLATES.map(|t| t.id).join(", ")
    }

    /// The template of this name.
    pub fn named(id: &str) -> Option<&'static Self> {
        TEMPLATES.iter().find(|t| t.id == id)
    }

    /// What such an issuer uses on that day; `None` where it certified no electronic copies then.
    pub fn on(issuer: IssuerKind, day: Date) -> Option<&'static Self> {
        TEMPLATES.iter().find(|t| t.issuer == issuer && t.in_force(day))
    }

    /// Whether it holds on that day.
    pub fn in_force(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }

    /// Why those whom `facts` name may not sign this statement on its day; `None` where nothing speaks against them.
    pub(crate) fn objection<'f>(&self, facts: &'f CopyFacts) -> Option<Objection<'f>> {
        if !self.in_force(facts.certified_on) {
            return Some(Objection::NotInForce);
        }
        let mut capacities = facts.officials().map(|(_, capacity)| capacity);
        if let Some(unfit) = capacities.find(|capacity| self.capacity(capacity).is_none()) {
            return Some(Objection::Capacity(unfit));
        }
        let second = facts.co_officials.first().filter(|_| !self.several)?;
        Some(Objection::Several(&second.capacity))
    }

    /// By what right someone signs who writes this above the name; `None` for one who had none under this law.
    pub fn capacity(&self, written: &str) -> Option<Capacity> {
        let first = written.lines().next().unwrap_or_default().trim().to_uppercase();
        let fits = |line: &Line| match line {
            Line::Is(text) => first == *text,
            Line::Begins(text) => first.starts_with(text),
            Line::Other => !first.is_empty(),
        };
        self.capacities.iter().find(|(line, _)| fits(line)).and_then(|(_, capacity)| *capacity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_law_of_the_day_and_who_signs_by_it() {
        let id = |issuer, day| Template::on(issuer, day).map(|t| t.id);
        assert_eq!(id(IssuerKind::Commune, date!(2020 - 05 - 21)), None);
        assert_eq!(id(IssuerKind::Commune, date!(2025 - 10 - 31)), Some("copy-2020-05"));
        assert_eq!(id(IssuerKind::Commune, date!(2025 - 11 - 01)), Some("copy-2025-11"));
        assert_eq!(id(IssuerKind::District, date!(2025 - 06 - 30)), Some("copy-2020-05-district"));
        assert_eq!(id(IssuerKind::District, date!(2025 - 07 - 01)), None);
        let of = |id: &str, written: &str| Template::named(id).and_then(|t| t.capacity(written));
        assert_eq!(of("copy-2025-11", "Chủ tịch"), Some(Capacity::Head));
        assert_eq!(of("copy-2025-11", "TUQ. CHỦ TỊCH\nX"), Some(Capacity::Authorised));
        assert_eq!(of("copy-2025-11", "CÔNG CHỨC TƯ PHÁP – HỘ TỊCH"), Some(Capacity::Assigned));
        assert_eq!(of("copy-2025-11", "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH"), None);
        assert_eq!(of("copy-2020-05", "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH"), Some(Capacity::Deputy));
        assert_eq!(of("copy-2020-05", "TUQ. CHỦ TỊCH"), None);
        assert_eq!(of("copy-2020-05-notary", "CHỦ TỊCH"), None);
        assert_eq!(of("copy-2020-05-consular", ""), None);
    }

    /// One template at most on a day, so that the day decides.
    #[test]
    fn templates_of_an_issuer_do_not_overlap() {
        for (i, one) in TEMPLATES.iter().enumerate() {
            for other in TEMPLATES.iter().skip(i + 1).filter(|o| o.issuer == one.issuer) {
                assert!(!one.in_force(other.from) && !other.in_force(one.from));
            }
        }
    }
}
