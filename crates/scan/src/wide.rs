//! UTF-16 in the middle of something else: programs, their resources, databases.

use crate::utf16::Order;

/// Text of Latin letters in a place that is none of text as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// Where its first unit is stored, in bytes from the begin of what is looked at.
    pub(crate) offset: u64,
    pub(crate) order: Order,
    pub(crate) text: Vec<u8>,
}

/// How many units make it worth a look: names of functions and the like are shorter.
const LEAST: usize = 12;

/// How many bytes of a run are looked at as one, and how much of that once more with what follows.
const LONGEST: usize = 1 << 20;
const AGAIN: usize = 64 << 10;

/// Finds runs window by window; where windows are cut changes nothing.
#[derive(Debug, Default)]
pub(crate) struct Wide {
    /// What may go on in the next window.
    open: Vec<u8>,
    /// Where that begins, and what stands before it.
    at: u64,
    before: u8,
}

impl Wide {
    /// Takes the next window.
    pub(crate) fn window(&mut self, bytes: &[u8], last: bool, mut found: impl FnMut(Run)) {
        let joined;
        let buffer = if self.open.is_empty() {
            bytes
        } else {
            joined = [&self.open, bytes].concat();
            &joined
        };
        let mut pieces = |from: usize, to: usize| {
            let before = from.checked_sub(1).map_or(self.before, |before| buffer[before]);
            runs(&buffer[from..to], self.at + from as u64, before, &mut found);
        };
        let mut at = first_of_last(buffer);
        pieces(0, at);
        while buffer.len() - at > LONGEST {
            pieces(at, at + LONGEST);
            at += LONGEST - AGAIN;
        }
        if last {
            pieces(at, buffer.len());
        }
        self.before = at.checked_sub(1).map_or(self.before, |before| buffer[before]);
        self.at += at as u64;
        self.open = buffer[at..].to_vec();
    }
}

fn is_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

/// Whether a byte can follow another one in a run: text a zero, and a zero text.
fn goes_on(before: u8, byte: u8) -> bool {
    if before == 0 { is_text(byte) } else { byte == 0 && is_text(before) }
}

/// Where the run begins that the end of some bytes may be in.
fn first_of_last(bytes: &[u8]) -> usize {
    let mut at = bytes.len().saturating_sub(1);
    while at > 0 && goes_on(bytes[at - 1], bytes[at]) {
        at -= 1;
    }
    at
}

fn runs(bytes: &[u8], base: u64, before: u8, found: &mut impl FnMut(Run)) {
    let mut at = 0;
    while let Some(hit) = next(bytes, at) {
        let mut start = hit;
        while start > at && goes_on(bytes[start - 1], bytes[start]) {
            start -= 1;
        }
        let mut end = hit + 8;
        while end < bytes.len() && goes_on(bytes[end - 1], bytes[end]) {
            end += 1;
        }
        at = end;
        let glued = is_text(start.checked_sub(1).map_or(before, |before| bytes[before]));
        for (from, to, order) in readings(&bytes[start..end], glued).into_iter().flatten() {
            let text: Vec<u8> =
                bytes[start + from..start + to].iter().copied().filter(|byte| *byte != 0).collect();
            if text.len() >= LEAST {
                found(Run { offset: base + (start + from) as u64, order, text });
            }
        }
    }
}

/// What of a run may be text: from where, to where, in which order. At its ends can be a byte that is of something else,
/// as a length or the end of other text; where that cannot be told, both are tried.
fn readings(run: &[u8], glued: bool) -> [Option<(usize, usize, Order)>; 3] {
    let end = run.len();
    match (run.first() == Some(&0), run.last() == Some(&0)) {
        (true, false) => [Some((0, end, Order::Big)), behind_length(run, 1, end, Order::Big), None],
        (true, true) => [Some((1, end, Order::Little)), behind_length(run, 1, end - 1, Order::Big), None],
        (false, true) => {
            let behind = behind_length(run, 0, end, Order::Little);
            [Some((0, end, Order::Little)), behind.or(glued.then_some((2, end, Order::Little))), None]
        }
        (false, false) => {
            let behind = behind_length(run, 0, end - 1, Order::Little);
            [Some((0, end - 1, Order::Little)), Some((1, end, Order::Big)), behind]
        }
    }
}

/// The text without its first unit, the byte of which that counts stands at `at`, if that can be the length of the rest:
/// in units or in bytes, with the zeros at its end or a header or without.
fn behind_length(run: &[u8], at: usize, end: usize, order: Order) -> Option<(usize, usize, Order)> {
    const AROUND: usize = 8;
    let length = usize::from(*run.get(at)?);
    let units = end.saturating_sub(at + 2) / 2;
    (units..=2 * units + AROUND).contains(&length).then_some((2, end, order))
}

/// Where eight bytes in a row could be in a run, from some place on. A run that is long enough has such a place however
/// they are counted.
fn next(bytes: &[u8], from: usize) -> Option<usize> {
    const ODD: u64 = 0xFF00_FF00_FF00_FF00;
    let eights = bytes.get(from..)?.chunks_exact(8);
    let is_in = |eight: &[u8]| {
        let word = u64::from_le_bytes(*eight.first_chunk()?);
        let alternates = word != 0 && (word & ODD == 0 || word & !ODD == 0);
        (alternates && eight.windows(2).all(|two| goes_on(two[0], two[1]))).then_some(())
    };
    eights.enumerate().find_map(|(at, eight)| is_in(eight).map(|()| from + 8 * at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bytes: &[u8], cut: usize) -> Vec<Run> {
        let (mut wide, mut runs) = (Wide::default(), Vec::new());
        wide.window(&bytes[..cut], false, |run| runs.push(run));
        wide.window(&bytes[cut..], true, |run| runs.push(run));
        runs
    }

    #[test]
    fn runs_are_found_wherever_they_stand_and_windows_are_cut() {
        let text = "a text of many units";
        for order in [Order::Little, Order::Big] {
            let stored: Vec<u8> = text
                .encode_utf16()
                .flat_map(|unit| if order == Order::Big { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect();
            for before in 0..9_u8 {
                let noise: Vec<u8> = (0..before).map(|at| 0x80 + at).collect();
                let bytes = [&noise, &stored[..], b"\xFF\xFE", &[7; 20], &stored[..10], &[0; 40]].concat();
                let expected = Run { offset: u64::from(before), order, text: text.into() };
                for cut in 0..=bytes.len() {
                    assert_eq!(
                        found(&bytes, cut),
                        std::slice::from_ref(&expected),
                        "{order:?} {before} cut at {cut}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_zeros_around_a_run_are_none_of_it() {
        let stored: Vec<u8> = "exactly so many".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let bytes = [&b"name\0\0"[..], &stored, &[0, 0, 0]].concat();
        assert_eq!(found(&bytes, 9)[0].offset, 6);
        assert_eq!(found(b"nothing but text in here", 4), []);
        assert_eq!(found(&[0; 100], 50), []);
    }

    #[test]
    fn what_only_stands_beside_a_run_is_none_of_it() {
        let little: Vec<u8> = "exactly so many".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "exactly so many".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let whole = |run: &Run| run.text == b"exactly so many";
        for bytes in
            [[b"name\0", &little[..]].concat(), [b"Q", &big[..]].concat(), [&little[..], b"xy"].concat()]
        {
            assert!(found(&bytes, 3).iter().any(whole), "{:?}", found(&bytes, 3));
        }
    }

    #[test]
    fn a_length_before_a_run_is_none_of_it() {
        let text = "a name of so many units, exactly";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let whole = |run: &Run| run.text == text.as_bytes();
        for length in
            [text.len(), text.len() + 1, 2 * text.len(), 2 * text.len() + 2].map(|length| length as u8)
        {
            for bytes in [
                [&[0xC3, 0, 0, 0, length], &big[..], &[0, 0, 0xC3]].concat(),
                [&[0xC3, 0, length], &big[..], &[0xC3]].concat(),
                [&[0xC3, length], &big[..], &[0, 0]].concat(),
                [&[0xC3, length, 0], &little[..], &[0, 0]].concat(),
                [&[0xC3, length, 0], &little[..], b"x"].concat(),
            ] {
                assert!(found(&bytes, 3).iter().any(whole), "{length} {:?}", found(&bytes, 3));
            }
        }
    }

    #[test]
    fn a_run_without_an_end_is_looked_at_in_pieces() {
        let bytes = b"x\0".repeat(2 << 20);
        let places =
            |cut| found(&bytes, cut).iter().map(|run| (run.offset, run.text.len())).collect::<Vec<_>>();
        let whole = places(bytes.len());
        assert!(whole == places(1_500_001) && whole.len() > 3, "{whole:?}");
        assert_eq!(whole.last().map(|(offset, length)| offset + 2 * *length as u64), Some(4 << 20));
    }
}
