//! Exact amounts: no float, no silent rounding. What an amount is for lives elsewhere.

#![forbid(unsafe_code)]
