//! PDF (ISO 32000-1): the streams in it that are compressed with deflate, and everything around them.

use std::io::{self, BufRead, Read};
use std::ops::ControlFlow;

use memchr::memmem;

use crate::codec::Codec;
use crate::{Budget, Input, Inside, Trouble};

/// How it begins.
pub(crate) const MAGIC: &[u8] = b"%PDF-";

/// How much is left at the end of what is looked at: enough to tell where a stream begins.
const UNSURE: usize = 16;

/// Hands over what is in a document: each stream as text, the rest as it is.
pub(crate) fn open<R: Read>(
    input: &mut Input<R>,
    budget: &Budget,
    inside: &mut dyn Inside,
) -> ControlFlow<()> {
    let result = streams(input, budget, inside);
    Trouble::or_flow(result, inside)
}

fn streams<R: Read>(
    input: &mut Input<R>,
    budget: &Budget,
    inside: &mut dyn Inside,
) -> io::Result<ControlFlow<()>> {
    let (mut codec, mut encrypted) = (None, false);
    for number in 1_u64.. {
        let offset = input.position();
        let mut around = Around { input, encrypted: &mut encrypted };
        if inside.loose(offset, &mut around).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        around.finish()?;
        let Some((keyword, _)) = begin(input.peek(UNSURE)?) else { break };
        if budget.is_spent() {
            return Err(Trouble::limit("what follows was not unpacked").into());
        }
        budget.entry()?;
        // The two bytes of zlib go with the keyword.
        input.skip(keyword as u64 + 2)?;
        match &mut codec {
            Some(codec) => Codec::again(codec, budget.limits())?,
            None => codec = Some(Codec::deflate()),
        }
        let Some(codec) = &mut codec else { break };
        let begin = input.position();
        let inflated = Inflated { input, budget, codec, begin, made: 0, failed: None, ended: false };
        let mut text = Joined { reader: inflated, pending: Vec::new(), out: Vec::new(), at: 0, ended: false };
        let name = format!("stream {number}");
        if inside.entry(Some(name.as_bytes()), &mut text).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    if encrypted {
        let why = "the document is encrypted";
        inside.skipped(None, keysieve_finding::Skip::new(keysieve_finding::SkipReason::Encrypted, why));
    }
    Ok(ControlFlow::Continue(()))
}

/// Where in some bytes the data of a compressed stream begins: the length of what stands before it, and where that is.
fn begin(bytes: &[u8]) -> Option<(usize, usize)> {
    memmem::find_iter(bytes, b"stream").find_map(|at| {
        let rest = &bytes[at + 6..];
        let line = match rest {
            [b'\r', b'\n', ..] => 2,
            [b'\n' | b'\r', ..] => 1,
            _ => return None,
        };
        let [first, second, ..] = rest[line..] else { return None };
        // Deflate, a window of at most 32 KiB, no dictionary, and the sum over both bytes.
        let zlib = first & 0x0F == 8 && first >> 4 <= 7 && second & 0x20 == 0;
        (zlib && u16::from_be_bytes([first, second]) % 31 == 0).then_some((6 + line, at))
    })
}

/// What stands between streams.
struct Around<'a, R> {
    input: &'a mut Input<R>,
    encrypted: &'a mut bool,
}

impl<R: Read> Around<'_, R> {
    /// How many bytes surely come before the next stream.
    fn ready(&mut self) -> io::Result<usize> {
        let ready = self.input.peek(Input::<R>::AHEAD)?;
        let whole = ready.len() < Input::<R>::AHEAD;
        let sure = if whole { ready.len() } else { ready.len() - UNSURE };
        let count = begin(ready).map_or(sure, |(_, at)| at);
        *self.encrypted |= memmem::find(&ready[..count], b"/Encrypt ").is_some();
        Ok(count)
    }

    fn finish(mut self) -> io::Result<()> {
        loop {
            let count = self.ready()?;
            if count == 0 {
                return Ok(());
            }
            self.input.consume(count);
        }
    }
}

impl<R: Read> Read for Around<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.ready()?.min(into.len());
        if count == 0 { Ok(0) } else { self.input.read(&mut into[..count]) }
    }
}

/// The data of a stream.
struct Inflated<'a, R> {
    input: &'a mut Input<R>,
    budget: &'a Budget,
    codec: &'a mut Codec,
    begin: u64,
    made: u64,
    failed: Option<Trouble>,
    ended: bool,
}

impl<R: Read> Read for Inflated<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(trouble) = &self.failed {
                return Err(trouble.clone().into());
            }
            if self.ended || into.is_empty() {
                return Ok(0);
            }
            let ready = self.input.peek(1)?;
            let at_end = ready.is_empty();
            let step = match self.codec.step(ready, into) {
                Ok(step) => step,
                Err(trouble) => {
                    self.failed = Some(trouble);
                    continue;
                }
            };
            self.input.consume(step.used);
            self.ended = step.ended;
            if step.damaged || !step.ended && step.used == 0 && step.made == 0 {
                let what = if at_end { "cut off" } else { "damaged" };
                self.failed = Some(Trouble::broken(format!("the stream is {what}")));
            }
            if step.made > 0 {
                let read = self.input.position() - self.begin;
                if let Err(trouble) = self.budget.made(read, self.made, step.made as u64) {
                    self.failed = Some(trouble);
                    continue;
                }
                self.made += step.made as u64;
                return Ok(step.made);
            }
        }
    }
}

/// Puts text together again that is cut where letters are set closer or wider: `[(pass)-20(word)] TJ`. Wide gaps are
/// blanks.
struct Joined<R> {
    reader: R,
    /// What may be the begin of a gap.
    pending: Vec<u8>,
    out: Vec<u8>,
    at: usize,
    ended: bool,
}

/// From this width on, in thousandths of an em, a gap is a blank.
const BLANK: i64 = 180;

impl<R: Read> Joined<R> {
    fn take(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if self.pending.is_empty() {
                if byte == b')' {
                    self.pending.push(byte)
                } else {
                    self.out.push(byte)
                }
                continue;
            }
            match byte {
                b'0'..=b'9' | b'-' | b'.' | b' ' if self.pending.len() < 16 => self.pending.push(byte),
                b'(' if self.pending.len() > 1 && self.pending.iter().any(u8::is_ascii_digit) => {
                    let number: Vec<u8> =
                        self.pending[1..].iter().copied().filter(|byte| *byte != b' ').collect();
                    let whole = number.split(|byte| *byte == b'.').next().unwrap_or_default();
                    let width = std::str::from_utf8(whole).ok().and_then(|text| text.parse::<i64>().ok());
                    // Gaps to the right are negative.
                    if width.is_some_and(|width| width <= -BLANK) {
                        self.out.push(b' ');
                    }
                    self.pending.clear();
                }
                _ => {
                    self.out.append(&mut self.pending);
                    if byte == b')' { self.pending.push(byte) } else { self.out.push(byte) }
                }
            }
        }
    }
}

impl<R: Read> Read for Joined<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.out.len() {
            if self.ended {
                return Ok(0);
            }
            self.out.clear();
            self.at = 0;
            let mut bytes = [0; 8192];
            match self.reader.read(&mut bytes)? {
                0 => {
                    self.ended = true;
                    self.out.append(&mut self.pending);
                }
                read => self.take(&bytes[..read]),
            }
        }
        let count = into.len().min(self.out.len() - self.at);
        into[..count].copy_from_slice(&self.out[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_set_in_pieces_is_one() {
        let joined = |text: &str| {
            let reader = text.as_bytes();
            let mut read = Vec::new();
            Joined { reader, pending: Vec::new(), out: Vec::new(), at: 0, ended: false }
                .read_to_end(&mut read)
                .expect("memory");
            String::from_utf8(read).expect("text")
        };
        assert_eq!(joined("[(pass)-20(word)3.5( is)-250(it)] TJ"), "[(password is it)] TJ");
        assert_eq!(joined("(a) Tj (b) Tj"), "(a) Tj (b) Tj");
        assert_eq!(joined("f(x)"), "f(x)");
    }
}
