//! Messages of syslog that are sent to us, each a line.
//!
//! Sources: RFC 5426 (a datagram is a message) and RFC 6587 (over TCP messages have their length before them, or end with
//! a newline). What is in a message, RFC 3164 or RFC 5424, stays as it is.

use std::fs;
use std::io::{self, Read as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context as _, Result, bail};

use super::inputs::{Feed, Take};
use crate::messages;

/// So many connections at a time.
const MOST: usize = 256;

/// The longest length that is believed.
const LONGEST: usize = 16 << 20;

/// Listens at `udp://HOST:PORT`, `tcp://HOST:PORT` or `unix:PATH`.
pub(crate) fn listen(address: &str, take: &Take) -> Result<()> {
    let (kind, rest) =
        address.split_once(':').context("expected udp://HOST:PORT, tcp://HOST:PORT or unix:PATH")?;
    let place = rest.strip_prefix("//").unwrap_or(rest);
    match kind {
        "udp" => {
            let socket = UdpSocket::bind(place)?;
            datagrams(Feed::new(take, address), move |buffer| socket.recv(buffer));
        }
        "unix" => {
            let socket = bind(Path::new(place))?;
            datagrams(Feed::new(take, address), move |buffer| socket.recv(buffer));
        }
        "tcp" => connections(TcpListener::bind(place)?, address, take),
        _ => bail!("expected udp://HOST:PORT, tcp://HOST:PORT or unix:PATH"),
    }
    Ok(())
}

/// A socket that an earlier run has left is taken away; anything else is not.
fn bind(path: &Path) -> io::Result<UnixDatagram> {
    if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.file_type().is_socket()) {
        fs::remove_file(path)?;
    }
    let socket = UnixDatagram::bind(path)?;
    // Any program may send, as to /dev/log.
    fs::set_permissions(path, fs::Permissions::from_mode(0o666))?;
    Ok(socket)
}

fn datagrams(feed: Feed, receive: impl Fn(&mut [u8]) -> io::Result<usize> + Send + 'static) {
    thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match receive(&mut buffer) {
                Ok(length) => {
                    let mut line = buffer[..length].to_vec();
                    while matches!(line.last(), Some(b'\n' | b'\r' | 0)) {
                        line.pop();
                    }
                    line.push(b'\n');
                    if !feed.give(line) {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    messages::error(&format!("syslog: {error}"));
                    return;
                }
            }
        }
    });
}

fn connections(listener: TcpListener, address: &str, take: &Take) {
    let (take, address) = (Arc::clone(take), address.to_owned());
    let open = Arc::new(AtomicUsize::new(0));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if open.fetch_add(1, Ordering::Relaxed) >= MOST {
                open.fetch_sub(1, Ordering::Relaxed);
                messages::warning(&format!("syslog: more than {MOST} connections; one is refused"));
                continue;
            }
            let (feed, open) = (Feed::new(&take, &address), Arc::clone(&open));
            thread::spawn(move || {
                if let Err(error) = connection(stream, &feed) {
                    messages::warning(&format!("syslog: a connection: {error}"));
                }
                open.fetch_sub(1, Ordering::Relaxed);
            });
        }
    });
}

/// The first byte says how messages are told apart: a digit begins a length, anything else a message.
fn connection(mut stream: TcpStream, feed: &Feed) -> io::Result<()> {
    let mut first = [0];
    if stream.read(&mut first)? == 0 {
        return Ok(());
    }
    let whole = io::Cursor::new(first).chain(stream);
    if first[0].is_ascii_digit() { feed.copy(Counted::new(whole)) } else { feed.copy(whole) }
}

/// Messages with their length before them, read as lines.
struct Counted<R> {
    reader: R,
    /// How much of a message is to come.
    left: usize,
    /// The length that is being read.
    length: Option<usize>,
    /// Whether the message that has come ended with a newline.
    ended: bool,
}

impl<R: io::Read> Counted<R> {
    fn new(reader: R) -> Self {
        Self { reader, left: 0, length: None, ended: true }
    }

    /// Puts the lines of some bytes in their place; says how many bytes those have.
    fn lines(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.left > 0 {
                let (now, later) = rest.split_at(rest.len().min(self.left));
                out.extend_from_slice(now);
                self.left -= now.len();
                self.ended = now.ends_with(b"\n");
                if self.left == 0 && !self.ended {
                    out.push(b'\n');
                    self.ended = true;
                }
                rest = later;
                continue;
            }
            match (rest[0], self.length) {
                (digit @ b'0'..=b'9', length) => {
                    let length = length.unwrap_or(0) * 10 + usize::from(digit - b'0');
                    self.length = Some(length).filter(|length| *length <= LONGEST);
                    if self.length.is_none() {
                        return Err(io::Error::other("a message is too long"));
                    }
                }
                (b' ', Some(length)) => (self.left, self.length) = (length, None),
                // Some senders end messages with a newline besides.
                (b'\n', None) => {}
                _ => return Err(io::Error::other("a message has no length before it (RFC 6587)")),
            }
            rest = &rest[1..];
        }
        Ok(())
    }
}

impl<R: io::Read> io::Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // A newline more for each message: half of the buffer always has room for it.
        let mut piece = vec![0; (buffer.len() / 2).max(1)];
        loop {
            let length = self.reader.read(&mut piece)?;
            let mut out = Vec::new();
            self.lines(&piece[..length], &mut out)?;
            if length == 0 || !out.is_empty() {
                buffer[..out.len()].copy_from_slice(&out);
                return Ok(out.len());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, at_once: usize) -> io::Result<String> {
        let mut out = String::new();
        let pieces = text.as_bytes().chunks(at_once).map(io::Cursor::new);
        let reader =
            pieces.fold(Box::new(io::empty()) as Box<dyn io::Read>, |all, piece| Box::new(all.chain(piece)));
        Counted::new(reader).read_to_string(&mut out).map(|_| out)
    }

    #[test]
    fn messages_with_lengths_become_lines() {
        let text = "11 <34>1 first6 second1 x8 with\nnl\n\n2 ab";
        for at_once in [1, 2, 7, 100] {
            let lines = read(text, at_once).expect("well-formed");
            assert_eq!(lines, "<34>1 first\nsecond\nx\nwith\nnl\nab\n", "{at_once}");
        }
        assert!(read("99999999999999999999 x", 100).is_err() && read("5 abcdexyz", 100).is_err());
    }
}
