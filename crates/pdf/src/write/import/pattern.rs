//! Patterns that a page names. Their place is told in the space of the page, whatever state they are used in (ISO 32000-1 §8.7.2), so
//! that they have to be moved, turned and scaled as its content is.

use super::scan::then;
use super::{ImportError, Importer, name as written};
use crate::object::Real;
use crate::write::FileWriter;
use crate::{Dict, Name, Object, Stream};

/// What changes nothing.
const NOTHING: [f64; 6] = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

impl Importer<'_, '_> {
    /// PDF text of the entries of a page's `/Pattern`, each where it is once the content is drawn under this matrix; `None` where
    /// they can stay as they are. They are written for the page alone: forms that use the same ones place them by themselves.
    pub(super) fn patterns_under(
        &mut self,
        file: &mut FileWriter,
        resources: &Dict,
        matrix: [f64; 6],
    ) -> Result<Option<String>, ImportError> {
        let patterns = self.source.value(resources, "Pattern")?;
        let Some(patterns) = patterns.as_dict().filter(|_| matrix != NOTHING) else {
            return Ok(None);
        };
        let mut moved = String::new();
        for (name, pattern) in patterns.iter() {
            let pattern = self.source.resolve(pattern)?;
            let Some(dict) = pattern.as_dict() else { continue };
            let own = match dict.get("Matrix") {
                Some(own) => self.numbers(own)?,
                None => NOTHING.to_vec(),
            };
            let Ok(own) = <[f64; 6]>::try_from(own) else {
                return self.refuse("6.2.2", "the /Matrix of a pattern is not six numbers");
            };
            // More digits than lengths need, for scales
            let entries = then(own, matrix).map(|v| Object::Real(Real(format!("{v:.6}"))));
            let mut dict = dict.without(&["Matrix"]);
            dict.push(Name::from(&b"Matrix"[..]), Object::Array(entries.to_vec()));
            let number = file.reserve();
            if let Object::Stream(stream) = &pattern {
                self.stream(file, number, &Stream { dict, ..stream.clone() }, 0)?;
            } else {
                let text = self.dict(file, &dict, 0)?;
                file.object(number, text.as_bytes());
            }
            moved.push_str(&format!("{} {number} 0 R ", written(&name.0)));
        }
        Ok(Some(moved))
    }
}
