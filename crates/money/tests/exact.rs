//! Properties of exact amounts: laws of arithmetic to the limits of `Decimal`, rounding, text and JSON round trips.

use motcua_money::{Amount, Currency, Decimal, Exact, Language, Rounding, RoundingMode};
use proptest::prelude::*;

fn decimal() -> impl Strategy<Value = Decimal> {
    (any::<i128>(), 0_u32..=28).prop_map(|(mantissa, scale)| {
        Decimal::from_i128_with_scale(mantissa % 79_228_162_514_264_337_593_543_950_335, scale)
    })
}

proptest! {
    #[test]
    fn adding_and_taking_away_is_nothing(a in decimal(), b in decimal()) {
        let (a, b) = (Amount::new(a, Currency::VND), Amount::new(b, Currency::VND));
        // Either the exact answer or an error; never a rounded one.
        if let Ok(sum) = a.checked_add(&b) {
            prop_assert_eq!(sum.checked_sub(&b).unwrap(), a);
            prop_assert_eq!(b.checked_add(&a).unwrap(), sum);
        }
    }

    #[test]
    fn order_agrees_with_decimal(a in decimal(), b in decimal()) {
        prop_assert_eq!(Exact::from(a).cmp(&Exact::from(b)), a.cmp(&b));
    }

    #[test]
    fn text_and_json_round_trip(a in decimal(), vnd in any::<bool>()) {
        let amount = Amount::new(a, if vnd { Currency::VND } else { Currency::USD });
        prop_assert_eq!(amount.to_string().parse::<Amount>().unwrap(), amount);
        let json = serde_json::to_string(&amount).unwrap();
        prop_assert_eq!(serde_json::from_str::<Amount>(&json).unwrap(), amount);
    }

    #[test]
    fn rounding_is_near_and_idempotent(a in decimal(), unit in 1_i64..10_000, mode in 0_usize..7) {
        let (name, mode) = RoundingMode::ALL[mode];
        prop_assert_eq!(mode.name(), name);
        let rule = Rounding::new(mode, unit.into()).unwrap();
        let value = Exact::from(a);
        let rounded = rule.apply(value).unwrap();
        prop_assert_eq!(rule.apply(rounded).unwrap(), rounded);
        let off = rounded.checked_sub(value).unwrap();
        prop_assert!(off < unit.into() && off > Exact::from(-unit));
        match mode {
            RoundingMode::Ceiling => prop_assert!(rounded >= value),
            RoundingMode::Floor => prop_assert!(rounded <= value),
            RoundingMode::Up | RoundingMode::Down | RoundingMode::HalfUp
            | RoundingMode::HalfDown | RoundingMode::HalfEven => {}
        }
    }
}

#[test]
fn modes_differ_at_the_half() {
    let table = [
        ("2.5", [3, 2, 2, 3, 2, 3, 2]),
        ("-2.5", [-3, -2, -2, -3, -2, -2, -3]),
        ("3.5", [4, 3, 4, 4, 3, 4, 3]),
        ("2.4", [2, 2, 2, 3, 2, 3, 2]),
        ("-2.6", [-3, -3, -3, -3, -2, -2, -3]),
    ];
    for (value, expected) in table {
        let value: Exact = value.parse().unwrap();
        for ((name, mode), expected) in RoundingMode::ALL.into_iter().zip(expected) {
            assert_eq!(value.round_to_integer(mode), expected, "{value} {name}");
        }
    }
}

#[test]
fn people_write_amounts_in_many_ways() {
    for raw in
        ["36.000 ₫", "36.000\u{a0}₫", "36.000đ", "36.000 đồng", "36000", "36000 VND", " 36.000 "]
    {
        assert_eq!(raw.parse::<Amount>().unwrap(), Amount::vnd(36_000), "{raw}");
    }
    let dollars = Amount::from_decimal_str("1234.5", Currency::USD).unwrap();
    assert_eq!(dollars.format(Language::Vi), "1.234,50 USD");
    assert_eq!(dollars.format(Language::En), "1,234.50 USD");
    assert_eq!(Amount::vnd(-1_234_000).format(Language::En), "-1,234,000 VND");
}

#[test]
fn floats_are_refused_by_the_json_form() {
    for bad in [
        r#"{"amount":36000,"currency":"VND"}"#,
        r#"{"amount":36000.0,"currency":"VND"}"#,
        r#"{"amount":"3.6e4","currency":"VND"}"#,
        r#"{"amount":"36000","currency":"VND","x":1}"#,
        r#"{"amount":"36000"}"#,
    ] {
        assert!(serde_json::from_str::<Amount>(bad).is_err(), "{bad}");
    }
    let said = serde_json::from_str::<Amount>(r#"{"amount":1.5,"currency":"VND"}"#).unwrap_err();
    assert!(said.to_string().contains("decimal string"), "{said}");
}

#[test]
fn the_number_a_peer_got_wrong_is_exact() {
    // A production system on 32-bit floats reported 68 212 200 for this sum.
    let sum = Amount::vnd(68_212_200).checked_add(&Amount::vnd(8)).unwrap();
    assert_eq!(sum, Amount::vnd(68_212_208));
    assert_eq!(Amount::vnd(i64::MAX).to_i64(), Some(i64::MAX));
}
