//! Runs the worked examples that stand beside the rules of a tariff.

use motcua_money::Exact;

use crate::model::Tariff;

/// What became of one example.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ExampleOutcome {
    /// Name of the example.
    pub name: String,
    /// Line in the file.
    pub line: usize,
    /// What was expected: an amount or an error code.
    pub expected: String,
    /// What came.
    pub got: String,
    /// Do they agree?
    pub passed: bool,
}

/// Runs every example of the tariff.
#[must_use]
pub fn run_examples(tariff: &Tariff) -> Vec<ExampleOutcome> {
    let show = |total: Exact, unrounded: Option<Exact>| match unrounded {
        Some(unrounded) => format!("{total} ({unrounded} unrounded)"),
        None => total.to_string(),
    };
    tariff
        .examples
        .iter()
        .map(|example| {
            let expected = match (&example.expect_error, example.expect) {
                (Some(code), _) => code.clone(),
                (None, Some(total)) => show(total, example.unrounded),
                (None, None) => String::new(),
            };
            let got = match crate::assess(tariff, &example.application, example.on) {
                Ok(answer) => {
                    let first = answer.lines.first().map(|line| line.unrounded);
                    show(answer.total.exact(), example.unrounded.and(first))
                }
                Err(error) => error.code().to_owned(),
            };
            ExampleOutcome {
                name: example.name.clone(),
                line: example.line,
                passed: expected == got,
                expected,
                got,
            }
        })
        .collect()
}
