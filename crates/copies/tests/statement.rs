//! Which statement a copy may carry, and who may sign it.
#![allow(clippy::unwrap_used)]

mod made;

use made::{demo, facts_of, original, sample};
use motcua_copies::issue::{Fonts, issue};
use time::macros::date;

#[test]
fn the_statement_is_that_of_the_day_and_of_who_signs() {
    let jpeg = sample("diploma-page-1.jpg");
    let (demo, good) = (demo(), facts_of(&[original(&jpeg)]));
    let (official, agency) = (demo.official_signer().unwrap(), demo.agency_signer().unwrap());
    let made = |template: &str, day: time::Date, capacity: &str| {
        let mut facts = good.clone();
        (facts.template, facts.capacity) = (template.to_owned(), capacity.to_owned());
        facts.certified_on = day;
        let fonts = Fonts::LIBERATION_SERIF;
        issue(&[original(&jpeg)], &facts, fonts, &official, &agency)
    };
    let (new, old) = (date!(2026 - 11 - 24), date!(2025 - 10 - 31));
    for (template, day, capacity) in [
        ("copy-2025-11", new, "CHỦ TỊCH"),
        ("copy-2025-11", new, "CÔNG CHỨC TƯ PHÁP – HỘ TỊCH"),
        ("copy-2020-05", old, "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH"),
        ("copy-2020-05-notary", new, "CÔNG CHỨNG VIÊN"),
        ("copy-2020-05-consular", new, "BÍ THƯ THỨ NHẤT"),
    ] {
        let copy = made(template, day, capacity).unwrap();
        let report =
            motcua_copies::verify(&copy, &made::policy("t", vec![demo.anchor()], made::NOW));
        let statement = report.reasons.iter().find(|r| r.code == "copies.statement_differs");
        assert!(statement.is_none(), "{template}: {statement:?}");
    }
    for (template, day, capacity, code) in [
        ("copy-2025-11", old, "CHỦ TỊCH", "copies.template_not_in_force"),
        ("copy-2020-05", new, "CHỦ TỊCH", "copies.template_not_in_force"),
        ("copy-2020-05-district", new, "TRƯỞNG PHÒNG", "copies.template_not_in_force"),
        ("copy-2025-11", new, "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH", "copies.capacity_not_competent"),
        ("copy-2020-05", old, "TUQ. CHỦ TỊCH", "copies.capacity_not_competent"),
        ("copy-2020-05-notary", new, "CHỦ TỊCH", "copies.capacity_not_competent"),
    ] {
        assert_eq!(
            made(template, day, capacity).unwrap_err().code(),
            code,
            "{template} {capacity}"
        );
    }
}
