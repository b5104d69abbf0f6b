//! The trailer between two revisions: the same catalog and identifier, dates and programs in the document information, nothing left out.

use motcua_pdf::{Dict, Entry, Error, Object};

use super::{Holder, Update, dict_of, housekeeping};

impl Update<'_, '_> {
    /// §7.5.5: the same catalog, the same first identifier, no encryption, no keys that came from nowhere.
    pub(super) fn trailer(&mut self) -> Result<(), Error> {
        const OWN: &[&str] = &[
            "Size",
            "Prev",
            "XRefStm",
            "Type",
            "W",
            "Index",
            "Filter",
            "DecodeParms",
            "Length",
            "Info",
            "ID",
            // Written by some libraries; means nothing.
            "DocChecksum",
        ];
        let (old, new) = (self.old.trailer().clone(), self.new.trailer().clone());
        if old.without(OWN) != new.without(OWN) {
            self.blame(None, "the trailer names another catalog or other entries");
        }
        let first = |dict: &Dict| {
            dict.get("ID").and_then(Object::as_array).and_then(|a| a.first().cloned())
        };
        if old.contains("ID") && first(&old) != first(&new) && first(&new).is_some() {
            self.blame(None, "the trailer's first identifier is another");
        }
        // §7.5.5, table 15: what stands at or above /Size counts as missing.
        let size = |dict: &Dict| dict.get("Size").and_then(Object::as_integer);
        let mut used = self.new.entries().iter().rev().filter(|(_, e)| **e != Entry::Free);
        let last = used.next().map(|(number, _)| i64::from(*number));
        if size(&new) < size(&old) || last >= size(&new) {
            self.blame(None, "objects stand outside the trailer's /Size");
        }
        let holder = Holder { container: 0, path: String::new(), dict: new.clone() };
        let before = dict_of(&self.old.value(&old, "Info")?);
        let Some(info) = new.get("Info") else {
            if old.contains("Info") {
                self.blame(None, "the document information was removed");
            }
            return Ok(());
        };
        if let Object::Dict(direct) = info {
            if !housekeeping(&before, direct) {
                self.blame(None, "document information other than dates and programs was changed");
            }
            return Ok(());
        }
        let (below, value) = match info {
            Object::Ref(id) if self.is_changed(*id) || old.get("Info") != Some(info) => {
                self.step(&holder, "Info")?
            }
            _ => return Ok(()),
        };
        if !matches!(value, Object::Dict(_)) || !housekeeping(&before, &below.dict) {
            self.cleared.remove(&below.container);
            self.blame(
                info.as_ref(),
                "document information other than dates and programs was changed",
            );
        }
        Ok(())
    }
}
