//! The line around a secret, with every secret on it masked.

use keysieve_finding::{MASK, MaskKind, Secret, Snippet, Span, push_shown};

/// How much of a line is shown on each side of a secret, in bytes.
const AROUND: usize = 120;

/// A secret that must not be shown, wherever in the text it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hidden {
    pub(crate) span: Span,
    pub(crate) kind: MaskKind,
}

/// All secrets of a text that must not be shown, so that those near one are found without a look at the others.
#[derive(Debug, Default)]
pub(crate) struct AllHidden {
    /// By where they begin and end.
    sorted: Vec<Hidden>,
    /// For each of them how far it and those before it go.
    reach: Vec<usize>,
}

impl AllHidden {
    /// How far from a secret others can matter, in bytes.
    const NEAR: usize = 512;

    pub(crate) fn new(mut all: Vec<Hidden>) -> Self {
        all.sort_by_key(|secret| (secret.span.start, secret.span.end));
        all.dedup_by_key(|secret| (secret.span, secret.kind));
        let mut most = 0;
        let reach = all.iter().map(|secret| {
            most = most.max(secret.span.end);
            most
        });
        Self { reach: reach.collect(), sorted: all }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Hidden> {
        self.sorted.iter()
    }

    /// Those near a secret, in order.
    pub(crate) fn near(&self, own: Span) -> Vec<Hidden> {
        let first = self.reach.partition_point(|&reach| reach + Self::NEAR <= own.start);
        let rest = &self.sorted[first..];
        let last = rest.partition_point(|other| other.span.start < own.end + Self::NEAR);
        rest[..last].iter().filter(|other| other.span.end + Self::NEAR > own.start).copied().collect()
    }
}

/// Makes the snippet for the secret at `own`. `hidden` are all secrets of the text, that one among them; `text` ends
/// where they are all known.
pub(crate) fn snippet(text: &[u8], own: Span, hidden: &[Hidden]) -> Snippet {
    let region = region(text, own);
    let (shown, masks) = mask(text, region, &with_copies(text, region, hidden), push_text);
    let mine =
        masks.iter().find(|(_, secret)| secret.overlaps(&own)).map_or(Span::new(0, 0), |(mask, _)| *mask);
    Snippet {
        text: shown,
        start: mine.start,
        end: mine.end,
        masks: masks.into_iter().map(|(mask, _)| mask).collect(),
    }
}

/// A part of a text with its secrets masked.
pub(crate) fn masked(text: &[u8], region: Span, hidden: &[Hidden]) -> String {
    mask(text, region, &with_copies(text, region, hidden), push_text).0
}

/// A name with the secrets in it masked.
pub(crate) fn masked_name(name: &[u8], hidden: &[Hidden]) -> String {
    let all = Span::new(0, name.len());
    mask(name, all, &with_copies(name, all, hidden), push_shown).0
}

/// The region as text, as `push` writes it, and each mask in it with the secret that it stands for. `hidden` is sorted.
fn mask(
    text: &[u8],
    region: Span,
    hidden: &[Hidden],
    push: fn(&mut String, &[u8]),
) -> (String, Vec<(Span, Span)>) {
    let (mut shown, mut masks) = (String::new(), Vec::new());
    let mut at = region.start;
    for group in groups(hidden) {
        let start = group.span.start.max(region.start);
        if group.span.end <= region.start || start >= region.end {
            continue;
        }
        push(&mut shown, &text[at..start]);
        let mask_start = shown.len();
        if group.span.start >= region.start {
            let secret = &text[group.span.range()];
            push(&mut shown, &secret[..Secret::shown(secret, group.kind)]);
        }
        shown.push_str(MASK);
        masks.push((Span::new(mask_start, shown.len()), group.span));
        at = group.span.end.min(region.end);
    }
    push(&mut shown, &text[at..region.end]);
    (shown, masks)
}

/// The part of the text that is shown: the line that the secret begins on, cut on both sides.
fn region(text: &[u8], own: Span) -> Span {
    let far = own.start.saturating_sub(AROUND);
    let start = memchr::memrchr(b'\n', &text[far..own.start]).map_or(far, |newline| far + newline + 1);
    let start = (start..own.start).find(|&at| !is_continuation(text[at])).unwrap_or(own.start);
    let limit = text.len().min(own.end + AROUND);
    let newline = memchr::memchr(b'\n', &text[own.start..limit]).map(|newline| own.start + newline);
    let end = newline.unwrap_or(limit);
    let end = if end < text.len() {
        (own.start..=end).rev().find(|&at| !is_continuation(text[at])).unwrap_or(end)
    } else {
        end
    };
    let end = if newline.is_some() && text[own.start..end].ends_with(b"\r") { end - 1 } else { end };
    Span::new(start, end)
}

const fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

/// The hidden secrets and every other place in the region where one of them stands once more, sorted.
fn with_copies(text: &[u8], region: Span, hidden: &[Hidden]) -> Vec<Hidden> {
    let mut all: Vec<Hidden> = hidden.to_vec();
    // A copy can begin left of the region, and its end be shown.
    for secret in hidden {
        let bytes = &text[secret.span.range()];
        if !(4..=1024).contains(&bytes.len()) {
            continue;
        }
        let far = region.start.saturating_sub(bytes.len());
        let near = text.len().min(region.end + bytes.len());
        for found in memchr::memmem::find_iter(&text[far..near], bytes) {
            all.push(Hidden { span: Span::new(far + found, far + found + bytes.len()), kind: secret.kind });
        }
    }
    all.sort_by_key(|secret| (secret.span.start, secret.span.end));
    all
}

/// Overlapping secrets as one; it shows nothing if any of them may not.
fn groups(hidden: &[Hidden]) -> Vec<Hidden> {
    let mut groups: Vec<Hidden> = Vec::new();
    for secret in hidden {
        match groups.last_mut() {
            Some(group) if secret.span.start < group.span.end => {
                // What one of them may show, another may not.
                let longest = group.span.len().min(secret.span.len());
                if secret.kind == MaskKind::Password || secret.span != group.span && longest < 16 {
                    group.kind = MaskKind::Password;
                }
                if secret.span.start > group.span.start && secret.span.start < group.span.start + 4 {
                    group.kind = MaskKind::Password;
                }
                group.span.end = group.span.end.max(secret.span.end);
            }
            _ => groups.push(*secret),
        }
    }
    groups
}

/// Appends text for a screen: malformed UTF-8 and control characters become U+FFFD, a tab a blank.
fn push_text(shown: &mut String, bytes: &[u8]) {
    for character in String::from_utf8_lossy(bytes).chars() {
        shown.push(match character {
            '\t' => ' ',
            control if control.is_control() => char::REPLACEMENT_CHARACTER,
            other => other,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: MaskKind = MaskKind::Token;

    fn hide(text: &str, secrets: &[(&str, MaskKind)]) -> Vec<Hidden> {
        let hidden = |&(secret, kind): &(&str, MaskKind)| {
            let start = text.find(secret).expect("it is there");
            Hidden { span: Span::new(start, start + secret.len()), kind }
        };
        secrets.iter().map(hidden).collect()
    }

    #[test]
    fn every_secret_of_the_line_is_masked_and_nothing_else_of_it_is() {
        let text = "first\n\ta = abcdefghijklmnopqrst; b = hunter2; c = 1\r\nnext";
        let hidden = hide(text, &[("abcdefghijklmnopqrst", TOKEN), ("hunter2", MaskKind::Password)]);
        let snippet = snippet(text.as_bytes(), hidden[0].span, &hidden);
        assert_eq!(snippet.text, " a = abcd…; b = …; c = 1");
        assert_eq!(&snippet.text[snippet.start..snippet.end], "abcd…");
        assert_eq!(snippet.masks.len(), 2);
    }

    #[test]
    fn those_near_a_secret_are_found_among_many_long_ones_too() {
        let at = |start: usize, end: usize| Hidden { span: Span::new(start, end), kind: TOKEN };
        let spans: Vec<Hidden> = (0..400).map(|index| at(index * 50, index * 50 + 20)).collect();
        let all = AllHidden::new(spans.iter().copied().chain([at(10, 9_000)]).collect());
        for own in [0, 517, 5_000, 9_000, 19_950, 30_000].map(|start| Span::new(start, start + 20)) {
            let near = |other: &&Hidden| other.span.end + 512 > own.start && other.span.start < own.end + 512;
            let plain: Vec<Span> = all.iter().filter(near).map(|secret| secret.span).collect();
            assert_eq!(all.near(own).iter().map(|secret| secret.span).collect::<Vec<_>>(), plain, "{own:?}");
        }
    }

    #[test]
    fn copies_of_a_secret_are_masked_too() {
        let text = "x=hunter2secret y=hunter2secret";
        let hidden = hide(text, &[("hunter2secret", MaskKind::Password)]);
        assert_eq!(snippet(text.as_bytes(), hidden[0].span, &hidden).text, "x=… y=…");
    }

    #[test]
    fn a_long_line_is_cut_and_what_is_cut_through_is_masked() {
        let text = format!("{}{}=abcdefghijklmnopqrst{}", "s".repeat(100), "-".repeat(119), "é".repeat(200));
        let start = 220;
        let hidden = [
            Hidden { span: Span::new(0, 101), kind: TOKEN },
            Hidden { span: Span::new(start, start + 20), kind: TOKEN },
        ];
        let snippet = snippet(text.as_bytes(), hidden[1].span, &hidden);
        assert_eq!(snippet.text, format!("…{}=abcd…{}", "-".repeat(118), "é".repeat(60)));
    }

    #[test]
    fn a_block_shows_its_first_line_only() {
        let text = "k: |\n  -----BEGIN KEY-----\n  AAAA\n  -----END KEY-----\nnext";
        let hidden = hide(text, &[("-----BEGIN KEY-----\n  AAAA\n  -----END KEY-----", MaskKind::Password)]);
        assert_eq!(snippet(text.as_bytes(), hidden[0].span, &hidden).text, "  …");
    }
}
