//! The fetcher against a server of one answer on loopback.
#![allow(clippy::unwrap_used, clippy::panic)]

mod server;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use motcua_pki::authority::{
    CrlTemplate, Demo, Identity, OcspAnswer, OcspTemplate, SubjectName, Template,
};
use motcua_pki::cms::Content;
use motcua_pki::{DigestAlgorithm, Oid, tsp};
use motcua_services::{Error, Fetcher, Limits, Redirects, no_earlier_than};
use server::{Server, ok};
use time::OffsetDateTime;

/// Serves one answer and gives what was asked.
fn with_answer<T>(answer: &[u8], ask: impl FnOnce(&str) -> T) -> (T, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/path", listener.local_addr().unwrap());
    std::thread::scope(|scope| {
        let server = scope.spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = vec![0; 4096];
            let length = stream.read(&mut asked).unwrap();
            // The client may hang up before all is written.
            let _ = stream.write_all(answer);
            String::from_utf8_lossy(&asked[..length]).into_owned()
        });
        let got = ask(&url);
        (got, server.join().unwrap())
    })
}

fn fetcher(bytes: u64) -> Fetcher {
    Fetcher::new(Limits { time: Duration::from_secs(2), bytes })
}

#[test]
fn an_answer_is_given_as_it_is() {
    let (got, asked) = with_answer(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc", |url| {
        fetcher(10).post(url, "application/ocsp-request", b"q")
    });
    assert_eq!(got.unwrap(), b"abc");
    assert!(
        asked.starts_with("POST /path") && asked.contains("application/ocsp-request"),
        "{asked}"
    );
}

#[test]
fn status() {
    for head in ["404 Not Found", "500 Oops", "204 No Content", "206 Partial Content"] {
        let answer = format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\n\r\n");
        let (got, _) = with_answer(answer.as_bytes(), |url| fetcher(10).get(url));
        assert_eq!(got.unwrap_err().code(), "services.status", "{head}");
    }
}

#[test]
fn redirect() {
    let to = |location: &str| {
        format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n")
    };
    // Unasked, nowhere; asked, not to another server, scheme or nothing.
    for target in ["/other", "http://127.0.0.1:1/", "https://127.0.0.1/", "file:///etc/passwd", ""]
    {
        for rule in [Redirects::Refused, Redirects::SameServer] {
            if target == "/other" && rule == Redirects::SameServer {
                continue;
            }
            let (got, _) =
                with_answer(to(target).as_bytes(), |url| fetcher(10).with_redirects(rule).get(url));
            assert_eq!(got.unwrap_err().code(), "services.redirect", "{target} {rule:?}");
        }
    }
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/a" => to("/b").into_bytes(),
        "/b" => ok(b"abc"),
        _ => to("/round").into_bytes(),
    });
    let fetcher = fetcher(10).with_redirects(Redirects::SameServer);
    assert_eq!(fetcher.get(&server.url("/a")).unwrap(), b"abc");
    assert_eq!(fetcher.get(&server.url("/round")).unwrap_err().code(), "services.redirect");
    // What is posted is not sent on by 302.
    let posted = fetcher.post(&server.url("/a"), "x/y", b"q");
    assert_eq!(posted.unwrap_err().code(), "services.redirect");
}

#[test]
fn host() {
    let allowed = fetcher(10).only_hosts(["127.0.0.1:1", "ocsp.example.vn"]);
    for url in ["http://127.0.0.1/", "http://127.0.0.1:2/", "http://ocsp.example.vn.evil/"] {
        assert_eq!(allowed.get(url).unwrap_err().code(), "services.host", "{url}");
    }
    assert_eq!(allowed.get("http://127.0.0.1:1/").unwrap_err().code(), "services.unreachable");
}

/// A server that never ends, by size or by time.
#[test]
fn huge_and_slow() {
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let mut huge = chunked.clone();
    for _ in 0..1000 {
        huge.extend_from_slice(format!("400\r\n{}\r\n", "x".repeat(1024)).as_bytes());
    }
    let (got, _) = with_answer(&huge, |url| fetcher(10_000).get(url));
    assert_eq!(got.unwrap_err().code(), "services.too_large");
    // A length announced that never comes, and a head without end.
    for slow in [&b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\na"[..], b"HTTP/1.1 200 OK\r\nx: "] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let quick = Fetcher::new(Limits { time: Duration::from_millis(300), bytes: 10 });
        std::thread::scope(|scope| {
            let server = scope.spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let _ = stream.write_all(slow);
                // Until the client gives up.
                let _ = stream.read_to_end(&mut Vec::new());
            });
            assert_eq!(quick.get(&url).unwrap_err().code(), "services.unreachable");
            server.join().unwrap();
        });
    }
}

#[test]
fn no_address() {
    let demo = Demo::new(time::macros::datetime!(2026-11-24 3:00 UTC)).unwrap();
    let (official, issuing) = (demo.official.certificate(), demo.issuing.certificate());
    let fetcher = fetcher(1000);
    assert_eq!(fetcher.ocsp(official, issuing).unwrap_err().code(), "services.no_address");
    assert_eq!(fetcher.crls(official).unwrap_err().code(), "services.no_address");
    assert_eq!(fetcher.issuers(official).unwrap_err().code(), "services.no_address");
    let gathered = fetcher.revocation(demo.official.chain());
    assert_eq!((gathered.problems.len(), gathered.material.crls.len()), (2, 0));
}

#[test]
fn answer() {
    // An authority that talks nonsense, one that refuses, and one that answers someone else's request.
    let demo = Demo::new(time::macros::datetime!(2026-11-24 3:00 UTC)).unwrap();
    let sha256 = DigestAlgorithm::Sha256;
    let at = time::macros::datetime!(2026-11-24 3:00 UTC);
    let other = tsp::request(sha256, &sha256.digest(b"other"), Some(&[1, 2, 3]));
    let replay = demo.timestamping.timestamp_response(&other, at).unwrap();
    for bytes in [b"nonsense".to_vec(), vec![0x30, 5, 0x30, 3, 2, 1, 2], replay] {
        let server = Server::start(move |_| ok(&bytes));
        let got = fetcher(100_000).timestamp(&server.url("/"), sha256, &sha256.digest(b"x"), None);
        assert_eq!(got.unwrap_err().code(), "services.answer");
    }
    let server = Server::start(move |asked| {
        ok(&demo.timestamping.timestamp_response(&asked.body, at).unwrap())
    });
    let ask = |policy| {
        let url = server.url("/");
        fetcher(100_000).timestamp(&url, sha256, &sha256.digest(b"x"), policy)
    };
    let policy = Oid::parse("1.2.3").unwrap();
    for asked in [None, Some(&policy)] {
        let token = ask(asked).unwrap();
        let report = tsp::inspect(&token, Content::Bytes(b"x"), &[]);
        assert!(report.own_findings().is_empty(), "{report:?}");
    }
}

#[test]
fn too_large() {
    let (got, _) =
        with_answer(b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\nhello world", |url| {
            fetcher(10).get(url)
        });
    assert_eq!(got.unwrap_err().code(), "services.too_large");
}

#[test]
fn unreachable() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(
        fetcher(10).get(&format!("http://{free}/")).unwrap_err().code(),
        "services.unreachable"
    );
    // A server that never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let quick = Fetcher::new(Limits { time: Duration::from_millis(200), bytes: 10 });
    let url = format!("http://{}/", silent.local_addr().unwrap());
    assert_eq!(quick.get(&url).unwrap_err().code(), "services.unreachable");
}

#[test]
fn scheme() {
    let mut addresses =
        vec!["file:///etc/passwd", "ftp://x", "http://", "http://a:b@c/", "http://a/\r\nx: y", ""];
    if !cfg!(feature = "https") {
        addresses.push("https://example.vn/crl");
    }
    for url in addresses {
        assert!(matches!(fetcher(10).get(url), Err(Error::Scheme { .. })), "{url}");
    }
}

#[test]
fn an_answer_is_judged_no_earlier_than_it_was_made() {
    let now = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_000);
    let day = time::Duration::days(1);
    let subject = SubjectName::new().common_name("Root");
    let root = Template::new(subject, now - day, now + day).certificate_authority(None);
    let root = Identity::root(&root).unwrap();
    let answer = |at| {
        let template = OcspTemplate::new(root.certificate(), OcspAnswer::Good, at, now + day);
        root.ocsp_response(root.certificate(), &template).unwrap()
    };
    let list = |at| root.crl(&CrlTemplate::new(at, now + day)).unwrap();
    for seconds in [-60, 1, 300, 301] {
        let at = now + time::Duration::seconds(seconds);
        let expected = if seconds == 301 { now } else { at.max(now) };
        assert_eq!(no_earlier_than(&[list(at)], &[], now), expected);
        assert_eq!(no_earlier_than(&[], &[answer(at)], now), expected);
    }
}
