//! What of a block is to be masked.

use std::ops::Range;

use crate::detect::is_key_block;
use crate::frame::Frame;
use crate::mask::{Mask, merge};
use crate::records::{Joined, lines};
use crate::redactor::is_token;
use crate::see_through::Seen;
use crate::{Hit, Label, Redactor, Replacement, audit};

/// How far before a block matches are looked for that reach into it.
pub(crate) const BACK: usize = 1024;

/// How many lines are looked at once more for one match that goes on behind its line.
const MOST_LINES: usize = 2048;

/// What was found.
pub(crate) struct Found {
    /// What is to be masked, sorted, without overlaps.
    pub(crate) masks: Vec<Mask>,
    /// Up to where in the stream the last of it goes on.
    pub(crate) hidden_until: u64,
    /// Whether it goes on behind all that was seen.
    pub(crate) open_end: bool,
}

impl Redactor {
    /// Finds what is to be masked between what has gone out and `end`, in what there is before `seen`.
    ///
    /// The whole block is searched at once. A match that ends in the line in which it began is what it would have been
    /// if the stream ended there; for every other one each of its lines is searched again as if it were the last, because
    /// that is all that is known when it must go out.
    pub(crate) fn find(&mut self, end: usize, seen: usize, joined: &[&Joined]) -> Found {
        let from = self.emitted;
        let mut hits = Vec::new();
        let first = self.line_start.min(from).max(from.saturating_sub(self.setup.known.longest()));
        self.setup.known.find(&self.buffer, first..seen, &mut hits);
        let mut found = Vec::new();
        match self.ahead.take_if(|(part, _)| *part == (from..seen)) {
            Some((_, ahead)) => found = ahead.hits,
            None => self.detect(from, seen, &mut found),
        }
        if found.iter().any(|hit| hit.span.end > from) {
            self.settle_lines(found, end, &mut hits);
        }
        let mut masks = self.masks(&hits, from..end);
        self.key_lines(end, &mut masks);
        for joined in joined {
            self.joined(joined, end, &mut masks);
        }
        if self.marks.unseen {
            self.see_through(end, &mut masks);
        }
        merge(&mut masks);
        let hidden =
            hits.iter().filter(|hit| hit.span.start < end).map(|hit| hit.span.end).max().unwrap_or(0);
        let hidden_until = if hidden > end { self.base + hidden as u64 } else { 0 };
        let whole = self.buffer[..seen].last() == Some(&b'\n');
        Found { masks, hidden_until, open_end: hidden == seen && !whole && end == seen }
    }

    /// Finds what begins a little before `from` or behind it, as if nothing followed `end`.
    fn detect(&mut self, from: usize, end: usize, hits: &mut Vec<Hit>) {
        let blind = self.blind;
        let range = from.saturating_sub(BACK).max(blind) - blind..end - blind;
        self.detector.detect(&self.buffer[blind..end], range, true, hits);
        if blind > 0 {
            for hit in hits.iter_mut() {
                hit.span = hit.span.start + blind..hit.span.end + blind;
                hit.secret = hit.secret.start + blind..hit.secret.end + blind;
                hit.end += blind;
            }
        }
    }

    /// Finds what is to be masked in a part of a line that goes on; says how long the part is.
    pub(crate) fn find_part(&mut self, most: usize) -> (usize, Found) {
        let from = self.emitted;
        let mut hits = Vec::new();
        let sure = self.detector.detect(&self.buffer, from.saturating_sub(BACK)..most, false, &mut hits);
        let end = if sure > from { sure.min(most) } else { most };
        let longest = self.setup.known.longest();
        let first = self.line_start.max(from.saturating_sub(longest));
        let last = self.buffer.len().min(end + longest);
        self.setup.known.find(&self.buffer, first..last, &mut hits);
        hits.retain(|hit| hit.span.start < end);
        let mut masks = self.masks(&hits, from..end);
        merge(&mut masks);
        let hidden = hits.iter().map(|hit| hit.span.end).max().unwrap_or(0);
        let hidden_until = if hidden > end { self.base + hidden as u64 } else { 0 };
        (end, Found { masks, hidden_until, open_end: false })
    }

    /// Keeps the hits that end in their own line, and looks again at the lines of the others.
    fn settle_lines(&mut self, found: Vec<Hit>, end: usize, hits: &mut Vec<Hit>) {
        let mut again: Vec<Range<usize>> = Vec::new();
        for hit in found {
            let rest = &self.buffer[hit.span.start..hit.end.max(hit.span.start)];
            // A newline at the very end is the end of the line.
            let newline = memchr::memchr(b'\n', &rest[..rest.len().saturating_sub(1)]);
            if newline.is_none() {
                hits.push(hit);
            } else if !is_key_block(&hit) {
                again.push(hit.span.start.max(self.line_start)..hit.end.min(end));
            }
        }
        again.sort_by_key(|range| (range.start, range.end));
        let mut done = 0;
        for range in again {
            let start = memchr::memrchr(b'\n', &self.buffer[..range.start]).map_or(0, |newline| newline + 1);
            let start = start.max(done);
            let stop = memchr::memchr(b'\n', &self.buffer[range.end.max(start)..end])
                .map_or(end, |newline| range.end.max(start) + newline + 1);
            let lines: Vec<_> = lines(&self.buffer, start..stop).take(MOST_LINES).collect();
            for line in lines {
                done = line.end;
                self.line_again(line, hits);
            }
        }
    }

    /// Looks at a line as if nothing followed it.
    fn line_again(&mut self, line: Range<usize>, hits: &mut Vec<Hit>) {
        let mut found = Vec::new();
        self.detect(line.start, line.end, &mut found);
        for mut hit in found {
            let mut inner = hit.span.start.max(line.start)..hit.span.end.min(line.end);
            if hit.span.start < line.start && !inner.is_empty() {
                // What glues it to the line before is none of it.
                let glue = |&&byte: &&u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'+');
                inner.start += self.buffer[inner.clone()].iter().take_while(glue).count();
            }
            // Lines that look as if they went on with an encoded value hold nothing of the secret.
            let touched = hit.secret.start < line.end && hit.secret.end > line.start;
            if touched && !inner.is_empty() && !is_key_block(&hit) {
                hit.plain &= inner == hit.span;
                hit.span = inner;
                hits.push(hit);
            }
        }
    }

    /// Hits as masks of a part of the buffer.
    fn masks(&self, hits: &[Hit], part: Range<usize>) -> Vec<Mask> {
        let mut masks = Vec::new();
        for hit in hits {
            let mut span = hit.span.start.max(part.start)..hit.span.end.min(part.end);
            while span.end > span.start && matches!(self.buffer[span.end - 1], b'\n' | b'\r') {
                span.end -= 1;
            }
            if span.is_empty() || self.replacement().is_mask(&self.buffer[span.clone()]) {
                continue;
            }
            let parts = Replacement::unmasked(&self.buffer, span);
            masks.extend(parts.into_iter().map(|part| Mask::of(hit, part)));
        }
        masks
    }

    /// What must be looked at line by line: private keys, and audit events.
    fn key_lines(&mut self, end: usize, masks: &mut Vec<Mask>) {
        let marks = self.marks;
        if !marks.key && !marks.audit && !self.key_block.is_inside() {
            return;
        }
        let (mut key_block, mut key_start) = (self.key_block, self.key_start);
        let from = self.emitted;
        let mut add = |span: Range<usize>, label: Label| {
            let span = span.start.max(from)..span.end;
            if !span.is_empty() && !self.replacement().is_mask(&self.buffer[span.clone()]) {
                masks.push(Mask::of_line(&self.buffer[span.clone()], span, label));
            }
        };
        for line in lines(&self.buffer, self.line_start..end) {
            let bytes = &self.buffer[line.clone()];
            let text = Frame::of(bytes, self.setup.framing).text;
            let at = line.start + text.start;
            let before = key_block;
            if marks.key || key_block.is_inside() {
                key_block.line(&bytes[text], |span| add(at + span.start..at + span.end, Label::KeyBlock));
            }
            if marks.audit {
                audit::secrets(bytes, |span| {
                    add(line.start + span.start..line.start + span.end, Label::KubernetesSecret);
                });
            }
            if bytes.last() != Some(&b'\n') {
                // It is not whole, and will be looked at again when it is.
                key_block = before;
            } else if !before.is_inside() && key_block.is_inside() {
                key_start = self.base + line.start as u64;
            }
        }
        (self.key_block, self.key_start) = (key_block, key_start);
    }

    /// What is to be masked in a line of several records: found in the whole line, masked in each record.
    fn joined(&mut self, joined: &Joined, end: usize, masks: &mut Vec<Mask>) {
        let mut text = Vec::new();
        let mut starts = Vec::new();
        for piece in &joined.pieces {
            starts.push(text.len());
            text.extend_from_slice(&self.buffer[piece.clone()]);
        }
        let mut hits = Vec::new();
        self.detector.detect(&text, 0..text.len(), true, &mut hits);
        self.setup.known.find(&text, 0..text.len(), &mut hits);
        for hit in hits {
            if self.replacement().is_mask(&text[hit.span.clone()]) {
                continue;
            }
            let mut again = false;
            for (piece, &start) in joined.pieces.iter().zip(&starts) {
                let inner = hit.span.start.max(start)..hit.span.end.min(start + piece.len());
                if inner.is_empty() {
                    continue;
                }
                let at = |position: usize| piece.start + (position - start);
                let span = at(inner.start).max(self.emitted)..at(inner.end).min(end);
                if !span.is_empty() {
                    let plain = hit.plain && inner == hit.span;
                    masks.push(Mask { plain, again, ..Mask::of(&hit, span) });
                    again = true;
                }
            }
        }
    }

    /// What is to be masked in lines that are not shown as they are written.
    fn see_through(&mut self, end: usize, masks: &mut Vec<Mask>) {
        let all: Vec<_> = lines(&self.buffer, self.line_start..end).collect();
        for line in all {
            let Some(seen) = Seen::of(&self.buffer[line.clone()]) else { continue };
            let mut hits = Vec::new();
            self.detector.detect(&seen.text, 0..seen.text.len(), true, &mut hits);
            self.setup.known.find(&seen.text, 0..seen.text.len(), &mut hits);
            for hit in &mut hits {
                let place = seen.place(hit.span.clone());
                hit.plain &= place.len() == hit.span.len();
                hit.span = line.start + place.start..line.start + place.end;
            }
            hits.retain(|hit| !is_key_block(hit));
            masks.extend(self.masks(&hits, self.emitted..end));
        }
    }

    /// Passes over what belongs to a secret whose mask is out already.
    pub(crate) fn skip_hidden(&mut self, end: usize) {
        let is_line_end = |byte: u8| matches!(byte, b'\n' | b'\r');
        while self.emitted < end && !is_line_end(self.buffer[self.emitted]) {
            let hidden = self.base + (self.emitted as u64) < self.hidden_until;
            self.swallow &= is_token(self.buffer[self.emitted]);
            if !hidden && !self.swallow {
                break;
            }
            self.emitted += 1;
        }
        if self.emitted < end {
            self.swallow = false;
        }
    }
}
