//! Objects from tokens: direct objects, and `N G obj … endobj` at an offset. Follows no reference but a stream's `/Length`.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::Error;
use crate::budget::over;
use crate::lexer::{Lexer, Token};
use crate::object::{Dict, Object, PdfString, Ref, Stream};
use crate::source::Bytes;

/// An indirect object as it stands in the file.
#[derive(Debug, Clone)]
pub(crate) struct Parsed {
    pub(crate) id: Ref,
    pub(crate) value: Object,
    /// From the object number to the end of `endobj`.
    pub(crate) range: Range<usize>,
}

/// Reads one direct object.
pub(crate) fn object(lexer: &mut Lexer<'_>, depth: usize) -> Result<Object, Error> {
    let token = lexer.next()?;
    from_token(lexer, token, depth, depth)
}

fn from_token(
    lexer: &mut Lexer<'_>,
    token: Token,
    depth: usize,
    most: usize,
) -> Result<Object, Error> {
    if depth == 0 {
        return Err(over("depth", most));
    }
    match token {
        Token::Integer(value) => Ok(reference(lexer, value).unwrap_or(Object::Integer(value))),
        Token::Real(real) => Ok(Object::Real(real)),
        Token::Name(name) => Ok(Object::Name(name)),
        Token::String(bytes, hex, range) => Ok(Object::String(PdfString { bytes, hex, range })),
        Token::ArrayOpen => {
            let mut items = Vec::new();
            loop {
                match lexer.next()? {
                    Token::ArrayClose => return Ok(Object::Array(items)),
                    token => items.push(from_token(lexer, token, depth - 1, most)?),
                }
            }
        }
        Token::DictOpen => Ok(Object::Dict(dict(lexer, depth, most)?)),
        Token::Keyword(range) => match lexer.slice(range.clone()).unwrap_or_default() {
            b"null" => Ok(Object::Null),
            b"true" => Ok(Object::Bool(true)),
            b"false" => Ok(Object::Bool(false)),
            _ => Err(Error::Syntax {
                at: range.start,
                problem: "an unknown word where an object is due",
            }),
        },
        Token::ArrayClose | Token::DictClose => Err(Error::Syntax {
            at: lexer.at,
            problem: "a closing delimiter where an object is due",
        }),
        Token::End => Err(Error::Syntax { at: lexer.at, problem: "the data end inside an object" }),
    }
}

/// `N G R`, if that is what follows the integer `first`.
fn reference(lexer: &mut Lexer<'_>, first: i64) -> Option<Object> {
    let number = u32::try_from(first).ok()?;
    // Nearly always what follows tells at once.
    if !lexer.number_may_follow() {
        return None;
    }
    let mut ahead = lexer.clone();
    let found = generation_and_r(&mut ahead);
    lexer.heed(&ahead);
    let generation = found?;
    lexer.follow(&ahead);
    Some(Object::Ref(Ref { number, generation }))
}

fn generation_and_r(lexer: &mut Lexer<'_>) -> Option<u16> {
    let Ok(Token::Integer(generation)) = lexer.next() else { return None };
    let generation = u16::try_from(generation).ok()?;
    lexer.skip();
    lexer.take_keyword(b"R").then_some(generation)
}

fn dict(lexer: &mut Lexer<'_>, depth: usize, most: usize) -> Result<Dict, Error> {
    let mut dict = Dict::default();
    let mut seen = Keys::default();
    loop {
        match lexer.next()? {
            Token::DictClose => return Ok(dict),
            Token::Name(name) => {
                // §7.3.7: multiple entries with the same key shall not occur
                if !seen.insert(&name.0, &dict) {
                    let key = name.to_string();
                    return Err(Error::DuplicateKey { at: lexer.at, key });
                }
                let token = lexer.next()?;
                let value = from_token(lexer, token, depth - 1, most)?;
                dict.push(name, value);
            }
            Token::End => {
                return Err(Error::Syntax {
                    at: lexer.at,
                    problem: "the data end inside a dictionary",
                });
            }
            Token::Integer(_) | Token::Real(_) | Token::String(..) | Token::Keyword(_) => {
                return Err(Error::Syntax {
                    at: lexer.at,
                    problem: "a dictionary key that is not a name",
                });
            }
            Token::ArrayOpen | Token::ArrayClose | Token::DictOpen => {
                return Err(Error::Syntax {
                    at: lexer.at,
                    problem: "a dictionary key that is not a name",
                });
            }
        }
    }
}

/// Keys of a dictionary that is being read. Few are compared one by one; of many a set is kept.
#[derive(Default)]
struct Keys(BTreeSet<Vec<u8>>);

impl Keys {
    /// Keys up to which looking through them is quicker than a set.
    const FEW: usize = 24;

    /// Adds a key that comes after those of `dict`; false where it is one of them.
    fn insert(&mut self, key: &[u8], dict: &Dict) -> bool {
        if dict.len() < Self::FEW {
            return dict.get_bytes(key).is_none();
        }
        if self.0.is_empty() {
            self.0.extend(dict.iter().map(|(name, _)| name.0.to_vec()));
        }
        self.0.insert(key.to_vec())
    }
}

/// Reads the indirect object that must begin exactly at `at`.
///
/// `length` gives the value of an indirect `/Length`.
pub(crate) fn indirect(
    bytes: Bytes<'_>,
    at: usize,
    depth: usize,
    length: &dyn Fn(Ref) -> Result<Option<i64>, Error>,
) -> Result<Parsed, Error> {
    let head = bytes.parse(at, |lexer| head(lexer, depth))?;
    let id = head.id;
    let wrong = |at: usize, problem: &'static str| Error::ObjectAt {
        number: id.number,
        generation: id.generation,
        at,
        problem,
    };
    let (dict, start) = match head.rest {
        Rest::Done => return Ok(Parsed { id, value: head.value, range: at..head.end }),
        Rest::NoEnd => return Err(wrong(head.end, "\"endobj\" is missing")),
        Rest::NoLine => return Err(wrong(head.end, "no end of line after \"stream\"")),
        Rest::Data => match head.value {
            Object::Dict(dict) => (dict, head.end),
            _ => return Err(wrong(head.end, "data without a dictionary")),
        },
    };
    let size = match dict.get("Length") {
        Some(Object::Integer(value)) => Some(*value),
        Some(Object::Ref(target)) => length(*target)?,
        Some(_) | None => None,
    };
    let size = size.and_then(|s| usize::try_from(s).ok());
    let size = size.ok_or_else(|| wrong(start, "the stream has no usable /Length"))?;
    let end = start.checked_add(size).filter(|end| *end <= bytes.length());
    let end = end.ok_or_else(|| wrong(start, "the stream's /Length reaches beyond the file"))?;
    let closed = bytes.parse(end, |lexer| {
        lexer.take_eol();
        if !lexer.take_keyword(b"endstream") {
            return Err(wrong(end, "\"endstream\" does not stand where /Length says"));
        }
        lexer.skip();
        if !lexer.take_keyword(b"endobj") {
            return Err(wrong(lexer.at, "\"endobj\" is missing"));
        }
        Ok(lexer.at)
    })?;
    Ok(Parsed { id, value: Object::Stream(Stream { dict, data: start..end }), range: at..closed })
}

/// An indirect object up to `endobj`, or to a stream's data.
struct Head {
    id: Ref,
    value: Object,
    /// Where it has come to.
    end: usize,
    rest: Rest,
}

/// What follows an object's value.
enum Rest {
    /// `endobj`; the object is complete.
    Done,
    /// Something else.
    NoEnd,
    /// `stream` and a line end; the data are next.
    Data,
    /// `stream` without a line end.
    NoLine,
}

fn head(lexer: &mut Lexer<'_>, depth: usize) -> Result<Head, Error> {
    let id = heading(lexer)?;
    let value = object(lexer, depth)?;
    lexer.skip();
    let rest = if matches!(value, Object::Dict(_)) && lexer.take_keyword(b"stream") {
        // §7.3.8.1: the keyword is followed by CR LF or LF, not by CR alone
        let line = lexer.take(b"\r\n") || lexer.take(b"\n");
        if line { Rest::Data } else { Rest::NoLine }
    } else if lexer.take_keyword(b"endobj") {
        Rest::Done
    } else {
        Rest::NoEnd
    };
    Ok(Head { id, value, end: lexer.at, rest })
}

/// Reads `N G obj`.
pub(crate) fn heading(lexer: &mut Lexer<'_>) -> Result<Ref, Error> {
    let at = lexer.at;
    let wrong = || Error::Syntax { at, problem: "no \"<number> <generation> obj\" here" };
    let number = lexer.take_digits().and_then(|n| u32::try_from(n).ok()).ok_or_else(wrong)?;
    lexer.skip_space();
    let generation = lexer.take_digits().and_then(|n| u16::try_from(n).ok()).ok_or_else(wrong)?;
    lexer.skip_space();
    if !lexer.take_keyword(b"obj") {
        return Err(wrong());
    }
    Ok(Ref { number, generation })
}
