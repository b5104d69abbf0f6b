//! A notice from a file, as JSON or as the HTTP request itself, and the printing of its verdict.

use std::path::Path;
use std::process::ExitCode;

use motcua::payments::notice::{Acknowledgement, RawNotice, Verdict};

use super::ok;
use crate::error::Error;
use crate::files;
use crate::screen::{Mark, Screen};

/// Reads `{"method", "query", "headers", "body"}`, or a request as HTTP/1 writes it.
pub fn read(path: &Path) -> Result<RawNotice, Error> {
    let bytes = files::read(path)?;
    if bytes.trim_ascii_start().starts_with(b"{") {
        return serde_json::from_slice(&bytes).map_err(|e| Error::input(path, &e));
    }
    http(&bytes).map_err(|problem| Error::Input {
        path: path.display().to_string(),
        problem: problem.to_owned(),
    })
}

/// RFC 9112 §2.1: request line, header fields, an empty line, the body. The body's bytes are kept as they are.
fn http(bytes: &[u8]) -> Result<RawNotice, &'static str> {
    let mut rest = bytes;
    let mut line = || -> Result<&str, &'static str> {
        let end = rest.iter().position(|b| *b == b'\n').ok_or("it ends within the HTTP header")?;
        let (line, after) = rest.split_at(end);
        rest = after.get(1..).unwrap_or_default();
        let line = std::str::from_utf8(line).map_err(|_| "the HTTP header is not UTF-8")?;
        Ok(line.strip_suffix('\r').unwrap_or(line))
    };
    let mut first = line()?.split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (first.next(), first.next(), first.next(), first.next())
    else {
        return Err("it is neither JSON nor an HTTP request");
    };
    if !version.starts_with("HTTP/1.") {
        return Err("it is neither JSON nor an HTTP/1 request");
    }
    let query = target.split_once('?').map(|(_, q)| q).unwrap_or_default();
    let (method, query) = (method.to_owned(), query.to_owned());
    let mut headers = Vec::new();
    loop {
        let field = line()?;
        if field.is_empty() {
            break;
        }
        let (name, value) = field.split_once(':').ok_or("a header field without colon")?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut lengths = headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case("content-length"));
    let body = match (lengths.next(), lengths.next()) {
        (None, _) => rest,
        (Some((_, length)), None) => length
            .parse()
            .ok()
            .and_then(|length: usize| rest.get(..length))
            .ok_or("the body is shorter than its Content-Length")?,
        (Some(_), Some(_)) => return Err("two Content-Length fields"),
    };
    Ok(RawNotice { method, query, headers, body: body.to_vec() })
}

/// Prints a verdict: exit 0 when verified, 1 when refused.
pub fn verdict(screen: &Screen, verdict: &Verdict, json: bool) -> Result<ExitCode, Error> {
    if json {
        ok(screen, verdict);
    } else {
        match verdict {
            Verdict::Verified(v) => {
                screen.mark(Mark::Good, &format!("{} notice of {}", v.gateway(), v.reference()));
                screen.fact("key", &v.authentic().key);
                screen.fact("outcome", &format!("{:?}", v.outcome().class).to_lowercase());
                screen.fact("amount", &v.amount().map(|a| a.to_string()).unwrap_or_default());
                screen.fact("transaction", v.transaction().unwrap_or_default());
                for field in v.uncovered() {
                    screen.fact("unsigned", field);
                }
                for warning in v.warnings() {
                    screen.fact("warning", &format!("{warning:?}"));
                }
            }
            Verdict::Refused(r) => {
                screen.mark(Mark::Bad, &format!("refused: {}", r.reason().code()))
            }
        }
        acknowledgement(screen, verdict.acknowledgement());
    }
    Ok(match verdict {
        Verdict::Verified(_) => ExitCode::SUCCESS,
        Verdict::Refused(_) => ExitCode::from(1),
    })
}

/// Prints the answer to give.
pub fn acknowledgement(screen: &Screen, answer: &Acknowledgement) {
    let kind = answer.content_type.as_deref().unwrap_or("no body");
    screen.fact("answer", &format!("{} {kind} {}", answer.status, answer.body));
}

#[cfg(test)]
mod tests {
    use super::http;

    #[test]
    fn an_http_request_is_read_as_it_came() {
        let raw =
            http(b"POST /ipn?a=%20b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{\"a\"}\n")
                .unwrap();
        assert_eq!((raw.method.as_str(), raw.query.as_str()), ("POST", "a=%20b"));
        assert_eq!((raw.body.as_slice(), raw.headers.len()), (&b"{\"a\"}"[..], 2));
        let raw = http(b"GET /?x=1 HTTP/1.1\n\n").unwrap();
        assert!(raw.body.is_empty() && raw.query == "x=1");
        for bad in [
            &b"hello"[..],
            b"GET /\n\n",
            b"GET / HTTP/2\n\n",
            b"GET / HTTP/1.1\nno colon\n\n",
            b"GET / HTTP/1.1\nA: b\n",
            b"POST / HTTP/1.1\nContent-Length: 9\n\nshort",
            b"POST / HTTP/1.1\nContent-Length: 1\nContent-Length: 2\n\nxx",
        ] {
            assert!(http(bad).is_err(), "{}", String::from_utf8_lossy(bad));
        }
    }
}
