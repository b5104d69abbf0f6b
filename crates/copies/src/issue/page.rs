//! The statement's page: QR code, statement, and a place for each official's signature. What is written lives in `statement`.

use super::IssueError;
use super::layout::{MARGIN, PAGE, rect};
use super::paper::millimetres;
use super::setting::{Line, Setting};
use crate::facts::{CopyFacts, picture};
use crate::statement::Statement;

/// The least margin below the signatures, 10 mm: what printers leave white.
const BOTTOM: f64 = 28.35;
/// Between the signatures of one row and the capacities of the next.
const ROW_GAP: f64 = 16.0;

/// What stands on the page, and the look of each official's signature.
pub(super) struct StatementPage {
    pub content: String,
    pub looks: Vec<Look>,
}

/// What a signature shows, and where.
pub(super) struct Look {
    pub lines: Vec<Line>,
    pub size: (f64, f64),
    pub rect: String,
}

/// QR top left (Circular 01/2023/TT-VPCP Art. 26), the statement below it, an only official at the right, several in rows of two.
pub(super) fn statement_page(
    set: &mut Setting<'_>,
    facts: &CopyFacts,
    statement: &Statement,
    pictured: bool,
) -> Result<StatementPage, IssueError> {
    let text = facts.qr().to_text();
    let (left, top) = (picture::LEFT, picture::TOP);
    let side = picture::SIDE;
    let mut content =
        picture::draw(&text, left, top).ok_or(IssueError::QrTooLong { length: text.len() })?;
    let mut placed = Vec::new();
    let measure = PAGE.0 - 2.0 * MARGIN;
    let mut y = top - side - 44.0;
    let mut put = |set: &Setting<'_>,
                   text: &str,
                   bold: bool,
                   size: f64,
                   centred: bool|
     -> Result<(), IssueError> {
        for line in set.wrap(bold, text, size, measure)? {
            let x = if centred { (PAGE.0 - set.width(bold, &line, size)?) / 2.0 } else { MARGIN };
            placed.push(Line { x, y, size, bold, text: line });
            y -= size * 1.45;
        }
        y -= size * 0.35;
        Ok(())
    };
    put(set, &statement.title, true, 15.0, true)?;
    for line in &statement.head {
        put(set, line, false, 13.0, true)?;
    }
    for line in &statement.body {
        put(set, line, false, 12.0, false)?;
    }
    y -= 20.0;
    let half = measure / 2.0;
    let officials: Vec<_> = statement.officials().collect();
    let last = officials.len() - 1;
    let mut looks = Vec::new();
    let mut lowest = y;
    for (i, (capacity, name)) in officials.into_iter().enumerate() {
        // An only one in its row stands at the right.
        let at_left = i % 2 == 0 && i < last;
        if i > 0 && i % 2 == 0 {
            y = lowest - ROW_GAP;
        }
        let middle = if at_left { MARGIN + half / 2.0 } else { PAGE.0 - MARGIN - measure / 4.0 };
        let mut y = y;
        for line in capacity {
            for line in set.wrap(true, line, 13.0, half)? {
                let x = middle - set.width(true, &line, 13.0)? / 2.0;
                placed.push(Line { x, y, size: 13.0, bold: true, text: line });
                y -= 18.0;
            }
        }
        // The field holds the mark of the digital signature; the name stands in it too, as signed.
        let (height, mark) = if pictured && i == 0 { (128.0, 112.0) } else { (64.0, 42.0) };
        let mut lines = Vec::new();
        for (text, size, bold, at) in [("(đã ký số)", 11.0, false, mark), (name, 13.0, true, 10.0)]
        {
            let x = ((half - set.width(bold, text, size)?) / 2.0).max(0.0);
            lines.push(Line { x, y: at, size, bold, text: text.to_owned() });
        }
        let rect = rect(middle - half / 2.0, y - height, half, height);
        looks.push(Look { lines, size: (half, height), rect });
        lowest = lowest.min(y - height);
    }
    if lowest < BOTTOM {
        let mm = |points| format!("{:.0}", millimetres(points));
        return Err(IssueError::StatementNoRoom { need: mm(top - lowest), have: mm(top - BOTTOM) });
    }
    content.push_str(&set.show(&placed)?);
    Ok(StatementPage { content, looks })
}
