//! Builds the Python package and runs its tests, on the demo's output where they need a copy; runs the README's snippets. The
//! npm package lives in `npm.rs`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::npm::INSTALLED;
use crate::run::{Tally, program};

/// Where everything is built, ignored by git.
const BUILD: &str = "build";

/// The virtual environment's program of this name.
fn venv(name: &str) -> PathBuf {
    Path::new(BUILD).join("venv/bin").join(name)
}

/// The Python interpreter of the project's virtual environment, made when it is not there.
pub fn python(tally: &mut Tally) -> Option<PathBuf> {
    let interpreter = venv("python");
    if !interpreter.exists() {
        let made = program("python3", &["-m", "venv", "build/venv"], &[]);
        if !made {
            tally.step("python: a virtual environment (install python3 and python3-venv)", false);
            return None;
        }
    }
    Some(interpreter)
}

/// Builds the wheel into the virtual environment and runs pytest.
pub fn python_package(tally: &mut Tally, demo: &Path) {
    let Some(python) = python(tally) else { return };
    let (Some(python), Some(maturin)) =
        (python.to_str(), venv("maturin").to_str().map(str::to_owned))
    else {
        return;
    };
    let pip =
        program(python, &["-m", "pip", "install", "-q", "maturin>=1.9,<2", "pytest", "mypy"], &[]);
    let wheel =
        pip && program(
            &maturin,
            &[
                "build",
                "-q",
                "--manifest-path",
                "bindings/python/Cargo.toml",
                "--profile",
                "dev",
                "-o",
                "build/wheels",
            ],
            &[],
        ) && program(
            python,
            &[
                "-m",
                "pip",
                "install",
                "-q",
                "--force-reinstall",
                "--no-index",
                "--find-links",
                "build/wheels",
                "motcua",
            ],
            &[],
        );
    tally.step("python: the wheel", wheel);
    if !wheel {
        return;
    }
    let variables = [("MOTCUA_DEMO", demo.to_string_lossy().into_owned())];
    let said = Command::new(python)
        .args([
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "bindings/python/tests",
            "-c",
            "bindings/python/pyproject.toml",
        ])
        .envs(variables)
        .output();
    tally.counted("pytest", said, &[" passed", " failed", " skipped"]);
    tally.step(
        "python: stubs agree (stubtest)",
        program(python, &["-m", "mypy.stubtest", "motcua"], &[]),
    );
    tally.step(
        "python: types (mypy --strict)",
        program(python, &["-m", "mypy", "--strict", "bindings/python/python/motcua"], &[]),
    );
}

/// Runs the README's snippets in Python and JavaScript.
pub fn snippets(tally: &mut Tally) {
    let readme = fs::read_to_string("README.md").unwrap_or_default();
    let block = |language: &str| {
        let start = readme.find(&format!("```{language}\n"))? + language.len() + 4;
        readme.get(start..)?.split("```").next().map(str::to_owned)
    };
    let run = |name: &str, file: &str, code: Option<String>, by: &str| {
        let path = Path::new(INSTALLED).join(file);
        let written = code.is_some_and(|code| fs::write(&path, code).is_ok());
        (
            format!("README: the {name} snippet"),
            written && program(by, &[&path.to_string_lossy()], &[]),
        )
    };
    let (name, good) =
        run("Python", "readme.py", block("python"), &venv("python").to_string_lossy());
    tally.step(&name, good);
    let (name, good) = run("JavaScript", "readme.mjs", block("js"), "node");
    tally.step(&name, good);
}
