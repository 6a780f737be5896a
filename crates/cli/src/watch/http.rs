//! As much of HTTP as it takes to be asked: one request a connection, its size and its time bounded.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::tls::Certificates;

/// How long a read or a write may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest head of a request, in bytes.
const HEAD: u64 = 16 * 1024;

/// So many connections at a time.
const MOST: usize = 64;

/// What is asked.
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// What kinds of answers are wanted, in lower case.
    pub(crate) accept: String,
    pub(crate) body: Vec<u8>,
}

/// What is answered.
pub(crate) struct Answer {
    pub(crate) status: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn plain(status: &'static str, body: &str) -> Self {
        Self { status, kind: "text/plain; charset=utf-8", body: format!("{body}\n") }
    }
}

/// What a connection is read from and written to.
trait Wire: io::Read + io::Write {}

impl<T: io::Read + io::Write> Wire for T {}

/// Serves on threads of their own, over TLS if that is given; bodies may have so many bytes.
pub(crate) fn serve(
    address: SocketAddr,
    most: usize,
    tls: Option<Arc<Certificates>>,
    answer: impl Fn(Request) -> Answer + Send + Sync + 'static,
) -> io::Result<()> {
    let listener = TcpListener::bind(address)?;
    let answer = Arc::new(answer);
    let open = Arc::new(AtomicUsize::new(0));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if open.fetch_add(1, Ordering::Relaxed) >= MOST {
                open.fetch_sub(1, Ordering::Relaxed);
                continue;
            }
            let tls = tls.as_ref().map(|certificates| certificates.current());
            let (answer, open) = (Arc::clone(&answer), Arc::clone(&open));
            thread::spawn(move || {
                // Whoever goes away in the middle has what it wanted.
                let _ = connection(stream, most, tls, &*answer);
                open.fetch_sub(1, Ordering::Relaxed);
            });
        }
    });
    Ok(())
}

fn connection(
    stream: TcpStream,
    most: usize,
    tls: Option<Arc<ServerConfig>>,
    answer: &dyn Fn(Request) -> Answer,
) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    match tls {
        None => exchange(&mut &stream, most, answer),
        Some(config) => {
            let mut stream =
                StreamOwned::new(ServerConnection::new(config).map_err(io::Error::other)?, stream);
            exchange(&mut stream, most, answer)?;
            stream.conn.send_close_notify();
            stream.flush()
        }
    }
}

fn exchange(stream: &mut dyn Wire, most: usize, answer: &dyn Fn(Request) -> Answer) -> io::Result<()> {
    let (answer, bodiless) = match request(stream, most)? {
        Ok(request) => {
            let bodiless = request.method == "HEAD";
            (answer(request), bodiless)
        }
        Err(refused) => (refused, false),
    };
    let Answer { status, kind, body } = answer;
    let length = body.len();
    let body = if bodiless { "" } else { &body };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// Reads a request; or what to answer to one that is none.
fn request(stream: &mut dyn Wire, most: usize) -> io::Result<Result<Request, Answer>> {
    let mut reader = BufReader::new(stream);
    let mut head = reader.by_ref().take(HEAD);
    let mut line = String::new();
    head.read_line(&mut line)?;
    let mut words = line.split_ascii_whitespace().map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else {
        return Ok(Err(Answer::plain("400 Bad Request", "that is no request")));
    };
    let (mut accept, mut length, mut chunked) = (String::new(), 0_usize, false);
    loop {
        line.clear();
        if head.read_line(&mut line)? <= 2 {
            break;
        }
        let Some((name, value)) = line.split_once(':') else { continue };
        match name.to_ascii_lowercase().as_str() {
            "accept" => accept = value.trim().to_ascii_lowercase(),
            "content-length" => length = value.trim().parse().unwrap_or(usize::MAX),
            "transfer-encoding" => chunked = true,
            _ => {}
        }
    }
    if chunked {
        return Ok(Err(Answer::plain("411 Length Required", "a body needs a Content-Length")));
    }
    if length > most {
        return Ok(Err(Answer::plain("413 Content Too Large", "the body is too long")));
    }
    let mut body = Vec::new();
    reader.take(length as u64).read_to_end(&mut body)?;
    if body.len() < length {
        return Ok(Err(Answer::plain("400 Bad Request", "the body is not whole")));
    }
    Ok(Ok(Request { method, path, accept, body }))
}
