//! Attacks on reading: an update that replaces a page is written so that one reader may take it otherwise than another. Doubled and
//! escaped keys, comments and white space inside tokens, lengths and filters that lie, cross-references that loop or contradict.

use super::target::{Attack, Target, show, with};

const NAMED: &[&str] = &[
    "copies.changed_after_signing",
    "copies.unreadable_update",
    "copies.unreadable",
    "copies.unaccounted_bytes",
    "copies.bad_byte_range",
    "copies.signature_removed",
    "copies.no_signature",
];

/// An update of which every part may be bent.
struct Bent<'t> {
    target: &'t Target,
    /// Object numbers as the table lists them, with the bytes as they stand in the file.
    objects: Vec<(u32, Vec<u8>)>,
    /// Added to the offsets of the table.
    shift: usize,
    xref: &'static str,
    entries: String,
    tail: &'static str,
}

impl<'t> Bent<'t> {
    /// The page replaced, as a sound writer would.
    fn page(target: &'t Target) -> Self {
        let objects = target.forged_page().into_iter().map(|(n, body)| {
            (n, [format!("{n} 0 obj\n").as_bytes(), &body, b"\nendobj\n"].concat())
        });
        let entries = format!(
            "/Size {} /Root {} R /Prev {} {}",
            target.size + 3,
            target.root,
            target.startxref,
            target.kept()
        );
        Self {
            target,
            objects: objects.collect(),
            shift: 0,
            xref: "xref\n{rows}trailer\n<< {entries} >>\n",
            entries,
            tail: "startxref\n{start}\n%%EOF\n",
        }
    }

    /// The page's object in these words instead; `{dict}` is its dictionary.
    fn object(mut self, words: &str) -> Self {
        let number = self.target.page.number;
        let dict = String::from_utf8(self.target.forged_page()[0].1.clone()).unwrap();
        let text = words.replace("{n}", &number.to_string()).replace("{dict}", &dict);
        self.objects[0].1 = text.into_bytes();
        self
    }

    fn entries(mut self, change: impl Fn(&str) -> String) -> Self {
        self.entries = change(&self.entries);
        self
    }

    fn file(&self) -> Vec<u8> {
        let mut file = self.target.bytes.clone();
        if !file.ends_with(b"\n") {
            file.push(b'\n');
        }
        let mut rows = String::new();
        for (number, bytes) in &self.objects {
            let at = file.len() + self.shift;
            rows.push_str(&format!("{number} 1\n{at:010} 00000 n\r\n"));
            file.extend_from_slice(bytes);
        }
        let start = file.len();
        let fill = |text: &str| {
            text.replace("{rows}", &rows)
                .replace("{entries}", &self.entries)
                .replace("{start}", &start.to_string())
                .replace("{page}", &self.target.page.number.to_string())
                .replace("{old}", &self.target.startxref.to_string())
        };
        file.extend_from_slice(fill(&fill(self.xref)).as_bytes());
        file.extend_from_slice(fill(self.tail).as_bytes());
        file
    }
}

pub fn build(target: &Target) -> Vec<Attack> {
    let mut attacks = Vec::new();
    let mut add = |name: &str, bent: Bent<'_>| {
        let file = bent.file();
        attacks.push(Attack { name: format!("reading: {name}"), file, codes: NAMED });
    };
    let page = || Bent::page(target);
    add("as it should be", page());
    // Keys that stand twice, and names that are spelt otherwise (ISO 32000-2 §7.3.5, §7.3.7).
    let new = format!("{} 0 R", target.size);
    let old = show(target.page_dict.get("Contents").unwrap());
    let dict =
        |set: &[(&str, &str)]| format!("{{n}} 0 obj\n{}\nendobj\n", with(&target.page_dict, set));
    for (name, words) in [
        ("contents twice", dict(&[("Contents", &format!("{old} /Contents {new}"))])),
        ("contents twice, new first", dict(&[("Contents", &format!("{new} /Contents {old}"))])),
        ("contents twice, one escaped", dict(&[("Contents", &format!("{old} /Con#74ents {new}"))])),
        ("contents escaped", dict(&[("Contents", ""), ("Con#74ents", &new)])),
        ("contents all escaped", dict(&[("Contents", ""), ("#43#6f#6E#74#65#6e#74#73", &new)])),
        ("type escaped", dict(&[("Type", ""), ("T#79pe", "/P#61ge"), ("Contents", &new)])),
        ("type twice", dict(&[("Type", "/Page /Type /Pages"), ("Contents", &new)])),
        ("a name with a zero", dict(&[("Contents", &format!("{old} /Contents#00 {new}"))])),
        ("a name with half an escape", dict(&[("Contents", &format!("{old} /Contents#7 {new}"))])),
        ("parent twice", dict(&[("Parent", &format!("{} 0 R /Parent {new}", target.page.number))])),
    ] {
        add(name, page().object(&words));
    }
    // Comments and white space between and inside tokens (§7.2.3, §7.2.4).
    for (name, words) in [
        ("a comment in the heading", "{n} %c\n0 obj\n{dict}\nendobj\n"),
        ("a comment before obj", "{n} 0 %c\nobj\n{dict}\nendobj\n"),
        ("a comment after obj", "{n} 0 obj%c\n{dict}\nendobj\n"),
        ("a comment with another object", "{n} 0 obj\n% 1 0 obj << >> endobj\r{dict}\nendobj\n"),
        ("a comment that ends with CR", "{n} 0 obj %{n} 0 obj << >> endobj\r{dict}\nendobj\n"),
        ("a comment that eats the end", "{n} 0 obj\n{dict} % endobj\n"),
        ("zeros and form feeds", "{n}\0\x0c0\0obj\0{dict}\0endobj\n"),
        ("vertical tabs", "{n} 0 obj\x0b{dict}\x0bendobj\n"),
        ("leading zeros", "000{n} 00000 obj\n{dict}\nendobj\n"),
        ("a sign", "+{n} 0 obj\n{dict}\nendobj\n"),
        ("a real number", "{n}.0 0 obj\n{dict}\nendobj\n"),
        ("words run together", "{n} 0 obj{dict}endobj\n"),
        ("no end", "{n} 0 obj\n{dict}\n"),
        ("end in capitals", "{n} 0 obj\n{dict}\nENDOBJ\n"),
        ("two ends", "{n} 0 obj\n{dict}\nendobj\nendobj\n"),
        ("two values", "{n} 0 obj\n<< >> {dict}\nendobj\n"),
        ("a value after", "{n} 0 obj\n{dict} (x)\nendobj\n"),
        ("an object in an object", "{n} 0 obj\n{n} 0 obj\n{dict}\nendobj\nendobj\n"),
        ("an open string", "{n} 0 obj\n{dict} (endobj\n"),
        ("an open dictionary", "{n} 0 obj\n<< /A {dict}\nendobj\n"),
        ("a closing too many", "{n} 0 obj\n{dict} >>\nendobj\n"),
        ("a stream of a page", "{n} 0 obj\n{dict}\nstream\nendstream\nendobj\n"),
        ("a reference to itself", "{n} 0 obj\n{n} 0 R\nendobj\n"),
        ("data after the end mark", "{n} 0 obj\n{dict}\nendobj\n(junk)\n"),
    ] {
        add(name, page().object(words));
    }
    // Lengths and filters of a stream in its own place (§7.3.8, §7.4).
    let contents = match target.page_dict.get("Contents").unwrap() {
        motcua_pdf::Object::Ref(id) => id.number,
        other => {
            target.document().resolve(other).unwrap().as_array().unwrap()[0]
                .as_ref()
                .unwrap()
                .number
        }
    };
    let draw = "1 0 0 rg 0 0 200 200 re f";
    let long = draw.len();
    let self_length = format!("/Length {contents} 0 R");
    for (name, entries, data) in [
        ("length short", format!("/Length {}", long - 5), draw.to_owned()),
        ("length long", format!("/Length {}", long + 5), draw.to_owned()),
        ("length beyond the file", "/Length 99999999".into(), draw.to_owned()),
        ("length beyond all numbers", format!("/Length {}0", i64::MAX), draw.to_owned()),
        ("length zero", "/Length 0".into(), draw.to_owned()),
        ("length negative", "/Length -1".into(), draw.to_owned()),
        ("length real", format!("/Length {long}.0"), draw.to_owned()),
        ("length a string", format!("/Length ({long})"), draw.to_owned()),
        ("length missing", String::new(), draw.to_owned()),
        ("length twice", format!("/Length {long} /Length 0"), draw.to_owned()),
        ("length escaped", format!("/L#65ngth {long}"), draw.to_owned()),
        ("length of itself", self_length, draw.to_owned()),
        ("length of nothing", "/Length 999999 0 R".into(), draw.to_owned()),
        ("length of a page", format!("/Length {} 0 R", target.page.number), draw.to_owned()),
        ("an end inside", format!("/Length {}", long + 17), format!("{draw}\nendstream\nendobj")),
        ("a filter that is not", format!("/Length {long} /Filter /None"), draw.to_owned()),
        ("a filter of nothing", format!("/Length {long} /Filter []"), draw.to_owned()),
        ("a crypt filter", format!("/Length {long} /Filter /Crypt"), draw.to_owned()),
        (
            "a filter twice",
            format!("/Length {long} /Filter null /Filter /FlateDecode"),
            draw.to_owned(),
        ),
        (
            "data elsewhere",
            format!("/Length {long} /F (other.txt) /FFilter /FlateDecode"),
            draw.to_owned(),
        ),
        (
            "data after the hexadecimal end",
            "/Length 9 /Filter /ASCIIHexDecode".into(),
            "71>  junk".into(),
        ),
    ] {
        let text =
            format!("{contents} 0 obj\n<< {entries} >>\nstream\n{data}\nendstream\nendobj\n");
        let mut bent = page();
        bent.objects = vec![(contents, text.into_bytes())];
        add(name, bent);
    }
    // The table (§7.5.4).
    for (name, xref) in [
        ("a comment after xref", "xref %c\n{rows}trailer\n<< {entries} >>\n"),
        ("xref run together", "xref{rows}trailer\n<< {entries} >>\n"),
        ("xref in capitals", "XREF\n{rows}trailer\n<< {entries} >>\n"),
        ("a comment before trailer", "xref\n{rows}%c\ntrailer\n<< {entries} >>\n"),
        ("a comment in the trailer", "xref\n{rows}trailer %c\n<< %d\n{entries} >>\n"),
        ("two trailers", "xref\n{rows}trailer\n<< {entries} >>\ntrailer\n<< {entries} >>\n"),
        ("two tables", "xref\n{rows}xref\n0 0\ntrailer\n<< {entries} >>\n"),
        ("junk before xref", "junk\nxref\n{rows}trailer\n<< {entries} >>\n"),
        ("a count too large", "xref\n{page} 9\n0000000015 00000 n\r\ntrailer\n<< {entries} >>\n"),
        ("a count without end", "xref\n0 4294967295\n{rows}trailer\n<< {entries} >>\n"),
        ("numbers without end", "xref\n4294967295 2\n{rows}trailer\n<< {entries} >>\n"),
        ("a negative number", "xref\n-1 1\n{rows}trailer\n<< {entries} >>\n"),
        ("short lines", "xref\n{page} 1\n0000000015 00000 n\ntrailer\n<< {entries} >>\n"),
        ("an unknown kind", "xref\n{page} 1\n0000000015 00000 N\r\ntrailer\n<< {entries} >>\n"),
        (
            "an object at nothing",
            "xref\n{page} 1\n0000000000 00000 n\r\ntrailer\n<< {entries} >>\n",
        ),
        ("an object beyond", "xref\n{page} 1\n9999999999 00000 n\r\ntrailer\n<< {entries} >>\n"),
        (
            "a free object with a place",
            "xref\n{page} 1\n0000000015 00000 f\r\ntrailer\n<< {entries} >>\n",
        ),
        ("the trailer is an array", "xref\n{rows}trailer\n[ {entries} ]\n"),
    ] {
        add(name, Bent { xref, ..page() });
    }
    for shift in [1, 2, 7] {
        add(&format!("offsets {shift} too far"), Bent { shift, ..page() });
    }
    // The trailer (§7.5.5).
    let root = format!("/Root {} R", target.root);
    let prev = format!("/Prev {}", target.startxref);
    type Change<'c> = &'c dyn Fn(&str) -> String;
    let changes: [(&str, Change<'_>); 26] = [
        ("/Prev to itself", &|e| e.replace(&prev, "/Prev {start}")),
        ("/Prev twice", &|e| format!("{e} /Prev 0")),
        ("/Prev twice, one escaped", &|e| format!("{e} /Pr#65v {{start}}")),
        ("/Prev escaped", &|e| e.replace("/Prev", "/Pr#65v")),
        ("/Prev real", &|e| e.replace(&prev, &format!("{prev}.0"))),
        ("/Prev negative", &|e| e.replace("/Prev ", "/Prev -")),
        ("/Prev a string", &|e| e.replace(&prev, "/Prev ({old})")),
        ("/Prev an array", &|e| e.replace(&prev, "/Prev [{old}]")),
        ("/Prev a reference", &|e| e.replace(&prev, "/Prev {page} 0 R")),
        ("/Prev null", &|e| e.replace(&prev, "/Prev null")),
        ("/Prev beyond", &|e| e.replace(&prev, "/Prev 999999999")),
        ("/Prev beside", &|e| e.replace(&prev, &format!("{prev} 1 0 R"))),
        ("/Prev zero", &|e| e.replace(&prev, "/Prev 0")),
        ("/Root twice", &|e| format!("{e} /Root {{page}} 0 R")),
        ("/Root twice, one escaped", &|e| format!("{e} /R#6fot {{page}} 0 R")),
        ("/Root escaped", &|e| e.replace("/Root", "/R#6fot")),
        ("/Root the page", &|e| e.replace(&root, "/Root {page} 0 R")),
        ("/Root of another generation", &|e| {
            e.replace(&root, &format!("/Root {} 7 R", target.root.number))
        }),
        ("/Root missing", &|e| e.replace(&root, "")),
        ("/Root null", &|e| e.replace(&root, "/Root null")),
        ("/Root direct", &|e| e.replace(&root, "/Root << /Type /Catalog >>")),
        ("/Size real", &|e| e.replace(" /Root", ".5 /Root")),
        ("/Size missing", &|e| {
            e.split_once(" /Root").map_or(String::new(), |(_, r)| format!("/Root{r}"))
        }),
        ("/Encrypt of nothing", &|e| format!("{e} /Encrypt 999999 0 R")),
        ("/XRefStm to itself", &|e| format!("{e} /XRefStm {{start}}")),
        ("/XRefStm real", &|e| format!("{e} /XRefStm 1.5")),
    ];
    for (name, change) in changes {
        add(name, page().entries(change));
    }
    // The end (§7.5.5).
    for (name, tail) in [
        ("startxref with a sign", "startxref\n+{start}\n%%EOF\n"),
        ("startxref with zeros", "startxref\n00000000{start}\n%%EOF\n"),
        ("startxref real", "startxref\n{start}.0\n%%EOF\n"),
        ("startxref hexadecimal", "startxref\n0x{start}\n%%EOF\n"),
        ("startxref twice", "startxref\n{start}\nstartxref\n{old}\n%%EOF\n"),
        ("startxref twice, old first", "startxref\n{old}\nstartxref\n{start}\n%%EOF\n"),
        ("startxref with two numbers", "startxref\n{start} {old}\n%%EOF\n"),
        ("startxref with a comment", "startxref %{old}\n{start}\n%%EOF\n"),
        ("startxref in a comment", "%startxref\n{start}\n%%EOF\n"),
        ("startxref run together", "startxref{start}%%EOF\n"),
        ("startxref beyond all numbers", "startxref\n99999999999999999999999\n%%EOF\n"),
        ("startxref without a number", "startxref\n%%EOF\n"),
        ("an end mark in a comment", "startxref\n{start}\n% %%EOF\n"),
        ("an end mark with more", "startxref\n{start}\n%%EOFX\n"),
        ("two end marks", "startxref\n{start}\n%%EOF\n%%EOF\n"),
        ("the old end after it", "startxref\n{start}\n%%EOF\nstartxref\n{old}\n%%EOF\n"),
        (
            "the old end in a comment after it",
            "startxref\n{start}\n%%EOF\n%startxref\n%{old}\n%%EOF\n",
        ),
        ("zeros after it", "startxref\n{start}\n%%EOF\n\0\0\0\0"),
        ("an object after it", "startxref\n{start}\n%%EOF\n{page} 0 obj\nnull\nendobj\n"),
    ] {
        add(name, Bent { tail, ..page() });
    }
    attacks.extend(loops(target));
    attacks.extend(streams(target));
    attacks
}

/// Two updates whose sections lead to each other.
fn loops(target: &Target) -> Vec<Attack> {
    let first = Bent::page(target).file();
    let text = String::from_utf8_lossy(&first[first.len() - 60..]).into_owned();
    let start: usize =
        text.rsplit("startxref\n").next().unwrap().split('\n').next().unwrap().parse().unwrap();
    let once = Target::new(&target.name, first, target.policy.clone());
    let mut second = Bent::page(&once);
    second.objects.truncate(1);
    // The first one's /Prev leads to the second, which is as long as the number it was.
    let mut file = second.file();
    let later = once.bytes.len() + second.objects[0].1.len();
    let old = format!("/Prev {}", target.startxref);
    let new = format!("/Prev {later:0width$}", width = old.len() - 6);
    let at = start + file[start..].windows(old.len()).position(|w| w == old.as_bytes()).unwrap();
    if new.len() == old.len() {
        file[at..at + old.len()].copy_from_slice(new.as_bytes());
    }
    vec![Attack { name: "reading: two updates lead to each other".into(), file, codes: NAMED }]
}

/// Cross-reference and object streams (§7.5.7, §7.5.8).
fn streams(target: &Target) -> Vec<Attack> {
    let mut attacks = Vec::new();
    let forged = target.forged_page();
    let (page, contents) = (&forged[0], &forged[1]);
    let inner = String::from_utf8(page.1.clone()).unwrap();
    let (n, holder, own) = (page.0, target.size + 1, target.size + 2);
    let honest = String::from_utf8_lossy(
        show(&motcua_pdf::Object::Dict(target.page_dict.clone())).as_bytes(),
    )
    .into_owned();
    let head = format!("{n} 0 ");
    let two = format!("{n} 0 {n} {} ", honest.len() + 1);
    // What the holder says of itself and holds, and which of its objects the table names.
    let holders: Vec<(&str, String, String, u8)> = vec![
        ("as it should be", format!("/N 1 /First {}", head.len()), format!("{head}{inner}"), 0),
        (
            "the same number twice, the first",
            format!("/N 2 /First {}", two.len()),
            format!("{two}{honest} {inner}"),
            0,
        ),
        (
            "the same number twice, the second",
            format!("/N 2 /First {}", two.len()),
            format!("{two}{honest} {inner}"),
            1,
        ),
        (
            "more objects than there are",
            format!("/N 9 /First {}", head.len()),
            format!("{head}{inner}"),
            0,
        ),
        (
            "fewer objects than there are",
            format!("/N 0 /First {}", head.len()),
            format!("{head}{inner}"),
            0,
        ),
        ("/First too far", "/N 1 /First 999999".into(), format!("{head}{inner}"), 0),
        ("/First too near", "/N 1 /First 1".into(), format!("{head}{inner}"), 0),
        ("/N missing", format!("/First {}", head.len()), format!("{head}{inner}"), 0),
        ("/N twice", format!("/N 1 /N 2 /First {}", head.len()), format!("{head}{inner}"), 0),
        (
            "it extends itself",
            format!("/N 1 /First {} /Extends {holder} 0 R", head.len()),
            format!("{head}{inner}"),
            0,
        ),
        ("another index", format!("/N 1 /First {}", head.len()), format!("{head}{inner}"), 5),
        (
            "a comment in the index",
            "/N 1 /First 20".into(),
            format!(
                "{:<20}{inner}",
                format!(
                    "{n} %c
 0"
                )
            ),
            0,
        ),
        (
            "a stream inside",
            format!("/N 1 /First {}", head.len()),
            format!("{head}<< /Length 1 >>\nstream\nq\nendstream"),
            0,
        ),
        (
            "an object's words inside",
            format!("/N 1 /First {}", head.len()),
            format!("{head}{n} 0 obj {inner} endobj"),
            0,
        ),
        ("it is empty", "/N 0 /First 0".into(), String::new(), 0),
    ];
    let rows = |file: &mut Vec<u8>, held: &str, data: &str, index: u8| {
        let two = file.len();
        file.extend_from_slice(format!("{} 0 obj\n", contents.0).as_bytes());
        file.extend_from_slice(&contents.1);
        file.extend_from_slice(b"\nendobj\n");
        let at = file.len();
        let text = format!(
            "{holder} 0 obj\n<< /Type /ObjStm {held} /Length {} >>\nstream\n{data}\nendstream\nendobj\n",
            data.len()
        );
        file.extend_from_slice(text.as_bytes());
        let start = file.len();
        let mut rows = Vec::new();
        for (kind, second, third) in
            [(2u8, holder as usize, index), (1, two, 0), (1, at, 0), (1, start, 0)]
        {
            rows.push(kind);
            rows.extend_from_slice(&u32::try_from(second).unwrap().to_be_bytes());
            rows.push(third);
        }
        (start, rows)
    };
    let base = || [&target.bytes[..], b"\n"].concat();
    let index = format!("/Index [{n} 1 {} 1 {holder} 2]", contents.0);
    let usual = format!(
        "/Type /XRef /W [1 4 1] {index} /Size {} /Root {} R /Prev {} {}",
        own + 1,
        target.root,
        target.startxref,
        target.kept()
    );
    let mut add = |name: &str, mut file: Vec<u8>, start: usize, dict: &str, rows: &[u8]| {
        let text = format!("{own} 0 obj\n<< {dict} /Length {} >>\nstream\n", rows.len());
        file.extend_from_slice(text.as_bytes());
        file.extend_from_slice(rows);
        let end = format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n");
        file.extend_from_slice(end.as_bytes());
        attacks.push(Attack { name: format!("reading: {name}"), file, codes: NAMED });
    };
    for (name, held, data, at) in &holders {
        let mut file = base();
        let (start, rows) = rows(&mut file, held, data, *at);
        add(&format!("object stream: {name}"), file, start, &usual, &rows);
    }
    let (_, held, data, _) = &holders[0];
    for (name, from, to) in [
        ("/W of nothing", "/W [1 4 1]", "/W [0 0 0]"),
        ("/W too wide", "/W [1 4 1]", "/W [1 9 1]"),
        ("/W of four", "/W [1 4 1]", "/W [1 4 1 0]"),
        ("/W negative", "/W [1 4 1]", "/W [1 -4 1]"),
        ("/W twice", "/W [1 4 1]", "/W [1 4 1] /W [1 2 1]"),
        ("/W split otherwise", "/W [1 4 1]", "/W [1 3 2]"),
        ("/Index odd", " 2]", "]"),
        ("/Index negative", "/Index [", "/Index [-1 1 "),
        ("/Index with one number twice", &*format!("{holder} 2]"), &*format!("{n} 2]")),
        ("/Index missing", &*index, ""),
        ("/Type missing", "/Type /XRef", ""),
        ("/Type another", "/Type /XRef", "/Type /ObjStm"),
        ("/Type escaped", "/Type /XRef", "/T#79pe /XR#65f"),
        ("a filter that is not", "/Type /XRef", "/Type /XRef /Filter /None"),
        ("a decoy filter", "/Type /XRef", "/Type /XRef /Filter [/ASCIIHexDecode /FlateDecode]"),
        ("/Root twice", "/Type /XRef", "/Type /XRef /Root 1 0 R"),
        ("/Size too small", &*format!("/Size {}", own + 1), "/Size 3"),
    ] {
        let mut file = base();
        let (start, rows) = rows(&mut file, held, data, 0);
        assert!(usual.contains(from), "{name}");
        add(
            &format!("cross-reference stream: {name}"),
            file,
            start,
            &usual.replacen(from, to, 1),
            &rows,
        );
    }
    for (name, at, byte) in [
        ("an unknown kind", 0usize, 3u8),
        ("the page in the cross-reference stream", 4, u8::try_from(own & 0xff).unwrap()),
        ("the holder in itself", 12, 2),
    ] {
        let mut file = base();
        let (start, mut rows) = rows(&mut file, held, data, 0);
        rows[at] = byte;
        add(&format!("cross-reference stream: {name}"), file, start, &usual, &rows);
    }
    attacks
}
