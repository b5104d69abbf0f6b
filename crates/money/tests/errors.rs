//! One failing input for every error code of this crate (`test-vectors/errors.json` points here).

use motcua_money::{Amount, Currency, Decimal, Error, Exact, Rounding, RoundingMode};

#[track_caller]
fn is(error: Error, code: &str) {
    assert_eq!(error.code(), code);
    assert!(!error.details().is_empty());
    assert!(error.to_string().len() > 20);
}

#[test]
fn bad_amount() {
    for raw in
        ["", "abc", "1.5", "1.2345", "36,000.5", "01.000", "1..000", ".000", "36.000 XYZ", "1e3"]
    {
        is(raw.parse::<Amount>().unwrap_err(), "money.bad_amount");
    }
}

#[test]
fn bad_decimal() {
    for raw in [
        "",
        "1e3",
        "1_000",
        "+1",
        "0x1",
        ".5",
        "5.",
        "1/",
        "NaN",
        "1,5",
        "99999999999999999999999999999999",
    ] {
        is(raw.parse::<Exact>().unwrap_err(), "money.bad_decimal");
    }
}

#[test]
fn unknown_currency() {
    is("vnd".parse::<Currency>().unwrap_err(), "money.unknown_currency");
}

#[test]
fn currency_mismatch() {
    let dollars = Amount::from_decimal_str("1", Currency::USD).unwrap();
    is(Amount::vnd(1).checked_add(&dollars).unwrap_err(), "money.currency_mismatch");
    is(Amount::vnd(1).checked_sub(&dollars).unwrap_err(), "money.currency_mismatch");
    is(Amount::vnd(1).checked_cmp(&dollars).unwrap_err(), "money.currency_mismatch");
}

#[test]
fn overflow() {
    let most = Amount::new(Decimal::MAX, Currency::VND);
    is(most.checked_add(&Amount::vnd(1)).unwrap_err(), "money.overflow");
    is(most.checked_mul(Decimal::from(2)).unwrap_err(), "money.overflow");
    // Exact or nothing: the decimal crate alone would round this product.
    let fine = Amount::from_decimal_str("0.0000000000000000000000000001", Currency::VND).unwrap();
    is(fine.checked_mul(Decimal::new(1, 1)).unwrap_err(), "money.overflow");
}

#[test]
fn division_by_zero() {
    is(Exact::new(1, 0).unwrap_err(), "money.division_by_zero");
    is(Exact::ONE.checked_div(Exact::ZERO).unwrap_err(), "money.division_by_zero");
}

#[test]
fn bad_rounding_unit() {
    is(Rounding::new(RoundingMode::HalfUp, Exact::ZERO).unwrap_err(), "money.bad_rounding_unit");
}

#[test]
fn too_fine() {
    let amount = Amount::from_decimal_str("100000.001", Currency::VND).unwrap();
    is(amount.in_words(motcua_money::Language::Vi).unwrap_err(), "money.too_fine");
}
