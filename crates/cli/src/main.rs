//! The command `motcua`.

fn main() {}
