//! Everything outside the process that signing and verifying may need.
