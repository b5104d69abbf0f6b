//! Reads the document security store (ISO 32000-2 §12.8.4.3): what a file brings along for its own validation.

use motcua_pdf::{Document, Error, Object};

/// Items read of each kind: a copy with two signatures and yearly timestamps has a few dozen.
const MOST: usize = 512;

/// DER of everything in the store.
#[derive(Debug, Clone, Default)]
pub(super) struct Store {
    pub certificates: Vec<Vec<u8>>,
    pub crls: Vec<Vec<u8>>,
    pub ocsps: Vec<Vec<u8>>,
    /// Whether the file has one at all.
    pub present: bool,
}

/// Whether a file has a security store.
pub(super) fn present(document: &Document<'_>) -> Result<bool, Error> {
    Ok(matches!(document.value(&document.catalog()?, "DSS")?, Object::Dict(_)))
}

pub(super) fn read(document: &Document<'_>) -> Result<Store, Error> {
    let mut store = Store::default();
    let catalog = document.catalog()?;
    let Object::Dict(dss) = document.value(&catalog, "DSS")? else { return Ok(store) };
    store.present = true;
    let list = |key: &str| -> Result<Vec<Vec<u8>>, Error> {
        let mut out = Vec::new();
        for item in document.value(&dss, key)?.as_array().unwrap_or_default().iter().take(MOST) {
            if let Object::Stream(stream) = document.resolve(item)? {
                out.push(document.decode(&stream)?);
            }
        }
        Ok(out)
    };
    store.certificates = list("Certs")?;
    store.crls = list("CRLs")?;
    store.ocsps = list("OCSPs")?;
    Ok(store)
}
