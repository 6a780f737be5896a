//! What a line is, by its first bytes: a record of the container runtime interface (CRI), one of docker's json-file
//! driver, or any other.
//!
//! Sources: the CRI log format of Kubernetes (`TIMESTAMP STREAM TAGS TEXT`, tags `F` for a full line and `P` for a part
//! of one, separated by `:`), and docker's json-file driver (`{"log":"TEXT\n","stream":"stdout","time":"…"}`, a part of
//! a line without the `\n`). Both cut lines at 16 KiB.

use std::ops::Range;

/// How a stream is framed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// Each line is told by its own first bytes.
    #[default]
    Auto,
    /// Lines, whatever they look like.
    Plain,
    /// Records of the container runtime interface.
    Cri,
    /// Records of docker's json-file driver.
    Docker,
    /// journald's export format: masks keep the length of what they stand for, because its binary fields say theirs.
    Journald,
}

/// Which output of a program a record is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

impl Output {
    /// As records call it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
        }
    }
}

/// A line, with where its text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) kind: Kind,
    /// Where in the line its text stands, without what ends the line.
    pub(crate) text: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    Cri { output: Output, partial: bool },
    Docker { output: Output, partial: bool },
}

impl Kind {
    /// Of a record: which output's, and whether more of its line follows.
    pub(crate) fn record(self) -> Option<(Output, bool)> {
        match self {
            Self::Plain => None,
            Self::Cri { output, partial } | Self::Docker { output, partial } => Some((output, partial)),
        }
    }
}

impl Frame {
    /// Of a line, with or without its newline.
    pub(crate) fn of(line: &[u8], framing: Framing) -> Self {
        let end = match line {
            [.., b'\r', b'\n'] => line.len() - 2,
            [.., b'\n'] => line.len() - 1,
            _ => line.len(),
        };
        let body = &line[..end];
        let framed = match framing {
            Framing::Auto => match body.first() {
                Some(b'0'..=b'9') => cri(body),
                Some(b'{') => docker(body),
                _ => None,
            },
            Framing::Cri => cri(body),
            Framing::Docker => docker(body),
            Framing::Plain | Framing::Journald => None,
        };
        framed.unwrap_or(Self { kind: Kind::Plain, text: 0..end })
    }
}

fn cri(line: &[u8]) -> Option<Frame> {
    let time = memchr::memchr(b' ', &line[..line.len().min(48)])?;
    if time < 19 || line[10] != b'T' {
        return None;
    }
    let rest = &line[time + 1..];
    let output = match rest.get(..7)? {
        b"stdout " => Output::Stdout,
        b"stderr " => Output::Stderr,
        _ => return None,
    };
    let tags = time + 8;
    let length = memchr::memchr(b' ', &line[tags..]).unwrap_or(line.len() - tags);
    let partial = match line.get(tags)? {
        b'P' => true,
        b'F' => false,
        _ => return None,
    };
    if length > 1 && line[tags + 1] != b':' {
        return None;
    }
    let text = (tags + length + 1).min(line.len());
    Some(Frame { kind: Kind::Cri { output, partial }, text: text..line.len() })
}

fn docker(line: &[u8]) -> Option<Frame> {
    // Docker writes no blanks; what has read and written its lines again may.
    let start = line.len() - quoted(line.strip_prefix(b"{\"log\":")?)?.len();
    let length = string_end(&line[start..])?;
    let text = &line[start..start + length];
    let rest = &line[start + length..];
    let stream = memchr::memmem::find(rest, b"\"stream\":")?;
    let output = match quoted(&rest[stream + 9..])?.get(..6)? {
        b"stdout" => Output::Stdout,
        b"stderr" => Output::Stderr,
        _ => return None,
    };
    let slashes =
        text.strip_suffix(b"n").map_or(0, |text| text.iter().rev().take_while(|&&b| b == b'\\').count());
    let partial = slashes.is_multiple_of(2_usize);
    let end = start + length - if partial { 0 } else { 2 };
    Some(Frame { kind: Kind::Docker { output, partial }, text: start..end })
}

/// What follows the quote with which a value of JSON begins.
fn quoted(value: &[u8]) -> Option<&[u8]> {
    value.strip_prefix(b" ").unwrap_or(value).strip_prefix(b"\"")
}

/// Where a JSON string ends whose first character this is.
pub(crate) fn string_end(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> (Kind, &str) {
        let frame = Frame::of(line.as_bytes(), Framing::Auto);
        (frame.kind, &line[frame.text])
    }

    #[test]
    fn records_of_containers_are_known_by_their_heads() {
        let (stdout, stderr) = (Output::Stdout, Output::Stderr);
        let cri = |output, partial| Kind::Cri { output, partial };
        assert_eq!(of("2026-11-25T11:00:00.123456789Z stdout F hello w\n"), (cri(stdout, false), "hello w"));
        assert_eq!(of("2026-11-25T11:00:00.1+01:00 stderr P:x  a\r\n"), (cri(stderr, true), " a"));
        assert_eq!(of("2026-11-25T11:00:00.123456789Z stdout F\n"), (cri(stdout, false), ""));
        assert_eq!(of("2026-11-25T11:00:00.123456789Z stdin F x\n").0, Kind::Plain);
        let docker = |output, partial| Kind::Docker { output, partial };
        let line = r#"{"log":"a \"b\"\n","stream":"stderr","time":"x"}"#;
        assert_eq!(of(line), (docker(stderr, false), r#"a \"b\""#));
        assert_eq!(of(r#"{"log":"a\\n","stream":"stdout"}"#), (docker(stdout, true), r"a\\n"));
        let line = r#"{"log": "a\n", "stream": "stdout", "time": "x"}"#;
        assert_eq!(of(line), (docker(stdout, false), "a"));
        assert_eq!(of(r#"{"log":"a"#).0, Kind::Plain);
        assert_eq!(of("plain\r\n"), (Kind::Plain, "plain"));
    }
}
