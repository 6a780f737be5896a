//! What a value looks like.

use super::addresses::is_address;
pub(super) use super::forms::is_designator;
use super::forms::{
    is_expression, is_identifier, is_keyword, is_masked, is_number, is_prose, is_reference, is_sealed,
    is_uuid,
};
use super::lexicon;
use crate::placeholder;

/// What a value looks like, as far as its bytes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looks {
    /// Something to be filled in, masked or cut short.
    Placeholder,
    /// A variable, a template, a command: it stands for a value.
    Reference,
    /// A call, an operation, a member of something: code.
    Expression,
    /// Words joined as in a name: `db_password`, `userName`, `my-app`.
    Identifier,
    /// A word of the language that the value is written in: `null`, `true`, `string`.
    Keyword,
    /// A file's path, a URL, an address.
    Address,
    /// A number, date, version or the like.
    Number,
    /// Text for people.
    Prose,
    /// 32 hexadecimal digits and four dashes.
    Uuid,
    /// Hexadecimal digits.
    Hex,
    /// A hash that names its algorithm, or public or sealed data that names itself.
    Sealed,
    /// One word and nothing else.
    Word,
    /// A common word with digits or signs after it: `admin123`.
    Weak,
    /// What a person might make up: words with digits or signs in them.
    Human,
    /// What a machine might make up.
    Random,
}

/// A value's bytes, counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) lower: usize,
    pub(crate) upper: usize,
    pub(crate) digit: usize,
    pub(crate) sign: usize,
    pub(crate) blank: usize,
    pub(crate) beyond: usize,
    pub(crate) distinct: u32,
    /// How often a byte is of another class than the one before it.
    pub(crate) changes: usize,
    /// Which bytes there are, as bits.
    seen: [u64; 4],
}

impl Counts {
    pub(crate) fn of(text: &[u8]) -> Self {
        let mut counts = Self::default();
        let mut seen = [0_u64; 4];
        let mut last = None;
        for &byte in text {
            let (class, count) = match byte {
                b'a'..=b'z' => (0, &mut counts.lower),
                b'A'..=b'Z' => (1, &mut counts.upper),
                b'0'..=b'9' => (2, &mut counts.digit),
                b' ' | b'\t' => (3, &mut counts.blank),
                0x80.. => (4, &mut counts.beyond),
                _ => (5, &mut counts.sign),
            };
            *count += 1;
            counts.changes += usize::from(last.is_some_and(|last| last != class));
            last = Some(class);
            seen[usize::from(byte >> 6)] |= 1 << (byte & 63);
        }
        counts.distinct = seen.iter().map(|bits| bits.count_ones()).sum();
        counts.seen = seen;
        counts
    }

    /// Whether a byte is among them.
    pub(crate) const fn has(&self, byte: u8) -> bool {
        self.seen[(byte >> 6) as usize] >> (byte & 63) & 1 == 1
    }

    /// How many kinds of characters there are, of small letters, capitals, digits and signs.
    pub(crate) fn classes(&self) -> usize {
        [self.lower, self.upper, self.digit, self.sign].iter().filter(|&&count| count > 0).count()
    }

    pub(crate) fn letters(&self) -> usize {
        self.lower + self.upper
    }
}

/// How many of the letters stand in words of at least four, and how surprising the longest run of others is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) letters: usize,
    pub(crate) covered: usize,
    /// In eighths of a bit for each letter.
    pub(crate) surprise: u32,
}

impl Words {
    pub(crate) fn of(text: &[u8]) -> Self {
        let mut words = Self::default();
        let mut run = [0_u8; 64];
        let mut weighted = 0;
        let mut at = 0;
        while at < text.len().min(256) {
            let mut length = 0;
            // A run of letters, up to where camelCase begins a new word.
            while at < text.len() && length < run.len() && text[at].is_ascii_alphabetic() {
                let hump = length > 0
                    && text[at].is_ascii_uppercase()
                    && (text[at - 1].is_ascii_lowercase()
                        || text.get(at + 1).is_some_and(u8::is_ascii_lowercase));
                if hump {
                    break;
                }
                run[length] = text[at].to_ascii_lowercase();
                length += 1;
                at += 1;
            }
            if length == 0 {
                at += 1;
                continue;
            }
            let letters = &run[..length];
            words.letters += length;
            // A word of three letters counts where it stands alone.
            words.covered += if lexicon::is_word(letters) { length } else { lexicon::covered(letters, 4) };
            weighted += lexicon::surprise(letters) * u32::try_from(length).unwrap_or(0);
        }
        words.surprise = weighted / u32::try_from(words.letters.max(1)).unwrap_or(1);
        words
    }

    /// The share of letters in words, in percent; 0 without letters.
    pub(crate) fn percent(&self) -> usize {
        self.covered * 100 / self.letters.max(1)
    }
}

/// Judges by the bytes alone; `bare` is a value without quotes.
pub(crate) fn looks(text: &[u8], bare: bool, counts: &Counts, words: &Words) -> Looks {
    if is_reference(text, counts) {
        return Looks::Reference;
    }
    if placeholder::is_placeholder(text) || is_masked(text, counts) {
        return Looks::Placeholder;
    }
    if is_sealed(text) {
        return Looks::Sealed;
    }
    let stem = text.len()
        - text.iter().rev().take_while(|byte| !byte.is_ascii_alphabetic() && byte.is_ascii()).count();
    if is_keyword(text) || is_designator(text) {
        return Looks::Keyword;
    }
    let escaped = counts.has(b'\\') && text.windows(2).filter(|two| two == b"\\u").count() > 1;
    if counts.beyond > 0 && (counts.digit == 0 || counts.beyond > 8) || escaped {
        return Looks::Prose;
    }
    if stem >= 4 && text.len() - stem <= 4 && is_keyword(&text[..stem]) {
        return Looks::Weak;
    }
    if is_address(text, counts) {
        return Looks::Address;
    }
    if bare && is_expression(text, counts, words) || counts.has(b'(') && text.ends_with(b"()") {
        return Looks::Expression;
    }
    if is_number(text, counts) {
        return Looks::Number;
    }
    if is_uuid(text) {
        return Looks::Uuid;
    }
    if text.len() >= 16
        && counts.digit > 0
        && text.iter().all(u8::is_ascii_hexdigit)
        && !(counts.upper > 0 && counts.lower > 0)
    {
        return Looks::Hex;
    }
    if counts.blank > 0 {
        return if is_prose(text, counts, words) { Looks::Prose } else { Looks::Human };
    }
    if is_identifier(text, counts, words) {
        return Looks::Identifier;
    }
    if counts.letters() == text.len() && (words.percent() >= 75 || text.len() < 6) {
        return Looks::Word;
    }
    if is_random(text, counts, words) { Looks::Random } else { Looks::Human }
}

/// Whether text of letters and digits, at least, can be no name, number or expression of a programming language.
pub(crate) fn is_no_code(text: &[u8], counts: &Counts) -> bool {
    let inside = &text[1..text.len().max(2) - 1];
    if inside.iter().any(|byte| matches!(byte, b'@' | b'#')) || text.ends_with(b"!") && counts.sign == 1 {
        return !counts.has(b'(') && !counts.has(b'{') && !counts.has(b'[') && !counts.has(b'=');
    }
    text.len() >= 16 && text[0].is_ascii_digit() && counts.sign == 0
        || text.len() >= 20
            && counts.sign == 0
            && counts.digit >= 3
            && looks(text, false, counts, &Words::of(text)) == Looks::Random
}

/// Whether a machine made it up: long enough, and more mixed than people write.
fn is_random(text: &[u8], counts: &Counts, words: &Words) -> bool {
    let length = text.len();
    if length < 8 || counts.digit == length || (counts.distinct as usize) * 3 < length.min(24) {
        return false;
    }
    if counts.letters() == length {
        let one_case = counts.upper == 0 || counts.lower == 0;
        // Random small letters: few are in words, and together they are unlike any.
        return words.percent() < if length >= 16 { 45 } else { 30 }
            && words.surprise >= if one_case { 38 } else { 34 }
            && length >= 12
            || !one_case && counts.changes * 3 >= length && words.percent() < 50;
    }
    let mixed = counts.changes * 4 >= length;
    words.percent() < 50 && (mixed || words.letters * 3 < length || words.surprise >= 40) && length >= 10
        || length >= 20 && words.percent() < 60 && counts.changes * 5 >= length && counts.digit >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(text: &str, bare: bool) -> Looks {
        let text = text.as_bytes();
        looks(text, bare, &Counts::of(text), &Words::of(text))
    }

    #[test]
    fn values_look_like_what_they_are() {
        for (text, expected) in [
            ("your_password_here", Looks::Placeholder),
            ("********", Looks::Placeholder),
            ("${DB_PASSWORD}", Looks::Reference),
            ("{{ password }}", Looks::Reference),
            ("%s", Looks::Reference),
            ("db_password", Looks::Identifier),
            ("userPasswordField", Looks::Identifier),
            ("X-Auth-Token", Looks::Identifier),
            ("null", Looks::Keyword),
            ("aes-256-gcm", Looks::Keyword),
            ("AES/CBC/PKCS5Padding", Looks::Keyword),
            ("application/json", Looks::Keyword),
            ("essence7x", Looks::Human),
            ("/etc/ssl/private/server.key", Looks::Address),
            ("https://login.example/", Looks::Address),
            ("com.google.security.Password", Looks::Address),
            ("2024-01-31", Looks::Number),
            ("Please enter your password", Looks::Prose),
            ("Passwort vergessen?", Looks::Prose),
            ("sha256:0f3ea1", Looks::Sealed),
            ("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", Looks::Sealed),
            ("site-ba_d8_85_a0_5b_50_b0_01_e0_b2_b0_ae_5d_f6_7a_d1", Looks::Sealed),
            ("{cipher}d1b2458ccede07c8", Looks::Sealed),
            ("@DB1_PASSWORD", Looks::Reference),
            ("$ref{db.password}", Looks::Placeholder),
            ("Auth-Token:%s", Looks::Reference),
            ("^[A-Za-z]{8,}$", Looks::Reference),
            ("X-Amz-Content-Sha256", Looks::Identifier),
            ("HKCU\\Software\\Acme", Looks::Address),
            ("$p5k2$1$$h1TDLGSw9ST8UMAPeIE13i0t12c=", Looks::Sealed),
            ("sha1$123abcdef$e4a1877b0e35c47329e7ed7e58014276168a37ba", Looks::Sealed),
            ("0x8343d2eb2B13A2495De435a1b15e85b98115Ce05", Looks::Sealed),
            ("\\\"arn:aws:kms:eu-west-1:111122223333:key/a1", Looks::Sealed),
            ("Bearer {}", Looks::Reference),
            ("$t('user.password')", Looks::Reference),
            ("x-amz-content-sha256", Looks::Identifier),
            ("fe80:0:0:0:204:61ff:fe9d:f156", Looks::Address),
            ("npm:^1.0.0", Looks::Number),
            ("Summer", Looks::Word),
            ("Summer2024!", Looks::Human),
            ("Winter1520_", Looks::Human),
            ("SilverBerlin7", Looks::Human),
            ("passwordField2", Looks::Identifier),
            ("correcthorse9", Looks::Human),
            ("kq7Zp2Lw9xVt4Rb1", Looks::Random),
            ("xkqjzvwpfhtmbdgl", Looks::Random),
            ("9f86d081884c7d659a2feaa0c55ad015", Looks::Hex),
        ] {
            assert_eq!(look(text, false), expected, "{text}");
        }
        for text in ["Berlin375+", "VHJvdWJhZG91cjEyMzQ1Njc4OTB4eXo5OQ=="] {
            assert_ne!(look(text, true), Looks::Expression, "{text}");
        }
        for text in [
            "prefix+",
            "a==b",
            "r);const",
            "Ze;let",
            "r)}))",
            "s(t,e)",
            "t:e.vapidKey",
            "&[u8]",
            "config.password",
            "getPassword()",
            "args[0]",
            "self.token",
            "old.TLSKeyPwd",
            "a->b",
            "Foo::bar",
        ] {
            assert_eq!(look(text, true), Looks::Expression, "{text}");
        }
    }
}
