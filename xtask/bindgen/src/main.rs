//! `xtask-bindgen IN.wasm OUT_DIR`: the JavaScript glue for a module, for the web target. Apart from xtask for its build time.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [input, out] = &arguments[..] else { return ExitCode::from(2) };
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    let made = bindgen
        .input_path(input)
        .out_name("motcua")
        .typescript(false)
        .web(true)
        .and_then(|b| b.generate(out));
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e:?}");
            ExitCode::FAILURE
        }
    }
}
