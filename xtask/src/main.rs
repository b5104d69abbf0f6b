//! `cargo xtask`: build, test and judge motcua.

fn main() {}
