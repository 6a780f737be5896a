//! Where names end, and what closes them.

use super::super::name;
use super::Text;

impl Text<'_> {
    /// Where a name ends that goes on in further words: `secret key`, `API token`.
    pub(super) fn more_words(&self, end: usize) -> usize {
        const WORDS: &[&[u8]] = &[b" key", b" token", b" secret", b" password", b" phrase", b" code"];
        let follows = |word: &&&[u8]| {
            let word_end = end + word.len();
            self.0.get(end..word_end).is_some_and(|text| text.eq_ignore_ascii_case(word))
                && !name::is_name(self.byte(word_end))
        };
        if self.byte(end) != b' ' {
            return end;
        }
        WORDS.iter().find(follows).map_or(end, |word| end + word.len())
    }

    /// Whether a name that ends at a quote or bracket is but the end of a path that begins at one: `"certs/ca+serverAuth.pem"`.
    pub(super) fn is_path(&self, start: usize) -> bool {
        const LONGEST: usize = 120;
        let before = &self.0[start.saturating_sub(LONGEST)..start];
        let text = before.iter().rev().take_while(|byte| {
            !matches!(byte, b'"' | b'\'' | b'`' | b'[' | b'\n' | b' ' | b'=' | b'?' | b'&')
        });
        text.into_iter().any(|&byte| byte == b'/')
    }

    /// Past the quotes and brackets that close a name, and whether there were any.
    pub(super) fn close_name(&self, at: usize) -> (usize, bool) {
        let rest = self.0.get(at..).unwrap_or_default();
        let closers = rest
            .iter()
            .take(4)
            .take_while(|&&byte| matches!(byte, b'"' | b'\'' | b'`' | b']' | b'\\' | b')'));
        let count = closers.count();
        if count == 0 && rest.first() == Some(&b'[') {
            // `char password[64] = …`, `passwords[i] = …`
            let inside = |&&byte: &&u8| name::is_name(byte) || matches!(byte, b' ' | b'+');
            let length = rest[1..].iter().take(24).take_while(inside).count();
            let closed = rest.get(length + 1) == Some(&b']');
            return (at + if closed { length + 2 } else { 0 }, false);
        }
        if self.closes_hash(at, at + count) {
            return (at + count + 1, true);
        }
        // `**password**:` and `*password*:`
        let stars = rest[count..].iter().take(2).take_while(|&&byte| byte == b'*').count();
        (at + count + stars, count > 0 && self.byte(at) != b')')
    }

    /// Whether a name that ends at `end` is the key of a hash in Perl, which a brace closes at `at`: `$h->{"name"}`,
    /// `$Conf{Some::name}`.
    fn closes_hash(&self, end: usize, at: usize) -> bool {
        if self.byte(at) != b'}' || self.byte(self.blanks(at + 1)) != b'=' {
            return false;
        }
        let before = &self.0[end.saturating_sub(96)..end];
        let named = before.iter().rev().take_while(|&&byte| name::is_name(byte) || byte == b':').count();
        let before = &before[..before.len() - named];
        let before = before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'")).unwrap_or(before);
        matches!(before, [.., byte, b'{'] if byte.is_ascii_alphanumeric() || matches!(byte, b'>' | b'}' | b'_'))
    }
}
