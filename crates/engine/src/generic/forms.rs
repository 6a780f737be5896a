//! The forms of values that are no secrets.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, Anchored, Input, StartKind};

use super::lists::{Table, words};
use super::value::{Counts, Words};

/// Stars, dots, dashes, `x` and the like in place of what was there.
pub(super) fn is_masked(text: &[u8], counts: &Counts) -> bool {
    let masks = text
        .iter()
        .filter(|byte| matches!(byte, b'*' | b'x' | b'X' | b'.' | b'#' | b'-' | b'_' | b'?' | b'0'))
        .count();
    masks == text.len()
        || (counts.has(b'*') || counts.has(b'.'))
            && text.windows(3).any(|three| three == b"***" || three == b"...")
        || counts.beyond > 0
            && (text.starts_with("\u{2026}".as_bytes())
                || text.ends_with("\u{2026}".as_bytes())
                || text.windows(3).any(|three| three == "\u{2022}".as_bytes()))
}

/// `${X}`, `$X`, `%X%`, `{x}`, `<x>`, `@x@`, `#{x}`, `:x`, `%s`, `!Ref x`, `&x`, `*x`, `env(X)`.
pub(super) fn is_reference(text: &[u8], counts: &Counts) -> bool {
    let name = |text: &[u8]| {
        text.iter().all(|&byte| super::name::is_name(byte) || byte == b':')
            && text.iter().any(u8::is_ascii_alphabetic)
    };
    let calls = |text: &[u8]| {
        let name = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        name > 0 && matches!(text.get(name..name + 2), Some([b'(', b'\'' | b'"']))
    };
    const MARKS: &[&[u8]] = &[b"${", b"$(", b"{{", b"#{", b"<%", b"%{", b"{0}", b"{}"];
    let marked = || MARKS.iter().any(|mark| text.windows(mark.len()).any(|window| window == *mark));
    match text {
        [b'<', .., b'>']
        | [b'[', .., b']']
        | [b'{', .., b'}']
        | [b'%', .., b'%']
        | [b'@', .., b'@']
        | [b'_', b'_', .., b'_', b'_'] => true,
        // `$t('user.password')`, `!$this->params`
        [b'$', rest @ ..] if calls(rest) => true,
        [b'!', b'$', ..] => true,
        [b'_', rest @ ..] if rest.iter().all(|&byte| byte.is_ascii_uppercase() || byte == b'_') => true,
        [b'$', rest @ ..] if name(rest) && !rest.iter().any(u8::is_ascii_digit) => true,
        [b':' | b'@' | b'&' | b'*', rest @ ..] if name(rest) && !rest.iter().any(u8::is_ascii_digit) => true,
        [b'%', b's' | b'd' | b'v' | b'q' | b'@' | b'[', ..]
        | [b'%', b'1'..=b'9', b'$', ..]
        | [b'@', b'{' | b'(', ..]
        | [b'{', b'$', ..] => true,
        // What is put in when a template is filled, and the parameters of statements: `@DB_PASSWORD`, `$p_1, …`.
        [b'@', rest @ ..] if is_constant(rest) || crate::human::is_named(text) => true,
        [b'$' | b'@' | b':', rest @ ..] if goes_on_with_another(rest) => true,
        _ if is_formatted(text, counts) => true,
        // Patterns of shells: `*-*-mingw*`.
        _ if counts.has(b'*')
            && counts.letters() > 0
            && text.iter().filter(|&&byte| byte == b'*').count() * 4 > text.len() =>
        {
            true
        }
        _ if counts.has(b'$') && names_variable(text) => true,
        // `!Ref x`, `!secret x`: tags of YAML.
        [b'!', tag @ ..] if counts.blank > 0 => {
            let length = tag.iter().take_while(|&&byte| byte.is_ascii_alphabetic() || byte == b'_').count();
            length >= 3 && tag.get(length) == Some(&b' ')
        }
        // `"Bearer " + token`
        [scheme @ .., b' ']
            if [&b"bearer"[..], b"basic", b"token"].iter().any(|it| scheme.eq_ignore_ascii_case(it)) =>
        {
            true
        }
        b"!secret" | b"!env_var" | b"!reference" | b"!include" => true,
        b"!vault" | b"|" | b">" | b"|-" | b">-" => true,
        _ => (counts.has(b'{') || counts.has(b'(') || counts.has(b'<')) && marked(),
    }
}

/// What a program puts a value into, colours or matches: `Auth-Token:%s`, `\033[32mPASS`, `^.{8,}$`, `a//b[@c]`.
fn is_formatted(text: &[u8], counts: &Counts) -> bool {
    const COLOURS: &[&[u8]] = &[b"\\033[", b"\\x1b[", b"\\x1B[", b"\\u001b[", b"\\u001B[", b"\\e["];
    match text {
        [b'^', .., b'$'] => counts.has(b'{') || counts.has(b'[') || counts.has(b'.'),
        [name @ .., b'%', b's' | b'd' | b'v'] => name
            .iter()
            .all(|&byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_' | b':' | b'=' | b' ')),
        _ => {
            counts.has(b'[')
                && (text.windows(2).any(|two| two == b"[@")
                    || counts.has(b'\\')
                        && COLOURS
                            .iter()
                            .any(|start| text.windows(start.len()).any(|window| window == *start)))
        }
    }
}

/// `$p_1,[other]=$p_2`: after a sign and a name comes a comma.
fn goes_on_with_another(rest: &[u8]) -> bool {
    let name = rest.iter().take_while(|&&byte| byte.is_ascii_alphanumeric() || byte == b'_').count();
    name > 2
        && rest[0].is_ascii_alphabetic()
        && matches!(rest.get(name..name + 2), Some([b',', b'[' | b' ' | b'$' | b'@' | b':' | b'"' | b'`']))
}

/// `tls,$KEY_FILE`: a sign and a name in capitals.
fn names_variable(text: &[u8]) -> bool {
    text.iter().enumerate().any(|(at, &byte)| {
        let name = &text[at + 1..];
        let length = name.iter().take_while(|&&byte| byte.is_ascii_uppercase() || byte == b'_').count();
        byte == b'$' && length >= 4 && name.get(length).is_none_or(|byte| !byte.is_ascii_alphanumeric())
    })
}

/// A digest or hash that names its algorithm, or text that says that it is sealed or public.
pub(super) fn is_sealed(text: &[u8]) -> bool {
    const STARTS: &str = "sha1- sha1: sha224- sha256- sha256: sha384- sha384: sha512- sha512: md5: md5- pbkdf2 bcrypt scrypt \
        argon2 $1$ $2a$ $2b$ $2y$ $5$ $6$ $y$ $argon2 $pbkdf2 $apr1$ {ssha {sha {crypt {bcrypt {cipher enc[ enc( ssh-rsa \
        ssh-ed25519 ecdsa-sha2 ssh-dss -----begin $ansible_vault vault:v arn: projects/ data: urn: aaaab3nza aaaac3nza aaaae2vjz \
        ls0tls1crudjt mfkwewyhkoziz mhyweayhkoziz migfma0gcsqgsib3dqe miibijanbgkqhkig9w0b miicijanbgkqhkig9w0b mcowbqydk2v \
        migbmbagbyqgsm49ag ro0ab aqiaaa5maaaapaaa kms: op:// ref+ secretsmanager: ssm: keyvault @microsoft.keyvault u2fsdgvkx1 pk.eyj pk_live_ pk_test_ scram-sha-";
    static SEALED: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let starts = StartKind::Anchored;
        AhoCorasick::builder().ascii_case_insensitive(true).start_kind(starts).build(words(STARTS)).ok()
    });
    // Quotes may be part of it: `"\"arn:aws:…\""`.
    let quotes = text.iter().take(2).take_while(|&&byte| matches!(byte, b'\\' | b'"' | b'\'')).count();
    let start = Input::new(&text[quotes..]).anchored(Anchored::Yes);
    SEALED.as_ref().is_some_and(|starts| starts.is_match(start))
        || is_octets(text)
        || is_crypted(text)
        || is_public(text)
        || is_sealed_secret(text)
        || is_fingerprinted(text)
        || is_header(text)
        // What was decoded from binary data.
        || text.iter().any(|&byte| byte < b' ' && !byte.is_ascii_whitespace())
}

/// The hash of a password in the forms that name their algorithm: `$p5k2$…`, `sha1$salt$…`, and MySQL's.
fn is_crypted(text: &[u8]) -> bool {
    if let [b'*', hex @ ..] = text {
        return hex.len() == 40
            && hex.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'A'..=b'F'));
    }
    let name = |byte: &&u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    let begins = text.starts_with(b"$");
    let text = text.strip_prefix(b"$").unwrap_or(text);
    let length = text.iter().take_while(name).count();
    (1..=20).contains(&length)
        && text.len() > length + 16
        && text[length] == b'$'
        && text[length + 1..].contains(&b'$')
        && (begins || text[..length].iter().any(u8::is_ascii_digit))
        || text.starts_with(b"P$") && text.len() == 33
}

/// A public key in hex, compressed (SEC 1), and the address of an account of Ethereum (EIP-55).
fn is_public(text: &[u8]) -> bool {
    let hex = |text: &[u8]| text.iter().all(u8::is_ascii_hexdigit);
    match text {
        [b'0', b'2' | b'3', rest @ ..] if rest.len() == 64 => hex(rest),
        [b'0', b'x' | b'X', rest @ ..] if rest.len() == 40 => hex(rest),
        _ => false,
    }
}

/// What Bitnami's `SealedSecret` holds: a key sealed with RSA, before it two bytes of its length, then the value, in base64.
fn is_sealed_secret(text: &[u8]) -> bool {
    let base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    text.len() >= 340 && matches!(text, [b'A', b'g', b'A'..=b'D', ..]) && text.iter().all(base64)
}

/// A name with the fingerprint of a public key behind it: `kubernetes.site-ba_d8_85_a0_5b_50_b0_01_e0_b2_b0_ae_5d_f6_7a_d1`.
fn is_fingerprinted(text: &[u8]) -> bool {
    const LENGTH: usize = 16 * 3 - 1;
    let Some(from) = text.len().checked_sub(LENGTH) else { return false };
    let separator = text[from + 2];
    matches!(separator, b'_' | b':' | b'-')
        && text[from..].chunks(3).all(|three| {
            three[..2].iter().all(u8::is_ascii_hexdigit) && three.get(2).is_none_or(|&byte| byte == separator)
        })
}

/// The header of a JWT without the rest, which is the same for everyone: `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9`.
fn is_header(text: &[u8]) -> bool {
    const STARTS: &[&[u8]] = &[b"eyJhbGciOiJ", b"eyJ0eXAiOiJKV1Qi"];
    text.len() < 60 && !text.contains(&b'.') && STARTS.iter().any(|start| text.starts_with(start))
        || text.starts_with(b"eyJ") && text.windows(5).any(|five| five.eq_ignore_ascii_case(b".xxx."))
}

/// Bytes one by one, as fingerprints and binary constants are written: `73:7c:79`, `\x2a\x86`.
fn is_octets(text: &[u8]) -> bool {
    let hex = |byte: &u8| byte.is_ascii_hexdigit();
    if text.starts_with(b"\\x") {
        return text.windows(2).filter(|two| *two == b"\\x").count() * 4 * 4 >= text.len() * 3;
    }
    text.len() >= 14
        && text.len() % 3 == 2
        && text
            .chunks(3)
            .all(|three| three[..2].iter().all(hex) && three.get(2).is_none_or(|&byte| byte == b':'))
}

/// Words that stand for no value, for a type or a switch, in any of the common languages.
pub(super) fn is_keyword(text: &[u8]) -> bool {
    const WORDS: &str = "null none nil undefined nan true false yes no on off string str int integer integer32 bool boolean \
        float double number char bytes byte text object any void var let const function func def self this \
        super new return required optional default enabled disabled empty blank unset never always auto \
        manual all admin user username root guest anonymous public private secret password passwd pass pwd \
        passphrase token key keys apikey api_key credential credentials auth login basic bearer digest oauth \
        oauth2 jwt header cookie query body path form json xml html yaml plain plaintext base64 hex utf-8 \
        utf8 latin1 iso-8859-1 ascii varchar text_field prompt hidden visible show hide input submit button label title name \
        value id type email e-mail phone mail test tests testing example sample demo dummy fake mock foo bar \
        baz qux foobar todo tbd n/a na changeme change xxx abc local localhost production development \
        staging md5 sha1 sha256 sha512 aes des rsa hmac hs256 rs256 es256 ed25519 x25519 secp256k1 p-256 \
        p256 sha-1 sha-256 sha-512 bcrypt scrypt argon2 hashed encrypted redacted masked sensitive confidential enable disable allow deny incorrect invalid wrong correct missing expired weak accepted rejected used reset changed";
    static KEYWORDS: LazyLock<Table<()>> = LazyLock::new(|| Table::new(words(WORDS).map(|word| (word, ()))));
    if text.len() > 32 {
        return false;
    }
    let mut small = [0; 32];
    let other;
    let lower = if text.is_ascii() {
        for (small, byte) in small.iter_mut().zip(text) {
            *small = byte.to_ascii_lowercase();
        }
        &small[..text.len()]
    } else {
        other = String::from_utf8_lossy(text).to_lowercase();
        other.as_bytes()
    };
    let marks =
        lower.iter().rev().take_while(|byte| matches!(byte, b'!' | b'?' | b'*' | b':' | b'.')).count();
    let word = &lower[..lower.len() - marks];
    super::name::is_telling(word) || KEYWORDS.get(word).is_some()
}

/// The name of an algorithm, with its mode, size and padding, or of a media type: `aes-256-gcm`, `PBKDF2WithHmacSHA256`,
/// `application/json`.
pub(super) fn is_designator(text: &[u8]) -> bool {
    const FIRST: &str = "aes tripledes des rsa dsa ecdsa eddsa ecdh hmac sha md pbkdf argon bcrypt scrypt blake chacha ripemd \
        rijndael xsalsa whirlpool crypt phpass hs rs es ps aws";
    const NEXT: &str = "gcm cbc ecb ctr cfb ofb ccm xts siv poly with and hmac sha md rsa dsa ecdsa aes encryption padding nopadding \
        pkcs oaep pss mgf id i d v p b s ede eax kw wrap keccak curve x k r sum hex base raw digest";
    const MEDIA: &[&[u8]] =
        &[b"application/", b"text/", b"image/", b"audio/", b"video/", b"multipart/", b"font/"];
    static STARTS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let starts = StartKind::Anchored;
        AhoCorasick::builder().ascii_case_insensitive(true).start_kind(starts).build(words(FIRST)).ok()
    });
    let first = |text: &[u8]| {
        STARTS.as_ref()?.find(Input::new(text).anchored(Anchored::Yes)).map(|found| found.end())
    };
    if text.len() > 40 {
        return false;
    }
    if MEDIA.iter().any(|media| text.starts_with(media)) {
        return text.iter().all(|&byte| byte.is_ascii_graphic() && byte != b'"');
    }
    let Some(begun) = first(text) else { return false };
    let is_word = |word: &[u8]| words(FIRST).chain(words(NEXT)).any(|known| known.eq_ignore_ascii_case(word));
    let mut rest = &text[begun..];
    while let Some(&byte) = rest.first() {
        let length = if byte.is_ascii_alphabetic() {
            let letters = rest.iter().take(12).take_while(|byte| byte.is_ascii_alphabetic()).count();
            match (1..=letters).rev().find(|&length| is_word(&rest[..length])) {
                Some(length) => length,
                None => return false,
            }
        } else {
            usize::from(byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'/' | b' ' | b'.' | b':'))
        };
        if length == 0 {
            return false;
        }
        rest = &rest[length..];
    }
    // `des` and `es` are words of other languages, too.
    text.len() > 3 && text.iter().any(u8::is_ascii_digit)
        || text.iter().any(|byte| matches!(byte, b'-' | b'/' | b'_'))
}

/// A call, a member, an index, an operation, a concatenation.
pub(super) fn is_expression(text: &[u8], counts: &Counts, words: &Words) -> bool {
    let name = |text: &[u8]| {
        !text.is_empty()
            && text
                .iter()
                .all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'!' | b'?'))
    };
    const MARKS: &[&[u8; 2]] = &[b"->", b"::", b"()", b"&&", b"||", b"?("];
    // Base64 ends so.
    let padding = if text.len() >= 16 && text.len().is_multiple_of(4) { 2 } else { 0 };
    let text = text.strip_suffix(&b"=="[..padding]).unwrap_or(text);
    let marks =
        counts.has(b'>') || counts.has(b':') || counts.has(b'(') || counts.has(b'&') || counts.has(b'=');
    if marks && text.windows(2).any(|two| MARKS.iter().any(|mark| **mark == two))
        || counts.has(b'=') && is_comparison(text)
        || matches!(text.last(), Some(b'(' | b'[' | b'{'))
        // `Berlin375+` is a password, `prefix+` goes on.
        || matches!(text, [.., before, b'+'] if !before.is_ascii_digit() || counts.upper == 0)
        // The end of a block, in code without blanks.
        || counts.has(b'}') && !counts.has(b'{')
    {
        return true;
    }
    if is_statement(text, counts) {
        return true;
    }
    // `f(x`, `a[x]`
    if let Some(open) = memchr::memchr2(b'(', b'[', text)
        && open > 0
        && text[..open]
            .iter()
            .all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$' | b':'))
        && (text[open] == b'[' || open >= 2 || text.ends_with(b")") || text[open..].contains(&b','))
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
    // `old.TLSKeyPwd`
    let telling = || {
        counts.letters() + 1 == text.len() && text[0].is_ascii_lowercase() && super::score::repeats_name(text)
    };
    several && telling()
        || several
            && parts.all(|part| {
                name(part) && !part[0].is_ascii_digit() && (part.len() < 8 || Words::of(part).percent() >= 50)
            })
            && (words.letters == 0 || words.percent() >= 40 || text.len() < 12 || a_word())
}

/// `a==b.c`, `x==`: names or numbers on both sides, or nothing on one of them.
fn is_comparison(text: &[u8]) -> bool {
    let operand = |text: &[u8]| {
        let part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_$.()[]'\"".contains(byte);
        text.iter().all(u8::is_ascii_digit) || !text[0].is_ascii_digit() && text.iter().all(part)
    };
    let sign = text.windows(2).position(|two| two == b"==");
    sign.is_some_and(|at| {
        text[at + 2..].starts_with(b"=") || operand(&text[..at]) && operand(&text[at + 2..])
    })
}

/// What goes on behind an expression in code without blanks: `r);const`, `Ze;let`, `r)}))`, `t:e.key`, `&[u8]`.
fn is_statement(text: &[u8], counts: &Counts) -> bool {
    let name = |text: &[u8]| {
        !text.is_empty()
            && text.iter().all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'.'))
    };
    const ENDS: &[&[u8; 2]] = &[b");", b")}", b"})", b"};", b"]}"];
    if counts.has(b')') || counts.has(b'}') {
        return text.windows(2).any(|two| ENDS.iter().any(|end| **end == two));
    }
    if let Some(end) = memchr::memchr(b';', text).filter(|_| counts.has(b';')) {
        return end + 1 < text.len() && name(&text[..end]) && text[end + 1].is_ascii_alphabetic();
    }
    if let Some(colon) = memchr::memchr(b':', text).filter(|_| counts.sign == 2 && counts.has(b'.')) {
        return name(&text[..colon])
            && name(&text[colon + 1..])
            && text[colon..].contains(&b'.')
            && text[0].is_ascii_alphabetic();
    }
    text.starts_with(b"&[") || text.ends_with(b":") && text.contains(&b',')
}

pub(super) fn is_number(text: &[u8], counts: &Counts) -> bool {
    // The versions of packages that do: `^1.2.0`, `npm:~4.1`.
    let range = text.strip_prefix(b"npm:").unwrap_or(text);
    if let [b'^' | b'~', rest @ ..] = range
        && rest.first().is_some_and(u8::is_ascii_digit)
        && rest.iter().all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
        && rest.contains(&b'.')
    {
        return true;
    }
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
    const SUFFIXES: &[&[u8]] = &[
        b"u8", b"i8", b"u16", b"i16", b"u32", b"i32", b"u64", b"i64", b"usize", b"UL", b"ULL", b"LL", b"L",
        b"f32", b"f64",
    ];
    let typed = SUFFIXES.iter().any(|suffix| {
        text.strip_prefix(b"-").unwrap_or(text).strip_suffix(*suffix).is_some_and(|digits| {
            !digits.is_empty() && digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'_')
        })
    });
    let date = text.len() >= 10
        && text[..4].iter().all(u8::is_ascii_digit)
        && matches!(text[4], b'-' | b'/')
        && text[5..7].iter().all(u8::is_ascii_digit);
    number || unit || typed || date
}

pub(super) fn is_uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() }
        })
}

/// Text with blanks is prose unless it mixes in digits as passwords do.
pub(super) fn is_prose(text: &[u8], counts: &Counts, words: &Words) -> bool {
    counts.digit == 0
        || counts.beyond > 0
        || words.percent() >= 60
        || counts.blank * 8 > text.len() && counts.digit * 4 < text.len()
}

/// The name of a constant: `CE_NC_XML_SET_AUTH_MD5`.
pub(super) fn is_constant(text: &[u8]) -> bool {
    let parts = text.split(|&byte| byte == b'_').filter(|part| !part.is_empty());
    let letters = |part: &&[u8]| part.iter().all(u8::is_ascii_uppercase);
    text.len() > 6
        && text[0].is_ascii_uppercase()
        && text.iter().all(|&byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        && parts.clone().count() >= 2
        && parts.clone().filter(letters).count() * 3 >= parts.count() * 2
        && text.iter().filter(|byte| byte.is_ascii_digit()).count() * 4 <= text.len()
}

/// Words with a number of two or more digits behind them, as people make them up, and perhaps a sign at the end; two
/// words with a single digit.
fn is_numbered(text: &[u8], counts: &Counts) -> bool {
    let sign = |byte: &&u8| matches!(byte, b'#' | b'@' | b'$' | b'_' | b'.' | b'-');
    let signs = text.iter().rev().take(2).take_while(sign).count();
    let text = &text[..text.len() - signs];
    let digits = text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let two_words = || {
        let hump = |two: &&[u8]| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase();
        counts.sign == 0 && text.len() >= 10 && text.windows(2).filter(hump).count() == 1
    };
    ((2..=4).contains(&digits) || digits == 1 && two_words())
        && digits == counts.digit
        && text.len() >= digits + 4
        && counts.lower > 0
}

/// The name of a header of one's own making: `X-Amz-Content-Sha256`.
fn is_header_name(text: &[u8]) -> bool {
    let part = |part: &[u8]| {
        let digits = part.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let letters = &part[..part.len() - digits];
        letters.first().is_some_and(u8::is_ascii_alphabetic)
            && letters[1..].iter().all(u8::is_ascii_lowercase)
    };
    let rest = text.strip_prefix(b"X-").or_else(|| text.strip_prefix(b"x-"));
    rest.is_some_and(|name| {
        name.split(|&byte| byte == b'-').all(part)
            && name.split(|&byte| byte == b'-').any(|part| part.len() > 3 && Words::of(part).percent() == 100)
    })
}

/// Words joined by separators or humps, with few digits at their ends.
pub(super) fn is_identifier(text: &[u8], counts: &Counts, words: &Words) -> bool {
    if is_constant(text) {
        return true;
    }
    if is_header_name(text) {
        return true;
    }
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
    // `wandb_v1_runs`, `ghs_APPID_JWT`: what is no word in them is no more than a name.
    let written = |part: &[u8]| {
        let digits = part.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let letters = &part[..part.len() - digits];
        digits <= 2
            && letters.iter().all(u8::is_ascii_alphabetic)
            && (letters.iter().all(u8::is_ascii_lowercase) || letters.iter().all(u8::is_ascii_uppercase))
    };
    let bare = |part: &[u8]| {
        plain(&part[..part.len() - part.iter().rev().take_while(|byte| byte.is_ascii_digit()).count()])
    };
    if separators >= 2
        && counts.digit <= 2
        && parts().count() > 2
        && parts().all(written)
        && parts().filter(|part| bare(part)).count() * 3 >= parts().count() * 2
    {
        return true;
    }
    if text[0].is_ascii_digit() || is_numbered(text, counts) && !super::score::repeats_name(text) {
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
