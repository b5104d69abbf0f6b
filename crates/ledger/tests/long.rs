//! A record longer than what an import holds at a time: orders and copies that change on both sides of that border come back whole.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{BufReader, Read};

use motcua_ledger::{Annulment, IssuedCopy, Ledger, Series};
use motcua_payments::Dong;
use motcua_payments::gateway::EnvironmentKind;
use motcua_payments::order::{Attempt, Order};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-11-24 03:00 UTC);

fn series() -> Series {
    Series { agency: "H99.1".into(), kind: "SCTĐT/BS".into() }
}

fn noise(ledger: &mut Ledger, name: &str, count: u32) {
    ledger
        .write(|s| {
            for number in 0..count {
                s.record_notice("vnpay", &format!("{name}/{number}"), "{}", NOW)?;
            }
            Ok(())
        })
        .unwrap();
}

fn long() -> Ledger {
    let mut ledger = Ledger::in_memory().unwrap();
    let mut orders: Vec<_> = ["MC1", "MC2"]
        .iter()
        .map(|id| Order::new(id, Dong::new(8_000).unwrap(), NOW, None).unwrap())
        .collect();
    for number in 1..=2_u32 {
        let copy = IssuedCopy {
            copy_sha256: format!("{number:064}"),
            copy_id: format!("BS-{number}"),
            signers: vec!["Nguyễn Văn Mẫu".into()],
            signed_at: NOW,
        };
        let order = &orders[number as usize - 1];
        ledger
            .write(|s| {
                s.for_dossier(&format!("d{number}"))?;
                s.save_order(order, NOW)?;
                s.reserve(&series(), &copy.copy_id, NOW)?;
                s.issue_copy(&series(), 2026, number, &copy, NOW)
            })
            .unwrap();
    }
    noise(&mut ledger, "a", 10_000);
    let annulment = Annulment {
        copy_id: "BS-2".into(),
        decision: "1/QĐ".into(),
        reason: "sai".into(),
        decided_on: "2026-11-24".into(),
    };
    let attempt = Attempt {
        gateway: "vnpay".into(),
        environment: EnvironmentKind::Sandbox,
        merchant: "MOTCUA01".into(),
        reference: "MC2".into(),
        at: NOW,
    };
    orders[1].initiate(attempt, "clerk").unwrap();
    ledger
        .write(|s| {
            s.annul(&annulment, NOW)?;
            s.save_order(&orders[1], NOW)
        })
        .unwrap();
    noise(&mut ledger, "b", 10_000);
    ledger
}

#[test]
fn a_long_record_comes_back_whole() {
    let mut ledger = long();
    let mut lines = Vec::new();
    let size = ledger.export(&mut lines).unwrap();
    assert!(size > 20_000);
    let mut copy = Ledger::in_memory().unwrap();
    assert_eq!(copy.import(&mut &lines[..]).unwrap(), size);
    let root = |ledger: &mut Ledger| ledger.read(|s| Ok((s.size(), s.root()))).unwrap();
    assert_eq!(root(&mut copy), root(&mut ledger));
    let audit = copy.read(|s| s.audit(&[], None)).unwrap();
    assert!(audit.is_sound(), "{audit:?}");
    for id in ["MC1", "MC2"] {
        assert_eq!(copy.read(|s| s.order(id)).unwrap(), ledger.read(|s| s.order(id)).unwrap());
    }
    let annulled = |id| copy.read(|s| s.copy(id)).unwrap().unwrap().annulled;
    assert_eq!(["BS-1", "BS-2"].map(annulled), [false, true]);
    // What is wrong at its end leaves nothing of it behind.
    lines.extend_from_slice(b"{}\n");
    let mut empty = Ledger::in_memory().unwrap();
    assert_eq!(empty.import(&mut &lines[..]).unwrap_err().code(), "ledger.bad_export");
    assert_eq!(empty.read(|s| Ok(s.size())).unwrap(), 0);
    assert!(empty.read(|s| s.audit(&[], None)).unwrap().is_sound());
}

#[test]
fn a_line_without_end_is_not_read_to_its_end() {
    let mut endless = BufReader::new(std::io::repeat(b' '));
    let mut empty = Ledger::in_memory().unwrap();
    let no = empty.import(&mut endless).unwrap_err();
    assert!(no.code() == "ledger.bad_export" && no.to_string().contains("longer"), "{no}");
    let mut bytes = BufReader::new(std::io::repeat(0xff).take(100));
    assert_eq!(empty.import(&mut bytes).unwrap_err().code(), "ledger.bad_export");
}
