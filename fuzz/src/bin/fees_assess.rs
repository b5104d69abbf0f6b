//! Any case put to a shipped tariff: an assessment whose lines add up and that verifies, or a refusal; with and without reasons
//! the same; columns say what single cases say.
//! seeds: fuzz/seeds/fees_assess
#![no_main]

use std::sync::LazyLock;

use motcua_fees::{Application, Recheck, Tariff, assess, quote, verify_assessment};
use time::Date;

static TARIFFS: LazyLock<Vec<Tariff>> = LazyLock::new(|| {
    let load = |name| Tariff::from_toml(name, motcua_tariffs::get(name).unwrap()).unwrap();
    motcua_tariffs::names().map(load).collect()
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    // The first bytes name the tariff and the day, the rest is the case in JSON.
    let [tariff, day @ ..] = data else { return };
    let Some((days, json)) = day.split_at_checked(2) else { return };
    let tariff = &TARIFFS[usize::from(*tariff) % TARIFFS.len()];
    let days = i32::from(u16::from_le_bytes([days[0], days[1]]));
    // From 2015 on, a good century.
    let Ok(date) = Date::from_julian_day(2_457_024 + days % 40_000) else { return };
    let Ok(application) = serde_json::from_slice::<Application>(json) else { return };
    let total = quote(tariff, &application, date);
    match assess(tariff, &application, date) {
        Ok(answer) => {
            assert_eq!(total.unwrap(), answer.total);
            let mut sum = motcua_money::Amount::zero(tariff.currency());
            for line in &answer.lines {
                sum = sum.checked_add(&line.amount).unwrap();
            }
            assert_eq!(sum, answer.total);
            assert!(!answer.total.is_negative());
            let again = verify_assessment(tariff, &answer.to_json());
            assert_eq!(again, Ok(Recheck::Same));
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            // What fits line by line may still not fit in words.
            if error.code() != "fees.money" {
                assert_eq!(total.unwrap_err().code(), error.code());
            }
        }
    }
});
