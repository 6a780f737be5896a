//! What a value looks like.

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
        counts
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
    if is_reference(text) {
        return Looks::Reference;
    }
    if placeholder::is_placeholder(text) || is_masked(text) {
        return Looks::Placeholder;
    }
    if is_sealed(text) {
        return Looks::Sealed;
    }
    let stem = text.len()
        - text.iter().rev().take_while(|byte| !byte.is_ascii_alphabetic() && byte.is_ascii()).count();
    if is_keyword(text) {
        return Looks::Keyword;
    }
    if counts.beyond > 0 && (counts.digit == 0 || counts.beyond > 8) {
        return Looks::Prose;
    }
    if stem >= 4 && text.len() - stem <= 4 && is_keyword(&text[..stem]) {
        return Looks::Weak;
    }
    if is_address(text, counts) {
        return Looks::Address;
    }
    if bare && is_expression(text, words) {
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

/// Stars, dots, dashes, `x` and the like in place of what was there.
fn is_masked(text: &[u8]) -> bool {
    let masks = text
        .iter()
        .filter(|byte| matches!(byte, b'*' | b'x' | b'X' | b'.' | b'#' | b'-' | b'_' | b'?' | b'0'))
        .count();
    masks == text.len()
        || text.windows(3).any(|three| three == b"***" || three == b"...")
        || text.ends_with("\u{2026}".as_bytes())
        || text.windows(3).any(|three| three == "\u{2022}".as_bytes())
}

/// `${X}`, `$X`, `%X%`, `{x}`, `<x>`, `@x@`, `#{x}`, `:x`, `%s`, `!Ref x`, `&x`, `*x`, `env(X)`.
fn is_reference(text: &[u8]) -> bool {
    let name = |text: &[u8]| {
        text.iter().all(|&byte| super::name::is_name(byte) || byte == b':')
            && text.iter().any(u8::is_ascii_alphabetic)
    };
    let holds = |mark: &[u8]| memchr::memmem::find(text, mark).is_some();
    match text {
        [b'<', .., b'>']
        | [b'[', .., b']']
        | [b'{', .., b'}']
        | [b'%', .., b'%']
        | [b'@', .., b'@']
        | [b'_', b'_', .., b'_', b'_'] => true,
        [b'$', rest @ ..] if name(rest) && !rest.iter().any(u8::is_ascii_digit) => true,
        [b':' | b'@' | b'&' | b'*', rest @ ..] if name(rest) && !rest.iter().any(u8::is_ascii_digit) => true,
        [b'%', b's' | b'd' | b'v' | b'q' | b'@', ..] => true,
        [b'!', first, ..] if first.is_ascii_uppercase() && holds(b" ") => true,
        _ => {
            holds(b"${")
                || holds(b"$(")
                || holds(b"{{")
                || holds(b"#{")
                || holds(b"<%")
                || holds(b"%{")
                || holds(b"$ENV{")
                || holds(b"{0}")
        }
    }
}

/// A digest or hash that names its algorithm, or text that says that it is sealed or public.
fn is_sealed(text: &[u8]) -> bool {
    const STARTS: &[&[u8]] = &[
        b"sha1-",
        b"sha1:",
        b"sha224-",
        b"sha256-",
        b"sha256:",
        b"sha384-",
        b"sha384:",
        b"sha512-",
        b"sha512:",
        b"md5:",
        b"md5-",
        b"pbkdf2",
        b"bcrypt",
        b"scrypt",
        b"argon2",
        b"$1$",
        b"$2a$",
        b"$2b$",
        b"$2y$",
        b"$5$",
        b"$6$",
        b"$y$",
        b"$argon2",
        b"$pbkdf2",
        b"$apr1$",
        b"{ssha",
        b"{sha",
        b"{crypt",
        b"{bcrypt",
        b"enc[",
        b"enc(",
        b"ssh-rsa",
        b"ssh-ed25519",
        b"ecdsa-sha2",
        b"ssh-dss",
        b"-----begin pub",
        b"-----begin cert",
        b"$ansible_vault",
        b"vault:v",
        b"arn:",
        b"projects/",
        b"data:",
        b"urn:",
        b"ageenc",
        b"agb",
        b"mii",
        b"lls0tls1crudjtiber1",
        b"aaaab3nza",
        b"aaaac3nza",
        b"kms:",
        b"op://",
        b"ref+",
        b"secretsmanager:",
        b"ssm:",
        b"keyvault",
        b"@microsoft.keyvault",
    ];
    STARTS.iter().any(|start| {
        text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
            && (start.len() > 3 || text.len() > 200)
    })
}

/// Words that stand for no value, for a type or a switch, in any of the common languages.
fn is_keyword(text: &[u8]) -> bool {
    const WORDS: &str = " null none nil undefined nan true false yes no on off string str int integer integer32 bool boolean float double number char bytes byte text object any void var let const function func def self this super new return required optional default enabled disabled empty blank unset never always auto manual all admin user username root guest anonymous public private secret password passwd pass pwd passphrase token key keys apikey api_key credential credentials auth login basic bearer digest oauth oauth2 jwt header cookie query body path form json xml html yaml plain plaintext base64 hex utf-8 utf8 ascii varchar text_field prompt hidden visible show hide input submit button label title name value id type email e-mail phone mail test tests testing example sample demo dummy fake mock foo bar baz qux foobar todo tbd n/a na changeme change xxx abc local localhost production development staging md5 sha1 sha256 sha512 aes des rsa hmac hs256 rs256 es256 ed25519 x25519 secp256k1 p-256 p256 sha-1 sha-256 sha-512 ";
    let lower = String::from_utf8_lossy(text).to_lowercase().into_bytes();
    if super::name::is_telling(&lower) {
        return true;
    }
    let end = lower.len()
        - lower.iter().rev().take_while(|byte| matches!(byte, b'!' | b'?' | b'*' | b':' | b'.')).count();
    super::lists::contains(WORDS, &lower[..end])
}

/// A path, a URL, a host, a mail address.
fn is_address(text: &[u8], counts: &Counts) -> bool {
    let holds = |mark: &[u8]| memchr::memmem::find(text, mark).is_some();
    if holds(b"://") || text.starts_with(b"/") && counts.sign >= 2 && counts.digit * 3 < text.len() {
        return true;
    }
    if text.starts_with(b"./")
        || text.starts_with(b"../")
        || text.starts_with(b"~/")
        || text.get(1..3) == Some(b":\\")
    {
        return true;
    }
    let slashes = text.iter().filter(|byte| matches!(byte, b'/' | b'\\')).count();
    let dots = text.iter().filter(|&&byte| byte == b'.').count();
    let parts_are_words = || {
        text.split(|byte| matches!(byte, b'/' | b'\\' | b'.'))
            .filter(|part| part.len() >= 3)
            .all(|part| Words::of(part).percent() >= 60)
    };
    if slashes + dots >= 2 && counts.blank == 0 && parts_are_words() {
        return true;
    }
    if slashes >= 1 && text.len() < 40 && counts.digit == 0 && parts_are_words() {
        return true;
    }
    // A file's name, and a host's.
    const ENDINGS: &[&[u8]] = &[
        b".key",
        b".pem",
        b".crt",
        b".txt",
        b".json",
        b".yml",
        b".yaml",
        b".properties",
        b".conf",
        b".cfg",
        b".ini",
        b".py",
        b".js",
        b".ts",
        b".java",
        b".php",
        b".html",
        b".xml",
        b".jks",
        b".p12",
        b".pfx",
        b".cer",
        b".env",
        b".local",
        b".com",
        b".net",
        b".org",
        b".io",
        b".go",
        b".rb",
        b".sh",
        b".png",
        b".svg",
        b".css",
    ];
    if ENDINGS.iter().any(|ending| text.to_ascii_lowercase().ends_with(ending)) && slashes + dots >= 1 {
        return true;
    }
    let mail = memchr::memchr(b'@', text);
    mail.is_some_and(|at| {
        at > 0
            && dots >= 1
            && text[at + 1..].iter().all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
            && text[at + 1..].contains(&b'.')
    })
}

/// A call, a member, an index, an operation, a concatenation.
fn is_expression(text: &[u8], words: &Words) -> bool {
    let holds = |mark: &[u8]| memchr::memmem::find(text, mark).is_some();
    let name = |text: &[u8]| {
        !text.is_empty()
            && text
                .iter()
                .all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'!' | b'?'))
    };
    if holds(b"->")
        || holds(b"::")
        || holds(b"()")
        || holds(b"&&")
        || holds(b"||")
        || holds(b"==")
        || text.ends_with(b"(")
        || text.ends_with(b"[")
        || text.ends_with(b"{")
        || text.ends_with(b"+")
    {
        return true;
    }
    // `f(x`, `a[x]`
    if let Some(open) = memchr::memchr2(b'(', b'[', text)
        && open > 0
        && text[..open]
            .iter()
            .all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$' | b':'))
        && (text[open] == b'[' || open >= 2)
        && text[0].is_ascii_alphabetic()
    {
        return true;
    }
    if text[0] == b'(' || text[0] == b'[' || text[0] == b'{' {
        return true;
    }
    // `a.b.c`: every part a name that begins with a letter, and short or made of words.
    let mut parts = text.split(|&byte| byte == b'.');
    let several = text.contains(&b'.');
    let a_word = || {
        text.split(|&byte| byte == b'.').skip(1).any(|part| part.len() > 3 && Words::of(part).percent() >= 75)
    };
    several
        && parts.all(|part| {
            name(part) && !part[0].is_ascii_digit() && (part.len() < 8 || Words::of(part).percent() >= 50)
        })
        && (words.letters == 0 || words.percent() >= 40 || text.len() < 12 || a_word())
}

fn is_number(text: &[u8], counts: &Counts) -> bool {
    let marks = text
        .iter()
        .filter(|byte| matches!(byte, b'.' | b'-' | b':' | b'/' | b',' | b'+' | b'_' | b'%' | b'#'))
        .count();
    if counts.digit + marks == text.len() && (marks > 0 || text.len() < 4 || text.len() > 14) {
        return true;
    }
    // 0x1F, 12px, 30s, 1.2.3-rc1, #fff, 2024-01-01T00:00:00Z
    let number = text
        .strip_prefix(b"0x")
        .is_some_and(|rest| rest.len() < 16 && rest.iter().all(u8::is_ascii_hexdigit));
    let unit = text[0].is_ascii_digit()
        && counts.letters() <= 3
        && counts.digit + marks + counts.letters() == text.len()
        && text[text.len() - counts.letters()..].iter().all(u8::is_ascii_alphabetic)
        && text.len() < 8;
    let date = text.len() >= 10
        && text[..4].iter().all(u8::is_ascii_digit)
        && matches!(text[4], b'-' | b'/')
        && text[5..7].iter().all(u8::is_ascii_digit);
    number || unit || date
}

fn is_uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() }
        })
}

/// Text with blanks is prose unless it mixes in digits as passwords do.
fn is_prose(text: &[u8], counts: &Counts, words: &Words) -> bool {
    counts.digit == 0
        || counts.beyond > 0
        || words.percent() >= 60
        || counts.blank * 8 > text.len() && counts.digit * 4 < text.len()
}

/// Words joined by separators or humps, with few digits at their ends.
fn is_identifier(text: &[u8], counts: &Counts, words: &Words) -> bool {
    let separator = |byte: &u8| matches!(byte, b'_' | b'-' | b'.' | b'/' | b':' | b'#' | b'[' | b']');
    let joined = text
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || separator(byte) || matches!(byte, b'$' | b'@'));
    let covered = words.percent();
    if !joined {
        // Words joined in any way: `required|min:8`, `a=b&c=d`.
        let parts = text.split(|byte| !byte.is_ascii_alphanumeric()).filter(|part| part.len() > 2).count();
        return parts >= 3 && covered >= 85 && counts.digit * 6 < text.len();
    }
    let separators = text.iter().filter(|byte| separator(byte)).count();
    let humps =
        text.windows(2).filter(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase()).count();
    if separators + humps == 0 || counts.digit * 4 > text.len() && counts.digit > 4 {
        return false;
    }
    // A constant, an option, an algorithm: `SASL_SSL`, `aes-256-gcm`, `#db-pw`.
    let parts = || text.split(|byte| separator(byte)).filter(|part| !part.is_empty());
    let plain = |part: &[u8]| {
        let letters = part.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
        letters == 0 && part.len() <= 3
            || letters == part.len() && (part.len() <= 4 || Words::of(part).percent() >= 60)
    };
    let one_case = counts.upper == 0 || counts.lower == 0;
    if separators > 0 && one_case && parts().all(plain) && parts().count() > 1 {
        return true;
    }
    if text[0].is_ascii_digit() {
        return false;
    }
    // `Orchid-Engine-84` is no name that anyone gives to a thing.
    let capitalised =
        parts().count() > 2 && parts().all(|part| part[0].is_ascii_uppercase() || part[0].is_ascii_digit());
    if capitalised && counts.digit > 0 && counts.lower > 0 {
        return false;
    }
    let short_parts = humps > 0 && text.len() <= 12 && counts.digit == 0 && covered >= 40;
    let several = separators + humps >= 2 || counts.digit == 0;
    covered >= 75 || short_parts || several && covered >= 55 && words.surprise < 36
}

/// Whether a machine made it up: long enough, and more mixed than people write.
fn is_random(text: &[u8], counts: &Counts, words: &Words) -> bool {
    let length = text.len();
    if length < 8 || (counts.distinct as usize) * 3 < length.min(24) {
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
            ("/etc/ssl/private/server.key", Looks::Address),
            ("https://login.example/", Looks::Address),
            ("com.google.security.Password", Looks::Address),
            ("2024-01-31", Looks::Number),
            ("Please enter your password", Looks::Prose),
            ("Passwort vergessen?", Looks::Prose),
            ("sha256:0f3ea1", Looks::Sealed),
            ("Summer", Looks::Word),
            ("Summer2024!", Looks::Human),
            ("correcthorse9", Looks::Human),
            ("kq7Zp2Lw9xVt4Rb1", Looks::Random),
            ("xkqjzvwpfhtmbdgl", Looks::Random),
            ("9f86d081884c7d659a2feaa0c55ad015", Looks::Hex),
        ] {
            assert_eq!(look(text, false), expected, "{text}");
        }
        for text in ["config.password", "getPassword()", "args[0]", "self.token", "a->b", "Foo::bar"] {
            assert_eq!(look(text, true), Looks::Expression, "{text}");
        }
    }
}
