//! The document security store (ISO 32000-2 §12.8.4.3, EN 319 142-1 §5.4.2): certificates, CRLs and OCSP responses, and the
//! validation records of single signatures. It may grow after any signature; it shows nothing.

use motcua_pdf::{Dict, Error, Object};

use super::{Holder, Update};

/// Arrays of streams in the store, and in a record.
const LISTS: [&str; 3] = ["Certs", "CRLs", "OCSPs"];
const RECORD_LISTS: [&str; 3] = ["Cert", "CRL", "OCSP"];

impl Update<'_, '_> {
    pub(super) fn store(
        &mut self,
        holder: &Holder,
        old: &Dict,
    ) -> Result<Option<&'static str>, Error> {
        if !holder.dict.contains("DSS") {
            return Ok(old.contains("DSS").then_some("the document security store was removed"));
        }
        let (store, value) = self.step(holder, "DSS")?;
        if !matches!(value, Object::Dict(_)) {
            return Ok(Some("the document security store is not a dictionary"));
        }
        for (key, _) in store.dict.iter() {
            let key = key.to_string();
            if key == "Type" || key == "VRI" || LISTS.contains(&key.as_str()) {
                continue;
            }
            return Ok(Some(
                "the document security store holds something else than certificates and revocation data",
            ));
        }
        for key in LISTS {
            if !self.list(&store, key)? {
                return Ok(Some("a list of the document security store is not one of new streams"));
            }
        }
        if !store.dict.contains("VRI") {
            return Ok(None);
        }
        let (records, value) = self.step(&store, "VRI")?;
        if !matches!(value, Object::Dict(_)) {
            return Ok(Some("/VRI is not a dictionary"));
        }
        let keys: Vec<String> = records.dict.iter().map(|(k, _)| k.to_string()).collect();
        for key in keys {
            // §12.8.4.4: the name is the SHA-1 of the signature in hexadecimal
            if key == "Type" {
                continue;
            }
            if key.len() != 40 || !key.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Ok(Some("/VRI has a key that is not a signature's digest"));
            }
            let (record, value) = self.step(&records, &key)?;
            if !matches!(value, Object::Dict(_)) {
                return Ok(Some("a validation record is not a dictionary"));
            }
            for (key, value) in record.dict.clone().iter() {
                let fine = match key.to_string().as_str() {
                    "Type" => matches!(value, Object::Name(_)),
                    "TU" => matches!(value, Object::String(_)),
                    "TS" => self.stream(&record, "TS", value)?,
                    name if RECORD_LISTS.contains(&name) => self.list(&record, name)?,
                    _ => false,
                };
                if !fine {
                    return Ok(Some(
                        "a validation record holds something else than validation data",
                    ));
                }
            }
        }
        Ok(None)
    }

    /// An array of references to streams, each new or as it was.
    fn list(&mut self, holder: &Holder, key: &str) -> Result<bool, Error> {
        if !holder.dict.contains(key) {
            return Ok(true);
        }
        let (below, value) = self.step(holder, key)?;
        let Object::Array(items) = value else { return Ok(false) };
        let site = Holder { dict: Dict::default(), ..below };
        for item in &items {
            if !self.stream_at(&site, item)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn stream(&mut self, holder: &Holder, key: &str, value: &Object) -> Result<bool, Error> {
        let path = super::join(&holder.path, key);
        self.stream_at(&Holder { container: holder.container, path, dict: Dict::default() }, value)
    }

    fn stream_at(&mut self, site: &Holder, item: &Object) -> Result<bool, Error> {
        let Some(id) = item.as_ref() else { return Ok(false) };
        if self.is_changed(id) && !self.is_new(id) {
            return Ok(false);
        }
        let value = self.new.get(id)?;
        let Object::Stream(stream) = value else { return Ok(false) };
        // Data, not something to show: no form, no image, no fonts.
        let plain = stream.dict.without(&["Length", "Filter", "DecodeParms", "Type"]).is_empty();
        if plain {
            self.clear(id, site.container, &site.path);
            let dict = Object::Dict(stream.dict);
            self.clear_new(&dict, id.number, "")?;
        }
        Ok(plain)
    }
}
