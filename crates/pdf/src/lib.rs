//! PDF files as bytes with a history of revisions. Knows no cryptography.

#![forbid(unsafe_code)]
