//! Signature wrapping: the second part of what was signed is moved, and something else stands in its place.

use super::target::{Attack, Target, with};

const NAMED: &[&str] = &[
    "copies.bad_byte_range",
    "copies.bytes_changed",
    "copies.unreadable_update",
    "copies.unreadable",
    "copies.unaccounted_bytes",
    "copies.changed_after_signing",
    "copies.no_signature",
    "copies.signature_fails",
];

pub fn build(target: &Target) -> Vec<Attack> {
    let sig = &target.signature;
    let [_, b, c, d] = sig.byte_range;
    let forged = target.forged_page();
    let mut attacks = Vec::new();
    for padding in [0usize, 1, 64, 4_000] {
        for (kind, closing) in [
            ("string left open", ""),
            ("string closed", ">"),
            ("string and dictionary closed", "> >>\nendobj\n"),
        ] {
            for with_table in [false, true] {
                // [0 b c+n d]: the signed tail moves back by n; the attacker's bytes stand between.
                let mut inserted = closing.as_bytes().to_vec();
                let mut rows = Vec::new();
                for (number, body) in &forged {
                    rows.push((*number, 0, c + inserted.len()));
                    inserted.extend_from_slice(format!("\n{number} 0 obj\n").as_bytes());
                    inserted.extend_from_slice(body);
                    inserted.extend_from_slice(b"\nendobj\n");
                }
                if with_table {
                    let mut head = target.bytes[..c].to_vec();
                    head.extend_from_slice(&inserted);
                    target.close(&mut head, &rows, target.sound());
                    inserted = head[c..].to_vec();
                }
                inserted.extend(std::iter::repeat_n(b' ', padding));
                let range = format!("[0 {b} {} {d}]", c + inserted.len());
                let mut file = target.bytes[..c].to_vec();
                file.extend_from_slice(&inserted);
                file.extend_from_slice(&target.bytes[c..]);
                if range.len() <= sig.range_at.len() {
                    let mut text = range.clone().into_bytes();
                    text.resize(sig.range_at.len(), b' ');
                    file[sig.range_at.clone()].copy_from_slice(&text);
                }
                attacks.push(Attack {
                    name: format!("wrapping: {kind}, padding {padding}, own table {with_table}"),
                    file,
                    codes: NAMED,
                });
            }
        }
    }
    // The signed bytes stand whole, but the dictionary that is read says otherwise about them.
    for (name, shift) in [("later", 10usize), ("much later", 1_000)] {
        let dict = with(
            &sig.dict,
            &[("ByteRange", &format!("[0 {b} {} {}]", c + shift, d.saturating_sub(shift)))],
        );
        let mut objects = vec![(sig.number, dict.into_bytes())];
        objects.extend(forged.clone());
        attacks.push(Attack {
            name: format!("wrapping: second part {name}"),
            file: target.updated(&objects),
            codes: NAMED,
        });
    }
    attacks
}
