//! Values that say where something is.

use std::sync::LazyLock;

use super::forms::is_constant;
use super::lists::{Table, words};
use super::value::{Counts, Words};

/// A path, a URL, a host, a mail address.
pub(super) fn is_address(text: &[u8], counts: &Counts) -> bool {
    let scheme = || text.windows(3).any(|three| three == b"://");
    if counts.has(b':') && scheme()
        || text.starts_with(b"/") && counts.sign >= 2 && counts.digit * 3 < text.len()
    {
        return true;
    }
    const ROOTS: &[&[u8]] = &[
        b"run", b"var", b"etc", b"usr", b"home", b"tmp", b"opt", b"dev", b"proc", b"sys", b"mnt", b"srv",
        b"root", b"app",
    ];
    let root = || text[1..].split(|&byte| byte == b'/').next().is_some_and(|part| ROOTS.contains(&part));
    if text.starts_with(b"./")
        // Keys of the registry of Windows.
        || text.starts_with(b"HK") && counts.has(b'\\')
        || counts.has(b':') && is_ipv6(text)
        || text[0] == b'/' && root()
        || text.starts_with(b"../")
        || text.starts_with(b"~/")
        || text.get(1..3) == Some(b":\\")
    {
        return true;
    }
    if !counts.has(b'/') && !counts.has(b'\\') && !counts.has(b'.') {
        return false;
    }
    let slashes = text.iter().filter(|byte| matches!(byte, b'/' | b'\\')).count();
    // `Store40/v4/e3/48/1a/e3481a8f-…`, of which base64 as long would have one at most.
    if slashes >= 4 && text.len() < 128 && !counts.has(b'+') && !counts.has(b'=') && counts.blank == 0 {
        return true;
    }
    let dots = text.iter().filter(|&&byte| byte == b'.').count();
    let parts_are_words = || {
        text.split(|byte| matches!(byte, b'/' | b'\\' | b'.'))
            .filter(|part| part.len() >= 3)
            .all(|part| Words::of(part).percent() >= 60 || is_constant(part))
    };
    if slashes + dots >= 2 && counts.blank == 0 && parts_are_words() {
        return true;
    }
    if slashes >= 1 && text.len() < 40 && counts.digit == 0 && parts_are_words() {
        return true;
    }
    // A file's name, and a host's.
    const ENDINGS: &str = "war jar zip tgz gz tar exe dll key pem crt txt json yml yaml properties conf cfg ini py js ts java php html xml jks p12 pfx cer env \
        local com net org io go rb sh png jpg jpeg gif ico svg css mov mp4 geojson";
    static FILES: LazyLock<Table<()>> = LazyLock::new(|| Table::new(words(ENDINGS).map(|word| (word, ()))));
    let ending = memchr::memrchr(b'.', text).map(|dot| text[dot + 1..].to_ascii_lowercase());
    if ending.is_some_and(|ending| FILES.get(&ending).is_some()) {
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

/// `fe80:0000:0000:0000:0204:61ff:fe9d:f156`
fn is_ipv6(text: &[u8]) -> bool {
    text.iter().all(|&byte| byte.is_ascii_hexdigit() || byte == b':')
        && std::str::from_utf8(text).is_ok_and(|text| text.parse::<std::net::Ipv6Addr>().is_ok())
}
