//! Lines that a container's runtime has cut into records, put together again.

use std::ops::Range;

use crate::frame::{Frame, Framing};

/// The pieces of one line, in order: where their texts stand in the buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Joined {
    /// Where the first record begins.
    pub(crate) start: usize,
    /// Where the last one ends.
    pub(crate) end: usize,
    pub(crate) pieces: Vec<Range<usize>>,
}

/// What the records in a part of the buffer make up.
#[derive(Debug, Default)]
pub(crate) struct Records {
    /// Lines of more than one record, all of which are there.
    pub(crate) whole: Vec<Joined>,
    /// Lines whose last record is still to come: of standard output, and of standard error.
    pub(crate) open: [Option<Joined>; 2],
}

impl Records {
    /// Of the lines in a range, the first of which may have begun before it.
    pub(crate) fn of(buffer: &[u8], range: Range<usize>, framing: Framing) -> Self {
        let mut this = Self::default();
        for line in lines(buffer, range) {
            let frame = Frame::of(&buffer[line.clone()], framing);
            let Some((output, partial)) = frame.kind.record() else { continue };
            let open = &mut this.open[output as usize];
            let text = line.start + frame.text.start..line.start + frame.text.end;
            if partial || open.is_some() {
                let joined = open.get_or_insert_with(|| Joined {
                    start: line.start,
                    end: line.end,
                    pieces: Vec::new(),
                });
                joined.end = line.end;
                joined.pieces.push(text);
            }
            if !partial {
                this.whole.extend(open.take());
            }
        }
        this
    }

    /// Up to where the buffer can be let go: before the first line that is not whole, and before every one that is mixed
    /// up with it.
    pub(crate) fn settled(&self, end: usize) -> usize {
        let mut settled = self.open.iter().flatten().map(|open| open.start).min().unwrap_or(end);
        while let Some(mixed) = self.whole.iter().find(|whole| whole.start < settled && whole.end > settled) {
            settled = mixed.start;
        }
        settled
    }

    /// The lines that can be put together up to a position; beyond it nothing is looked at yet.
    pub(crate) fn until(&self, end: usize) -> impl Iterator<Item = &Joined> {
        self.whole.iter().chain(self.open.iter().flatten()).filter(move |joined| joined.start < end)
    }
}

/// The lines of a part of a buffer, each with its newline; the last may have none.
pub(crate) fn lines(buffer: &[u8], range: Range<usize>) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = range.start;
    std::iter::from_fn(move || {
        if at >= range.end {
            return None;
        }
        let length =
            memchr::memchr(b'\n', &buffer[at..range.end]).map_or(range.end - at, |newline| newline + 1);
        at += length;
        Some(at - length..at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_put_together_for_each_output() {
        let time = "2026-11-25T11:00:00.123456789Z";
        let text = [
            format!("{time} stdout F alone\n"),
            format!("{time} stdout P one\n"),
            format!("{time} stderr P ONE\n"),
            format!("{time} stdout F two\n"),
            format!("{time} stdout F alone\n"),
            format!("{time} stderr P TWO\n"),
        ];
        let all = text.concat();
        let records = Records::of(all.as_bytes(), 0..all.len(), Framing::Auto);
        let read = |joined: &Joined| -> Vec<&str> {
            joined.pieces.iter().map(|piece| &all[piece.clone()]).collect()
        };
        assert_eq!(records.whole.iter().map(read).collect::<Vec<_>>(), [["one", "two"]]);
        assert_eq!(records.open[1].as_ref().map(read), Some(vec!["ONE", "TWO"]));
        assert_eq!(records.settled(all.len()), text[0].len(), "what is mixed with it waits with it");
    }
}
