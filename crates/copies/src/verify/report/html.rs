//! The report as a page to print: no script, no outside resource, everything escaped.

use std::fmt::Write as _;

use super::{Check, Report, Verdict, row_name};
use motcua_pki::Indication;

/// Text as HTML. Control characters go: a terminal or printer has no use for them.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(' '),
            // Marks that turn the direction of writing can make a name look like another.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

const STYLE: &str = "body{font:12pt/1.5 'Times New Roman',serif;max-width:42em;margin:2em auto;padding:0 1em;color:#000}\
h1{font-size:1.4em;border-left:.4em solid;padding-left:.6em}.good{border-color:#1a7f37}.doubt{border-color:#b58900}\
.bad{border-color:#b00020}.none{border-color:#666}table{border-collapse:collapse;width:100%}td,th{text-align:left;\
padding:.2em .5em;border-bottom:1px solid #ccc;vertical-align:top;overflow-wrap:anywhere}.en{color:#444;font-style:italic}\
@media print{body{margin:0}}";

fn word(check: Check) -> &'static str {
    match check {
        Check::Passed => "✓ đạt / passed",
        Check::Failed => "✗ không đạt / failed",
        Check::Indeterminate => "? chưa rõ / indeterminate",
        Check::NotChecked => "– chưa kiểm tra / not checked",
    }
}

/// EN 319 102-1 §5.1.3 in its own words.
pub(super) fn total(indication: Indication) -> &'static str {
    match indication {
        Indication::Passed => "TOTAL-PASSED",
        Indication::Indeterminate => "INDETERMINATE",
        Indication::Failed => "TOTAL-FAILED",
    }
}

pub(super) fn page(report: &Report) -> String {
    let class = match report.verdict {
        Verdict::Valid | Verdict::ValidWithNotes => "good",
        Verdict::CannotConfirm => "doubt",
        Verdict::Withdrawn | Verdict::NotValid => "bad",
        Verdict::NotACopy | Verdict::CouldNotCheck => "none",
    };
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"vi\"><head><meta charset=\"utf-8\"><title>{0}</title><style>{STYLE}</style></head><body>\n<h1 class=\"{class}\" role=\"status\">{0}<br><span class=\"en\" lang=\"en\">{1}</span></h1>\n",
        escape(report.headline_vi),
        escape(report.headline_en)
    );
    out.push_str("<table><tbody>\n");
    for row in &report.rows {
        let _ =
            writeln!(out, "<tr><th>{}</th><td>{}</td></tr>", row_name(row.row), word(row.check));
    }
    out.push_str("</tbody></table>\n");
    if let Some(facts) = &report.facts {
        let _ = writeln!(
            out,
            "<p>{}<br>{}<br>{}<br>{}</p><p>Đối chiếu họ tên với giấy tờ tùy thân của người xuất trình.</p>",
            escape(&facts.paper),
            escape(&facts.agency),
            escape(&facts.register_line()),
            escape(&facts.date_line())
        );
    }
    if !report.reasons.is_empty() {
        out.push_str("<h2>Lý do / reasons</h2>\n<ul>\n");
        for reason in &report.reasons {
            let _ = writeln!(
                out,
                "<li>{} {}<br><span class=\"en\" lang=\"en\">{} {}</span> <small>({})</small></li>",
                escape(&reason.vi),
                escape(reason.advice_vi),
                escape(&reason.en),
                escape(reason.advice_en),
                escape(reason.code)
            );
        }
        out.push_str("</ul>\n");
    }
    for s in &report.signatures {
        let _ = writeln!(out, "<h2>Chữ ký / signature: {}</h2>\n<table><tbody>", escape(&s.field));
        let sub = s.sub_indication.map(|i| format!(", {i:?}")).unwrap_or_default();
        let indication = format!("{}{sub}", total(s.indication));
        let revision = s.revision.map(|r| r.to_string());
        let rows = [
            ("EN 319 102-1", Some(indication.as_str())),
            ("Người ký / signer", s.subject.as_deref()),
            ("Cấp bởi / issued by", s.issuer.as_deref()),
            ("Giờ khai / claimed time", s.claimed_time.as_deref()),
            ("Giờ chứng minh / proven time", s.trusted_time.as_deref()),
            ("Mức / level", s.level),
            ("Phiên bản đã ký / signed revision", revision.as_deref()),
        ];
        for (name, value) in rows {
            if let Some(value) = value {
                let _ = writeln!(out, "<tr><th>{name}</th><td>{}</td></tr>", escape(value));
            }
        }
        out.push_str("</tbody></table>\n");
    }
    out.push_str("<h2>Đã kiểm tra / checks</h2>\n<table><tbody>\n");
    for check in &report.checks {
        let _ = writeln!(out, "<tr><th>{}</th><td>{}</td></tr>", check.name, word(check.check));
    }
    let _ = writeln!(
        out,
        "</tbody></table>\n<p><small>SHA-256 {} · {} bytes · {} · {} ({}) · motcua {}</small></p>\n</body></html>",
        escape(&report.file.sha256),
        report.file.size,
        escape(&report.checked_at),
        escape(&report.policy),
        escape(&report.trust_list_as_of),
        report.engine_version
    );
    out
}
