//! The line a secret stands on, with a mark under its mask.

use std::io::{self, Write};

use keysieve_finding::{Location, Snippet};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::paint::{GUTTER, Paint};
use crate::visible::visible;

/// What stands where a line was cut.
const CUT: &str = "...";

/// A line in three pieces, ready to show.
struct Excerpt {
    before: String,
    mask: String,
    after: String,
}

impl Excerpt {
    fn of(snippet: &Snippet) -> Self {
        let piece = |range: std::ops::Range<usize>| visible(snippet.text.get(range).unwrap_or_default());
        let end = snippet.end.min(snippet.text.len());
        let start = snippet.start.min(end);
        Self { before: piece(0..start), mask: piece(start..end), after: piece(end..snippet.text.len()) }
    }

    /// Cuts it to a number of columns so that the mask stays in view, and some of what is before it: that is where
    /// the name of the value usually is.
    fn fit(mut self, columns: usize) -> Self {
        let spare = columns.saturating_sub(self.mask.width() + 2 * CUT.len());
        if self.before.width() + self.mask.width() + self.after.width() <= columns {
            return self;
        }
        let most = (spare * 2 / 3).max(spare.saturating_sub(self.after.width()));
        let before = self.before.width().min(most);
        if before < self.before.width() {
            self.before = format!("{CUT}{}", last(&self.before, before));
        }
        let after = spare.saturating_sub(before);
        if after < self.after.width() {
            self.after = format!("{}{CUT}", first(&self.after, after));
        }
        self
    }
}

fn first(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > columns {
            return &text[..at];
        }
    }
    text
}

fn last(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, c) in text.char_indices().rev() {
        used += c.width().unwrap_or(0);
        if used > columns {
            return &text[at + c.len_utf8()..];
        }
    }
    text
}

/// Writes the numbered line and the mark. `gutter` is the width of the line number's column.
pub(super) fn write(
    location: &Location,
    gutter: usize,
    style: anstyle::Style,
    paint: Paint,
    width: Option<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(snippet) = &location.snippet else { return Ok(()) };
    let mut excerpt = Excerpt::of(snippet);
    if let Some(width) = width {
        excerpt = excerpt.fit(width.saturating_sub(gutter + " | ".len()).max(20));
    }
    let bar = paint.with(GUTTER, "|");
    let number = if location.binary { String::new() } else { location.line.to_string() };
    let Excerpt { before, mask, after } = excerpt;
    writeln!(out, "{:gutter$} {bar}", "")?;
    let shown = paint.with(style, &mask);
    writeln!(out, "{} {bar} {before}{shown}{after}", paint.with(GUTTER, format_args!("{number:>gutter$}")))?;
    let mark = paint.with(style, "^".repeat(mask.width().max(1)));
    writeln!(out, "{:gutter$} {bar} {:indent$}{mark}", "", "", indent = before.width())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(before: &str, mask: &str, after: &str) -> Excerpt {
        Excerpt { before: before.to_owned(), mask: mask.to_owned(), after: after.to_owned() }
    }

    fn shown(excerpt: Excerpt) -> String {
        excerpt.before + "|" + &excerpt.mask + "|" + &excerpt.after
    }

    #[test]
    fn a_short_line_is_left_alone() {
        assert_eq!(shown(excerpt("a=", "ghp_…", ";").fit(80)), "a=|ghp_…|;");
    }

    #[test]
    fn a_long_line_is_cut_around_the_mask() {
        let line = excerpt(&"鍵".repeat(50), "ghp_…", &"z".repeat(100)).fit(40);
        assert!(line.before.starts_with("...") && line.before.ends_with("鍵"));
        assert!(line.after.starts_with("z") && line.after.ends_with("..."));
        assert!(line.before.width() + line.mask.width() + line.after.width() <= 40);
        let line = excerpt("a=", "ghp_…", &"z".repeat(100)).fit(40);
        assert!(line.before == "a=" && line.after.width() > 25 && line.after.width() <= 33);
        let line = excerpt(&"z".repeat(100), "ghp_…", "").fit(40);
        assert!(line.before.width() > 25 && line.before.width() <= 35);
    }

    #[test]
    fn a_snippet_whose_offsets_are_wrong_shows_what_it_can() {
        let snippet = Snippet { text: "é=…".to_owned(), start: 1, end: 99, masks: Vec::new() };
        assert_eq!(shown(Excerpt::of(&snippet)), "||");
    }
}
