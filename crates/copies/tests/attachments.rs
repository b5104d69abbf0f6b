//! Files attached to a PDF original, which its copy does not hold: refused, or accepted by name.
#![allow(clippy::unwrap_used)]

mod made;

use made::original;
use motcua_copies::facts::Shortcoming;
use motcua_copies::issue::{IssueError, describe_accepting, shortcomings};

#[test]
fn attachments_lost() {
    let file = |catalog: &str, page: &str, specification: &str| {
        let objects = [
            format!("<< /Type /Catalog /Pages 2 0 R {catalog} >>"),
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_owned(),
            format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {page} >>"),
            specification.to_owned(),
            "<< /Length 1 >>\nstream\nx\nendstream".to_owned(),
            "<< /Names [(a) 4 0 R (b) << /F (b) /EF << /F 5 0 R >> >>] /Kids [6 0 R] >>".to_owned(),
        ];
        made::pdf(&objects, "")
    };
    let found = |file: &[u8]| shortcomings(&[original(file)], 1).unwrap();
    let held = "<< /Type /Filespec /F (a.xml) /EF << /F 5 0 R >> >>";
    let tree = "/Names << /EmbeddedFiles << /Kids [6 0 R 6 0 R] >> >>";
    let icon = "/Annots [<< /Subtype /FileAttachment /Rect [9 9 9 9] /F 2 /FS 4 0 R >>]";
    for (catalog, page, attachments) in
        [(tree, "", 2), ("/AF [4 0 R]", "/AF [4 0 R]", 1), ("", icon, 1)]
    {
        let lost = IssueError::AttachmentsLost { index: 1, attachments };
        assert_eq!(found(&file(catalog, page, held)), [lost]);
    }
    let carrier = file(tree, "", held);
    assert_eq!(made::refusal(&carrier).code(), "copies.attachments_lost");
    let facts = describe_accepting(&[original(&carrier)], 1, &Shortcoming::ALL).unwrap();
    assert_eq!(facts.accepted, [Shortcoming::AttachmentsLost]);
    // What only names a file elsewhere, or is attached to nothing, is not lost.
    assert_eq!(found(&file("/AF [4 0 R]", icon, "<< /Type /Filespec /F (a.xml) >>")), []);
    assert_eq!(found(&file("", "", held)), []);
}
