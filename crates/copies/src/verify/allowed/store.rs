//! The document security store (ISO 32000-2 §12.8.4.3, EN 319 142-1 §5.4.2): certificates, CRLs and OCSP responses, and the
//! validation records of single signatures. It may grow after any signature; it shows nothing.

use std::collections::BTreeSet;

use motcua_pdf::{Dict, Document, Error, Object};

use super::{Holder, Update, dict_of};
use crate::verify::{closing, store};

/// Arrays of streams in the store, and in a record.
const LISTS: [&str; 3] = ["Certs", "CRLs", "OCSPs"];
const RECORD_LISTS: [&str; 3] = ["Cert", "CRL", "OCSP"];

const NO_LIST: &str = "a list of the document security store is not one of new streams";
const TAKEN_OUT: &str = "something was taken out of the document security store";

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
            return Ok(Some(
                self.refuse(store.container, "the document security store is not a dictionary"),
            ));
        }
        for (key, _) in store.dict.iter() {
            let key = key.to_string();
            if key == "Type" || key == "VRI" || LISTS.contains(&key.as_str()) {
                continue;
            }
            return Ok(Some(self.refuse(store.container, "the document security store holds something else than certificates and revocation data")));
        }
        for key in LISTS {
            if !self.list(&store, key)? {
                return Ok(Some(self.refuse(store.container, NO_LIST)));
            }
        }
        let earlier = dict_of(&self.old.value(old, "DSS")?);
        if !self.grows(&earlier, &store.dict)? {
            for key in LISTS {
                let (list, _) = self.step(&store, key)?;
                self.refuse(list.container, TAKEN_OUT);
            }
            return Ok(Some(self.refuse(store.container, TAKEN_OUT)));
        }
        if !store.dict.contains("VRI") {
            return Ok(None);
        }
        let (records, value) = self.step(&store, "VRI")?;
        if !matches!(value, Object::Dict(_)) {
            return Ok(Some(self.refuse(records.container, "/VRI is not a dictionary")));
        }
        let keys: Vec<String> = records.dict.iter().map(|(k, _)| k.to_string()).collect();
        let before = dict_of(&self.old.value(&earlier, "VRI")?);
        let mut own = closing::names(self.signatures);
        own.retain(|name| !before.contains(name));
        // The first record of a signature is something new.
        self.out.stored |= keys.iter().any(|key| own.contains(key));
        for key in keys {
            // §12.8.4.4: the name is the SHA-1 of the signature in hexadecimal
            if key == "Type" {
                continue;
            }
            if key.len() != 40 || !key.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Ok(Some(self.refuse(
                    records.container,
                    "/VRI has a key that is not a signature's digest",
                )));
            }
            let (record, value) = self.step(&records, &key)?;
            if !matches!(value, Object::Dict(_)) {
                let why = "a validation record is not a dictionary";
                self.refuse(record.container, why);
                return Ok(Some(self.refuse(records.container, why)));
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
                    let why = "a validation record holds something else than validation data";
                    self.refuse(record.container, why);
                    return Ok(Some(self.refuse(records.container, why)));
                }
            }
        }
        Ok(None)
    }

    /// Whether everything that stood in the store still does, under whatever number; notes whether there is more.
    fn grows(&mut self, before: &Dict, after: &Dict) -> Result<bool, Error> {
        let mut same = true;
        for key in LISTS {
            same = same && self.old.value(before, key)? == self.new.value(after, key)?;
        }
        // The lists hold references to what did not change, or `list` would have refused them.
        if same {
            return Ok(true);
        }
        let items = |document: &Document<'_>| -> Result<BTreeSet<(u8, Vec<u8>)>, Error> {
            let store = store::read(document)?;
            let lists = [store.certificates, store.crls, store.ocsps];
            Ok((0..)
                .zip(lists)
                .flat_map(|(k, list)| list.into_iter().map(move |i| (k, i)))
                .collect())
        };
        let (before, after) = (items(self.old)?, items(self.new)?);
        self.out.stored |= !after.is_subset(&before);
        Ok(before.is_subset(&after))
    }

    /// An array of references to streams, each new or as it was.
    fn list(&mut self, holder: &Holder, key: &str) -> Result<bool, Error> {
        if !holder.dict.contains(key) {
            return Ok(true);
        }
        let (below, value) = self.step(holder, key)?;
        let site = Holder { dict: Dict::default(), ..below };
        let Object::Array(items) = value else {
            self.refuse(site.container, NO_LIST);
            return Ok(false);
        };
        for item in &items {
            if !self.stream_at(&site, item)? {
                self.refuse(site.container, NO_LIST);
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
