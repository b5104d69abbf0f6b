//! Where the statement stands when it has no page of its own. How it is set there lives in `issue`.

use serde::{Deserialize, Serialize};

/// By how much, in points, a place may reach beyond a page whose size is not in whole millimetres: nothing that shows.
const SLACK: f64 = 0.01;

/// A place on the last captured page (Decree 23/2015/NĐ-CP Art. 20.3: the statement stands on the last page), in whole millimetres
/// from the page's top left corner.
///
/// Whoever states it answers for its being blank: what was captured there is not looked at, and the statement has no ground of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementPlace {
    /// From the left edge of the page.
    pub left: u16,
    /// From the top edge of the page.
    pub top: u16,
    /// Its width.
    pub width: u16,
    /// Its height.
    pub height: u16,
}

impl StatementPlace {
    /// Width and height in points.
    pub(crate) fn size(&self) -> (f64, f64) {
        (points(self.width), points(self.height))
    }

    /// Its lower left corner in points on a page of that size; below zero or beyond the page where it does not lie on it.
    pub(crate) fn corner(&self, page: (f64, f64)) -> (f64, f64) {
        (points(self.left), page.1 - points(self.top) - points(self.height))
    }

    /// Whether it lies on a page of that size.
    pub(crate) fn lies_on(&self, page: (f64, f64)) -> bool {
        let ((x, y), (width, _)) = (self.corner(page), self.size());
        y >= -SLACK && x + width <= page.0 + SLACK
    }

    /// Four numbers divided by one space.
    pub(super) fn to_text(self) -> String {
        format!("{} {} {} {}", self.left, self.top, self.width, self.height)
    }

    /// Reads them back; `None` for what is written in another way.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let numbers: Vec<u16> = text.split(' ').map(|n| n.parse().ok()).collect::<Option<_>>()?;
        let [left, top, width, height] = numbers[..] else { return None };
        let place = Self { left, top, width, height };
        (place.to_text() == text).then_some(place)
    }
}

fn points(millimetres: u16) -> f64 {
    f64::from(millimetres) * 72.0 / 25.4
}
