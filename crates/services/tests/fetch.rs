//! The fetcher against a server of one answer on loopback.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use motcua_services::{Error, Fetcher, Limits};

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
    for head in ["404 Not Found", "302 Found\r\nlocation: http://127.0.0.1:1/"] {
        let answer = format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\n\r\n");
        let (got, _) = with_answer(answer.as_bytes(), |url| fetcher(10).get(url));
        assert_eq!(got.unwrap_err().code(), "services.status", "{head}");
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
    for url in ["https://example.vn/crl", "file:///etc/passwd", "ftp://x"] {
        assert!(matches!(fetcher(10).get(url), Err(Error::Scheme { .. })), "{url}");
    }
}
