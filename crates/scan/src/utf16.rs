//! Text stored as UTF-16, read as UTF-8.

/// The byte order of UTF-16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

/// How much of an object is looked at to tell what it is.
const LOOKED_AT: usize = 4096;

/// Whether an object that begins so is UTF-16, and how long its byte order mark is. Without a mark, text of mostly
/// Latin letters is told by its NUL bytes: nearly all at one of the two sides of each pair, nearly none at the other.
pub(crate) fn detect(start: &[u8]) -> Option<(Order, usize)> {
    match start {
        // Four bytes with two zeros are UTF-32, which nobody writes.
        [0xFF, 0xFE, 0, 0, ..] => return None,
        [0xFF, 0xFE, ..] => return Some((Order::Little, 2)),
        [0xFE, 0xFF, ..] => return Some((Order::Big, 2)),
        _ => {}
    }
    let looked_at = &start[..start.len().min(LOOKED_AT) & !1];
    // Most files, told without counting.
    memchr::memchr(0, looked_at)?;
    let pairs = looked_at.len() / 2;
    if pairs < 4 {
        return None;
    }
    let mut zeros = [0_usize; 2];
    for pair in looked_at.chunks_exact(2) {
        zeros[0] += usize::from(pair[0] == 0);
        zeros[1] += usize::from(pair[1] == 0);
    }
    let (first, second) = (zeros[0] * 100 / pairs, zeros[1] * 100 / pairs);
    match (first, second) {
        (0..=2, 70..) => Some((Order::Little, 0)),
        (70.., 0..=2) => Some((Order::Big, 0)),
        _ => None,
    }
}

/// Decodes an object window by window.
#[derive(Debug)]
pub(crate) struct Decoder {
    order: Order,
    /// The odd byte of a window, and the first half of a character beyond the basic plane.
    odd: Option<u8>,
    high: Option<u16>,
}

impl Decoder {
    pub(crate) fn new(order: Order) -> Self {
        Self { order, odd: None, high: None }
    }

    /// What reports call it.
    pub(crate) fn name(&self) -> &'static str {
        match self.order {
            Order::Little => "utf-16le",
            Order::Big => "utf-16be",
        }
    }

    /// Appends the text of a window to `text`. Lone halves become U+FFFD, so that every unit stands for itself.
    pub(crate) fn decode(&mut self, bytes: &[u8], last: bool, text: &mut Vec<u8>) {
        let mut bytes = bytes;
        if let (Some(odd), Some((&next, rest))) = (self.odd, bytes.split_first()) {
            self.odd = None;
            self.unit([odd, next], text);
            bytes = rest;
        }
        let pairs = bytes.chunks_exact(2);
        if let [odd] = pairs.remainder() {
            self.odd = Some(*odd);
        }
        for pair in pairs {
            self.unit([pair[0], pair[1]], text);
        }
        if last && self.high.take().is_some() {
            push(char::REPLACEMENT_CHARACTER, text);
        }
    }

    fn unit(&mut self, pair: [u8; 2], text: &mut Vec<u8>) {
        let unit = match self.order {
            Order::Little => u16::from_le_bytes(pair),
            Order::Big => u16::from_be_bytes(pair),
        };
        if let Some(high) = self.high.take() {
            if let Some(Ok(both)) = char::decode_utf16([high, unit]).next() {
                push(both, text);
                return;
            }
            push(char::REPLACEMENT_CHARACTER, text);
        }
        match char::from_u32(u32::from(unit)) {
            Some(character) => push(character, text),
            None if (0xD800..0xDC00).contains(&unit) => self.high = Some(unit),
            None => push(char::REPLACEMENT_CHARACTER, text),
        }
    }
}

fn push(character: char, text: &mut Vec<u8>) {
    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(text: &str, order: Order) -> Vec<u8> {
        let bytes = |unit: u16| match order {
            Order::Little => unit.to_le_bytes(),
            Order::Big => unit.to_be_bytes(),
        };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn text_survives_every_cut() {
        let text = "key = é\u{1f511}\u{fffd}x";
        for order in [Order::Little, Order::Big] {
            let bytes = encode(text, order);
            for cut in 0..=bytes.len() {
                let (mut decoder, mut decoded) = (Decoder::new(order), Vec::new());
                decoder.decode(&bytes[..cut], false, &mut decoded);
                decoder.decode(&bytes[cut..], true, &mut decoded);
                assert_eq!(String::from_utf8_lossy(&decoded), text, "cut at {cut}");
            }
        }
    }

    #[test]
    fn it_is_told_by_its_mark_or_by_its_zeros() {
        let text = "password = something";
        assert_eq!(detect(&encode(text, Order::Little)), Some((Order::Little, 0)));
        assert_eq!(detect(&encode(text, Order::Big)), Some((Order::Big, 0)));
        assert_eq!(detect(&encode("\u{feff}x", Order::Big)), Some((Order::Big, 2)));
        assert_eq!(detect(text.as_bytes()), None);
        assert_eq!(detect(&[0; 64]), None);
    }

    #[test]
    fn a_lone_half_is_one_unit() {
        let mut decoded = Vec::new();
        Decoder::new(Order::Little).decode(&[0x3D, 0xD8, b'x', 0, 0x3D, 0xD8], true, &mut decoded);
        assert_eq!(String::from_utf8_lossy(&decoded), "\u{fffd}x\u{fffd}");
    }
}
