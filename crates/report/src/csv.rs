//! Comma-separated values, for spreadsheets: one line a place.
//!
//! The columns that gitleaks writes come first, in its order and under its names, so that what reads those reads these;
//! then come our own. Secrets are masks. A cell that a spreadsheet would take for a formula begins with `'`.

use std::io::{self, Write};

use keysieve_finding::{Authored, GitPlace, Outcome};

use crate::Context;
use crate::places::{self, Place};
use crate::sentence;
use crate::visible::visible;

const COLUMNS: [&str; 25] = [
    "RuleID",
    "Commit",
    "File",
    "SymlinkFile",
    "Secret",
    "Match",
    "StartLine",
    "EndLine",
    "StartColumn",
    "EndColumn",
    "Author",
    "Message",
    "Date",
    "Email",
    "Fingerprint",
    "Tags",
    "Name",
    "Provider",
    "Severity",
    "Confidence",
    "ByteStart",
    "ByteEnd",
    "DecodedBy",
    "Remediation",
    "Docs",
];

pub(crate) fn write(outcome: &Outcome, context: &Context, out: &mut dyn Write) -> io::Result<()> {
    row(&COLUMNS.map(str::to_owned), out)?;
    for place in places::in_order(outcome) {
        row(&cells(place, context.author_of(place.location)), out)?;
    }
    Ok(())
}

fn cells(Place { finding, location }: Place<'_>, authored: Authored) -> [String; 25] {
    let rule = &finding.rule;
    let none = String::new;
    let git = location.git.as_deref();
    let commit = git.and_then(|git| git.commit).map(|commit| commit.to_string());
    [
        rule.id.clone(),
        commit.unwrap_or_default(),
        location.path.clone(),
        none(),
        finding.secret.masked(),
        location.snippet.as_ref().map(|snippet| snippet.text.clone()).unwrap_or_default(),
        location.line.to_string(),
        location.end_line.to_string(),
        location.column.to_string(),
        location.end_column.to_string(),
        authored.author,
        authored.message,
        git.and_then(GitPlace::author_date).unwrap_or_default(),
        authored.email,
        finding.fingerprint.to_string(),
        none(),
        rule.name.clone(),
        rule.provider.clone(),
        finding.severity.to_string(),
        finding.confidence.to_string(),
        location.byte_start.to_string(),
        location.byte_end.to_string(),
        location.decoded_by.join(" "),
        sentence::advice(finding),
        rule.docs.clone(),
    ]
}

/// Writes a line. Quotes come where a cell needs them (RFC 4180); lines end with LF alone, as gitleaks writes them.
pub(crate) fn row(cells: &[String], out: &mut dyn Write) -> io::Result<()> {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        let cell = tame(&visible(cell));
        if cell.contains([',', '"']) || cell.starts_with(' ') || cell.ends_with(' ') {
            write!(out, "\"{}\"", cell.replace('"', "\"\""))?;
        } else {
            out.write_all(cell.as_bytes())?;
        }
    }
    out.write_all(b"\n")
}

/// Keeps a cell from being a formula, which could send away what stands in other cells.
fn tame(cell: &str) -> String {
    let begin = cell.trim_start();
    if begin.starts_with(['=', '+', '-', '@']) && begin != "-" { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be_and_never_formulas() {
        let cells = ["a,b", "say \"x\"", "=1+1", " @x", "-", "two\nlines", "plain"].map(str::to_owned);
        let mut line = Vec::new();
        row(&cells, &mut line).expect("a vector takes everything");
        let line = String::from_utf8(line).expect("UTF-8");
        assert_eq!(line, "\"a,b\",\"say \"\"x\"\"\",'=1+1,' @x,-,two\\nlines,plain\n");
    }
}
