//! The form's default resources between two revisions (ISO 32000-2 §12.7.3, table 224): more may come to them, for looks that
//! are made then; what was signed must go on looking as it did. Which looks may be made is judged in [`super::form`].

use std::collections::BTreeSet;

use motcua_pdf::{Dict, Error, Object, STANDARD_FONTS};

use super::{Holder, Update, dict_of, join};

const CHANGED: &str = "the form's resources were changed";
const BORROWED: &str =
    "the form's resources were added to, and what was signed may be drawn with them";

/// What is in what was signed that the form's resources may show in.
#[derive(Default)]
struct Uses {
    /// There is a form without resources of its own: some readers give it these.
    borrows: bool,
    /// The content of one cannot be read.
    unclear: bool,
    /// The names asked about that stand in the content of such forms.
    drawn: BTreeSet<Vec<u8>>,
    /// And in default appearances: text without a look is drawn with the fonts of these names.
    named: BTreeSet<Vec<u8>>,
}

impl Update<'_, '_> {
    /// Resources may be added, and drawings replaced, which default appearances do not use; all else stays.
    pub(super) fn resources(
        &mut self,
        before: &Dict,
        form: &Holder,
    ) -> Result<Option<&'static str>, Error> {
        let earlier = self.old.value(before, "DR")?;
        let (list, later) = self.step(form, "DR")?;
        let why = match (&earlier, &later) {
            (Object::Dict(earlier), Object::Dict(_)) => {
                self.resource_lists(earlier, &list, before)?
            }
            _ => Some(CHANGED),
        };
        Ok(why.map(|why| self.refuse(list.container, why)))
    }

    fn resource_lists(
        &mut self,
        earlier: &Dict,
        list: &Holder,
        form: &Dict,
    ) -> Result<Option<&'static str>, Error> {
        let (mut fonts, mut drawings, mut other) = (Vec::new(), Vec::new(), false);
        if earlier.iter().any(|(kind, _)| list.dict.get_bytes(&kind.0).is_none()) {
            return Ok(Some(CHANGED));
        }
        let kinds: Vec<String> = list.dict.iter().map(|(kind, _)| kind.to_string()).collect();
        for kind in kinds {
            let then = self.old.value(earlier, &kind)?;
            let (names, now) = self.step(list, &kind)?;
            if then == now {
                continue;
            }
            let known = dict_of(&then);
            let fits = matches!(then, Object::Dict(_) | Object::Null)
                && matches!(now, Object::Dict(_))
                && known.iter().all(|(name, _)| names.dict.get_bytes(&name.0).is_some());
            if !fits {
                self.refuse(names.container, CHANGED);
                return Ok(Some(CHANGED));
            }
            for (name, value) in names.dict.clone().iter() {
                match known.get_bytes(&name.0) {
                    Some(was) if was == value => continue,
                    // The same written out, or put into an object of its own.
                    Some(was) if self.same(was, value)? => {}
                    Some(_) if kind != "XObject" => {
                        self.refuse(names.container, CHANGED);
                        return Ok(Some(CHANGED));
                    }
                    None if kind == "Font" => fonts.push((name.0.clone(), value.clone())),
                    Some(_) | None if kind == "XObject" => drawings.push(name.0.clone()),
                    Some(_) | None => other = true,
                }
                let path = join(&names.path, &name.to_string());
                self.clear_new(value, names.container, &path)?;
            }
        }
        if fonts.is_empty() && drawings.is_empty() && !other {
            return Ok(None);
        }
        // §12.7.3: readers draw every field anew then, with these.
        let anew = self.old.value(form, "NeedAppearances")?.as_bool() == Some(true);
        let asked = fonts.iter().map(|(name, _)| name).chain(&drawings).map(|n| n.to_vec());
        let uses = self.uses(&asked.collect())?;
        // A colour space or a graphics state can take effect without being named.
        let mut shows = anew || uses.unclear || other && uses.borrows;
        shows = shows || drawings.iter().any(|name| uses.drawn.contains(name.as_slice()));
        for (name, font) in fonts {
            let named = uses.named.contains(name.as_slice()) && !self.standard(&font)?;
            shows = shows || named || uses.drawn.contains(name.as_slice());
        }
        Ok(shows.then_some(BORROWED))
    }

    fn same(&self, was: &Object, value: &Object) -> Result<bool, Error> {
        let (was, value) = (self.old.resolve(was)?, self.new.resolve(value)?);
        Ok(matches!((&was, &value), (Object::Dict(was), Object::Dict(value)) if was == value))
    }

    /// A font that looks the same in every file: nothing of it is given but its name.
    fn standard(&self, font: &Object) -> Result<bool, Error> {
        let font = self.new.resolve(font)?;
        let Object::Dict(font) = &font else { return Ok(false) };
        let name = font.get("BaseFont").and_then(Object::as_name);
        Ok(font.is_name("Type", "Font")
            && font.is_name("Subtype", "Type1")
            && STANDARD_FONTS.iter().any(|standard| name.is_some_and(|name| *name == *standard))
            && font
                .without(&["Type", "Subtype", "BaseFont", "Name"])
                .iter()
                .all(|(key, value)| *key == "Encoding" && matches!(value, Object::Name(_))))
    }

    /// Looks through every object of what was signed for these names.
    fn uses(&self, asked: &BTreeSet<Vec<u8>>) -> Result<Uses, Error> {
        let mut uses = Uses::default();
        for number in self.old.entries().keys() {
            let Some(located) = self.old.locate(*number)? else { continue };
            let mut open = vec![&located.value];
            while let Some(object) = open.pop() {
                match object {
                    Object::Array(items) => open.extend(items),
                    Object::Dict(_) | Object::Stream(_) => {
                        let Some(dict) = object.as_dict() else { continue };
                        let draws = dict.is_name("Subtype", "Form") || dict.contains("BBox");
                        if let Object::Stream(stream) = object
                            && draws
                            && !dict.contains("Resources")
                        {
                            uses.borrows = true;
                            match self.old.decode(stream) {
                                Ok(content) => {
                                    let found = names(&content).filter(|n| asked.contains(n));
                                    uses.drawn.extend(found);
                                }
                                Err(e @ (Error::Budget { .. } | Error::Read { .. })) => {
                                    return Err(e);
                                }
                                Err(_) => uses.unclear = true,
                            }
                        }
                        if dict.contains("DA") {
                            let appearance = self.old.value(dict, "DA")?;
                            let bytes = appearance.as_string().map(|s| s.bytes.as_slice());
                            let found = names(bytes.unwrap_or_default());
                            uses.named.extend(found.filter(|n| asked.contains(n)));
                        }
                        open.extend(dict.iter().map(|(_, value)| value));
                    }
                    _ => {}
                }
            }
        }
        Ok(uses)
    }
}

/// The names in a default appearance or in content, `#xx` decoded; and what looks like one inside its strings.
fn names(content: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let ends = move |b: &u8| b.is_ascii_whitespace() || *b == 0 || b"/()<>[]{}%".contains(b);
    let name = move |part: &[u8]| {
        let part = part.split(ends).next().unwrap_or_default();
        let (mut out, mut rest) = (Vec::new(), part);
        while let [first, tail @ ..] = rest {
            let code = tail.get(..2).and_then(|c| std::str::from_utf8(c).ok());
            match code.filter(|_| *first == b'#').and_then(|c| u8::from_str_radix(c, 16).ok()) {
                Some(byte) => {
                    out.push(byte);
                    rest = tail.get(2..).unwrap_or_default();
                }
                None => {
                    out.push(*first);
                    rest = tail;
                }
            }
        }
        out
    };
    content.split(|b| *b == b'/').skip(1).map(name)
}
