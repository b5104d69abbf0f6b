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

/// `motcua::wire::issue_copy` in these two fonts: the PDF, or the failure as JSON text thrown. The originals come as one run of
/// bytes and their lengths. The fonts are files of the package, so that the module stays small.
///
/// # Errors
/// The failure as JSON text.
#[cfg(feature = "issue")]
#[wasm_bindgen(js_name = issueCopy)]
pub fn issue_copy(
    originals: &[u8],
    lengths: &[u32],
    input: &str,
    regular: &[u8],
    bold: &[u8],
) -> Result<Vec<u8>, String> {
    let fonts = motcua::copies::issue::Fonts { regular, bold };
    motcua::wire::issue_copy(&parted(originals, lengths), input, fonts)
}

/// `motcua::wire::prepare_copy`, likewise: what is to be signed elsewhere, as JSON text.
#[cfg(feature = "issue")]
#[wasm_bindgen(js_name = prepareCopy)]
pub fn prepare_copy(
    originals: &[u8],
    lengths: &[u32],
    input: &str,
    regular: &[u8],
    bold: &[u8],
) -> String {
    let fonts = motcua::copies::issue::Fonts { regular, bold };
    motcua::wire::prepare_copy(&parted(originals, lengths), input, fonts)
}

/// One run of bytes as the files it was made of.
#[cfg(feature = "issue")]
fn parted<'a>(originals: &'a [u8], lengths: &[u32]) -> Vec<&'a [u8]> {
    let mut rest = originals;
    lengths
        .iter()
        .map(|length| {
            let length = usize::try_from(*length).unwrap_or(usize::MAX).min(rest.len());
            let (file, others) = rest.split_at(length);
            rest = others;
            file
        })
        .collect()
}
