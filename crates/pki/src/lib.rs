//! Certificates, paths, CMS and timestamps for signed documents. Knows no PDF.

#![forbid(unsafe_code)]
