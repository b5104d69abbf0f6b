//! The durable record of a counter.
