//! A callback as it came over HTTP, before anything was read from it.

use std::fmt;

use base64::Engine as _;
use serde::{Deserialize, Deserializer};

use crate::form::MAX_QUERY;
use crate::json::MAX_BODY;
use crate::reason::Reason;
use crate::secret::sha256_hex_of;

/// Method, query, headers and body. In JSON
/// `{"method":"GET","query":"a=1","headers":[["Name","value"]],"body":"…"}`; a body that is not UTF-8 goes into
/// `body_base64` instead.
#[derive(Clone, PartialEq, Eq)]
pub struct RawNotice {
    /// HTTP method in upper case.
    pub method: String,
    /// The query after `?`, exactly as received: not decoded, not sorted.
    pub query: String,
    /// Headers in the order received.
    pub headers: Vec<(String, String)>,
    /// Body bytes exactly as received.
    pub body: Vec<u8>,
}

impl RawNotice {
    /// A GET with this query.
    pub fn get(query: impl Into<String>) -> RawNotice {
        RawNotice {
            method: "GET".to_owned(),
            query: query.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// A POST with this body.
    pub fn post(body: impl Into<Vec<u8>>) -> RawNotice {
        RawNotice {
            method: "POST".to_owned(),
            query: String::new(),
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// Refuses another HTTP method than the gateway uses.
    pub fn demand(&self, method: &str) -> Result<(), Reason> {
        if self.method == method {
            Ok(())
        } else {
            Err(Reason::malformed("method", "this gateway's notice uses another HTTP method"))
        }
    }

    /// The parameters of the query (or, in a POST, of a form body), decoded, in the order received. Refused: a key that occurs twice,
    /// lower-case or needless escapes, whatever else could be read in two ways.
    pub fn parameters(&self) -> Result<Vec<(String, String)>, Reason> {
        let text = if self.method == "POST" { self.text()? } else { &self.query };
        let pairs = crate::form::read(text)?;
        Ok(pairs.into_iter().map(|p| (p.key.into_owned(), p.value.into_owned())).collect())
    }

    /// The fields of a JSON body that is one flat object, each as text: a number as it was written. Refused: a key that occurs twice,
    /// fractions, objects and lists within.
    pub fn fields(&self) -> Result<Vec<(String, String)>, Reason> {
        let body = crate::json::read_object(&self.body)?;
        let crate::json::Json::Object(fields) = &body else { return Ok(Vec::new()) };
        fields.iter().map(|(k, v)| Ok((k.to_string(), v.single(k)?.into_owned()))).collect()
    }

    /// The body as text.
    pub(crate) fn text(&self) -> Result<&str, Reason> {
        std::str::from_utf8(&self.body).map_err(|_| Reason::malformed("body", "not UTF-8"))
    }

    pub(crate) fn within_budget(&self) -> Result<(), Reason> {
        if self.query.len() > MAX_QUERY {
            return Err(Reason::malformed("query", "longer than 16 KiB"));
        }
        if self.body.len() > MAX_BODY {
            return Err(Reason::malformed("body", "longer than 64 KiB"));
        }
        Ok(())
    }

    /// SHA-256 of method, query and body: what the records keep instead of the message.
    pub fn sha256(&self) -> String {
        sha256_hex_of(self.pieces())
    }

    /// What is hashed.
    pub(crate) fn pieces(&self) -> [&[u8]; 5] {
        [self.method.as_bytes(), b"\n", self.query.as_bytes(), b"\n", self.body.as_slice()]
    }
}

/// Headers and bodies carry keys and payers' data: only sizes are shown.
impl fmt::Debug for RawNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawNotice")
            .field("method", &self.method)
            .field("query_bytes", &self.query.len())
            .field("headers", &self.headers.len())
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

impl<'de> Deserialize<'de> for RawNotice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RawNotice, D::Error> {
        use serde::de::Error as _;

        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Wire {
            method: String,
            #[serde(default)]
            query: String,
            #[serde(default)]
            headers: Vec<(String, String)>,
            #[serde(default)]
            body: Option<String>,
            #[serde(default)]
            body_base64: Option<String>,
        }
        let wire = Wire::deserialize(deserializer)?;
        let body = match (wire.body, wire.body_base64) {
            (Some(_), Some(_)) => {
                return Err(D::Error::custom("give body or body_base64, not both"));
            }
            (Some(text), None) => text.into_bytes(),
            (None, Some(text)) => {
                base64::engine::general_purpose::STANDARD.decode(text).map_err(D::Error::custom)?
            }
            (None, None) => Vec::new(),
        };
        Ok(RawNotice { method: wire.method, query: wire.query, headers: wire.headers, body })
    }
}
