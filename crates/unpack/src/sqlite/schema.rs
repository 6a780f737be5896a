//! The list of tables and indexes.

use super::database::{Database, Encoding};
use super::record::{Value, decode, values};

/// A table, or an index.
pub(super) struct Table {
    pub(super) name: Vec<u8>,
    pub(super) root: u32,
    /// The names of its columns as they stand between brackets, perhaps none; `None` for an index.
    pub(super) columns: Option<Vec<u8>>,
}

/// Reads the list, which is itself a table: that comes first. Tables come before indexes, as an index must not take
/// what is a table's.
pub(super) fn read(database: &mut Database<'_>) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut left = vec![1];
    let mut list = Vec::new();
    while let Some(number) = left.pop() {
        let Some(page) = database.page(number) else { continue };
        for (_, record) in page.records {
            tables.extend(table(&record, database.encoding));
            // What it says of views and triggers is read, too.
            list.extend(statement(&record, database.encoding));
        }
        left.extend(page.below.iter().rev());
    }
    tables.sort_by_key(|table| table.columns.is_none());
    tables.insert(0, Table { name: b"sqlite_schema".to_vec(), root: 0, columns: Some(list) });
    tables
}

fn statement(record: &[u8], encoding: Encoding) -> Vec<u8> {
    match values(record).get(4) {
        Some(Value::Text(sql)) => [&decode(sql, encoding)[..], b";\n"].concat(),
        _ => Vec::new(),
    }
}

fn table(record: &[u8], encoding: Encoding) -> Option<Table> {
    let values = values(record);
    let text = |at: usize| match values.get(at) {
        Some(Value::Text(text)) => decode(text, encoding),
        _ => Vec::new(),
    };
    let Some(Value::Integer(root @ 1..)) = values.get(3) else { return None };
    let columns = match text(0).as_slice() {
        b"table" => Some(columns(&text(4))),
        b"index" => None,
        _ => return None,
    };
    Some(Table { name: text(1), root: u32::try_from(*root).ok()?, columns })
}

/// The names of the columns that a statement makes, with commas between them. None if it is not understood.
fn columns(sql: &[u8]) -> Vec<u8> {
    let Some(open) = sql.iter().position(|byte| *byte == b'(') else { return Vec::new() };
    let mut names: Vec<&[u8]> = Vec::new();
    let (mut depth, mut start, mut quote) = (0_usize, open + 1, None);
    for (at, byte) in sql.iter().enumerate().skip(open + 1) {
        match (quote, byte) {
            (Some(end), byte) if byte == end => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"' | b'`') => quote = Some(byte),
            (None, b'[') => quote = Some(&b']'),
            (None, b'(') => depth += 1,
            (None, b')') if depth > 0 => depth -= 1,
            (None, b',' | b')') if depth == 0 => {
                names.extend(name(&sql[start..at]));
                start = at + 1;
                if *byte == b')' {
                    break;
                }
            }
            _ => {}
        }
    }
    names.join(&b", "[..])
}

/// The name that a column's definition begins with.
fn name(definition: &[u8]) -> Option<&[u8]> {
    let definition = definition.trim_ascii();
    let end = match definition.first()? {
        b'"' => memchr::memchr(b'"', &definition[1..])? + 2,
        b'`' => memchr::memchr(b'`', &definition[1..])? + 2,
        b'[' => memchr::memchr(b']', definition)? + 1,
        _ => definition.iter().position(u8::is_ascii_whitespace).unwrap_or(definition.len()),
    };
    let name = &definition[..end];
    let constraint = [&b"constraint"[..], b"primary", b"unique", b"check", b"foreign"];
    (!constraint.iter().any(|word| name.eq_ignore_ascii_case(word))).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_told_from_what_else_is_said_of_a_table() {
        let sql = b"CREATE TABLE \"t\" (id INTEGER PRIMARY KEY, \"a, b\" text default 'x,y', c DECIMAL(1,2) CHECK (c > 0),\n  d, PRIMARY KEY (id, d))";
        assert_eq!(columns(sql), b"id, \"a, b\", c, d");
        assert_eq!(columns(b"CREATE TABLE t AS SELECT 1"), b"");
        assert_eq!(columns(b"("), b"");
    }
}
