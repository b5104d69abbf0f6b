//! The form between two revisions: signing a prepared field, adding a signature field, filling in other fields.

use motcua_pdf::{Dict, Document, Error, Object, Ref};

use super::{Holder, Update, dict_of};
use crate::verify::fields::Found;

/// Depth of the field tree.
const DEPTH: usize = 9;
/// What the signer of a prepared field may add besides `/V`: the look and its accessories (ISO 32000-2 §12.5.6.19).
const LOOK: &[&str] = &["AP", "AS", "MK", "DA", "F", "M", "NM"];
/// What a new signature field and its widget consist of; actions and the like have no place in them.
const KNOWN: &[&str] = &[
    "Type", "Subtype", "FT", "T", "V", "F", "Ff", "P", "Rect", "AP", "AS", "MK", "DA", "Lock",
    "SV", "TU", "TM", "M", "NM", "Border", "BS", "DR", "H", "Kids",
];
/// What a field inherits (§12.7.4.1, table 226), before and after the update.
struct Above {
    name: String,
    kind: Object,
    old: Object,
    new: Object,
    /// Whether this update signed it.
    signed: bool,
}

impl Above {
    const NOTHING: Self = Self {
        name: String::new(),
        kind: Object::Null,
        old: Object::Null,
        new: Object::Null,
        signed: false,
    };

    fn is(&self, kind: &str) -> bool {
        matches!(&self.kind, Object::Name(own) if *own == kind)
    }
}

/// What filling in a field may change (§12.7.5): the value, how it looks, and what it was drawn with, which whoever fills in
/// chooses with the look.
const FILLED: &[&str] = &["V", "AP", "AS", "M", "I", "DA"];

impl Update<'_, '_> {
    pub(super) fn form(
        &mut self,
        holder: &Holder,
        old: &Dict,
    ) -> Result<Option<&'static str>, Error> {
        if !holder.dict.contains("AcroForm") {
            return Ok(old.contains("AcroForm").then_some("the form was removed"));
        }
        let before = dict_of(&self.old.value(old, "AcroForm")?);
        let (form, value) = self.step(holder, "AcroForm")?;
        if !matches!(value, Object::Dict(_)) {
            return Ok(Some("the form is not a dictionary"));
        }
        if !flags_grow(&before, &form.dict) {
            return Ok(Some("the form's signature flags were taken back"));
        }
        // Resources that no field used yet may come with the first signature that shows something.
        let mut rest = vec!["Fields", "SigFlags"];
        if !self.rules.copy {
            rest.extend(["DR", "DA"].into_iter().filter(|k| *k == "DR" || !before.contains(k)));
            // False where it is not said.
            let anew =
                |form: &Dict| form.get("NeedAppearances").map_or(Some(false), Object::as_bool);
            if anew(&before) == Some(false) && anew(&form.dict) == Some(false) {
                rest.push("NeedAppearances");
            }
        }
        if before.without(&rest) != form.dict.without(&rest) {
            return Ok(Some("the form was changed"));
        }
        let new_resources = !self.rules.copy && before.contains("DR");
        if new_resources && let Some(why) = self.resources(&before, &form)? {
            return Ok(Some(why));
        }
        for key in ["DR", "DA"] {
            if !before.contains(key)
                && let Some(added) = form.dict.get(key).cloned()
            {
                let path = super::join(&form.path, key);
                self.clear_new(&added, form.container, &path)?;
            }
        }
        let earlier = self.old.value(&before, "Fields")?;
        let (list, later) = self.step(&form, "Fields")?;
        let why = self.fields(&list, &earlier, &later, &Above::NOTHING, DEPTH)?;
        Ok(why.map(|why| self.refuse(list.container, why)))
    }

    /// A list of fields: the old ones in their order, then new signature fields.
    fn fields(
        &mut self,
        list: &Holder,
        earlier: &Object,
        later: &Object,
        above: &Above,
        depth: usize,
    ) -> Result<Option<&'static str>, Error> {
        let (before, after) =
            (earlier.as_array().unwrap_or_default(), later.as_array().unwrap_or_default());
        if after.get(..before.len()).is_none_or(|kept| kept != before) {
            return Ok(Some("fields were removed or put in another order"));
        }
        for item in before {
            if let Some(id) = item.as_ref() {
                self.field(id, above, depth)?;
            }
        }
        for item in after.get(before.len()..).unwrap_or_default() {
            let Some(id) = item.as_ref().filter(|id| self.is_new(*id)) else {
                return Ok(Some("a field was added that is not a new object"));
            };
            if !above.name.is_empty() {
                return Ok(Some("a field was added below another"));
            }
            if let Some(why) = self.new_field(id, list)? {
                self.blame(Some(id), why);
            }
        }
        Ok(None)
    }

    /// A field that was there before.
    fn field(&mut self, id: Ref, above: &Above, depth: usize) -> Result<(), Error> {
        let (Object::Dict(old), Object::Dict(mut new)) = (self.old.get(id)?, self.new.get(id)?)
        else {
            return Ok(());
        };
        if depth == 0 {
            return Ok(());
        }
        // §12.5.2, table 166: what a widget is anyway.
        let widget = !self.rules.copy && new.is_name("Subtype", "Widget");
        if widget && !old.contains("Type") && new.is_name("Type", "Annot") {
            new = new.without(&["Type"]);
        }
        let own = self.own(&old, &new, above)?;
        let holder = Holder { container: id.number, path: String::new(), dict: new.clone() };
        if new.contains("Kids") {
            let earlier = self.old.value(&old, "Kids")?;
            let (list, later) = self.step(&holder, "Kids")?;
            if let Some(why) = self.fields(&list, &earlier, &later, &own, depth - 1)? {
                self.refuse(list.container, why);
                self.blame(Some(id), why);
                return Ok(());
            }
        }
        let why = if !own.is("Sig") {
            self.fill_in(&old, &holder, &own)?
        } else if old.contains("T") {
            self.sign_prepared(&old, &holder, &own.name)?
        } else {
            self.widget(&old, &holder, above.signed)?
        };
        match why {
            Some(why) => self.blame(Some(id), why),
            None => {
                self.harmless.insert(id.number);
            }
        }
        Ok(())
    }

    /// What is inherited from this field.
    fn own(&self, old: &Dict, new: &Dict, above: &Above) -> Result<Above, Error> {
        let own = match self.old.value(old, "T")? {
            Object::String(s) => Some(crate::verify::fields::text(&s.bytes)),
            _ => None,
        };
        let name = match own {
            Some(own) if above.name.is_empty() => own,
            Some(own) => format!("{}.{own}", above.name),
            None => above.name.clone(),
        };
        let value = |document: &Document<'_>, dict: &Dict, key: &str, inherited: &Object| {
            if dict.contains(key) { document.value(dict, key) } else { Ok(inherited.clone()) }
        };
        let signature = new.get("V").and_then(Object::as_ref).filter(|_| !old.contains("V"));
        Ok(Above {
            name,
            kind: value(self.old, old, "FT", &above.kind)?,
            old: value(self.old, old, "V", &above.old)?,
            new: value(self.new, new, "V", &above.new)?,
            signed: signature.is_some_and(|id| self.made(id).is_some()),
        })
    }

    /// A widget that stands apart from its signature field: it gets its look when the field is signed.
    fn widget(
        &mut self,
        old: &Dict,
        holder: &Holder,
        signed: bool,
    ) -> Result<Option<&'static str>, Error> {
        let new = &holder.dict;
        if old == new {
            return Ok(None);
        }
        if !signed || self.rules.copy || old.without(LOOK) != new.without(LOOK) {
            return Ok(Some("the widget of a signature field was changed"));
        }
        for key in LOOK.iter().filter(|k| **k != "AP") {
            if let Some(added) = new.get(key).cloned() {
                self.clear_new(&added, holder.container, key)?;
            }
        }
        self.look(old, holder)?;
        Ok(None)
    }

    /// The signature that this update made in object `id`.
    fn made(&self, id: Ref) -> Option<&Found> {
        let index = self.new.revisions().len() - 1;
        self.signatures.iter().find(|s| s.value == Some(id) && s.covers == Ok(index))
    }

    fn sign_prepared(
        &mut self,
        old: &Dict,
        holder: &Holder,
        name: &str,
    ) -> Result<Option<&'static str>, Error> {
        let new = &holder.dict;
        if old == new {
            return Ok(None);
        }
        if old.contains("V") {
            return Ok(Some("a signed field was changed"));
        }
        let Some(Object::Ref(value)) = new.get("V").cloned() else {
            return Ok(Some("a signature field was changed without being signed"));
        };
        let Some(found) = self.made(value) else {
            return Ok(Some("a field was given a signature that does not cover this revision"));
        };
        let timestamp = found.is_timestamp();
        if !timestamp
            && let Some(facts) = self.rules.facts
            && !facts.signature_fields().iter().skip(1).any(|field| field == name)
        {
            return Ok(Some(match facts.co_officials.len() {
                0 => "a field other than the agency's was signed",
                _ => "a field other than another official's or the agency's was signed",
            }));
        }
        if !timestamp && self.rules.locked(name) {
            return Ok(Some("a locked field was signed"));
        }
        if !timestamp && self.rules.permission == Some(1) {
            return Ok(Some("the certification permits no further signature"));
        }
        let free = if self.rules.copy {
            &["V"][..]
        } else {
            &["V", "AP", "AS", "MK", "DA", "F", "M", "NM"]
        };
        if old.without(free) != new.without(free) {
            return Ok(Some("the signed field was changed beyond its signature"));
        }
        if !self.is_new(value) {
            return Ok(Some("the signature was not added with its field"));
        }
        self.clear_new(&Object::Ref(value), holder.container, "V")?;
        if !self.rules.copy {
            for key in LOOK.iter().filter(|k| **k != "AP") {
                if let Some(added) = new.get(key).cloned() {
                    self.clear_new(&added, holder.container, key)?;
                }
            }
            self.look(old, holder)?;
            if old.get("AP") != new.get("AP") && self.shows(new)? {
                self.out.shown.push(name.to_owned());
            }
        }
        self.out.signed.push(name.to_owned());
        Ok(None)
    }

    /// A field's look of its own may be written anew, object numbers and all; `remaining` sees to it that nothing else uses it.
    fn look(&mut self, old: &Dict, holder: &Holder) -> Result<(), Error> {
        if old.get("AP") != holder.dict.get("AP")
            && let Some(Object::Ref(id)) = old.get("AP")
        {
            self.given_up.push(id.number);
        }
        if !holder.dict.contains("AP") {
            return Ok(());
        }
        let (looks, _) = self.step(holder, "AP")?;
        for (key, value) in looks.dict.iter() {
            let path = super::join(&looks.path, &key.to_string());
            if let Some(id) = value.as_ref() {
                self.clear(id, looks.container, &path);
                let stream = self.new.get(id)?;
                self.clear_new(&Object::Dict(dict_of(&stream)), id.number, "")?;
            } else {
                self.clear_new(value, looks.container, &path)?;
            }
        }
        Ok(())
    }

    fn new_field(&mut self, id: Ref, list: &Holder) -> Result<Option<&'static str>, Error> {
        let Object::Dict(dict) = self.new.get(id)? else {
            return Ok(Some("a field was added that is no dictionary"));
        };
        if !dict.is_name("FT", "Sig") || dict.contains("Parent") {
            return Ok(Some("a field other than a signature field was added"));
        }
        if !dict.without(KNOWN).is_empty() {
            return Ok(Some("a signature field with unusual entries was added"));
        }
        // The widget is the field itself, or the only kid.
        let mut widgets = vec![(id, dict.clone())];
        if dict.contains("Kids") {
            let (kids, value) = self.step(
                &Holder { container: id.number, path: String::new(), dict: dict.clone() },
                "Kids",
            )?;
            let [Object::Ref(kid)] = value.as_array().unwrap_or_default() else {
                return Ok(Some("a signature field with several widgets was added"));
            };
            let Object::Dict(widget) = self.new.get(*kid)? else {
                return Ok(Some("a signature field without a widget was added"));
            };
            let own = widget.get("Parent").is_none_or(|p| *p == Object::Ref(id))
                && widget.is_name("Subtype", "Widget");
            if !own
                || !self.is_new(*kid)
                || !widget.without(&["Parent"]).without(KNOWN).is_empty()
                || widget.contains("T")
                || widget.contains("V")
            {
                return Ok(Some("a signature field with an unusual widget was added"));
            }
            self.clear(*kid, kids.container, &kids.path);
            widgets = vec![(*kid, widget)];
        }
        let Some(Object::Ref(value)) = dict.get("V").cloned() else {
            return Ok(Some("an empty signature field was added"));
        };
        let Some(found) = self.made(value) else {
            return Ok(Some("a field was added whose signature does not cover this revision"));
        };
        let timestamp = found.is_timestamp();
        if !timestamp {
            if self.rules.copy {
                return Ok(Some("a signature was added that a copy does not have"));
            }
            if self.rules.permission == Some(1) {
                return Ok(Some("the certification permits no further signature"));
            }
        }
        // Sneaky signature: the look of a new field can cover what was certified.
        let mut shows = false;
        for (_, widget) in &widgets {
            shows = shows || self.shows(widget)?;
        }
        if shows && (timestamp || self.rules.permission.is_some()) {
            return Ok(Some("a visible signature field was added after certification"));
        }
        self.clear(id, list.container, &list.path);
        self.clear_new(&Object::Dict(dict.without(&["P", "Kids"])), id.number, "")?;
        for (at, widget) in widgets {
            // The widget is also reached from its page; that reference is judged with the page.
            self.new_widgets.insert(at);
            self.clear_new(&Object::Dict(widget.without(&["P", "Parent", "Kids"])), at.number, "")?;
        }
        let name = dict
            .get("T")
            .and_then(Object::as_string)
            .map(|s| crate::verify::fields::text(&s.bytes));
        let name = name.unwrap_or_default();
        if shows {
            self.out.shown.push(name.clone());
        }
        self.out.signed.push(name);
        Ok(None)
    }

    /// Whether a widget can be seen: it has something to show and an area, or one that is not known.
    fn shows(&self, dict: &Dict) -> Result<bool, Error> {
        if !dict.contains("AP") && !dict.contains("MK") {
            return Ok(false);
        }
        let rect = self.new.value(dict, "Rect")?;
        let numbers: Option<Vec<f64>> =
            rect.as_array().unwrap_or_default().iter().map(Object::as_number).collect();
        Ok(match numbers.as_deref() {
            Some([left, bottom, right, top]) => {
                // A line without width can be drawn with one.
                (right - left).abs() > f64::EPSILON || (top - bottom).abs() > f64::EPSILON
            }
            _ => true,
        })
    }

    /// Filling in is allowed only where a certification says so (ISO 32000-2 table 257: P 2 and 3).
    fn fill_in(
        &mut self,
        old: &Dict,
        holder: &Holder,
        own: &Above,
    ) -> Result<Option<&'static str>, Error> {
        let new = &holder.dict;
        let below = dict_of(&self.new.value(new, "AP")?);
        let look_changed =
            below.iter().any(|(_, v)| v.as_ref().is_some_and(|id| self.is_changed(id)));
        if old == new && !look_changed {
            return Ok(None);
        }
        if self.rules.copy || !matches!(self.rules.permission, Some(2 | 3)) {
            return Ok(Some("a form field was changed"));
        }
        if self.rules.locked(&own.name) {
            return Ok(Some("a locked form field was changed"));
        }
        if old.without(FILLED) != new.without(FILLED) {
            return Ok(Some("a form field was changed beyond its value"));
        }
        // Its own value or the one it shares with the field above.
        if own.old == own.new {
            return Ok(Some("a form field looks otherwise although its value is the same"));
        }
        if own.is("Btn") && (look_changed || old.get("AP") != new.get("AP")) {
            return Ok(Some("the looks of a button were changed"));
        }
        if let Some(value) = new.get("V").cloned() {
            self.clear_new(&value, holder.container, "V")?;
        }
        self.look(old, holder)?;
        self.out.filled.push(own.name.clone());
        Ok(None)
    }
}

/// §12.7.3, table 225: flags may be set, not taken back.
fn flags_grow(old: &Dict, new: &Dict) -> bool {
    let flags = |d: &Dict| d.get("SigFlags").map_or(Some(0), Object::as_integer);
    match (flags(old), flags(new)) {
        (Some(before), Some(after)) => (0..=3).contains(&after) && before & after == before,
        _ => false,
    }
}
