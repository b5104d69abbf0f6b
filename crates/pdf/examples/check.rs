//! Checks files against PDF/A-2b and prints what was found, a line a finding: file, clause, code and the finding.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "an example talks to its terminal and reads files"
)]

use motcua_pdf::{Limits, archive};

fn main() {
    for path in std::env::args_os().skip(1) {
        let name = path.to_string_lossy().into_owned();
        let Ok(bytes) = std::fs::read(&path) else {
            println!("{name}\tcannot be read");
            continue;
        };
        let findings = archive::check(&bytes, &Limits::STANDARD);
        if findings.is_empty() {
            println!("{name}\tPDF/A-2b");
        }
        for finding in findings {
            println!("{name}\t{}\t{}\t{finding}", finding.clause(), finding.code());
        }
    }
}
