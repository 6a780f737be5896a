//! Text stored as UTF-16 or UTF-32, read as UTF-8.

/// The byte order of UTF-16, or of UTF-32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
    Little32,
    Big32,
}

impl Order {
    /// How many bytes a unit has.
    pub(crate) const fn width(self) -> usize {
        match self {
            Self::Little | Self::Big => 2,
            Self::Little32 | Self::Big32 => 4,
        }
    }
}

/// How much of an object is looked at to tell what it is.
const LOOKED_AT: usize = 4096;

/// Whether an object that begins so is UTF-16, and how long its byte order mark is. Without a mark, text of mostly
/// Latin letters is told by its NUL bytes: nearly all at one of the two sides of each pair, nearly none at the other.
pub(crate) fn detect(start: &[u8]) -> Option<(Order, usize)> {
    match start {
        [0xFF, 0xFE, 0, 0, ..] => return Some((Order::Little32, 4)),
        [0, 0, 0xFE, 0xFF, ..] => return Some((Order::Big32, 4)),
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
    /// What a window has of its last unit, and the first half of a character beyond the basic plane.
    cut: Vec<u8>,
    high: Option<u16>,
}

impl Decoder {
    pub(crate) fn new(order: Order) -> Self {
        Self { order, cut: Vec::new(), high: None }
    }

    /// What reports call it.
    pub(crate) fn name(&self) -> &'static str {
        match self.order {
            Order::Little => "utf-16le",
            Order::Big => "utf-16be",
            Order::Little32 => "utf-32le",
            Order::Big32 => "utf-32be",
        }
    }

    /// How many bytes a unit has.
    pub(crate) fn width(&self) -> usize {
        self.order.width()
    }

    /// Appends the text of a window to `text`. Lone halves become U+FFFD, so that every unit stands for itself.
    pub(crate) fn decode(&mut self, bytes: &[u8], last: bool, text: &mut Vec<u8>) {
        let width = self.width();
        let mut bytes = bytes;
        if !self.cut.is_empty() {
            let (more, rest) = bytes.split_at(bytes.len().min(width - self.cut.len()));
            self.cut.extend_from_slice(more);
            bytes = rest;
            if self.cut.len() < width {
                return;
            }
            let unit = std::mem::take(&mut self.cut);
            self.unit(&unit, text);
        }
        let units = bytes.chunks_exact(width);
        self.cut.extend_from_slice(units.remainder());
        for unit in units {
            self.unit(unit, text);
        }
        if last && self.high.take().is_some() {
            push(char::REPLACEMENT_CHARACTER, text);
        }
    }

    fn unit(&mut self, bytes: &[u8], text: &mut Vec<u8>) {
        let unit = match (self.order, bytes) {
            (Order::Little, &[low, high]) | (Order::Big, &[high, low]) => u16::from_be_bytes([high, low]),
            (Order::Little32, &[a, b, c, d]) | (Order::Big32, &[d, c, b, a]) => {
                let character = char::from_u32(u32::from_le_bytes([a, b, c, d]));
                push(character.unwrap_or(char::REPLACEMENT_CHARACTER), text);
                return;
            }
            _ => return,
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
            _ => unit.to_be_bytes(),
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
    fn utf_32_has_a_mark() {
        let text = "key = é\u{1f511}";
        let little: Vec<u8> =
            format!("\u{feff}{text}").chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        let big: Vec<u8> = little.chunks_exact(4).flat_map(|unit| unit.iter().rev().copied()).collect();
        for (bytes, order) in [(little, Order::Little32), (big, Order::Big32)] {
            assert_eq!(detect(&bytes), Some((order, 4)));
            for cut in 4..bytes.len() {
                let (mut decoder, mut decoded) = (Decoder::new(order), Vec::new());
                decoder.decode(&bytes[4..cut], false, &mut decoded);
                decoder.decode(&bytes[cut..], true, &mut decoded);
                assert_eq!(String::from_utf8_lossy(&decoded), text, "cut at {cut}");
            }
        }
    }

    #[test]
    fn a_lone_half_is_one_unit() {
        let mut decoded = Vec::new();
        Decoder::new(Order::Little).decode(&[0x3D, 0xD8, b'x', 0, 0x3D, 0xD8], true, &mut decoded);
        assert_eq!(String::from_utf8_lossy(&decoded), "\u{fffd}x\u{fffd}");
    }
}
