//! Attacks by structure: object streams, hybrid tables, generations, bytes before the header, trailers, swapped parts.

use super::target::{Attack, Form, Target, with};

const NAMED: &[&str] = &[
    "copies.changed_after_signing",
    "copies.unreadable_update",
    "copies.unreadable",
    "copies.unaccounted_bytes",
    "copies.bad_byte_range",
    "copies.bytes_changed",
    "copies.not_certified",
    "copies.no_signature",
    "copies.signature_removed",
];

pub fn build(target: &Target) -> Vec<Attack> {
    let mut attacks = Vec::new();
    let mut add = |name: &str, file: Vec<u8>| {
        // Without a header near the beginning it is no PDF.
        let codes = if matches!(name, "much before" | "without the first byte") {
            &["copies.not_a_pdf"][..]
        } else {
            NAMED
        };
        attacks.push(Attack { name: format!("structure: {name}"), file, codes });
    };
    let forged = target.forged_page();
    let (page, contents) = (&forged[0], &forged[1]);
    let (sound, kept) = (target.sound(), target.kept());
    let start_of = |file: &mut Vec<u8>, number: u32, generation: u16, body: &[u8]| {
        let at = file.len();
        file.extend_from_slice(format!("{number} {generation} obj\n").as_bytes());
        file.extend_from_slice(body);
        file.extend_from_slice(b"\nendobj\n");
        at
    };
    let base = || {
        let mut file = target.bytes.clone();
        file.push(b'\n');
        file
    };
    // Before the header.
    for (name, head) in [
        ("junk before", &b"junk\n"[..]),
        ("a line before", b"\n"),
        ("a comment before", b"%junk\n"),
        ("a header before", b"%PDF-1.4\n"),
        ("much before", &[b'x'; 2_000]),
        ("white space before", b"    "),
    ] {
        let mut file = head.to_vec();
        file.extend_from_slice(&target.bytes);
        add(name, file);
    }
    let mut file = crate::peers::small();
    file.extend_from_slice(&target.bytes);
    add("a whole file before", file);
    let mut file = target.bytes.clone();
    file.extend_from_slice(&crate::peers::small());
    add("a whole file after", file);
    let mut file = target.bytes.clone();
    file.extend_from_slice(&target.bytes);
    add("the file twice", file);
    // Generations.
    for generation in [1u16, 65_534] {
        let mut file = base();
        let one = start_of(&mut file, page.0, generation, &page.1);
        let two = start_of(&mut file, contents.0, 0, &contents.1);
        target.close(&mut file, &[(page.0, generation, one), (contents.0, 0, two)], sound);
        add(&format!("generation {generation}"), file);
    }
    let mut file = base();
    let one = start_of(&mut file, page.0, 0, &page.1);
    let two = start_of(&mut file, contents.0, 0, &contents.1);
    target.close(&mut file, &[(page.0, 1, one), (contents.0, 0, two)], sound);
    add("generation of the table is not the object's", file);
    // Object streams: the page moves into one, or a number of the file does.
    let inner = String::from_utf8(page.1.clone()).unwrap();
    for (name, header, listed) in [
        ("page in an object stream", format!("{} 0 ", page.0), true),
        ("page in an object stream that nothing lists", format!("{} 0 ", page.0), false),
    ] {
        let mut file = base();
        let data = format!("{header}{inner}");
        let holder = target.size + 1;
        let at = start_of(
            &mut file,
            holder,
            0,
            format!(
                "<< /Type /ObjStm /N 1 /First {} /Length {} >>\nstream\n{data}\nendstream",
                header.len(),
                data.len()
            )
            .as_bytes(),
        );
        let two = start_of(&mut file, contents.0, 0, &contents.1);
        let own = target.size + 2;
        let start = file.len();
        let mut rows = Vec::new();
        let mut row = |kind: u8, b: usize, c: u16| {
            rows.push(kind);
            rows.extend_from_slice(&u32::try_from(b).unwrap().to_be_bytes());
            rows.extend_from_slice(&c.to_be_bytes());
        };
        let mut index = String::new();
        if listed {
            index.push_str(&format!("{} 1 ", page.0));
            row(2, holder as usize, 0);
        }
        index.push_str(&format!("{} 1 {holder} 1 {own} 1", contents.0));
        row(1, two, 0);
        row(1, at, 0);
        row(1, start, 0);
        let dict = format!(
            "<< /Type /XRef /W [1 4 2] /Index [{index}] /Size {} /Root {} R /Prev {} {kept} /Length {} >>\nstream\n",
            own + 1,
            target.root,
            target.startxref,
            rows.len()
        );
        file.extend_from_slice(format!("{own} 0 obj\n{dict}").as_bytes());
        file.extend_from_slice(&rows);
        file.extend_from_slice(
            format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n").as_bytes(),
        );
        add(name, file);
    }
    let document = target.document();
    let streams: std::collections::BTreeSet<u32> = document
        .entries()
        .values()
        .filter_map(|e| {
            if let motcua_pdf::Entry::InStream { stream, .. } = e { Some(*stream) } else { None }
        })
        .collect();
    for number in streams {
        let motcua_pdf::Object::Stream(stream) = document.locate(number).unwrap().unwrap().value
        else {
            continue;
        };
        let data = document.decode(&stream).unwrap();
        // The same stream with its objects' values changed: every page box becomes smaller, every word another.
        let text = String::from_utf8_lossy(&data).replace("300", "200").replace("newer", "older");
        let dict = with(
            &stream.dict.without(&["Filter", "DecodeParms"]),
            &[("Length", &text.len().to_string())],
        );
        let body = format!("{dict}\nstream\n{text}\nendstream").into_bytes();
        add(&format!("object stream {number} swapped"), target.updated(&[(number, body.clone())]));
        add(
            &format!("object stream {number} swapped by stream"),
            target.append(&[(number, body)], Form { stream: true, ..sound }),
        );
    }
    // Hybrid: a table that says nothing, beside it a stream that does.
    for (name, row, prev) in [
        ("hidden by a hybrid", String::new(), false),
        (
            "hidden by a hybrid, free in the table",
            format!("{} 1\n0000000000 65535 f\r\n", page.0),
            false,
        ),
        ("hidden by a hybrid with its own /Prev", String::new(), true),
        ("hybrid that disagrees", format!("{} 1\n{:010} 00000 n\r\n", page.0, 15), false),
    ] {
        let mut file = base();
        let one = start_of(&mut file, page.0, 0, &page.1);
        let two = start_of(&mut file, contents.0, 0, &contents.1);
        let own = target.size + 1;
        let stream_at = file.len();
        let mut data = Vec::new();
        for at in [one, two] {
            data.push(1);
            data.extend_from_slice(&u32::try_from(at).unwrap().to_be_bytes());
            data.extend_from_slice(&[0, 0]);
        }
        let more = if prev { format!(" /Prev {}", target.startxref) } else { String::new() };
        file.extend_from_slice(
            format!(
                "{own} 0 obj\n<< /Type /XRef /W [1 4 2] /Index [{} 1 {} 1] /Size {} /Root {} R /Length {}{more} >>\nstream\n",
                page.0, contents.0, own + 1, target.root, data.len()
            )
            .as_bytes(),
        );
        file.extend_from_slice(&data);
        file.extend_from_slice(b"\nendstream\nendobj\n");
        let start = file.len();
        let row = if row.is_empty() { "0 0\n".to_owned() } else { row };
        file.extend_from_slice(
            format!(
                "xref\n{row}trailer\n<< /Size {} /Root {} R /Prev {} {kept} /XRefStm {stream_at} >>\nstartxref\n{start}\n%%EOF\n",
                own + 1, target.root, target.startxref
            )
            .as_bytes(),
        );
        add(name, file);
    }
    // The table alone hides what is shown; the stream beside it says that nothing changed.
    let Some(motcua_pdf::Entry::InFile { offset, .. }) =
        document.entries().get(&contents_of(target)).copied()
    else {
        panic!("the contents stand in the file")
    };
    let (hidden, own) = (contents_of(target), target.size + 1);
    let mut file = base();
    let stream_at = file.len();
    let row = [&[1][..], &u32::try_from(offset).unwrap().to_be_bytes(), &[0, 0]].concat();
    file.extend_from_slice(
        format!(
            "{own} 0 obj\n<< /Type /XRef /W [1 4 2] /Index [{hidden} 1] /Size {} /Root {} R /Length {} >>\nstream\n",
            own + 1, target.root, row.len()
        )
        .as_bytes(),
    );
    file.extend_from_slice(&row);
    file.extend_from_slice(b"\nendstream\nendobj\n");
    let start = file.len();
    file.extend_from_slice(
        format!(
            "xref\n{hidden} 1\n0000000000 65535 f\r\ntrailer\n<< /Size {} /Root {} R /Prev {} {kept} /XRefStm {stream_at} >>\nstartxref\n{start}\n%%EOF\n",
            own + 1, target.root, target.startxref
        )
        .as_bytes(),
    );
    add("hidden by a hybrid from readers of tables alone", file);
    // Trailer.
    for (name, entry) in [
        ("/Encrypt", "/Encrypt << /Filter /Standard >>"),
        ("an unknown entry", "/Other 1 0 R"),
        ("/Size too small", "/Size 3"),
    ] {
        let mut file = base();
        let one = start_of(&mut file, page.0, 0, &page.1);
        let two = start_of(&mut file, contents.0, 0, &contents.1);
        let start = file.len();
        let size = if entry.starts_with("/Size") {
            String::new()
        } else {
            format!("/Size {}", target.size + 1)
        };
        file.extend_from_slice(
            format!(
                "xref\n{} 1\n{one:010} 00000 n\r\n{} 1\n{two:010} 00000 n\r\ntrailer\n<< {size} /Root {} R /Prev {} {kept} {entry} >>\nstartxref\n{start}\n%%EOF\n",
                page.0, contents.0, target.root, target.startxref
            )
            .as_bytes(),
        );
        add(&format!("trailer with {name}"), file);
    }
    // One object number in the table twice, and two objects in one place.
    let mut file = base();
    let one = start_of(&mut file, page.0, 0, &page.1);
    let start = file.len();
    file.extend_from_slice(
        format!(
            "xref\n{0} 1\n{one:010} 00000 n\r\n{0} 1\n{1:010} 00000 n\r\ntrailer\n<< /Size {2} /Root {3} R /Prev {4} {kept} >>\nstartxref\n{start}\n%%EOF\n",
            page.0, 15, target.size, target.root, target.startxref
        )
        .as_bytes(),
    );
    add("an object listed twice in one table", file);
    let mut file = base();
    let one = start_of(&mut file, page.0, 0, &page.1);
    start_of(&mut file, page.0, 0, &page.1);
    target.close(&mut file, &[(page.0, 0, one)], sound);
    add("an object in the file twice", file);
    // Cut back to an earlier revision, or the last one alone.
    for (i, end) in target.ends.iter().enumerate().rev().skip(1) {
        let covered = target.signature.byte_range[2] + target.signature.byte_range[3];
        if *end < covered {
            add(&format!("only revision {}", i + 1), target.bytes[..*end].to_vec());
        }
    }
    add("cut in the middle", target.bytes[..target.bytes.len() / 2].to_vec());
    add("without the first byte", target.bytes[1..].to_vec());
    add("without the last line", target.bytes[..target.bytes.len() - 7].to_vec());
    attacks
}

/// The first content stream of the first page.
fn contents_of(target: &Target) -> u32 {
    match target.page_dict.get("Contents").unwrap() {
        motcua_pdf::Object::Ref(id) => id.number,
        other => {
            let list = target.document().resolve(other).unwrap();
            list.as_array().unwrap()[0].as_ref().unwrap().number
        }
    }
}
