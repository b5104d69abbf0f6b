//! Builds the npm package, tests it where it will run (Node, an installed tarball, Chromium) and builds the verify page.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{Tally, output, program};
use crate::setup::{has, need};

/// The package as it is packed.
const PACKAGE: &str = "build/npm";
/// The empty project into which the packed package is installed.
pub const INSTALLED: &str = "build/installed";
/// Tools from the npm registry.
const TOOLS: &str = "build/tools";
/// What is installed there.
const TOOL_PACKAGES: &[&str] = &[
    "binaryen@132",
    "playwright-core@1",
    "typescript@5",
    "publint@0.3",
    "@arethetypeswrong/cli@0.18",
];

/// The modules of the package: folder, features, entry.
const MODULES: [(&str, &str, &str); 4] = [
    ("all", "fees,settlement,issue", "motcua"),
    ("verify", "verify", "motcua/verify"),
    ("fees", "fees", "motcua/fees"),
    ("payments", "payments", "motcua/payments"),
];
/// The page that states their sizes.
const README: &str = "bindings/wasm/README.md";

/// The clang and linker for the fallback build, from Debian.
const CROSS: &[&str] = &["rustc-web", "rust-web-src", "cargo-web", "clang-19", "lld-19", "llvm-19"];

/// Without messages for panics, which no page would show: a panic is a trap either way, and its texts and paths are much of a
/// small module.
const SILENT: &str = "-Zunstable-options -Cpanic=immediate-abort";

fn tool(name: &str) -> String {
    format!("{TOOLS}/node_modules/.bin/{name}")
}

fn tools() -> Result<(), String> {
    need(&["node", "npm"], &["nodejs", "npm"])?;
    fs::create_dir_all(TOOLS).map_err(|e| e.to_string())?;
    let mut install = vec!["install", "--silent", "--no-audit", "--no-fund", "--prefix", TOOLS];
    install.extend_from_slice(TOOL_PACKAGES);
    if program("npm", &install, &[]) { Ok(()) } else { Err("npm install failed".to_owned()) }
}

/// Builds one module; Debian's compiler for the web first, which can build the standard library for size, else rustup's target.
fn module(features: &str) -> Result<PathBuf, String> {
    const TARGET_DIR: &str = "build/wasm-target";
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
        TARGET_DIR,
    ];
    let source = Path::new("/usr/lib/rustlib/src/rust/library/std/Cargo.toml");
    let debian = || -> Result<(), String> {
        need(&["clang-19", "wasm-ld-19"], CROSS)?;
        if source.exists() { Ok(()) } else { Err(format!("install: {}", CROSS.join(" "))) }
    };
    let made = match debian() {
        Ok(()) => {
            let mut args = common.to_vec();
            args.extend_from_slice(&["-Z", "build-std=std,panic_abort"]);
            args.extend_from_slice(&["-Z", "build-std-features=optimize_for_size"]);
            program(
                "/usr/bin/cargo",
                &args,
                &[
                    ("RUSTC_BOOTSTRAP", "1"),
                    ("RUSTC", "/usr/bin/rustc"),
                    ("RUSTFLAGS", SILENT),
                    ("CC_wasm32_unknown_unknown", "clang-19"),
                    ("AR_wasm32_unknown_unknown", "llvm-ar-19"),
                    ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19"),
                ],
            )
        }
        Err(advice) => {
            let sysroot = output("rustc", &["--print", "sysroot"]).unwrap_or_default();
            let target = "lib/rustlib/wasm32-unknown-unknown";
            if !Path::new(sysroot.trim()).join(target).is_dir() || !has("clang") {
                return Err(advice);
            }
            program("cargo", &common, &[])
        }
    };
    if made {
        Ok(Path::new(TARGET_DIR).join("wasm32-unknown-unknown/wasm/motcua_wasm.wasm"))
    } else {
        Err(format!("cargo build with {features} failed"))
    }
}

fn gzipped(path: &str) -> usize {
    let packed = Command::new("gzip").args(["-9", "-c", path]).output();
    packed.map(|o| o.stdout.len()).unwrap_or(0)
}

/// Builds a module into its folder of the package: compiled, given its glue, made small. Returns KiB after gzip.
fn bundle(name: &str, features: &str) -> Result<usize, String> {
    let wasm = module(features)?.to_string_lossy().into_owned();
    let out = format!("{PACKAGE}/{name}");
    fs::create_dir_all(&out).map_err(|e| e.to_string())?;
    if !program("cargo", &["run", "-q", "-p", "xtask-bindgen", "--", &wasm, &out], &[]) {
        return Err("wasm-bindgen failed".to_owned());
    }
    let file = format!("{out}/motcua_bg.wasm");
    let before = gzipped(&file);
    // The features that the compiler may use of itself; no others are allowed in, so the module runs where it ran before.
    let small = program(
        &tool("wasm-opt"),
        &[
            "-Oz",
            "--enable-bulk-memory",
            "--enable-mutable-globals",
            "--enable-multivalue",
            "--enable-nontrapping-float-to-int",
            "--enable-reference-types",
            "--enable-sign-ext",
            "--strip-producers",
            &file,
            "-o",
            &file,
        ],
        &[],
    );
    if !small {
        return Err("wasm-opt failed".to_owned());
    }
    let (raw, packed) = (fs::metadata(&file).map(|m| m.len()).unwrap_or(0), gzipped(&file));
    println!(
        "      {name}: {} KiB, {} KiB gzip ({} KiB gzip before wasm-opt)",
        raw / 1024,
        packed.div_ceil(1024),
        before.div_ceil(1024)
    );
    Ok(packed.div_ceil(1024))
}

/// What the module of `motcua/verify` must not pull in: fonts, pictures and tariffs.
const NOT_FOR_VERIFYING: &[&str] = &["skrifa ", "subsetter ", "png ", "toml ", "motcua-fees "];

/// Whether the crates of the verifying module are those of verifying alone.
fn verify_is_slim() -> bool {
    let mut args = vec!["tree", "-p", "motcua-wasm", "--no-default-features"];
    args.extend_from_slice(&["--features", "verify", "-e", "normal", "--prefix", "none"]);
    let tree = output("cargo", &args).unwrap_or_default();
    tree.contains("motcua-copies ")
        && !tree.lines().any(|l| NOT_FOR_VERIFYING.iter().any(|name| l.starts_with(name)))
}

/// KiB after gzip that the table of the README states for an entry.
fn stated(entry: &str) -> Option<usize> {
    let readme = fs::read_to_string(README).ok()?;
    let row = readme.lines().find(|l| l.starts_with(&format!("| `{entry}` |")))?;
    row.split('|').find_map(|cell| cell.trim().strip_suffix(" KiB")?.parse().ok())
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::copy(from, to).map(|_| ()).map_err(|e| format!("{}: {e}", from.display()))
}

fn copy_all(from: &str, to: &Path, wanted: fn(&str) -> bool) -> Result<(), String> {
    fs::create_dir_all(to).map_err(|e| e.to_string())?;
    for file in fs::read_dir(from).map_err(|e| format!("{from}: {e}"))?.flatten() {
        if file.file_name().to_str().is_some_and(wanted) && file.path().is_file() {
            copy(&file.path(), &to.join(file.file_name()))?;
        }
    }
    Ok(())
}

/// The whole package in its folder: the modules, the JavaScript around them, types, fonts, licences.
fn package(tally: &mut Tally) -> Result<(), String> {
    tools()?;
    if Path::new(PACKAGE).exists() {
        fs::remove_dir_all(PACKAGE).map_err(|e| e.to_string())?;
    }
    let out = Path::new(PACKAGE);
    for (name, features, entry) in MODULES {
        let size = bundle(name, features)?;
        let stated = stated(entry);
        // A tenth: others grow the rooms every day, and a figure is there to be roughly believed.
        let near = stated.is_some_and(|kib| size.abs_diff(kib) * 10 <= kib);
        if !near {
            println!(
                "      {README} says {stated:?} KiB for {entry}; write {size}, or find what grew"
            );
        }
        tally.step(&format!("npm: the size that the README states for {entry}"), near);
    }
    tally.step("npm: verifying pulls in nothing of issuing", verify_is_slim());
    copy_all("bindings/wasm/js", out, |_| true)?;
    copy_all("crates/copies/fonts", &out.join("fonts"), |name| name.ends_with(".ttf"))?;
    copy(Path::new("crates/copies/fonts/OFL.txt"), &out.join("LICENSE-OFL"))?;
    copy_all(".", out, |name| name.starts_with("LICENSE-"))?;
    for name in ["package.json", "README.md"] {
        copy(&Path::new("bindings/wasm").join(name), &out.join(name))?;
    }
    let inline = format!("{PACKAGE}/verify.inline.js");
    let module = format!("{PACKAGE}/verify/motcua_bg.wasm");
    if program("node", &["bindings/wasm/inline.mjs", &module, &inline], &[]) {
        Ok(())
    } else {
        Err("inline.mjs failed".to_owned())
    }
}

/// Prints the size of each module.
pub fn sizes(tally: &mut Tally) {
    match package(tally) {
        Ok(()) => tally.step("npm: the package", true),
        Err(why) => tally.step(&format!("npm: the package ({why})"), false),
    }
}

fn absolute(path: &str) -> PathBuf {
    fs::canonicalize(path).unwrap_or_default()
}

fn node(tests: &[&str], demo: &Path) -> std::io::Result<std::process::Output> {
    Command::new("node")
        .args(["--test", "--test-reporter=tap"])
        .args(tests)
        .env("MOTCUA_NPM", absolute(PACKAGE))
        .env("MOTCUA_VECTORS", absolute("test-vectors"))
        .env("MOTCUA_DEMO", absolute(&demo.to_string_lossy()))
        .env("MOTCUA_SCAN", absolute("examples/originals/diploma-scan.pdf"))
        .env("MOTCUA_TOOLS", absolute(TOOLS))
        .env("MOTCUA_PAGE", absolute("build/verify-page"))
        .env("MOTCUA_SHOT", absolute("build").join("verify-page.png"))
        .output()
}

const WORDS: &[&str; 3] = &["# pass", "# fail", "# skipped"];

/// Builds the package and tests it in Node, as an installed tarball and in Chromium, there with the verify page.
pub fn test(tally: &mut Tally, demo: &Path) {
    if let Err(why) = package(tally) {
        return tally.step(&format!("npm: the package ({why})"), false);
    }
    tally.step("npm: the package", true);
    let tests = ["vectors", "load", "names"].map(|t| format!("bindings/wasm/tests/{t}.test.js"));
    let tests: Vec<_> = tests.iter().map(String::as_str).collect();
    tally.counted("node", node(&tests, demo), WORDS);
    installed(tally, demo);
    if let Err(why) = verify_page(demo) {
        return tally.step(&format!("verify page: built ({why})"), false);
    }
    tally.step("verify page: built", true);
    tally.counted("chromium", node(&["examples/verify-page/page.test.mjs"], demo), WORDS);
}

/// Packs the package, installs the tarball into an empty project, and looks at it from there as a user would.
fn installed(tally: &mut Tally, demo: &Path) {
    let project = Path::new(INSTALLED);
    let fresh = !project.exists() || fs::remove_dir_all(project).is_ok();
    let made = fresh
        && fs::create_dir_all(project).is_ok()
        && fs::write(project.join("package.json"), "{ \"private\": true, \"type\": \"module\" }\n")
            .is_ok();
    let tarball = format!("./build/motcua-{}.tgz", env!("CARGO_PKG_VERSION"));
    // A bare `a/b` would be a repository to npm.
    let package = format!("./{PACKAGE}");
    let packed = made
        && program("npm", &["pack", "--silent", &package, "--pack-destination", "build"], &[])
        && program(
            "npm",
            &[
                "install",
                "--silent",
                "--no-audit",
                "--no-fund",
                "--offline",
                "--prefix",
                INSTALLED,
                &tarball,
            ],
            &[],
        );
    tally.step("npm: the tarball installs into an empty project", packed);
    if !packed {
        return;
    }
    for name in ["installed.test.mjs", "types.ts", "tsconfig.json"] {
        if let Err(why) = copy(&Path::new("bindings/wasm/tests").join(name), &project.join(name)) {
            return tally.step(&format!("npm: {why}"), false);
        }
    }
    let test = format!("{INSTALLED}/installed.test.mjs");
    tally.counted("installed", node(&[&test], demo), WORDS);
    for (kind, resolution) in [("nodenext", "nodenext"), ("esnext", "bundler")] {
        let args = ["-p", INSTALLED, "--module", kind, "--moduleResolution", resolution];
        tally.step(&format!("npm: types ({resolution})"), program(&tool("tsc"), &args, &[]));
    }
    tally.step("npm: publint", program(&tool("publint"), &["--strict", &tarball], &[]));
    let mut attw = vec![tarball.as_str(), "--profile", "esm-only", "--format", "ascii"];
    // Files of bytes have no types.
    attw.extend_from_slice(&["--no-emoji", "--quiet", "--exclude-entrypoints"]);
    let modules = MODULES
        .map(|(_, _, entry)| format!("{}.wasm", entry.strip_prefix("motcua/").unwrap_or("motcua")));
    attw.extend(modules.iter().map(String::as_str));
    tally.step("npm: types resolve (attw)", program(&tool("attw"), &attw, &[]));
}

/// The page with the module that only verifies, trusting the demo's root.
fn verify_page(demo: &Path) -> Result<(), String> {
    need(&["chromium"], &["chromium"])?;
    let page = Path::new("build/verify-page");
    for name in ["index.html", "page.css", "page.js"] {
        fs::create_dir_all(page).map_err(|e| e.to_string())?;
        copy(&Path::new("examples/verify-page").join(name), &page.join(name))?;
    }
    let ours = page.join("motcua");
    copy_all(PACKAGE, &ours, |n| {
        ["verify.js", "verify.inline.js", "api.js", "load.js"].contains(&n)
    })?;
    copy_all(&format!("{PACKAGE}/verify"), &ours.join("verify"), |n| n.ends_with(".js"))?;
    let root = fs::read_to_string(demo.join("trust/root.pem")).map_err(|e| e.to_string())?;
    let trust = serde_json::json!({
        "id": "verify-page", "anchors_pem": [root], "trust_list_as_of": "2026-11-24", "revocation": "not_checked",
    });
    let script = format!("// Whom this page trusts.\nexport const trust = {trust};\n");
    fs::write(page.join("trust.js"), script).map_err(|e| e.to_string())
}
