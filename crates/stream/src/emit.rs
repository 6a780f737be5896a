//! How a block goes out.

use std::io;
use std::ops::Range;

use crate::colour;
use crate::frame::{Frame, Kind};
use crate::json;
use crate::mask::Mask;
use crate::{Output, Redaction, Redactor, Sink};

/// How much of a line is shown on both sides of a mask.
const SHOWN: usize = 80;

/// What stands for a line that could not be looked at.
const WITHHELD: &[u8] = b"[REDACTED:line-withheld]";

impl Redactor {
    /// Lets out what is before `end`, with the masks in it.
    pub(crate) fn emit(&mut self, end: usize, mut masks: Vec<Mask>, sink: &mut dyn Sink) -> io::Result<()> {
        if self.hidden_until > self.offset() || self.swallow {
            self.skip_hidden(end);
            let from = self.emitted;
            masks.retain(|mask| mask.span.end > from);
            masks.iter_mut().for_each(|mask| mask.span.start = mask.span.start.max(from));
        }
        if masks.is_empty() {
            sink.write(&self.buffer[self.emitted..end])?;
            self.passed(end);
            return Ok(());
        }
        let masks = self.fitted(masks, end);
        let mut out = std::mem::take(&mut self.out);
        out.clear();
        let mut places: Vec<Range<usize>> = Vec::with_capacity(masks.len());
        let mut at = self.emitted;
        for mask in &masks {
            out.extend_from_slice(&self.buffer[at..mask.span.start]);
            let start = out.len();
            let quote = mask.quoted.then_some(b'"');
            out.extend(quote);
            self.replace(mask, &mut out);
            out.extend(quote);
            places.push(start..out.len());
            at = mask.span.end;
        }
        out.extend_from_slice(&self.buffer[at..end]);
        sink.write(&out)?;
        for (mask, place) in masks.iter().zip(places).filter(|(mask, _)| !mask.again) {
            sink.redacted(Redaction {
                label: &mask.label,
                confidence: mask.confidence,
                value: &mask.value,
                offset: self.base + mask.span.start as u64,
                output: self.output(mask.span.start),
                excerpt: excerpt(&out, place),
            });
        }
        self.out = out;
        self.passed(end);
        Ok(())
    }

    /// Which output of a container the record is of in which a position is.
    fn output(&self, at: usize) -> Option<Output> {
        let before = &self.buffer[..at];
        let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let rest = &self.buffer[start..];
        let line = &rest[..memchr::memchr(b'\n', rest).map_or(rest.len(), |newline| newline + 1)];
        Some(Frame::of(line, self.setup.framing).kind.record()?.0)
    }

    /// Appends what stands in the place of a mask. What colours the secret stays.
    fn replace(&self, mask: &Mask, out: &mut Vec<u8>) {
        let shown = &self.buffer[mask.span.clone()];
        if memchr::memchr(0x1B, shown).is_none() {
            self.replacement().write(&mask.label, &mask.value, shown, mask.plain, out);
            return;
        }
        let mut again = false;
        for (part, coloured) in colour::parts(shown) {
            if coloured {
                out.extend_from_slice(&shown[part]);
            } else if !again || self.replacement().keeps_length() {
                self.replacement().write(&mask.label, &mask.value, &shown[part], false, out);
                again = true;
            }
        }
    }

    /// Fits masks into the lines that they stand in.
    fn fitted(&self, masks: Vec<Mask>, end: usize) -> Vec<Mask> {
        let mut fitted = Vec::with_capacity(masks.len());
        let mut next = 0;
        while next < masks.len() {
            let at = masks[next].span.start;
            let before = &self.buffer[self.line_start.min(at)..at];
            let start = at
                - memchr::memrchr(b'\n', before).map_or(before.len(), |newline| before.len() - newline - 1);
            let stop = memchr::memchr(b'\n', &self.buffer[at..end]).map_or(end, |newline| at + newline);
            let count = masks[next..].iter().take_while(|mask| mask.span.start < stop).count();
            let of_line = &masks[next..next + count];
            match self.json(start..stop) {
                Some(text) => {
                    fitted.extend(json::fit(&self.buffer[text.clone()], text.start, of_line));
                    // What stands before the JSON in the line.
                    fitted.extend(of_line.iter().filter(|mask| mask.span.end <= text.start).cloned());
                }
                None => fitted.extend_from_slice(of_line),
            }
            next += count;
        }
        fitted.sort_by_key(|mask| mask.span.start);
        fitted
    }

    /// Where the JSON of a line stands, if it has any.
    fn json(&self, line: Range<usize>) -> Option<Range<usize>> {
        let bytes = &self.buffer[line.clone()];
        let frame = Frame::of(bytes, self.setup.framing);
        let text = if let Kind::Docker { .. } = frame.kind { 0..bytes.len() } else { frame.text };
        let brace = memchr::memchr2(b'{', b'[', &bytes[text.clone()])?;
        let starts = [text.start, text.start + brace];
        // A bracket often begins a line that is no JSON, with a time or a level in it.
        let object = memchr::memchr(b'{', &bytes[text.clone()]).map(|brace| text.start + brace);
        let start = starts.into_iter().chain(object).find(|&start| json::is_json(&bytes[start..text.end]))?;
        Some(line.start + start..line.start + text.end)
    }

    /// Notes that what is before `end` has gone out.
    fn passed(&mut self, end: usize) {
        let from = self.line_start.min(end);
        if let Some(newline) = memchr::memrchr(b'\n', &self.buffer[from..end]) {
            self.line_start = from + newline + 1;
        }
        self.emitted = end;
    }

    /// Puts a marker in the place of a line, in the same framing.
    pub(crate) fn withhold(&mut self, end: usize, sink: &mut dyn Sink) -> io::Result<()> {
        let line = self.line_start.max(self.emitted)..end;
        let bytes = &self.buffer[line.clone()];
        let frame = Frame::of(bytes, self.setup.framing);
        let text = frame.text;
        let body = match frame.kind {
            Kind::Plain if json::is_json(&bytes[text.clone()]) => {
                [&b"{\"keysieve\":\""[..], WITHHELD, b"\"}"].concat()
            }
            _ => WITHHELD.to_vec(),
        };
        let whole = [&bytes[..text.start], &body, &bytes[text.end..]].concat();
        sink.write(&whole)?;
        self.passed(end);
        Ok(())
    }
}

/// The line around a mask, as far as it is shown.
fn excerpt(out: &[u8], place: Range<usize>) -> &[u8] {
    let before = &out[place.start.saturating_sub(SHOWN)..place.start];
    let after = &out[place.end..out.len().min(place.end + SHOWN)];
    let start = memchr::memrchr(b'\n', before).map_or(before.len(), |newline| before.len() - newline - 1);
    let end = memchr::memchr(b'\n', after).unwrap_or(after.len());
    &out[place.start - start..place.end + end]
}
