//! One stream on its way through.

use std::fmt;
use std::io;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::ahead;
use crate::detect::Detect;
use crate::find::Found;
use crate::key_block::KeyBlock;
use crate::marks::{Marks, marks};
use crate::mask::Mask;
use crate::records::{Joined, Records, lines};
use crate::{Block, Framing, Replacement, Setup, Sink};

/// So much of what has gone out is kept to look back on.
pub(crate) const KEPT: usize = 24 * 1024;

/// So much is gathered of a line before it goes out in parts: more than the longest encoded value that is looked into.
const LONGEST: usize = 5 << 19;

/// How much of a longer line goes out at once, at most.
const PART: usize = 1 << 20;

/// One stream on its way through: bytes in, the same bytes out but for the secrets.
///
/// Whole lines go out at once; what goes out is a function of the bytes alone, however they come in, as long as
/// [`Redactor::stall`] is not called.
pub struct Redactor {
    pub(crate) setup: Arc<Setup>,
    pub(crate) detector: Box<dyn Detect>,
    /// What went out last, to look back on, and what has not gone out yet.
    pub(crate) buffer: Vec<u8>,
    /// Where in the stream the buffer begins.
    pub(crate) base: u64,
    /// How much of the buffer has gone out.
    pub(crate) emitted: usize,
    /// Where the line begins of which the next byte to go out is one.
    pub(crate) line_start: usize,
    /// Up to where in the buffer there is no newline that was not seen.
    searched: usize,
    pub(crate) key_block: KeyBlock,
    /// Where in the stream the line stands with which the block began.
    pub(crate) key_start: u64,
    /// Up to where in the stream bytes belong to a secret whose mask is out already.
    pub(crate) hidden_until: u64,
    /// Whether the token goes on whose mask is out already.
    pub(crate) swallow: bool,
    /// What stands in the block that is looked at.
    pub(crate) marks: Marks,
    /// Up to where the buffer is not even looked back on.
    pub(crate) blind: usize,
    /// What was found in a part of the buffer before its turn came.
    pub(crate) ahead: Option<(Range<usize>, ahead::Found)>,
    /// How often the stream has stalled since its last byte.
    stalls: u32,
    started: bool,
    pub(crate) lengths_stay: bool,
    pub(crate) out: Vec<u8>,
    failures: u64,
}

impl fmt::Debug for Redactor {
    /// Nothing of the stream.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor").field("offset", &self.offset()).finish_non_exhaustive()
    }
}

impl Redactor {
    /// For a new stream.
    #[must_use]
    pub fn new(setup: Arc<Setup>) -> Self {
        let detector = setup.detector();
        Self::with_detector(setup, detector)
    }

    /// For a new stream in which something else finds what is to be masked.
    #[must_use]
    pub fn with_detector(setup: Arc<Setup>, detector: Box<dyn Detect>) -> Self {
        Self {
            lengths_stay: setup.framing == Framing::Journald,
            setup,
            detector,
            buffer: Vec::new(),
            base: 0,
            emitted: 0,
            line_start: 0,
            searched: 0,
            key_block: KeyBlock::default(),
            key_start: 0,
            hidden_until: 0,
            swallow: false,
            marks: Marks::default(),
            blind: 0,
            ahead: None,
            stalls: 0,
            started: false,
            out: Vec::new(),
            failures: 0,
        }
    }

    /// Goes on with other rules and values. Not a byte is lost.
    pub fn reload(&mut self, setup: Arc<Setup>) {
        self.detector = setup.detector();
        self.setup = setup;
    }

    /// How many bytes of the stream have gone out, masked or not.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.base + self.emitted as u64
    }

    /// Up to where the stream need not be read again by someone who begins anew there: [`Redactor::offset`], or the begin
    /// of the key block that goes on.
    #[must_use]
    pub fn settled(&self) -> u64 {
        if self.key_block.is_inside() { self.key_start } else { self.offset() }
    }

    /// How many bytes wait for the rest of their line.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.buffer.len() - self.emitted
    }

    /// How many lines could not be looked at.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failures
    }

    /// Takes the next bytes, and lets whole lines out.
    ///
    /// # Errors
    /// If the sink fails.
    pub fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> io::Result<()> {
        self.stalls = 0;
        let mut rest = bytes;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(LONGEST - self.pending()));
            self.trim();
            self.buffer.extend_from_slice(now);
            rest = later;
            self.lines(sink)?;
        }
        Ok(())
    }

    /// Takes the next bytes in a block, and lets whole lines out. Gives memory back that can be used again.
    ///
    /// # Errors
    /// If the sink fails.
    pub fn push_block(&mut self, block: Block, sink: &mut dyn Sink) -> io::Result<Vec<u8>> {
        let Block { base, buffer, from, end, fresh, hits } = block;
        let in_turn = self.offset() == base + from as u64
            && self.pending() == fresh - from
            && self.line_start == self.emitted;
        if !in_turn {
            hits.inspect(ahead::Found::in_vain);
            self.push(&buffer[fresh..], sink)?;
            return Ok(buffer);
        }
        self.stalls = 0;
        let old = std::mem::replace(&mut self.buffer, buffer);
        (self.base, self.emitted, self.line_start, self.searched) = (base, from, from, from);
        let current = hits.filter(|found| Arc::ptr_eq(&found.rules, &self.setup.rules));
        self.ahead = current.map(|found| (from..end, found));
        let done = self.lines(sink);
        if let Some((_, unused)) = self.ahead.take() {
            unused.in_vain();
        }
        done.map(|()| old)
    }

    /// Lets out what has waited too long for the rest of its line, but for the token that it ends in; and when it is
    /// called once more, that too: masked, if it begins like a token that is known by its beginning.
    ///
    /// # Errors
    /// If the sink fails.
    pub fn stall(&mut self, sink: &mut dyn Sink) -> io::Result<()> {
        if self.pending() == 0 || self.stalls > 1 {
            return Ok(());
        }
        self.stalls += 1;
        let end = self.buffer.len();
        let records = self.records(end);
        let mut tails: Vec<usize> = Vec::new();
        for piece in records.open.iter().flatten().filter_map(|open| open.pieces.last()) {
            tails.push(self.tail(piece.end));
        }
        tails.push(self.tail(end));
        let cut = tails.iter().copied().min().unwrap_or(end).max(self.emitted);
        if self.stalls == 1 {
            return if cut > self.emitted { self.block(cut, end, &records, sink) } else { Ok(()) };
        }
        self.block(end, end, &records, sink)
    }

    /// Takes the end of the stream: lets out all that is left.
    ///
    /// # Errors
    /// If the sink fails.
    pub fn finish(&mut self, sink: &mut dyn Sink) -> io::Result<()> {
        let end = self.buffer.len();
        if self.pending() == 0 {
            return Ok(());
        }
        self.begin();
        let records = self.records(end);
        self.stalls = 0;
        self.block(end, end, &records, sink)
    }

    /// Lets out every whole line, but for those that are parts of one that is not; of a line that is too long, a part.
    fn lines(&mut self, sink: &mut dyn Sink) -> io::Result<()> {
        let newline = memchr::memrchr(b'\n', &self.buffer[self.searched..]).map(|at| self.searched + at);
        self.searched = self.buffer.len();
        if let Some(newline) = newline {
            self.begin();
            let end = newline + 1;
            let records = self.records(end);
            let settled = records.settled(end);
            if settled > self.emitted {
                self.block(settled, settled, &records, sink)?;
            }
        }
        if self.pending() < LONGEST {
            return Ok(());
        }
        self.begin();
        let range = self.emitted..self.buffer.len();
        match memchr::memrchr(b'\n', &self.buffer[range]) {
            // Records of a line that does not end.
            Some(newline) => {
                let end = self.emitted + newline + 1;
                let records = self.records(end);
                self.block(end, end, &records, sink)
            }
            None => self.part(sink),
        }
    }

    /// Looks at the first line of a stream.
    fn begin(&mut self) {
        if !self.started {
            self.started = true;
            self.lengths_stay |= self.setup.framing == Framing::Auto && self.buffer.starts_with(b"__CURSOR=");
        }
    }

    pub(crate) fn replacement(&self) -> &Replacement {
        if self.lengths_stay { &Replacement::Length } else { &self.setup.replacement }
    }

    /// The lines in more than one record that wait, up to a position.
    fn records(&mut self, end: usize) -> Records {
        self.marks = marks(&self.buffer[self.line_start..end]);
        match self.setup.framing {
            Framing::Plain | Framing::Journald => Records::default(),
            Framing::Auto if !self.marks.records => Records::default(),
            _ => Records::of(&self.buffer, self.line_start..end, self.setup.framing),
        }
    }

    /// Where the token begins that ends at a position.
    fn tail(&self, end: usize) -> usize {
        let held = &self.buffer[end.saturating_sub(self.setup.hold_bytes).max(self.emitted)..end];
        end - held.iter().rev().take_while(|&&byte| is_token(byte)).count()
    }

    /// Lets out what is before `end`, having looked at what is before `seen`.
    fn block(&mut self, end: usize, seen: usize, records: &Records, sink: &mut dyn Sink) -> io::Result<()> {
        let joined: Vec<&Joined> = records.until(end).collect();
        let key_block = self.key_block;
        let found = catch_unwind(AssertUnwindSafe(|| self.find(end, seen, &joined)));
        let Ok(Found { mut masks, hidden_until, mut open_end }) = found else {
            self.key_block = key_block;
            return self.carefully(end, sink);
        };
        if self.stalls == 2 {
            open_end |= self.mask_beginnings(&joined, end, &mut masks);
        }
        self.emit(end, masks, sink)?;
        self.hidden_until = self.hidden_until.max(hidden_until);
        self.swallow |= open_end;
        Ok(())
    }

    /// Masks the tokens that end at `end`, or at the end of a record's text, if they are known by their beginning. Says
    /// whether the one at `end` is.
    fn mask_beginnings(&self, joined: &[&Joined], end: usize, masks: &mut Vec<Mask>) -> bool {
        let mut open_end = false;
        let texts = joined.iter().filter_map(|joined| joined.pieces.last().map(|piece| piece.end));
        let ends: Vec<usize> = texts.chain([end]).collect();
        for at in ends {
            let run = self.tail(at)..at;
            if self.setup.prefixes.begin(&self.buffer[run.clone()]) {
                open_end |= at == end;
                masks.push(Mask::incomplete(run));
            }
        }
        crate::mask::merge(masks);
        open_end
    }

    /// Lets out a part of a line that is too long to wait for its end.
    fn part(&mut self, sink: &mut dyn Sink) -> io::Result<()> {
        let most = self.emitted + PART;
        match catch_unwind(AssertUnwindSafe(|| self.find_part(most))) {
            Ok((end, found)) => {
                self.emit(end, found.masks, sink)?;
                self.hidden_until = self.hidden_until.max(found.hidden_until);
                Ok(())
            }
            Err(_) => self.carefully(most, sink),
        }
    }

    /// Looks at each line alone, so that the one that cannot be looked at is the only one that is lost.
    fn carefully(&mut self, end: usize, sink: &mut dyn Sink) -> io::Result<()> {
        self.detector.recover();
        self.blind = 0;
        let all: Vec<_> = lines(&self.buffer, self.emitted..end).collect();
        for line in all {
            let key_block = self.key_block;
            // The line before may be the one.
            self.blind = line.start;
            match catch_unwind(AssertUnwindSafe(|| self.find(line.end, line.end, &[]))) {
                Ok(found) => {
                    self.emit(line.end, found.masks, sink)?;
                    self.hidden_until = self.hidden_until.max(found.hidden_until);
                }
                Err(_) => {
                    self.detector.recover();
                    self.key_block = key_block;
                    self.failures += 1;
                    sink.failed();
                    if self.setup.fail_open {
                        self.emit(line.end, Vec::new(), sink)?;
                    } else {
                        self.withhold(line.end, sink)?;
                    }
                }
            }
        }
        self.blind = 0;
        Ok(())
    }

    /// Drops what no later line needs.
    fn trim(&mut self) {
        let drop = self.emitted.saturating_sub(KEPT);
        if drop < 64 * 1024 {
            return;
        }
        self.buffer.drain(..drop);
        self.base += drop as u64;
        self.emitted -= drop;
        self.line_start = self.line_start.saturating_sub(drop);
        self.searched -= drop;
    }
}

/// Whether a byte can be in the midst of a token.
pub(crate) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/_.~-=%".contains(&byte)
}
