//! What an XMP packet says, so that one which another program wrote anew can be compared: the same properties, save dates of change
//! and names of programs. How it is spelt is free: prefixes, attributes or elements, white space.

use std::collections::BTreeSet;

/// Local names that housekeeping changes (XMP Specification, September 2005, chapter 4: xmp, pdf, xmpMM with stEvt), and what
/// belongs to the notation.
const FREE: &[&str] = &[
    "ModifyDate",
    "MetadataDate",
    "Producer",
    "InstanceID",
    "instanceID",
    "action",
    "when",
    "softwareAgent",
    "changed",
    "xmptk",
    "about",
    "parseType",
];

/// What a file that had no packet may say besides in its first one.
const FIRST: &[&str] = &["CreateDate", "CreatorTool", "DocumentID", "format"];

/// Whether `after` says what `before` said and nothing else.
pub(super) fn same(before: &[u8], after: &[u8]) -> bool {
    if before == after {
        return true;
    }
    let read = |packet| std::str::from_utf8(packet).ok().and_then(said);
    match (read(before), read(after)) {
        (Some(before), Some(after)) => before == after,
        // What cannot be read cannot be told to say the same.
        _ => false,
    }
}

/// Whether a packet, where there was none, says nothing of the document but its dates and programs.
pub(super) fn empty(packet: &[u8]) -> bool {
    let said = std::str::from_utf8(packet).ok().and_then(said);
    said.is_some_and(|said| said.iter().all(|(name, _)| FIRST.contains(name)))
}

/// Every value with the local name of its property, or of its place in a list.
fn said(packet: &str) -> Option<BTreeSet<(&str, String)>> {
    let mut said = BTreeSet::new();
    let say = |name: &str, text: &str| {
        let text = decode(text)?.split_whitespace().collect::<Vec<_>>().join(" ");
        Some((!text.is_empty() && !FREE.contains(&name)).then_some(text))
    };
    let (mut open, mut roots): (Vec<&str>, usize) = (Vec::new(), 0);
    let mut rest = packet.strip_prefix('\u{feff}').unwrap_or(packet);
    while let Some((text, tag)) = rest.split_once('<') {
        let name = open.last().copied().unwrap_or_default();
        said.extend(say(name, text)?.map(|text| (name, text)));
        if let Some(instruction) = tag.strip_prefix('?') {
            rest = instruction.split_once("?>")?.1;
            continue;
        }
        if let Some(end) = tag.strip_prefix('/') {
            open.pop()?;
            rest = end.split_once('>')?.1;
            continue;
        }
        // Neither comments nor declarations: what one reader skips another shows.
        let (name, mut inside) =
            tag.split_at_checked(tag.find([' ', '\t', '\r', '\n', '/', '>'])?)?;
        let name = local(name).filter(|_| !tag.starts_with('!'))?;
        roots += usize::from(open.is_empty());
        rest = loop {
            inside = inside.trim_start();
            if let Some(after) = inside.strip_prefix("/>") {
                break after;
            }
            if let Some(after) = inside.strip_prefix('>') {
                open.push(name);
                break after;
            }
            let (key, value) = inside.split_once('=')?;
            let (key, value) = (key.trim_end(), value.trim_start());
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (value, after) = value.get(1..)?.split_once(quote)?;
            inside = after;
            if key == "xmlns" || key.starts_with("xmlns:") {
                continue;
            }
            // An address may stand as a resource of its property.
            let key = local(key).map(|key| if key == "resource" { name } else { key })?;
            said.extend(say(key, value)?.map(|text| (key, text)));
        };
    }
    let blank = rest.trim_end_matches('\0').trim().is_empty();
    (open.is_empty() && blank && roots == 1).then_some(said)
}

/// A name without its prefix.
fn local(name: &str) -> Option<&str> {
    let local = name.rsplit(':').next()?;
    (!local.is_empty()).then_some(local)
}

/// Character data with any of XML's own references (XML 1.0 §4.1, §4.6).
fn decode(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, reference)) = rest.split_once('&') {
        out.push_str(before);
        let (entity, tail) = reference.split_once(';')?;
        let number = entity.strip_prefix("#x").map(|h| u32::from_str_radix(h, 16));
        let number = number.or_else(|| entity.strip_prefix('#').map(str::parse));
        out.push(match (entity, number) {
            ("amp", _) => '&',
            ("lt", _) => '<',
            ("gt", _) => '>',
            ("quot", _) => '"',
            ("apos", _) => '\'',
            (_, Some(code)) => code.ok().and_then(char::from_u32)?,
            _ => return None,
        });
        rest = tail;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "<?xpacket begin=\"\"?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF><rdf:Description rdf:about=\"\">\
        <dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">A &amp; B</rdf:li></rdf:Alt></dc:title>\
        <m:Link>https://a.example</m:Link><m:Secret>s</m:Secret><xmp:ModifyDate>2026</xmp:ModifyDate>\
        </rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>";

    #[test]
    fn another_notation_says_the_same() {
        let after = "<x:xmpmeta x:xmptk='y'><rdf:Description m2:Secret='s' xmp:ModifyDate='2027' pdf:Producer=\"p\">\
            <m2:Link rdf:resource=\"https://a.example\"/><t><a><rdf:li xml:lang='x-default'>A &#38; B</rdf:li></a></t>\
            </rdf:Description></x:xmpmeta>\n";
        assert!(same(BEFORE.as_bytes(), after.as_bytes()));
        assert!(empty(b"<a><xmp:ModifyDate>2026</xmp:ModifyDate></a>"));
    }

    #[test]
    fn another_word_does_not() {
        for (from, to) in [
            ("A &amp; B", "A &amp; C"),
            ("<m:Secret>s</m:Secret>", ""),
            ("<m:Secret>s</m:Secret>", "<m:Secret>s</m:Secret><m:Secret>t</m:Secret>"),
            ("<m:Secret>s</m:Secret>", "<m:Secret>s</m:Secret><!-- x -->"),
            ("<m:Secret>s</m:Secret>", "<m:Secret><![CDATA[s]]></m:Secret>"),
            ("<m:Secret>s</m:Secret>", "<m:Secret>s</m:Secret>more"),
            ("<m:Secret>s</m:Secret>", "<m:Secret>s"),
            ("<m:Secret>s</m:Secret>", "<m:Secret>&x;</m:Secret>"),
            ("end=\"w\"?>", "end=\"w\"?>x"),
        ] {
            let after = BEFORE.replace(from, to);
            assert!(after != BEFORE && !same(BEFORE.as_bytes(), after.as_bytes()), "{to}");
        }
        assert!(!same(b"", b"<a><b>c</b></a>") && !empty(b"<a><b>c</b></a>") && !empty(b"\xff"));
        assert!(!same(b"<a/>", b"") && !same(b"<a/>", b"<a/><a/>") && same(b"<a/>", b"<b></b>"));
    }
}
