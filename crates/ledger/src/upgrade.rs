//! Files older than the log: what their tables hold is taken over into it, once, when they are opened.

use time::OffsetDateTime;

use crate::log::New;
use crate::register::{COLUMNS, EntryState, RegisterFact, entry};
use crate::sql::values;
use crate::{Error, Session, instant};

/// Takes over the register and the order events of an older file. Entries are given the times the old rows state.
pub(crate) fn take_over(session: &mut Session<'_>) -> Result<(), Error> {
    // (time, order among equal times, kind, subject, fingerprint, body)
    let mut found: Vec<(OffsetDateTime, usize, [String; 4])> = Vec::new();
    let rows = session.sql.query(
        &format!(
            "SELECT {COLUMNS}, agency, kind, reserved_at, closed_at FROM register_entry \
             ORDER BY agency, kind, year, number"
        ),
        &[],
    )?;
    let json = |fact: &RegisterFact| {
        serde_json::to_string(fact).map_err(|e| Error::Damaged { problem: e.to_string() })
    };
    for row in &rows {
        let closed = entry(row)?;
        let (agency, kind) = (row.text(6)?, row.text(7)?);
        let subject = format!("register/{agency}/{kind}");
        let mut reserved = closed.clone();
        reserved.state = EntryState::Reserved;
        let fingerprint = format!("reserved/{}", closed.request);
        let fact = RegisterFact { agency: agency.clone(), kind: kind.clone(), entry: reserved };
        let at = instant::parse(&row.text(8)?)?;
        let place = found.len();
        found.push((
            at,
            place,
            ["register.reserved".to_owned(), subject.clone(), fingerprint, json(&fact)?],
        ));
        if let Some(at) = row.optional(9)? {
            let fingerprint = format!("closed/{}/{}", closed.year, closed.number);
            let name = format!("register.{}", closed.state.name());
            let fact = RegisterFact { agency, kind, entry: closed };
            let at = instant::parse(&at)?;
            found.push((at, place + 1, [name, subject, fingerprint, json(&fact)?]));
        }
    }
    let rows = session.sql.query(
        "SELECT order_id, at, kind, fingerprint, body FROM order_event ORDER BY order_id, position",
        &values![],
    )?;
    for row in &rows {
        let subject = format!("order/{}", row.text(0)?);
        let kind = format!("order.event.{}", row.text(2)?);
        let at = instant::parse(&row.text(1)?)?;
        found.push((at, found.len(), [kind, subject, row.text(3)?, row.text(4)?]));
    }
    found.sort_by_key(|(at, place, _)| (*at, *place));
    for (at, _, [kind, subject, fingerprint, body]) in &found {
        session.append(New { kind, subject, fingerprint, body }, *at)?;
    }
    Ok(())
}
