//! The statement's page: QR code, statement, and a place for each official's signature. What is written lives in `statement`.

use super::IssueError;
use super::layout::{MARGIN, PAGE, rect};
use super::paper::millimetres;
use super::setting::{Line, Setting};
use crate::facts::{CopyFacts, StatementPlace, picture};
use crate::statement::Statement;

/// The least margin below the signatures, 10 mm: what printers leave white.
const BOTTOM: f64 = 28.35;
/// Between the signatures of one row and the capacities of the next.
const ROW_GAP: f64 = 16.0;

/// The least size of letters, 10 pt: the smallest that Decree 30/2020/NĐ-CP Annex I names.
const LEAST_SIZE: f64 = 10.0;
/// The least width of a place on a captured page, 120 mm: beside the code a line holds some forty letters.
const LEAST_WIDTH: f64 = 340.1;
/// Between code and text.
const GUTTER: f64 = 12.0;

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
    let (looks, lowest) = signatures(
        set,
        statement,
        pictured,
        &mut placed,
        Field { left: MARGIN, measure, top: y, scale: 1.0, corner: (0.0, 0.0) },
    )?;
    if lowest < BOTTOM {
        return Err(no_room(top - lowest, top - BOTTOM));
    }
    content.push_str(&set.show(&placed)?);
    Ok(StatementPage { content, looks })
}

fn no_room(need: f64, have: f64) -> IssueError {
    let mm = |points: f64| format!("{:.0}", millimetres(points).ceil());
    IssueError::StatementNoRoom { need: mm(need), have: mm(have) }
}

/// Where the signatures stand.
struct Field {
    left: f64,
    measure: f64,
    top: f64,
    /// Of the letters.
    scale: f64,
    /// Where the origin of these lengths is on the page.
    corner: (f64, f64),
}

/// Capacities and places of signatures, in rows of two; gives the looks and the lower edge.
fn signatures(
    set: &Setting<'_>,
    statement: &Statement,
    pictured: bool,
    placed: &mut Vec<Line>,
    field: Field,
) -> Result<(Vec<Look>, f64), IssueError> {
    let Field { left, measure, top: mut y, scale, corner } = field;
    let half = measure / 2.0;
    let size = 13.0 * scale;
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
        let middle = if at_left { left + half / 2.0 } else { left + measure - measure / 4.0 };
        let mut y = y;
        for line in capacity {
            for line in set.wrap(true, line, size, half)? {
                let x = middle - set.width(true, &line, size)? / 2.0;
                placed.push(Line { x, y, size, bold: true, text: line });
                y -= 18.0 * scale;
            }
        }
        // The field holds the mark of the digital signature; the name stands in it too, as signed.
        let (height, mark) = if pictured && i == 0 { (128.0, 112.0) } else { (64.0, 42.0) };
        let mark_size = (11.0 * scale).max(LEAST_SIZE);
        let mut lines = Vec::new();
        for (text, size, bold, at) in
            [("(đã ký số)", mark_size, false, mark), (name, size, true, 10.0)]
        {
            let x = ((half - set.width(bold, text, size)?) / 2.0).max(0.0);
            lines.push(Line { x, y: at, size, bold, text: text.to_owned() });
        }
        let rect = rect(corner.0 + middle - half / 2.0, corner.1 + y - height, half, height);
        looks.push(Look { lines, size: (half, height), rect });
        lowest = lowest.min(y - height);
    }
    Ok((looks, lowest))
}

/// The statement in a place on a captured page: QR code top left, the text beside it, the signatures below both. It is set as large as
/// fits, and refused where it would be too small to read.
pub(super) fn placed_statement(
    set: &mut Setting<'_>,
    facts: &CopyFacts,
    statement: &Statement,
    pictured: bool,
    (place, corner): (StatementPlace, (f64, f64)),
) -> Result<StatementPage, IssueError> {
    let (width, height) = place.size();
    if width < LEAST_WIDTH {
        let problem = "it is narrower than 120 mm: code and text stand side by side";
        return Err(IssueError::BadFact { field: "StatementPlace", problem });
    }
    let code = facts.qr().to_text();
    let mut content =
        picture::draw(&code, 0.0, height).ok_or(IssueError::QrTooLong { length: code.len() })?;
    let left = picture::SIDE + GUTTER;
    let mut refusal = None;
    for body in [12.0, 11.0, LEAST_SIZE] {
        let scale = body / 12.0;
        let (mut placed, mut y) = (Vec::new(), height);
        let mut put = |text: &str, bold: bool, size: f64| -> Result<(), IssueError> {
            for line in set.wrap(bold, text, size, width - left)? {
                y -= size * 1.2;
                placed.push(Line { x: left, y, size, bold, text: line });
            }
            y -= size * 0.25;
            Ok(())
        };
        put(&statement.title, true, 13.0 * scale)?;
        for line in &statement.head {
            put(line, false, body)?;
        }
        for line in &statement.body {
            put(line, false, body)?;
        }
        let top = y.min(height - picture::SIDE) - 18.0;
        let field = Field { left: 0.0, measure: width, top, scale, corner };
        let (looks, lowest) = signatures(set, statement, pictured, &mut placed, field)?;
        if lowest >= 0.0 {
            content.push_str(&set.show(&placed)?);
            return Ok(StatementPage { content, looks });
        }
        refusal = Some(no_room(height - lowest, height));
    }
    Err(refusal.unwrap_or_else(|| no_room(height, height)))
}
