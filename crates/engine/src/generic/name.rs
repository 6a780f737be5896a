//! What a name says of the value that is assigned to it.

use keysieve_finding::Span;
use keysieve_rules::NameKind;

use super::lists;

/// The longest name that is read, in bytes to each side of the word that was found in it.
const LONGEST: usize = 64;
/// The most parts of a name that are told apart.
const PARTS: usize = 16;

/// A name, and what it says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name {
    /// Where it stands.
    pub(crate) span: Span,
    pub(crate) kind: NameKind,
    /// What the words beside the telling one say: see [`Beside`].
    pub(crate) before: Beside,
    pub(crate) after: Beside,
}

/// What the words on one side of the telling word say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    /// There are none.
    Nothing,
    /// That it is a secret indeed: `api` before `key`.
    Telling,
    /// Nothing in particular.
    Plain,
    /// Something that is not known.
    Unknown,
    /// That it may be something else: `confirm` before `password`.
    Doubting,
    /// That it is something else: `field` after `password`.
    Denying,
}

/// The bytes of names; those above ASCII are letters.
#[inline]
pub(crate) const fn is_name(byte: u8) -> bool {
    const NAME: [bool; 256] = {
        let mut name = [false; 256];
        let mut at = 0;
        while at < 256 {
            let byte = at as u8;
            name[at] =
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$') || byte >= 0x80;
            at += 1;
        }
        name
    };
    NAME[byte as usize]
}

/// Where the name ends that a byte is part of.
pub(crate) fn end(haystack: &[u8], at: usize) -> usize {
    at + haystack[at..].iter().take(LONGEST).take_while(|&&byte| is_name(byte)).count()
}

/// Where the name begins that a byte is part of.
pub(crate) fn start(haystack: &[u8], at: usize) -> usize {
    let before = &haystack[at.saturating_sub(LONGEST)..at];
    let length = before.iter().rev().take_while(|&&byte| is_name(byte)).count();
    let flags =
        before[before.len() - length..].iter().take_while(|&&byte| matches!(byte, b'-' | b'.' | b'$'));
    at - length + flags.count()
}

/// The parts of a name in small letters.
struct Parts {
    text: [u8; 2 * LONGEST],
    ends: [usize; PARTS],
    count: usize,
    /// Which parts a dot stands before, as bits.
    dotted: u32,
}

impl Parts {
    fn of(name: &[u8]) -> Self {
        let mut parts = Self { text: [0; 2 * LONGEST], ends: [0; PARTS], count: 0, dotted: 0 };
        let (mut length, mut from) = (0, 0);
        for (at, &byte) in name.iter().take(2 * LONGEST).enumerate() {
            let letter = byte.is_ascii_alphanumeric() || byte >= 0x80;
            let before = at.checked_sub(1).map(|before| name[before]);
            let hump = byte.is_ascii_uppercase()
                && before.is_some_and(|before| {
                    let next_is_small = name.get(at + 1).is_some_and(u8::is_ascii_lowercase);
                    !before.is_ascii_uppercase() || next_is_small && before.is_ascii_alphabetic()
                });
            let digits = before.is_some_and(|before| before.is_ascii_digit() != byte.is_ascii_digit())
                && !(byte == b'3' && length == from + 1 && matches!(parts.text[from], b's'));
            if (!letter || hump || digits) && length > from && parts.count < PARTS {
                parts.ends[parts.count] = length;
                parts.count += 1;
                from = length;
            }
            if byte == b'.' {
                parts.dotted |= 1 << parts.count.min(31);
            }
            if letter {
                parts.text[length] = byte.to_ascii_lowercase();
                length += 1;
            }
        }
        if length > from && parts.count < PARTS {
            parts.ends[parts.count] = length;
            parts.count += 1;
        }
        parts
    }

    fn get(&self, index: usize) -> &[u8] {
        &self.text[self.begin(index)..self.ends[index]]
    }

    fn begin(&self, index: usize) -> usize {
        index.checked_sub(1).map_or(0, |before| self.ends[before])
    }

    /// The first part after the last dot before a part.
    fn own_from(&self, index: usize) -> usize {
        (0..=index).rev().find(|&part| self.dotted >> part & 1 == 1).unwrap_or(0)
    }

    /// Whether what follows a part is the ending of a file's name: `serverAuth.pem`.
    fn is_file(&self, index: usize) -> bool {
        let last = self.count - 1;
        last > index && self.dotted >> last & 1 == 1 && lists::is_ending(self.get(last))
    }

    fn all(&self, indices: std::ops::Range<usize>) -> impl Iterator<Item = &[u8]> {
        indices.map(|index| self.get(index))
    }
}

/// The word in a part of a name that tells of a secret, and what else that part says.
struct Telling<'a> {
    kind: NameKind,
    /// Whether it says by itself what it is for: `apikey`.
    long: bool,
    /// The word alone tells of many other things too: `pass`.
    weak: bool,
    before: &'a [u8],
    after: &'a [u8],
}

fn telling(part: &[u8]) -> Option<Telling<'_>> {
    let whole = |kind, weak| Telling { kind, long: false, weak, before: &[], after: &[] };
    if let Some(kind) = lists::telling(part) {
        return Some(whole(kind, part == b"pass" || part == b"pw"));
    }
    // In names without humps or separators: `dbpassword`, `authtoken`, `apikey2`. The shortest such word has five letters.
    if part.len() > 5
        && let Some((kind, at)) = lists::inside(part)
    {
        let (before, after) = (&part[..at.start], &part[at.end..]);
        return Some(Telling { kind, long: kind == NameKind::Key, weak: false, before, after });
    }
    // `userpass` and `bindpw`, but not `bypass`.
    if !matches!(part.last(), Some(b's' | b'd' | b'w')) {
        return None;
    }
    let before = [&b"pass"[..], b"pwd", b"pw"].iter().find_map(|word| part.strip_suffix(*word))?;
    lists::comes_before_pass(before).then(|| whole(NameKind::Password, false))
}

/// Whether text is a word that tells of a secret, and nothing else.
pub(crate) fn is_telling(text: &[u8]) -> bool {
    lists::telling(text).is_some()
}

/// What a name says by itself, wherever it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    kind: NameKind,
    before: Beside,
    after: Beside,
}

/// The names read last, with what they say: a text has few names, and each of them often.
#[derive(Debug, Default)]
pub(crate) struct Names(Vec<Known>);

/// A name, padded with zeros and its length, and what it says.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    text: [u8; 32],
    said: Option<Said>,
}

impl Names {
    const SLOTS: usize = 2048;

    /// What a name says; `None` if it tells of nothing.
    fn said(&mut self, name: &[u8]) -> Option<Said> {
        let mut text = [0; 32];
        let Some(begin) = text[..31].get_mut(..name.len()) else { return said(name) };
        begin.copy_from_slice(name);
        text[31] = name.len() as u8;
        if self.0.is_empty() {
            self.0.resize(Self::SLOTS, Known::default());
        }
        let known = &mut self.0[slot(&text)];
        if known.text != text {
            *known = Known { text, said: said(name) };
        }
        known.said
    }
}

fn slot(text: &[u8; 32]) -> usize {
    let (words, _) = text.as_chunks::<8>();
    let mixed = words.iter().fold(0_u64, |mixed, word| {
        (mixed.rotate_left(23) ^ u64::from_le_bytes(*word)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    });
    (mixed >> 48) as usize % Names::SLOTS
}

/// Reads a name; `None` if it tells of nothing.
pub(crate) fn read(haystack: &[u8], span: Span, names: &mut Names) -> Option<Name> {
    let Said { kind, mut before, after } = names.said(&haystack[span.range()])?;
    // Annotations that say by a digest when something must be started anew, and what makes a link to a picture or film
    // unlike any other, for all to see.
    let before_name = &haystack[..span.start];
    if matches!(before_name.last(), Some(b'/' | b'&'))
        && (before_name.ends_with(b"checksum/") || before_name.ends_with(b"alt=media&"))
    {
        before = Beside::Denying;
    }
    if before == Beside::Nothing && word_tells(haystack, span, kind) {
        before = Beside::Telling;
    }
    Some(Name { span, kind, before, after })
}

fn said(name: &[u8]) -> Option<Said> {
    let parts = Parts::of(name);
    let (index, telling) =
        (0..parts.count).rev().find_map(|index| telling(parts.get(index)).map(|telling| (index, telling)))?;
    let kind = telling.kind;
    // The header; `peeringAuthorization` is something else.
    if parts.get(index) == b"authorization" && (index > parts.own_from(index) || index + 1 < parts.count) {
        return None;
    }
    // What stands before a dot is where the name is from, which can tell but not deny.
    let own = parts.own_from(index);
    let far = beside(parts.all(0..own), (kind, true));
    // `withPassword("…")`, which builds something
    let own = own + usize::from(own < index && parts.get(own) == b"with");
    let near = beside(parts.all(own..index).chain([telling.before]), (kind, true));
    let mut before = match (far, near) {
        (_, Beside::Denying) => Beside::Denying,
        (_, Beside::Doubting) => Beside::Doubting,
        (Beside::Telling, _) | (_, Beside::Telling) => Beside::Telling,
        (Beside::Nothing, near) => near,
        (_, Beside::Nothing) => Beside::Plain,
        (_, near) => near,
    };
    let joined =
        before == Beside::Unknown && lists::is_service(&parts.text[parts.begin(own)..parts.begin(index)]);
    if (telling.long || joined) && before != Beside::Denying {
        before = Beside::Telling;
    }
    let rest = if parts.is_file(index) {
        Beside::Denying
    } else if parts.get(index) == b"secret" && parts.count == index + 2 && parts.get(index + 1) == b"id" {
        // Some give it to everyone, others to nobody.
        Beside::Unknown
    } else {
        beside(parts.all(index + 1..parts.count), (kind, false))
    };
    let after = match beside([telling.after].into_iter(), (kind, false)) {
        Beside::Nothing => rest,
        // Scripts without spaces write words together.
        Beside::Unknown if !telling.after.is_ascii() => Beside::Plain,
        // The rest of a single word: `secretary`, `tokenizer`.
        Beside::Unknown => Beside::Denying,
        says => says,
    };
    let after = match after {
        Beside::Unknown if telling.weak => Beside::Denying,
        // What belongs to the signing in: `auth_client`.
        Beside::Plain if parts.get(index) == b"auth" => Beside::Unknown,
        after => after,
    };
    Some(Said { kind, before, after })
}

/// Whether the word before a name in plain text, or its place in a URL, says what it is for: `master key`, `?key=`.
fn word_tells(haystack: &[u8], span: Span, kind: NameKind) -> bool {
    let before = &haystack[span.start.saturating_sub(20)..span.start];
    match before.last() {
        Some(b'?' | b'&') => true,
        Some(b' ' | b'-') => {
            let word = &before[..before.len() - 1];
            let length = word.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            let word = word[word.len() - length..].to_ascii_lowercase();
            lists::says(kind, true, &word) == Some(Beside::Telling)
        }
        _ => false,
    }
}

/// What words say: one that denies counts more than one that tells, and that more than any other.
fn beside<'a>(words: impl Iterator<Item = &'a [u8]>, (kind, before): (NameKind, bool)) -> Beside {
    let mut all = Beside::Nothing;
    for word in words.filter(|word| !word.is_empty() && !word.iter().all(u8::is_ascii_digit)) {
        let singular = word.strip_suffix(b"s").filter(|word| word.len() > 2);
        let known = lists::says(kind, before, word);
        let service =
            || (before && kind != NameKind::Password && lists::is_service(word)).then_some(Beside::Telling);
        let says = match known.or_else(|| lists::says(kind, before, singular?)).or_else(service) {
            Some(Beside::Denying) => return Beside::Denying,
            Some(says) => says,
            // `s3_key`, of an object in a store.
            None if word == b"s" && !before => Beside::Unknown,
            None if word.len() <= 2 => Beside::Plain,
            None => Beside::Unknown,
        };
        all = match (all, says) {
            (Beside::Doubting, _) | (_, Beside::Doubting) => Beside::Doubting,
            (Beside::Telling, _) | (_, Beside::Telling) => Beside::Telling,
            (Beside::Unknown, _) | (_, Beside::Unknown) => Beside::Unknown,
            _ => says,
        };
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<Name> {
        read(text.as_bytes(), Span::new(0, text.len()), &mut Names::default())
    }

    #[test]
    fn the_last_telling_word_decides() {
        for (text, kind) in [
            ("DB_PASSWORD", NameKind::Password),
            ("spring.datasource.password", NameKind::Password),
            ("rootPwd", NameKind::Password),
            ("userpass", NameKind::Password),
            ("contraseña", NameKind::Password),
            ("kata_sandi", NameKind::Password),
            ("пароль", NameKind::Password),
            ("clientSecret", NameKind::Secret),
            ("password_secret", NameKind::Secret),
            ("authtoken", NameKind::Token),
            ("AWS_SECRET_ACCESS_KEY", NameKind::Key),
            ("apikey2", NameKind::Key),
        ] {
            assert_eq!(name(text).map(|name| name.kind), Some(kind), "{text}");
        }
        for text in ["bypass", "compass", "monkey", "keyboard", "author", "passenger"] {
            assert!(name(text).is_none_or(|name| name.after != Beside::Nothing), "{text}: {:?}", name(text));
        }
        assert!(name("bypass").is_none() && name("monkey").is_none());
    }

    #[test]
    fn words_beside_it_tell_or_deny() {
        assert_eq!(name("api_key").map(|name| name.before), Some(Beside::Telling));
        assert_eq!(name("primaryKey").map(|name| name.before), Some(Beside::Denying));
        assert_eq!(name("confirmPassword").map(|name| name.before), Some(Beside::Doubting));
        assert_eq!(name("withPassword").map(|name| name.before), Some(Beside::Nothing));
        assert_eq!(name("loginWithPassword").map(|name| name.before), Some(Beside::Denying));
        assert_eq!(name("secret_id").map(|name| name.after), Some(Beside::Unknown));
        assert_eq!(name("password_field").map(|name| name.after), Some(Beside::Denying));
        assert_eq!(name("tokenCount").map(|name| name.after), Some(Beside::Denying));
        assert_eq!(name("password_prod").map(|name| name.after), Some(Beside::Plain));
        assert_eq!(name("accessKeyId").map(|name| name.after), Some(Beside::Denying));
        assert_eq!(name("serverAuth.pem").map(|name| name.after), Some(Beside::Denying));
        assert_eq!(name("tokenizer").map(|name| name.after), Some(Beside::Denying));
    }

    #[test]
    fn a_name_read_before_says_the_same_again() {
        let mut names = Names::default();
        let long = "a_name_that_is_longer_than_those_that_are_kept_password";
        let texts: Vec<String> =
            (0..2_000).map(|number| format!("db{number}_api_key{}", number % 7)).collect();
        for _ in 0..2 {
            for text in texts.iter().map(String::as_str).chain(["password", "tokenizer", "x", long]) {
                assert_eq!(names.said(text.as_bytes()), said(text.as_bytes()), "{text}");
            }
        }
    }
}
