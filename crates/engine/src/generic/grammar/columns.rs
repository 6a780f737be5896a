//! Values below their names: in the rows of a table whose first line names its columns, and in lists and blocks of YAML.

use keysieve_finding::Span;
use keysieve_rules::LONGEST_ASSIGNMENT;

use super::super::name;
use super::{Assigned, Form, Operator, Text};

/// How far the line that names the columns reaches to each side of a name, in bytes.
const HEADER: usize = 320;
/// The longest name of a column, in bytes.
const LONGEST_CELL: usize = 40;
/// The most values that are taken from one column or list.
const MOST: usize = 64;

/// A line that names the columns of a table.
struct Header {
    separator: u8,
    /// Which column the name stands above.
    column: usize,
    /// How many separators every line has.
    separators: usize,
    /// Where the first row begins.
    rows: usize,
}

/// Whether what a column is called can end before these two bytes.
pub(super) fn ends_column(one: u8, two: u8) -> bool {
    match one {
        b',' | b'\t' | b'\r' | b'\n' => true,
        // Drawn tables have bars at their sides; a statement that ends with a semicolon is no line of names.
        b'|' if matches!(two, b'|' | b' ' | b'\r' | b'\n') => true,
        b'|' | b';' => name::is_name(two) || matches!(two, b'"' | b'\''),
        _ => false,
    }
}

impl Text<'_> {
    /// The value below a name in the first row of its table.
    pub(super) fn below(&self, end: usize) -> Option<Assigned> {
        let header = self.header(end)?;
        self.cell_of_row(&header, header.rows).map(|(value, _)| value)
    }

    /// Hands on the values of the rows after the first one, as far as an assignment can reach.
    pub(super) fn rows_below(&self, end: usize, mut found: impl FnMut(Assigned)) {
        let near = Text(&self.0[..self.0.len().min(end + LONGEST_ASSIGNMENT as usize)]);
        let Some(header) = near.header(end) else { return };
        let Some((_, mut at)) = near.cell_of_row(&header, header.rows) else { return };
        for _ in 0..MOST {
            let Some((value, next)) = near.cell_of_row(&header, at) else { return };
            found(value);
            at = next;
        }
    }

    /// Whether a name that ends here may be that of a column.
    pub(super) fn may_be_column(&self, end: usize) -> bool {
        self.header(end).is_some()
    }

    fn header(&self, end: usize) -> Option<Header> {
        let quoted = matches!(self.byte(end), b'"' | b'\'' | b'`');
        let mut after = end + usize::from(quoted);
        while self.byte(after) == b' ' && after < end + LONGEST_CELL {
            after += 1;
        }
        if !ends_column(self.byte(after), self.byte(after + 1)) {
            return None;
        }
        let rest = &self.0[end..self.0.len().min(end + HEADER)];
        let right = &rest[..memchr::memchr(b'\n', rest)?];
        let before = &self.0[end.saturating_sub(HEADER)..end];
        let left = match memchr::memrchr(b'\n', before) {
            Some(newline) => &before[newline + 1..],
            None if before.len() == end => before,
            None => return None,
        };
        let is_header = |byte: &u8| {
            name::is_name(*byte)
                || matches!(
                    byte,
                    b' ' | b'"' | b'\'' | b'`' | b'*' | b'/' | b'#' | b'\t' | b'|' | b',' | b';'
                )
        };
        let right = right.strip_suffix(b"\r").unwrap_or(right);
        if !right.iter().all(is_header)
            || !left.iter().all(is_header)
            || [left, right].iter().any(|text| text.windows(2).any(|two| two == b"//"))
        {
            return None;
        }
        let separator =
            *[b'\t', b'|', b';', b','].iter().find(|byte| left.contains(byte) || right.contains(byte))?;
        // A cell that goes on behind the name is called something else.
        if !matches!(self.byte(after), b'\r' | b'\n') && self.byte(after) != separator {
            return None;
        }
        let count = |text: &[u8]| text.iter().filter(|&&byte| byte == separator).count();
        let named = |text: &[u8]| {
            text.len() <= LONGEST_CELL && text.iter().any(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80)
        };
        let line = Span::new(end - left.len(), end + right.len());
        let cells = self.0[line.range()].split(|&byte| byte == separator);
        // Tables that are drawn have bars at their sides, too.
        let empty = cells.clone().filter(|cell| !named(cell)).count();
        if empty > if separator == b'|' { 2 } else { 0 } {
            return None;
        }
        let mut rows = self.0[line.end..].iter().position(|&byte| byte == b'\n')? + line.end + 1;
        if separator == b'|' {
            let under = &self.0[rows..self.0.len().min(rows + HEADER)];
            let under = &under[..memchr::memchr(b'\n', under)?];
            let drawn = |byte: &u8| matches!(byte, b'-' | b'+' | b'|' | b':' | b'=' | b' ' | b'\r');
            if !under.iter().all(drawn) || !under.windows(3).any(|three| three == b"---" || three == b"===") {
                return None;
            }
            rows += under.len() + 1;
        }
        Some(Header { separator, column: count(left), separators: count(left) + count(right), rows })
    }

    /// The cell of a row that begins at a place, and where the next row begins; `None` where the table has ended.
    fn cell_of_row(&self, header: &Header, row: usize) -> Option<(Assigned, usize)> {
        const LONGEST_ROW: usize = 1024;
        let line = &self.0.get(row..self.0.len().min(row + LONGEST_ROW))?;
        let (mut separators, mut at, mut start, mut cell) = (0, 0, 0, None);
        loop {
            // A cell in quotes holds separators as text.
            if at == start && line.get(at) == Some(&b'"') {
                at += 1;
                while *line.get(at)? != b'"' || line.get(at + 1) == Some(&b'"') {
                    at += if line[at] == b'"' { 2 } else { 1 };
                }
            }
            let byte = line.get(at).copied().unwrap_or(b'\n');
            if byte == header.separator || byte == b'\n' {
                if separators == header.column {
                    cell = Some(Span::new(row + start, row + at.min(line.len())));
                }
                if byte == b'\n' {
                    break;
                }
                separators += 1;
                start = at + 1;
            }
            at += 1;
        }
        let ends = at < line.len() || row + at == self.0.len();
        if !ends || separators != header.separators {
            return None;
        }
        let mut value = self.trimmed(cell?);
        let text = &self.0[value.range()];
        let quoted =
            matches!(text, [b'"', .., b'"'] | [b'\'', .., b'\''] | [b'`', .., b'`']) && text.len() > 2;
        if quoted {
            value = Span::new(value.start + 1, value.end - 1);
        }
        let form = if quoted { Form::Quoted } else { Form::Bare };
        Some((Assigned { operator: Operator::Column, form, value, literal: true }, row + at + 1))
    }

    /// The only line of a block, `name: |` and `name: >-` with the value below; `at` is where the sign stands.
    pub(super) fn block(&self, name: Span, at: usize) -> Option<Assigned> {
        let mut line = at + 1;
        line += usize::from(matches!(self.byte(line), b'-' | b'+'));
        line += usize::from(self.byte(line) == b'\r');
        if !matches!(self.byte(at), b'|' | b'>') || self.byte(line) != b'\n' {
            return None;
        }
        let from = self.blanks(line + 1);
        let value = self.rest_of_line(from)?;
        // Of more lines, it is a text.
        let next = self.0.get(value.end..)?;
        let next = memchr::memchr(b'\n', next).map_or(self.0.len(), |newline| value.end + newline + 1);
        let below = self.blanks(next);
        let ends = below - next < from - line - 1 || matches!(self.byte(below), b'\n' | b'\r' | 0);
        (from - line - 1 > self.indent(name.start) && ends).then_some(Assigned {
            operator: Operator::Colon,
            form: Form::Bare,
            value,
            literal: true,
        })
    }

    /// The first entry of a list below its name: `names:` and `- value` on the next line.
    pub(super) fn entry(&self, name: Span, at: usize) -> Option<Assigned> {
        let line = at + usize::from(self.byte(at) == b'\r');
        if self.byte(line) != b'\n' {
            return None;
        }
        let from = self.blanks(line + 1);
        (from - line > self.indent(name.start)).then(|| self.entry_at(from)).flatten()
    }

    fn entry_at(&self, at: usize) -> Option<Assigned> {
        if !self.starts(at, b"- ") {
            return None;
        }
        let from = self.blanks(at + 2);
        let (value, form) = match self.quoted(from).filter(|_| matches!(self.byte(from), b'"' | b'\'')) {
            Some(value) => (value, Form::Quoted),
            None => (self.rest_of_line(from)?, Form::Bare),
        };
        Some(Assigned { operator: Operator::Colon, form, value, literal: true })
    }

    /// Hands on the entries after the first one, whose value ends at `end`.
    pub(super) fn entries_below(&self, first: &Assigned, mut found: impl FnMut(Assigned)) -> bool {
        let before = &self.0[first.value.start.saturating_sub(HEADER)..first.value.start];
        let Some(line) = memchr::memrchr(b'\n', before) else { return false };
        let indent = before[line + 1..].iter().take_while(|&&byte| byte == b' ').count();
        if !before[line + 1 + indent..].starts_with(b"- ") {
            return false;
        }
        let mut end = first.value.end;
        for _ in 0..MOST {
            let rest = &self.0[end..self.0.len().min(end + 8)];
            let Some(newline) = memchr::memchr(b'\n', rest) else { return true };
            let start = end + newline + 1;
            if self.blanks(start) != start + indent {
                return true;
            }
            let Some(entry) = self.entry_at(start + indent) else { return true };
            end = entry.value.end;
            found(entry);
        }
        true
    }

    /// What stands on the rest of a line, if that is one word.
    fn rest_of_line(&self, from: usize) -> Option<Span> {
        let value = self.bare(from, false);
        let after = self.blanks(value.end);
        let alone = matches!(self.byte(after), b'\n' | b'\r' | 0 | b'#');
        (!value.is_empty() && alone && self.0[value.end - 1] != b':').then_some(value)
    }

    /// How many blanks stand before the text of the line of a place, and before a name in an entry of a list.
    fn indent(&self, at: usize) -> usize {
        let before = &self.0[at.saturating_sub(HEADER)..at];
        let line = memchr::memrchr(b'\n', before).map_or(before, |newline| &before[newline + 1..]);
        line.iter().take_while(|&&byte| byte == b' ').count()
    }
}
