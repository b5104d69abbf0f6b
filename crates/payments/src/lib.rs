//! Payment orders, gateways and QR codes. No network, no clock: bytes in, verdicts and bytes out.

#![forbid(unsafe_code)]
