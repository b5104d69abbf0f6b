//! WebAssembly bindings: wrap, convert, show; decide nothing. The JavaScript around them lives in `bindings/wasm/js`.

use wasm_bindgen::prelude::wasm_bindgen;

/// `motcua::wire::call`: JSON text in, JSON text out.
#[wasm_bindgen]
pub fn call(op: &str, input: &str) -> String {
    motcua::wire::call(op, input)
}

/// The operations of this module, comma separated.
#[wasm_bindgen]
pub fn operations() -> String {
    motcua::wire::operations().join(",")
}

/// `motcua::wire::verify_copy`: the report as JSON text.
#[cfg(feature = "verify")]
#[wasm_bindgen(js_name = verifyCopy)]
pub fn verify_copy(pdf: &[u8], policy: &str) -> String {
    motcua::wire::verify_copy(pdf, policy)
}

/// `motcua::wire::issue_copy` of one file: the PDF, or the failure as JSON text thrown.
///
/// # Errors
/// The failure as JSON text.
#[cfg(feature = "issue")]
#[wasm_bindgen(js_name = issueCopy)]
pub fn issue_copy(original: &[u8], input: &str) -> Result<Vec<u8>, String> {
    motcua::wire::issue_copy(&[original], input)
}
