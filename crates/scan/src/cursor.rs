//! From bytes to lines and columns.

/// A place in an object's text, in every way in which reports count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Bytes before it, of the decoded text.
    pub(crate) at: u64,
    /// Its line, from 1.
    pub(crate) line: u64,
    /// Where its line begins, in bytes of the decoded text.
    line_start: u64,
    /// UTF-16 code units between the line's begin and it.
    units_in_line: u64,
    /// UTF-16 code units before it.
    units: u64,
}

impl Cursor {
    /// Where an object, or the piece of one that a source hands over, begins.
    pub(crate) fn new(line: u64) -> Self {
        Self { at: 0, line, line_start: 0, units_in_line: 0, units: 0 }
    }

    /// Moves over `bytes`, which follow it.
    pub(crate) fn advance(&mut self, bytes: &[u8]) {
        let units = utf16_units(bytes);
        self.units += units;
        match memchr::memrchr(b'\n', bytes) {
            Some(last) => {
                self.line += memchr::memchr_iter(b'\n', bytes).count() as u64;
                self.line_start = self.at + last as u64 + 1;
                self.units_in_line = utf16_units(&bytes[last + 1..]);
            }
            None => self.units_in_line += units,
        }
        self.at += bytes.len() as u64;
    }

    /// Lets columns of the first line not count a byte order mark of `length` bytes.
    pub(crate) fn skip_mark(&mut self, length: u64) {
        self.line_start = length;
        self.units_in_line = 0;
    }

    /// The column in UTF-8 bytes, from 1.
    pub(crate) fn column(&self) -> u64 {
        self.at.saturating_sub(self.line_start) + 1
    }

    /// The column in UTF-16 code units, from 1.
    pub(crate) fn utf16_column(&self) -> u64 {
        self.units_in_line + 1
    }

    /// UTF-16 code units before it: in an object stored as UTF-16, half of the bytes before it.
    pub(crate) fn units(&self) -> u64 {
        self.units
    }
}

/// How many UTF-16 code units the bytes have: one for each character, two for one that takes four bytes. Counted by
/// first bytes, so that a cut inside a character changes nothing.
fn utf16_units(bytes: &[u8]) -> u64 {
    // Most text is ASCII, which is told at a fraction of the cost.
    let units_of = |part: &[u8]| if part.is_ascii() { part.len() as u64 } else { beyond_ascii(part) };
    bytes.chunks(4096).map(units_of).sum()
}

fn beyond_ascii(bytes: &[u8]) -> u64 {
    let units = |&byte: &u8| u8::from(byte & 0xC0 != 0x80) + u8::from(byte >= 0xF0);
    // Summed in bytes, so few at a time that they cannot overflow: then the processor adds many at once.
    bytes.chunks(120).map(|few| u64::from(few.iter().map(units).sum::<u8>())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_are_the_same_in_however_many_steps() {
        let text = "a\r\nbé\u{1f511}x\n\nlast".as_bytes();
        let mut whole = Cursor::new(1);
        whole.advance(text);
        let mut steps = Cursor::new(1);
        for byte in text {
            steps.advance(&[*byte]);
        }
        assert_eq!(whole, steps);
        assert_eq!((whole.line, whole.column(), whole.utf16_column()), (4, 5, 5));
    }

    #[test]
    fn wide_characters_are_two_units() {
        let mut cursor = Cursor::new(1);
        cursor.advance("\u{1f511}é".as_bytes());
        assert_eq!((cursor.column(), cursor.utf16_column(), cursor.units()), (7, 4, 3));
    }

    #[test]
    fn a_byte_order_mark_is_no_column() {
        let mut cursor = Cursor::new(1);
        cursor.advance(b"\xef\xbb\xbf");
        cursor.skip_mark(3);
        cursor.advance(b"ab");
        assert_eq!((cursor.column(), cursor.utf16_column()), (3, 3));
    }
}
