//! Texts in which files stand encoded: mail with attachments (RFC 2045), one or many of it, and shell archives with
//! uuencode (POSIX.1, `uuencode`).
//!
//! The text is handed over as it is, on its own lines; what is attached follows it. Attachments in base64 that are no
//! containers are left to whoever reads base64 in texts.

use std::io::{self, Read};
use std::ops::ControlFlow;

use memchr::memchr;

use crate::{Budget, Container, Input, Inside, Trouble, attached};
use attached::{Decoder, Encoding};

/// How much is looked at to tell.
const LOOKED_AT: usize = 16 << 10;

/// Headers that only mail has.
const HEADERS: &[&str] = &["received", "return-path", "mime-version", "message-id", "delivered-to"];

/// How a line is longer than any of an attachment.
const LONGEST_LINE: usize = 1 << 20;

/// Whether what begins so may have something attached.
pub(crate) fn begins(start: &[u8]) -> bool {
    let start = &start[..start.len().min(LOOKED_AT)];
    match start {
        [b'#', b'!', ..] => memchr::memmem::find(&start[..start.len().min(1024)], b"shell archive").is_some(),
        [b'A'..=b'Z' | b'a'..=b'z', ..] => is_mail(start),
        _ => false,
    }
}

fn is_mail(start: &[u8]) -> bool {
    let first = memchr(b'\n', start).map_or(start, |newline| &start[..newline]);
    if attached::begin(first.strip_suffix(b"\r").unwrap_or(first)).is_some() {
        return true;
    }
    // Many mails in one file begin so each.
    let from = if start.starts_with(b"From ") { start.len().min(first.len() + 1) } else { 0 };
    for line in start[from..].split(|byte| *byte == b'\n') {
        if matches!(line, [b' ' | b'\t', ..]) {
            continue;
        }
        let Some(colon) = memchr(b':', line) else { return false };
        let name = &line[..colon];
        if HEADERS.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes())) {
            return true;
        }
        if name.is_empty() || !name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-') {
            return false;
        }
    }
    false
}

/// Hands over the text, and what is attached to it.
pub(crate) fn open<R: Read>(
    input: &mut Input<R>,
    budget: &Budget,
    inside: &mut dyn Inside,
) -> ControlFlow<()> {
    let mut text = Text { input, lines: Lines::new(budget.room()) };
    let flow = inside.loose(0, &mut text);
    let mut lines = text.lines;
    lines.end();
    flow?;
    for name in lines.too_large {
        let why = format!("with what else is attached it has more than {} bytes", budget.limits().held);
        inside.skipped(Some(&name), Trouble::limit(why).0);
    }
    let _holding = budget.hold(lines.parts.iter().map(|(_, bytes)| bytes.len()).sum());
    for (name, bytes) in lines.parts {
        if let Err(trouble) = budget.entry() {
            inside.skipped(None, trouble.0);
            break;
        }
        inside.entry(Some(&name), &mut bytes.as_slice())?;
    }
    ControlFlow::Continue(())
}

/// The text on its way, seen line by line.
struct Text<'a, R> {
    input: &'a mut Input<R>,
    lines: Lines,
}

impl<R: Read> Read for Text<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(into)?;
        self.lines.take(&into[..read]);
        Ok(read)
    }
}

/// What is gathered of the lines.
struct Lines {
    /// What has come of a line.
    open: Vec<u8>,
    /// What the lines since the last empty one say of the part that follows.
    is_base64: bool,
    name: Option<Vec<u8>>,
    decoder: Option<Part>,
    /// How many more bytes may be kept.
    room: usize,
    count: usize,
    parts: Vec<(Vec<u8>, Vec<u8>)>,
    too_large: Vec<Vec<u8>>,
}

/// A part that has not come to its end.
struct Part {
    name: Vec<u8>,
    decoder: Decoder,
    bytes: Vec<u8>,
    /// Whether it is known to be of use.
    wanted: bool,
}

impl Lines {
    const fn new(room: usize) -> Self {
        Self {
            open: Vec::new(),
            is_base64: false,
            name: None,
            decoder: None,
            room,
            count: 0,
            parts: Vec::new(),
            too_large: Vec::new(),
        }
    }

    fn take(&mut self, mut bytes: &[u8]) {
        while let Some(newline) = memchr(b'\n', bytes) {
            let (line, rest) = (&bytes[..newline], &bytes[newline + 1..]);
            if self.open.is_empty() {
                self.line(line);
            } else {
                let mut open = std::mem::take(&mut self.open);
                open.extend_from_slice(line);
                self.line(&open);
                open.clear();
                self.open = open;
            }
            bytes = rest;
        }
        // What is longer is no line of any use.
        let room = LONGEST_LINE - self.open.len();
        self.open.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn end(&mut self) {
        let open = std::mem::take(&mut self.open);
        self.line(&open);
        self.end_part();
    }

    fn line(&mut self, line: &[u8]) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some(part) = &mut self.decoder {
            if part.decoder.line(line, &mut part.bytes) {
                self.look();
                return;
            }
            self.end_part();
        }
        if let Some((encoding, name)) = attached::begin(line) {
            self.begin(Some(name.to_vec()), Decoder::new(encoding), true);
        } else if line.is_empty() {
            let name = self.name.take();
            if std::mem::take(&mut self.is_base64) {
                self.begin(name, Decoder::new(Encoding::Base64), false);
            }
        } else {
            self.header(line);
        }
    }

    fn header(&mut self, line: &[u8]) {
        const ENCODING: &[u8] = b"content-transfer-encoding:";
        if line.get(..ENCODING.len()).is_some_and(|name| name.eq_ignore_ascii_case(ENCODING)) {
            self.is_base64 = line[ENCODING.len()..].trim_ascii().eq_ignore_ascii_case(b"base64");
        } else if let Some(name) = attached::file_name(line) {
            self.name = Some(name.to_vec());
        }
    }

    fn begin(&mut self, name: Option<Vec<u8>>, decoder: Decoder, wanted: bool) {
        self.count += 1;
        let name = name.unwrap_or_else(|| format!("part {}", self.count).into_bytes());
        self.decoder = Some(Part { name, decoder, bytes: Vec::new(), wanted });
    }

    /// Looks whether what has come of a part is worth more.
    fn look(&mut self) {
        let Some(part) = &mut self.decoder else { return };
        if !part.wanted {
            if part.bytes.len() < Container::TOLD_BY {
                return;
            }
            if Container::of(&part.bytes).is_none() {
                self.decoder = None;
                return;
            }
            part.wanted = true;
        }
        if part.bytes.len() > self.room {
            self.too_large.extend(self.decoder.take().map(|part| part.name));
        }
    }

    fn end_part(&mut self) {
        let Some(part) = self.decoder.take() else { return };
        if !part.wanted && Container::of(&part.bytes).is_none() {
            return;
        }
        match self.room.checked_sub(part.bytes.len()) {
            Some(room) => {
                self.room = room;
                self.parts.push((part.name, part.bytes));
            }
            None => self.too_large.push(part.name),
        }
    }
}
