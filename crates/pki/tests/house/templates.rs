//! The moment and the templates that tests with an authority of their own share.

use motcua_pki::authority::{SubjectName, Template};
use time::{Duration, OffsetDateTime};

pub const NOW: OffsetDateTime = time::macros::datetime!(2026-11-24 3:00 UTC);
pub const DAY: Duration = Duration::DAY;

/// A bare end entity, valid a year before and after.
pub fn template(name: &str) -> Template {
    let subject = SubjectName::new().country("VN").common_name(name);
    Template::new(subject, NOW - DAY * 365, NOW + DAY * 365)
}

/// A CA.
pub fn ca(name: &str) -> Template {
    template(name).certificate_authority(None)
}
