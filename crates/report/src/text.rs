//! For people: one block a secret, and how it went.

mod excerpt;
mod image;
mod paint;
mod summary;

use std::collections::BTreeSet;
use std::fmt::{self, Display};
use std::io::{self, Write};

use anstyle::Style;
use keysieve_finding::{Finding, GitPart, Location, MASK, Outcome};
use unicode_width::UnicodeWidthStr;

use self::paint::{BOLD, DIM, GUTTER, Link, Paint};
use crate::visible::{Visible, visible};
use crate::{Context, words};

/// What to do about a secret that stands in these parts of a repository; none if there are none.
fn history(parts: &BTreeSet<GitPart>) -> Option<String> {
    let has = |some: &[GitPart]| some.iter().any(|part| parts.contains(part));
    let options: Vec<&str> = [
        (has(&[GitPart::Blob]), "--replace-text FILE"),
        (has(&[GitPart::CommitMessage, GitPart::TagMessage]), "--replace-message FILE"),
    ]
    .into_iter()
    .filter_map(|(is_there, option)| is_there.then_some(option))
    .collect();
    let mut said = "Rotate it first: whoever has fetched it keeps it.".to_owned();
    if !options.is_empty() {
        said.push_str(&format!(
            " Then `git filter-repo {}` takes it out of the history; with `--show-secrets --purge-expressions FILE` \
             keysieve writes that file.",
            options.join(" ")
        ));
    }
    if has(&[GitPart::FileName]) {
        said.push_str(" The name of a file is changed with `git filter-repo --path-rename OLD:NEW`.");
    }
    if has(&[GitPart::CommitHeader, GitPart::TagHeader]) {
        said.push_str(" Names and mails of people are changed with `git filter-repo --mailmap FILE`.");
    }
    if has(&[GitPart::RefName]) {
        said.push_str(" A reference is renamed here, and deleted wherever it was pushed to.");
    }
    (!parts.is_empty()).then_some(said)
}

/// What to do about a secret that an image keeps.
const IMAGE: &str = "Rotate it first: whoever has pulled the image keeps every layer, deleted files too. Then build the \
                     image without it; BuildKit's `--mount=type=secret` leaves nothing behind.";

/// How many places of one secret are listed.
const MAX_PLACES: usize = 10;

/// Prose is not set wider than this, however wide the terminal is.
const MAX_PROSE: usize = 100;

pub(crate) fn write(outcome: &Outcome, context: &Context, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint(context.color);
    if !outcome.images.is_empty() {
        image::write(outcome, context, paint, out)?;
        return summary::write(outcome, paint, out);
    }
    for finding in &outcome.findings {
        Block { finding, context, paint, style: paint::severity(finding.severity), gutter: gutter(finding) }
            .write(out)?;
        writeln!(out)?;
    }
    summary::write(outcome, paint, out)
}

/// How wide the column of line numbers is: the first location's alone, as it is the only one with an excerpt.
fn gutter(finding: &Finding) -> usize {
    match finding.locations.first() {
        Some(first) if !first.binary => first.line.to_string().len(),
        _ => 1,
    }
}

struct Block<'a> {
    finding: &'a Finding,
    context: &'a Context,
    paint: Paint,
    style: Style,
    gutter: usize,
}

impl Block<'_> {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        self.title(out)?;
        self.places(out)?;
        self.notes(out)
    }

    fn title(&self, out: &mut dyn Write) -> io::Result<()> {
        let Finding { rule, severity, secret, .. } = self.finding;
        let level = self.paint.with(self.style, format!("{severity}[{}]", Visible(&rule.id)));
        let name = self.paint.with(BOLD, format!(": {}", Visible(&rule.name)));
        write!(out, "{level}{name}")?;
        // A mask that shows nothing says nothing.
        match secret.masked() {
            mask if mask == MASK => writeln!(out),
            mask => writeln!(out, " {}", self.paint.with(self.style, format!("`{mask}`"))),
        }
    }

    fn places(&self, out: &mut dyn Write) -> io::Result<()> {
        let (gutter, paint) = (self.gutter, self.paint);
        let locations = &self.finding.locations;
        for (at, location) in locations.iter().take(MAX_PLACES).enumerate() {
            let arrow = paint.with(GUTTER, if at == 0 { "-->" } else { ":::" });
            let place = Link::to(location, self.context, Place(location));
            write!(out, "{:gutter$}{arrow} {place}", "")?;
            if !location.decoded_by.is_empty() {
                let steps = visible(&location.decoded_by.join(", "));
                write!(out, " {}", paint.with(DIM, format!("(in {steps})")))?;
            }
            if let Some(git) = &location.git {
                write!(out, " {}", paint.with(DIM, format!("({})", visible(&words::history(git)))))?;
            }
            if let Some(layer) = &location.layer {
                let first = locations.first().filter(|_| at > 0).and_then(|first| first.layer.as_deref());
                let said = words::layer(layer, first.unwrap_or(layer));
                if !said.is_empty() {
                    write!(out, " {}", paint.with(DIM, format!("({})", visible(&said))))?;
                }
            }
            writeln!(out)?;
            if at == 0 {
                excerpt::write(location, gutter, self.style, paint, self.context.width, out)?;
            }
        }
        let listed = locations.len().min(MAX_PLACES) as u64;
        let more = self.finding.total_locations.saturating_sub(listed);
        if more > 0 {
            let more = words::count(more, "more place", "more places");
            writeln!(out, "{:gutter$}{} and {more}", "", paint.with(GUTTER, ":::"))?;
        }
        writeln!(out, "{:gutter$} {}", "", paint.with(GUTTER, "|"))
    }

    fn notes(&self, out: &mut dyn Write) -> io::Result<()> {
        let Finding { rule, secret, fingerprint, confidence, evidence, .. } = self.finding;
        if self.context.show_secrets {
            self.note("secret", &String::from_utf8_lossy(secret.expose()), false, out)?;
        }
        let why = format!("{confidence} ({})", words::evidence(evidence, true).join(", "));
        self.note("confidence", &why, true, out)?;
        if !rule.about.is_empty() {
            self.note("help", &rule.about, true, out)?;
        }
        if !rule.docs.is_empty() {
            self.note("docs", &rule.docs, false, out)?;
        }
        let parts = self.finding.locations.iter().filter_map(|location| Some(location.git.as_ref()?.part));
        if let Some(said) = history(&parts.collect()) {
            self.note("history", &said, true, out)?;
        }
        if self.finding.locations.iter().any(|location| location.layer.is_some()) {
            self.note("image", IMAGE, true, out)?;
        }
        self.note("fingerprint", &fingerprint.to_string(), false, out)
    }

    fn note(&self, label: &str, text: &str, wrapped: bool, out: &mut dyn Write) -> io::Result<()> {
        let indent = self.gutter + " = ".len() + label.len() + ": ".len();
        let equals = self.paint.with(GUTTER, "=");
        let label = self.paint.with(BOLD, format!("{label}:"));
        write!(out, "{:gutter$} {equals} {label} ", "", gutter = self.gutter)?;
        let text = visible(text);
        match self.context.width.filter(|_| wrapped) {
            Some(width) => {
                let columns = width.min(MAX_PROSE).saturating_sub(indent).max(20);
                writeln!(out, "{}", wrap(&text, columns, indent))
            }
            None => writeln!(out, "{text}"),
        }
    }
}

/// Breaks a text at blanks so that no line is wider than it may be, unless a single word is.
fn wrap(text: &str, columns: usize, indent: usize) -> String {
    let mut wrapped = String::with_capacity(text.len() + text.len() / 8);
    let mut used = 0;
    for word in text.split_whitespace() {
        if used > 0 && used + 1 + word.width() > columns {
            wrapped.push('\n');
            wrapped.extend(std::iter::repeat_n(' ', indent));
            used = 0;
        } else if used > 0 {
            wrapped.push(' ');
            used += 1;
        }
        wrapped.push_str(word);
        used += word.width();
    }
    wrapped
}

/// Where to go: `path:line:column`, or for a binary the byte.
struct Place<'a>(&'a Location);

impl Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Location { path, line, column, byte_start, binary, .. } = self.0;
        if *binary {
            write!(f, "{}, byte {byte_start}", Visible(path))
        } else {
            write!(f, "{}:{line}:{column}", Visible(path))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_breaks_at_blanks() {
        assert_eq!(wrap("one two three", 7, 2), "one two\n  three");
        assert_eq!(wrap("seventeen-letters x", 7, 2), "seventeen-letters\n  x");
        assert_eq!(wrap("", 7, 2), "");
    }

    #[test]
    fn what_takes_a_secret_out_of_a_history_depends_on_where_it_stands() {
        let said = |parts: &[GitPart]| history(&parts.iter().copied().collect());
        assert_eq!(said(&[]), None);
        let both = said(&[GitPart::Blob, GitPart::TagMessage]).unwrap();
        assert!(both.contains("`git filter-repo --replace-text FILE --replace-message FILE`"), "{both}");
        let message = said(&[GitPart::CommitMessage]).unwrap();
        assert!(message.contains("filter-repo --replace-message FILE`"), "{message}");
        let person = said(&[GitPart::CommitHeader]).unwrap();
        assert!(person.contains("--mailmap") && !person.contains("--replace"), "{person}");
    }
}
