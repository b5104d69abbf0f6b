//! Runs programs and adds up what came of them. What to run lives elsewhere.

use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, Output, Stdio};

/// What came of all steps.
#[derive(Debug, Default)]
pub struct Tally {
    passed: u64,
    failed: u64,
    skipped: Vec<String>,
    failures: Vec<String>,
}

impl Tally {
    /// Counts one step.
    pub fn step(&mut self, name: &str, good: bool) {
        if good {
            self.passed += 1;
            println!("ok    {name}");
        } else {
            self.failed += 1;
            self.failures.push(name.to_owned());
            println!("FAIL  {name}");
        }
    }

    /// Counts something that was not run, and says why.
    pub fn skip(&mut self, name: &str, why: &str) {
        println!("skip  {name}: {why}");
        self.skipped.push(format!("{name}: {why}"));
    }

    /// Runs `cargo test …`, shows its output and counts each test in it. A test that could not look says `SKIPPED:`.
    pub fn tests(&mut self, args: &[&str]) {
        let child = Command::new("cargo")
            .args(args)
            .args(["--", "--show-output"])
            .env("RUSTDOCFLAGS", "-D warnings")
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn();
        let mut child = match child {
            Ok(child) => child,
            Err(e) => return self.step(&format!("cargo {}: {e}", args.join(" ")), false),
        };
        let (mut passed, mut failed, mut ignored) = (0, 0, 0);
        for line in child
            .stdout
            .take()
            .map(BufReader::new)
            .into_iter()
            .flat_map(BufRead::lines)
            .map_while(Result::ok)
        {
            if let Some(why) = line.trim().strip_prefix("SKIPPED:") {
                self.skip("test", why.trim());
            } else if line.contains("panicked at")
                || ["test ", "---- "].iter().any(|s| line.starts_with(s))
            {
                println!("{line}");
            }
            if let Some(rest) = line.strip_prefix("test result: ") {
                let count = |what: &str| -> u64 {
                    rest.split([';', '.'])
                        .find_map(|part| part.trim().strip_suffix(what))
                        .and_then(|n| n.trim().parse().ok())
                        .unwrap_or(0)
                };
                passed += count(" passed");
                failed += count(" failed");
                ignored += count(" ignored");
            }
        }
        let good = child.wait().is_ok_and(|status| status.success());
        self.passed += passed;
        self.failed += failed;
        if ignored > 0 {
            self.skip(
                "ignored tests",
                &format!("{ignored} are marked #[ignore]; their reasons stand beside them"),
            );
        }
        if !good {
            self.failures.push(format!("cargo {}", args.join(" ")));
            if failed == 0 {
                self.failed += 1;
            }
        }
    }

    /// Counts what a test runner said of itself: `words` stand beside the numbers of passed, failed and skipped.
    pub fn counted(&mut self, name: &str, said: std::io::Result<Output>, words: &[&str; 3]) {
        let Ok(said) = said else { return self.step(&format!("{name}: not started"), false) };
        let text = String::from_utf8_lossy(&said.stdout);
        let number = |word: &str| -> u64 {
            let tokens: Vec<_> =
                text.split_whitespace().map(|t| t.trim_matches([',', '='])).collect();
            let word: Vec<_> = word.split_whitespace().collect();
            let found = tokens.windows(word.len()).rposition(|w| w == word);
            // `33 passed`, or `# pass 33`.
            let before = !word.contains(&"#");
            let at =
                found.and_then(|at| if before { at.checked_sub(1) } else { Some(at + word.len()) });
            at.and_then(|at| tokens.get(at)?.parse().ok()).unwrap_or(0)
        };
        let [passed, failed, skipped] = words.map(number);
        println!("{name}: {passed} passed, {failed} failed, {skipped} skipped");
        if !said.status.success() || failed > 0 || passed == 0 {
            println!("{text}{}", String::from_utf8_lossy(&said.stderr));
            self.failures.push(name.to_owned());
            self.failed += failed.max(1);
        }
        self.passed += passed;
        if skipped > 0 {
            self.skip(name, &format!("{skipped} tests; their reasons stand above"));
        }
    }

    /// Prints what was skipped and what failed, then the totals alone on a line.
    pub fn close(self) -> ExitCode {
        for skipped in &self.skipped {
            println!("skipped: {skipped}");
        }
        for failure in &self.failures {
            println!("failed: {failure}");
        }
        println!("{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped.len());
        if self.failed == 0 && self.failures.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

/// Runs cargo; true when it succeeded.
pub fn cargo(args: &[&str]) -> bool {
    Command::new("cargo")
        .args(args)
        .env("RUSTDOCFLAGS", "-D warnings")
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a program with further environment variables; true when it succeeded.
pub fn program(name: &str, args: &[&str], variables: &[(&str, &str)]) -> bool {
    Command::new(name)
        .args(args)
        .envs(variables.iter().copied())
        .status()
        .is_ok_and(|status| status.success())
}

/// The standard output of a program that must succeed.
pub fn output(program: &str, args: &[&str]) -> Option<String> {
    let out = Command::new(program).args(args).stderr(Stdio::inherit()).output().ok()?;
    out.status.success().then(|| String::from_utf8_lossy(&out.stdout).into_owned())
}
