//! The trailer between two revisions: the same catalog and identifier, dates and programs in the document information, nothing left out.

use std::collections::BTreeSet;

use motcua_pdf::{Dict, Document, Entry, Error, Object, Ref, Revision};

use super::{Holder, Kind, Update, Violation, dict_of, housekeeping};

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
        let (before, after) = (old.without(OWN), new.without(OWN));
        // Some libraries write the catalog under a new number; what it says is compared all the same.
        let anew = !self.rules.copy
            && before.without(&["Root"]) == after.without(&["Root"])
            && new.get("Root").and_then(Object::as_ref).is_some_and(|root| self.is_new(root));
        if before != after && !anew {
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
        self.hybrid();
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

    /// §7.5.8.4: an object that every reader saw before may not become one that readers of tables alone take for free.
    fn hybrid(&mut self) {
        let sections = |document: &Document<'_>, from: usize| -> BTreeSet<u32> {
            let revisions = document.revisions().iter().skip(from);
            revisions.flat_map(Revision::sections).flat_map(|s| s.hidden.iter().copied()).collect()
        };
        let before = sections(self.old, 0);
        for number in sections(self.new, self.old.revisions().len()).difference(&before) {
            let used = self.old.entries().get(number).is_some_and(|e| *e != Entry::Free);
            if used {
                self.out.violations.push(Violation {
                    object: Some(Ref { number: *number, generation: 0 }),
                    kind: Kind::Removed,
                    why: "the table calls it free, the stream beside it does not",
                    page: None,
                });
            }
        }
    }
}
