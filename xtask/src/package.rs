//! Builds the Python and npm packages and runs their tests, on the demo's output where they need a copy.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{Tally, output, program};
use crate::setup::{has, need};

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
        program(python, &["-m", "mypy.stubtest", "motcua._native", "--ignore-missing-stub"], &[]),
    );
}

/// The clang and linker for the fallback build, from Debian.
const CROSS: &[&str] = &["rustc-web", "rust-web-src", "cargo-web", "clang-19", "lld-19", "llvm-19"];

/// Builds one module with these features; an installed rustup target first, else Debian's compiler for the web.
fn module(features: &str, target_dir: &str) -> Result<PathBuf, String> {
    let listed = output("rustup", &["target", "list", "--installed"]).unwrap_or_default();
    let sysroot = output("rustc", &["--print", "sysroot"]).unwrap_or_default();
    let there = listed.lines().any(|l| l == "wasm32-unknown-unknown")
        || Path::new(sysroot.trim()).join("lib/rustlib/wasm32-unknown-unknown").is_dir();
    let common = [
        "build",
        "-q",
        "--profile",
        "wasm",
        "--target",
        "wasm32-unknown-unknown",
        "-p",
        "motcua-wasm",
        "--no-default-features",
        "--features",
        features,
        "--target-dir",
        target_dir,
    ];
    let made = if there && has("clang") {
        program("cargo", &common, &[])
    } else {
        need(&["clang-19", "wasm-ld-19"], CROSS)?;
        let mut args = common.to_vec();
        args.extend_from_slice(&["-Z", "build-std=std,panic_abort"]);
        program(
            "/usr/bin/cargo",
            &args,
            &[
                ("RUSTC_BOOTSTRAP", "1"),
                ("RUSTC", "/usr/bin/rustc"),
                ("CC_wasm32_unknown_unknown", "clang-19"),
                ("AR_wasm32_unknown_unknown", "llvm-ar-19"),
                ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19"),
            ],
        )
    };
    if made {
        Ok(Path::new(target_dir).join("wasm32-unknown-unknown/wasm/motcua_wasm.wasm"))
    } else {
        Err(format!("cargo build with {features} failed"))
    }
}

/// Builds a module with these features and the JavaScript around it into a folder; says how large the module is.
fn bundle(features: &str, out: &Path) -> Result<(), String> {
    let wasm = module(features, "build/wasm-target")?;
    fs::create_dir_all(out).map_err(|e| e.to_string())?;
    let (wasm, folder) = (wasm.to_string_lossy().into_owned(), out.to_string_lossy().into_owned());
    if !program("cargo", &["run", "-q", "-p", "xtask-bindgen", "--", &wasm, &folder], &[]) {
        return Err("wasm-bindgen failed".to_owned());
    }
    for name in ["js/api.js", "js/node.js", "js/web.js", "js/index.d.ts", "package.json"] {
        let from = Path::new("bindings/wasm").join(name);
        let to = out.join(from.file_name().unwrap_or_default());
        fs::copy(&from, to).map_err(|e| format!("{}: {e}", from.display()))?;
    }
    let module = out.join("motcua_bg.wasm").to_string_lossy().into_owned();
    let raw = fs::metadata(&module).map(|m| m.len()).unwrap_or(0);
    let packed = Command::new("gzip")
        .args(["-9", "-c", &module])
        .output()
        .map(|o| o.stdout.len())
        .unwrap_or(0);
    println!("      {features}: {} KiB, {} KiB gzip", raw / 1024, packed / 1024);
    Ok(())
}

/// Prints the size of each module.
pub fn sizes(tally: &mut Tally) {
    for (name, features) in [
        ("npm", "fees,payments,issue"),
        ("verify", "verify"),
        ("fees", "fees"),
        ("pay", "payments"),
    ] {
        let made = bundle(features, &Path::new(BUILD).join("sizes").join(name));
        tally.step(&format!("size: {name}"), made.is_ok());
    }
}

/// Runs the README's snippets in Python and JavaScript.
pub fn snippets(tally: &mut Tally) {
    let readme = fs::read_to_string("README.md").unwrap_or_default();
    let block = |language: &str| {
        let start = readme.find(&format!("```{language}\n"))? + language.len() + 4;
        readme.get(start..)?.split("```").next().map(str::to_owned)
    };
    let modules = Path::new(BUILD).join("snippets/node_modules/motcua");
    let copied = fs::create_dir_all(&modules).is_ok()
        && fs::read_dir("build/npm").is_ok_and(|files| {
            files
                .flatten()
                .filter(|f| f.path().is_file())
                .all(|f| fs::copy(f.path(), modules.join(f.file_name())).is_ok())
        });
    let run = |name: &str, file: &str, code: Option<String>, by: &str| {
        let path = Path::new(BUILD).join("snippets").join(file);
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
    tally.step(&name, copied && good);
}

fn absolute(path: &str) -> PathBuf {
    fs::canonicalize(path).unwrap_or_default()
}

/// Builds the npm package into `build/npm` and tests it in Node; builds the verify page and drives both in Chromium.
pub fn npm_package(tally: &mut Tally, demo: &Path) {
    if let Err(why) = bundle("fees,payments,issue", &Path::new(BUILD).join("npm")) {
        return tally.step(&format!("npm: the package ({why})"), false);
    }
    tally.step("npm: the package", true);
    let demo = fs::canonicalize(demo).unwrap_or_default();
    let said = Command::new("node")
        .args(["--test", "--test-reporter=tap", "bindings/wasm/tests/vectors.test.js"])
        .env("MOTCUA_NPM", absolute("build/npm"))
        .env("MOTCUA_VECTORS", absolute("test-vectors"))
        .env("MOTCUA_DEMO", &demo)
        .env("MOTCUA_SCAN", absolute("examples/originals/diploma-scan.pdf"))
        .output();
    tally.counted("node", said, &["# pass", "# fail", "# skipped"]);

    if let Err(why) = verify_page(&demo) {
        return tally.step(&format!("verify page: built ({why})"), false);
    }
    tally.step("verify page: built", true);
    let said = Command::new("node")
        .args(["--test", "--test-reporter=tap", "examples/verify-page/page.test.mjs"])
        .env("TOOLS", absolute("build/tools"))
        .env("PAGE", absolute("build/verify-page"))
        .env("NPM", absolute("build/npm"))
        .env("VECTORS", absolute("test-vectors"))
        .env("DEMO", &demo)
        .env("SCAN", absolute("examples/originals/diploma-scan.pdf"))
        .env("SHOT", absolute("build").join("verify-page.png"))
        .output();
    tally.counted("chromium", said, &["# pass", "# fail", "# skipped"]);
}

/// The page with the small module that only verifies, trusting the demo's root.
fn verify_page(demo: &Path) -> Result<(), String> {
    need(&["chromium"], &["chromium"])?;
    let page = Path::new(BUILD).join("verify-page");
    bundle("verify", &page.join("motcua"))?;
    for name in ["index.html", "page.css", "page.js"] {
        fs::copy(Path::new("examples/verify-page").join(name), page.join(name))
            .map_err(|e| e.to_string())?;
    }
    let root = fs::read_to_string(demo.join("trust/root.pem")).map_err(|e| e.to_string())?;
    let trust = serde_json::json!({
        "id": "verify-page", "anchors_pem": [root], "trust_list_as_of": "2026-11-24", "revocation": "not_checked",
    });
    fs::write(page.join("trust.json"), trust.to_string()).map_err(|e| e.to_string())?;
    fs::create_dir_all("build/tools").map_err(|e| e.to_string())?;
    let install = [
        "install",
        "--silent",
        "--no-audit",
        "--no-fund",
        "--prefix",
        "build/tools",
        "playwright-core@1",
    ];
    if program("npm", &install, &[]) {
        Ok(())
    } else {
        Err("npm install playwright-core failed".to_owned())
    }
}
