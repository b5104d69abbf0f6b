//! Exact money: amounts with a currency, exact fractions, rounding that is always named, and amounts in words.
//!
//! No floating-point number enters or leaves this crate: constructors take integers, `Decimal` or decimal strings, and
//! the JSON form of an amount is `{"amount":"36000","currency":"VND"}`, where a number in place of the string is refused.
//!
//! ```
//! use motcua_money::{Amount, Currency, Language};
//! let fee = Amount::vnd(36_000);
//! assert_eq!(fee.to_string(), "36.000 ₫");
//! assert_eq!(fee.in_words(Language::Vi).unwrap(), "Ba mươi sáu nghìn đồng");
//! assert_eq!("36.000 ₫".parse::<Amount>().unwrap(), fee);
//! assert_eq!(fee.currency(), Currency::VND);
//! ```
#![forbid(unsafe_code)]
#![deny(clippy::float_arithmetic)]

mod amount;
mod currency;
mod error;
mod exact;
mod format;
mod rounding;
mod words;

pub use amount::Amount;
pub use currency::Currency;
pub use error::Error;
pub use exact::Exact;
pub use rounding::{Rounding, RoundingMode};
pub use rust_decimal::Decimal;
pub use words::Language;
