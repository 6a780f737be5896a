//! A part of a text with one layer of encodings undone.

use keysieve_finding::Span;

use super::base64;
use super::marks::Mark;
use super::piece::{Kind, Piece, Scale};
use super::read::{BEGINS, Begins, Found, Reader};
use super::{Budget, LEFT, RIGHT, STRETCH, TOKEN};

/// A view in the making; the spans of its pieces begin with it.
#[derive(Default)]
pub(super) struct Text {
    pub(super) bytes: Vec<u8>,
    pub(super) pieces: Vec<Piece>,
}

/// A stretch whose encodings are undone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    /// Where it stands.
    pub(super) source: Span,
    /// What is its own: what is encoded before that belongs to the stretch before it, what is encoded behind it to the
    /// next one. Every mark in it has been seen to.
    pub(super) own: Span,
    /// Whether it begins, and whether it ends, in the middle of a line.
    pub(super) cut: (bool, bool),
}

/// Undoes what is encoded in the stretch that begins with the first of `marks`, which are sorted, the one before it having
/// seen to what begins before `covered`. `None` if the haystack ends too early to say, and there is more to come.
pub(super) fn build(
    haystack: &[u8],
    whole: bool,
    marks: &[Mark],
    covered: usize,
    budget: Budget,
    text: &mut Text,
) -> Option<Stretch> {
    text.bytes.clear();
    text.pieces.clear();
    let far = marks[0].place.saturating_sub(LEFT);
    let line = memchr::memrchr(b'\n', &haystack[far..marks[0].place]).map(|newline| far + newline + 1);
    let start = line.unwrap_or(far);
    let mut writer = Writer {
        reader: Reader { haystack, quoted: false },
        text,
        budget,
        at: start,
        copied: start,
        limit: start + STRETCH,
        glued: false,
    };
    let end = writer.write(marks);
    if !whole && end >= haystack.len() {
        return None;
    }
    writer.copy(end);
    let own = Span::new(covered, (writer.at + 1).min(writer.limit));
    let closed = end >= haystack.len() || haystack[end - 1] == b'\n';
    Some(Stretch { source: Span::new(start, end), own, cut: (line.is_none() && start > 0, !closed) })
}

/// Copies a text and writes what is encoded in it anew.
struct Writer<'a> {
    reader: Reader<'a>,
    text: &'a mut Text,
    budget: Budget,
    at: usize,
    /// Up to where the text is in the view.
    copied: usize,
    /// Marks from here on belong to another stretch.
    limit: usize,
    /// Whether what comes next goes on what an escape stands for.
    glued: bool,
}

impl Writer<'_> {
    /// Reads up to the end of the line of the last mark that belongs to the stretch, or not much further than it. Says
    /// where that is.
    fn write(&mut self, marks: &[Mark]) -> usize {
        let haystack = self.reader.haystack;
        let mut marks = marks.iter().map(|mark| mark.place).peekable();
        let mut until = None;
        while self.at < haystack.len() {
            let mut marked = false;
            while let Some(mark) = marks.next_if(|&mark| mark <= self.at && mark < self.limit) {
                marked = mark == self.at;
                until = Some(self.at + RIGHT);
            }
            let next = marks.peek().copied().filter(|&mark| mark < self.limit);
            let near = next.is_some_and(|mark| mark <= self.at + RIGHT);
            if let Some(until) = until.filter(|_| !near && !marked) {
                if self.at > until {
                    return self.end_of_token();
                }
                if haystack[self.at] == b'\n' {
                    return self.at + 1;
                }
            }
            match BEGINS[usize::from(haystack[self.at])] {
                Begins::Escape => self.escape(),
                Begins::Token if marked && !self.glued => self.value(),
                _ => self.skip(next, until),
            }
            if marked {
                until = Some(self.at + RIGHT);
            }
        }
        haystack.len()
    }

    /// Goes to the next place where there is something to see to.
    fn skip(&mut self, next: Option<usize>, until: Option<usize>) {
        let haystack = self.reader.haystack;
        let stop = next.unwrap_or(usize::MAX).min(until.map_or(usize::MAX, |until| until + 1));
        let from = self.at + 1;
        let bytes = &haystack[from..stop.clamp(from, haystack.len())];
        let plain = |&byte: &u8| BEGINS[usize::from(byte)] != Begins::Escape && byte != b'\n';
        self.step(1 + bytes.iter().take_while(|&byte| plain(byte)).count());
    }

    /// Where the token ends that goes on here, if it goes on for so long.
    fn end_of_token(&self) -> usize {
        let haystack = self.reader.haystack;
        let bytes = &haystack[self.at..haystack.len().min(self.at + TOKEN)];
        let token = bytes.iter().take_while(|&&byte| BEGINS[usize::from(byte)] == Begins::Token).count();
        self.at + token
    }

    fn step(&mut self, length: usize) {
        self.at += length;
        self.glued = false;
    }

    /// Brings the view up to `to`.
    fn copy(&mut self, to: usize) {
        if self.copied < to {
            self.text.bytes.extend_from_slice(&self.reader.haystack[self.copied..to]);
            self.copied = to;
        }
    }

    fn escape(&mut self) {
        let at = self.at;
        self.copy(at);
        let start = self.text.bytes.len();
        let Some((kind, length)) = self.reader.escape(at, &mut self.text.bytes) else {
            self.step(1);
            return;
        };
        let end = self.text.bytes.len();
        self.piece(kind, Scale::Whole, Span::new(at, at + length), Span::new(start, end));
        self.glued = self.text.bytes[start..].last().is_none_or(|&byte| base64::is_character(byte));
    }

    fn value(&mut self) {
        let at = self.at;
        self.copy(at);
        let start = self.text.bytes.len();
        let Some(found) = self.reader.value(at, self.budget, &mut self.text.bytes) else {
            self.step(1);
            return;
        };
        let view = Span::new(start, self.text.bytes.len());
        match found {
            Found::Hex(digits) => {
                let scale = Scale::Of { source: 2, view: 1 };
                self.piece(Kind::Hex, scale, Span::new(at, at + digits), view);
            }
            Found::Base64(value) => self.base64(&value, view),
        }
        // What is inside a value is seen to with it.
        self.limit = self.limit.max(self.at);
    }

    fn base64(&mut self, value: &base64::Value, view: Span) {
        if value.kind != Kind::Base64 {
            let source = Span::new(value.lines[0].start, value.end());
            self.piece(value.kind, Scale::Whole, source, view);
            return;
        }
        let mut start = view.start;
        for (index, &line) in value.lines.iter().enumerate() {
            let last = index + 1 == value.lines.len();
            let end = if last { view.end } else { start + line.len() / 4 * 3 };
            self.piece(value.kind, Scale::Of { source: 4, view: 3 }, line, Span::new(start, end));
            start = end;
        }
    }

    fn piece(&mut self, kind: Kind, scale: Scale, source: Span, view: Span) {
        self.text.pieces.push(Piece { kind, scale, source, view });
        self.at = source.end;
        self.copied = source.end;
        self.glued = false;
    }
}
