//! What a reader does not see: characters without width, and the sequences that colour a terminal.

/// How long the character without width at the start of `bytes` is: zero-width space, joiners and marks of direction,
/// word joiner, byte order mark, soft hyphen.
pub(super) fn zero_width(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [0xE2, 0x80, 0x8B..=0x8F | 0xAA..=0xAE, ..]
        | [0xE2, 0x81, 0xA0..=0xA4, ..]
        | [0xEF, 0xBB, 0xBF, ..] => Some(3),
        [0xC2, 0xAD, ..] => Some(2),
        _ => None,
    }
}

/// How long the control sequence at the start of `bytes` is (ECMA-48, section 5.4).
pub(super) fn ansi(bytes: &[u8]) -> Option<usize> {
    let parameters = bytes.strip_prefix(b"\x1b[")?;
    let length = parameters.iter().take(24).take_while(|byte| (0x20..0x40).contains(*byte)).count();
    parameters.get(length).filter(|last| (0x40..0x7F).contains(*last)).map(|_| length + 3)
}

/// Where the character without width that ends at `at` begins.
pub(super) fn zero_width_before(haystack: &[u8], at: usize) -> Option<usize> {
    [3, 2]
        .into_iter()
        .filter_map(|length| at.checked_sub(length))
        .find(|&start| zero_width(&haystack[start..at]).is_some_and(|length| start + length == at))
}

/// Where the control sequence begins of which the first bytes of the token at `at` are the end.
pub(super) fn ansi_before(haystack: &[u8], at: usize) -> Option<usize> {
    let near = at.saturating_sub(24);
    let start = memchr::memrchr(0x1B, &haystack[near..at])? + near;
    ansi(&haystack[start..]).filter(|&length| start + length > at).map(|_| start)
}
