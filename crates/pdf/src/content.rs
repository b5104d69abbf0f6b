//! Whether a content stream leaves everything as it found it, so that what is drawn after it looks as if nothing stood before. The
//! rules of PDF/A for content streams live in `archive`.

use std::collections::BTreeSet;

use crate::lexer::{Lexer, Token};
use crate::object::Name;
use crate::{Error, Limits};

/// Saved states at once; readers need keep no more (ISO 32000-1 table C.1).
const MOST_SAVED: usize = 28;
/// Operands of one operator: DeviceN takes 32, and a pattern's name follows them.
const MOST_OPERANDS: usize = 33;

/// What an operator does to all that comes after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// `q`
    Save,
    /// `Q`
    Restore,
    /// `BT`
    TextBegin,
    /// `ET`
    TextEnd,
    /// `BMC`, `BDC`
    MarkBegin,
    /// `EMC`
    MarkEnd,
    /// `BX`
    LenientBegin,
    /// `EX`
    LenientEnd,
    /// Begins a path, goes on with it, or clips by it once it is painted.
    Path,
    /// Paints the path, or ends it.
    Painted,
    /// `Do`
    Paste,
    /// Nothing but what `Q` takes back.
    Restored,
}

/// The operators of page content (ISO 32000-1 table A.1) but for inline images, with how many operands each has; `None` where that
/// depends. `d0` and `d1` belong to glyphs.
fn operator(name: &[u8]) -> Option<(Effect, Option<usize>)> {
    use Effect::{LenientBegin, LenientEnd, MarkBegin, MarkEnd, Painted, Paste, Path};
    use Effect::{Restore, Restored, Save, TextBegin, TextEnd};
    Some(match name {
        b"q" => (Save, Some(0)),
        b"Q" => (Restore, Some(0)),
        b"BT" => (TextBegin, Some(0)),
        b"ET" => (TextEnd, Some(0)),
        b"BMC" => (MarkBegin, Some(1)),
        b"BDC" => (MarkBegin, Some(2)),
        b"EMC" => (MarkEnd, Some(0)),
        b"BX" => (LenientBegin, Some(0)),
        b"EX" => (LenientEnd, Some(0)),
        b"h" | b"W" | b"W*" => (Path, Some(0)),
        b"m" | b"l" => (Path, Some(2)),
        b"re" | b"v" | b"y" => (Path, Some(4)),
        b"c" => (Path, Some(6)),
        b"S" | b"s" | b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" | b"n" => {
            (Painted, Some(0))
        }
        b"Do" => (Paste, Some(1)),
        b"SC" | b"SCN" | b"sc" | b"scn" => (Restored, None),
        b"T*" => (Restored, Some(0)),
        b"CS" | b"G" | b"J" | b"M" | b"MP" | b"TJ" | b"TL" | b"Tc" | b"Tj" | b"Tr" | b"Ts"
        | b"Tw" | b"Tz" | b"'" | b"cs" | b"g" | b"gs" | b"i" | b"j" | b"ri" | b"sh" | b"w" => {
            (Restored, Some(1))
        }
        b"DP" | b"TD" | b"Td" | b"Tf" | b"d" => (Restored, Some(2)),
        b"RG" | b"rg" | b"\"" => (Restored, Some(3)),
        b"K" | b"k" => (Restored, Some(4)),
        b"Tm" | b"cm" => (Restored, Some(6)),
        _ => return None,
    })
}

/// What is open at a place in the content.
#[derive(Debug, Default)]
struct Open {
    saved: usize,
    text: bool,
    marks: usize,
    lenient: usize,
    path: bool,
}

impl Open {
    /// Goes on past an operator; else what is wrong with it here.
    fn pass(&mut self, effect: Effect) -> Result<(), &'static str> {
        // ISO 32000-1 figure 9: states are saved and restored outside of text and paths.
        if matches!(effect, Effect::Save | Effect::Restore) && (self.text || self.path) {
            return Err("a state is saved or restored within text or a path");
        }
        let less = |n: usize| n.checked_sub(1).ok_or("more is closed than was opened");
        match effect {
            Effect::Save if self.saved == MOST_SAVED => {
                return Err("more than 28 states are saved at once");
            }
            Effect::Save => self.saved += 1,
            Effect::Restore => self.saved = less(self.saved)?,
            Effect::TextBegin if self.text => return Err("text begins within text"),
            Effect::TextBegin => self.text = true,
            Effect::TextEnd if !self.text => return Err("text ends that never began"),
            Effect::TextEnd => self.text = false,
            Effect::MarkBegin => self.marks = self.marks.saturating_add(1),
            Effect::MarkEnd => self.marks = less(self.marks)?,
            Effect::LenientBegin => self.lenient = self.lenient.saturating_add(1),
            Effect::LenientEnd => self.lenient = less(self.lenient)?,
            Effect::Path => self.path = true,
            Effect::Painted => self.path = false,
            Effect::Paste | Effect::Restored => {}
        }
        Ok(())
    }

    /// Nothing but perhaps a saved state.
    fn is_closed(&self) -> bool {
        !self.text && !self.path && self.marks == 0 && self.lenient == 0
    }
}

/// The names of the XObjects that a page's content shows, where all of it stands between one `q` and its `Q`, and nothing is left
/// open there that would change how later content looks: no state, text object, marked content, path, string, array, operand or line.
///
/// It is strict, because readers differ in how they go on after a mistake: every operator must be one of ISO 32000-1 with as many
/// operands as it has, and inline images are refused, whose end each reader finds in its own way.
///
/// # Errors
/// [`Error::Syntax`] with the place in `data` where it is not so.
pub fn enclosed(data: &[u8]) -> Result<BTreeSet<Name>, Error> {
    let mut lexer = Lexer::new(data, 0);
    let (mut open, mut shown) = (Open::default(), BTreeSet::new());
    let (mut begun, mut operands, mut last) = (false, 0usize, None);
    // Of arrays and dictionaries: whether an array.
    let mut brackets: Vec<bool> = Vec::new();
    loop {
        let at = lexer.at;
        let wrong = |problem| Err(Error::Syntax { at, problem });
        let token = lexer.next()?;
        if begun && open.saved == 0 && token != Token::End {
            return wrong("something stands after the state is restored");
        }
        match token {
            // The last token, or a comment, would go on in what follows.
            Token::End if data.last() != Some(&b'\n') => return wrong("its last line has no end"),
            Token::End if begun && open.saved == 0 && open.is_closed() && operands == 0 => {
                return Ok(shown);
            }
            Token::End => return wrong("the content ends with something open"),
            Token::ArrayOpen | Token::DictOpen => {
                if brackets.len() >= Limits::STANDARD.depth {
                    return wrong("arrays are nested too deeply");
                }
                operands += usize::from(brackets.is_empty());
                brackets.push(token == Token::ArrayOpen);
            }
            Token::ArrayClose | Token::DictClose => {
                if brackets.pop() != Some(token == Token::ArrayClose) {
                    return wrong("a bracket closes nothing");
                }
            }
            Token::Keyword(range) => {
                let name = data.get(range).unwrap_or_default();
                if matches!(name, b"true" | b"false" | b"null") {
                    operands += usize::from(brackets.is_empty());
                    last = None;
                    continue;
                }
                if !brackets.is_empty() {
                    return wrong("an array or a dictionary has no end");
                }
                let Some((effect, wanted)) = operator(name) else {
                    return wrong("it is no operator of page content, or an inline image");
                };
                if wanted.is_some_and(|wanted| wanted != operands) {
                    return wrong("an operator has too few or too many operands");
                }
                if !begun && effect != Effect::Save {
                    return wrong("it does not begin by saving the state");
                }
                begun = true;
                if let Err(problem) = open.pass(effect) {
                    return wrong(problem);
                }
                if effect == Effect::Paste {
                    let Some(name) = last.take() else { return wrong("Do names nothing") };
                    shown.insert(name);
                }
                (operands, last) = (0, None);
            }
            value => {
                operands += usize::from(brackets.is_empty());
                last = match value {
                    Token::Name(name) if brackets.is_empty() => Some(name),
                    _ => None,
                };
            }
        }
        if operands > MOST_OPERANDS {
            return wrong("an operator has too many operands");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_that_leaves_nothing_behind() {
        for (content, names) in [
            ("q\nQ", &[][..]),
            ("q 2 0 0 2 0 0 cm 0 0 1 1 re W n\n/Im0 Do Q", &["Im0"]),
            ("q /A#42 Do q /C gs /C Do Q Q % the end", &["AB", "C"]),
            ("q /P <</MCID 0>> BDC BT /F 1 Tf [(a(b)\\)) -2 <41>]TJ ET EMC Q", &[]),
            ("q BX EX /N [1 true null] DP 0 0 m 1 1 l S /P scn .1 .2 .3 scn Q", &[]),
        ] {
            assert!(enclosed(content.as_bytes()).is_err(), "without the line's end");
            let shown = enclosed(format!("{content}\n").as_bytes());
            let shown: Vec<_> = shown.unwrap().iter().map(ToString::to_string).collect();
            assert_eq!(shown, names, "{content}");
        }
        let deep = |n| ["q ".repeat(n), "Q\n".repeat(n)].concat();
        assert!(enclosed(deep(28).as_bytes()).is_ok());
        assert!(enclosed(deep(29).as_bytes()).is_err());
    }

    #[test]
    fn content_that_leaves_something_open() {
        for content in [
            "",
            "1 0 0 1 9 9 cm q Q",
            "q Q q Q",
            "q Q 1",
            "q Q Q q",
            "q q Q",
            "q Q Q",
            "q BT Q",
            "q BT q ET Q Q",
            "q ET Q",
            "q BT BT ET ET Q",
            "q /OC /M BDC Q",
            "q EMC /P BMC Q",
            "q BX Q",
            "q 0 0 1 1 re W Q",
            "q 0 0 m Q",
            "q W Q",
            "q (open Q",
            "q (open\\) Q",
            "q <41 Q",
            "q [1 2 Q",
            "q [1 2 >> Tj Q",
            "q << /A 1 Q",
            "q ] Q",
            "q 1 Q",
            "q 1 0 0 1 0 cm Q",
            "q 1 1 0 0 1 0 0 cm Q",
            "q BI /W 1 /H 1 /BPC 8 /CS /G ID \u{1} EI Q",
            "q ID Q EI Q",
            "q qQ Q",
            "q QQ",
            "q 0Q Q",
            "q 1 0 d0 Q",
            "q (a) Do Q",
            "q /A 1 Do Q",
            "q /A#4 Do Q",
            "q } Q",
            "q % Q",
        ] {
            assert!(enclosed(format!("{content}\n").as_bytes()).is_err(), "{content}");
        }
        let many = |n| format!("q {} scn Q\n", "1 ".repeat(n));
        assert!(enclosed(many(33).as_bytes()).is_ok());
        assert!(enclosed(many(34).as_bytes()).is_err());
        assert!(enclosed("[".repeat(1 << 20).as_bytes()).is_err());
    }
}
