//! A neutral XML of a receipt. It is **not** the tax authority's format: that schema is not public. It carries the business data of
//! Decree 254/2026/NĐ-CP Art. 23.2 under plain names; `docs/payments/receipts.md` describes it. The signature is not part of it.

use quick_xml::escape::escape;

use super::Receipt;
use crate::day;

/// The namespace of the neutral form, version 1.
pub const NAMESPACE: &str = "urn:motcua:receipt:1";

struct Out(String);

impl Out {
    fn leaf(&mut self, name: &str, value: &str) {
        self.0.push_str(&format!("<{name}>{}</{name}>", escape(value)));
    }

    fn some(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.leaf(name, value);
        }
    }

    fn inside(&mut self, name: &str, write: impl FnOnce(&mut Out)) {
        self.0.push_str(&format!("<{name}>"));
        write(self);
        self.0.push_str(&format!("</{name}>"));
    }
}

impl Receipt {
    /// The receipt as neutral XML, UTF-8, the same bytes for the same receipt.
    pub fn to_xml(&self) -> String {
        let mut out = Out("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned());
        out.0.push_str(&format!("<receipt xmlns=\"{NAMESPACE}\">"));
        out.leaf("regime", self.regime());
        out.leaf("name", self.name());
        out.leaf("form", &self.id().form);
        out.leaf("symbol", &self.id().symbol);
        out.leaf("number", &self.id().number.to_string());
        let draft = self.draft();
        out.leaf("date", &day::text(draft.date));
        out.inside("collector", |out| {
            out.leaf("name", &draft.collector.name);
            out.leaf("taxCode", &draft.collector.tax_code.0);
            out.some("address", draft.collector.address.as_deref());
        });
        for (name, party) in [("agent", &draft.agent), ("payer", &draft.payer)] {
            if let Some(party) = party {
                out.inside(name, |out| {
                    out.leaf("name", &party.name);
                    out.some("address", party.address.as_deref());
                });
            }
        }
        out.inside("charges", |out| {
            for (line, words) in draft.lines.iter().zip(self.line_words()) {
                out.inside("charge", |out| {
                    out.some("code", line.code.as_deref());
                    out.leaf("name", &line.name);
                    out.leaf("amount", &line.amount.to_string());
                    out.leaf("amountInWords", words);
                });
            }
        });
        out.leaf("currency", "VND");
        out.leaf("total", &self.total().to_string());
        out.leaf("totalInWords", self.words());
        out.some("dossier", draft.dossier.as_deref());
        out.some("order", draft.order.as_deref());
        if let Some(old) = self.replaces() {
            out.inside("replaces", |out| {
                out.leaf("form", &old.form);
                out.leaf("symbol", &old.symbol);
                out.leaf("year", &old.year.to_string());
                out.leaf("number", &old.number.to_string());
                out.some("reason", self.why());
            });
        }
        out.0.push_str("</receipt>\n");
        out.0
    }
}
