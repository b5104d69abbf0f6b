//! Administrative fees: a dated tariff and the facts of a case give an explained assessment.

#![forbid(unsafe_code)]
