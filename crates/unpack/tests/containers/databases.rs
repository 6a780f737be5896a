//! SQLite, in databases that are put together here.

use keysieve_unpack::Container;

use crate::packages::list;
use crate::tools::text;

const PAGE: usize = 512;

/// What is in a page that is none of a tree, or a leaf with its cells.
enum Page {
    Leaf(Vec<Vec<u8>>),
    Raw(Vec<u8>),
}

fn varint(value: usize) -> Vec<u8> {
    let mut bytes = vec![(value & 0x7F) as u8];
    let mut rest = value >> 7;
    while rest > 0 {
        bytes.insert(0, (rest & 0x7F) as u8 | 0x80);
        rest >>= 7;
    }
    bytes
}

fn record(values: &[&str]) -> Vec<u8> {
    let kinds: Vec<u8> = values.iter().flat_map(|value| varint(13 + 2 * value.len())).collect();
    [&varint(kinds.len() + 1), &kinds[..], values.concat().as_bytes()].concat()
}

/// A row as it is in a page; `next` is the page where the rest of it is, if it does not fit.
fn cell(number: usize, record: &[u8], next: u8) -> Vec<u8> {
    let mut cell = [varint(record.len()), varint(number)].concat();
    let (most, least) = (PAGE - 35, (PAGE - 12) * 32 / 255 - 23);
    if record.len() <= most {
        return [cell, record.to_vec()].concat();
    }
    let local = least + (record.len() - least) % (PAGE - 4);
    cell.extend_from_slice(&record[..if local <= most { local } else { least }]);
    [cell, vec![0, 0, 0, next]].concat()
}

fn rest(record: &[u8]) -> Vec<u8> {
    let local = cell(1, record, 0).len() - varint(record.len()).len() - 1 - 4;
    record[local..].to_vec()
}

fn database(pages: &[Page], encoding: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (index, page) in pages.iter().enumerate() {
        let mut made = vec![0; PAGE];
        let start = if index == 0 { 100 } else { 0 };
        if index == 0 {
            made[..16].copy_from_slice(b"SQLite format 3\0");
            made[16] = 2;
            made[59] = encoding;
        }
        match page {
            Page::Leaf(cells) => {
                made[start] = 13;
                made[start + 4] = cells.len() as u8;
                let mut end = PAGE;
                for (at, cell) in cells.iter().enumerate() {
                    end -= cell.len();
                    made[end..end + cell.len()].copy_from_slice(cell);
                    made[start + 8 + 2 * at..][..2].copy_from_slice(&(end as u16).to_be_bytes());
                }
            }
            Page::Raw(raw) => made[..raw.len()].copy_from_slice(raw),
        }
        bytes.extend(made);
    }
    bytes
}

/// The list of one table whose first page is the second.
fn schema(sql: &str) -> Page {
    schema_as(sql, |text| text.as_bytes().to_vec())
}

fn schema_as(sql: &str, encode: impl Fn(&str) -> Vec<u8>) -> Page {
    let [kind, name, sql] = ["table", "t", sql].map(encode);
    let lengths = [&kind, &name, &name].map(|text| 13 + 2 * text.len() as u8);
    let kinds: Vec<u8> = lengths.into_iter().chain([1]).chain(varint(13 + 2 * sql.len())).collect();
    let record = [&[kinds.len() as u8 + 1][..], &kinds, &kind, &name, &name, &[2], &sql].concat();
    Page::Leaf(vec![cell(1, &record, 0)])
}

const SQL: &str = "CREATE TABLE t (name, value)";

#[test]
fn a_table_is_read_as_what_would_fill_it() {
    let row = |number, values: &[&str]| cell(number, &record(values), 0);
    let rows = Page::Leaf(vec![row(1, &["api", "key-one"]), row(2, &["it's", ""])]);
    let free = Page::Raw(b"\0\0\0\0a deleted row".to_vec());
    let seen = list(Container::Sqlite, &database(&[schema(SQL), rows, free], 1));
    assert_eq!(seen[0], "sqlite_schema: CREATE TABLE t (name, value);\n");
    let expected = "t: INSERT INTO t (name, value) VALUES ('api', 'key-one');\nINSERT INTO t (name, value) VALUES ('it''s', '');\n";
    assert_eq!(seen[1], expected);
    assert!(seen[2].starts_with("@1024: ") && seen[2].contains("a deleted row"), "{}", seen[2]);
    assert_eq!(seen.len(), 3);
}

#[test]
fn a_value_goes_on_in_other_pages() {
    let long = String::from_utf8(text(1200)).expect("text");
    let record = record(&["name", &long]);
    let parts = rest(&record);
    let (first, second) = parts.split_at(PAGE - 4);
    let pages = [
        schema(SQL),
        Page::Leaf(vec![cell(1, &record, 4)]),
        Page::Raw([&[0; 4], second].concat()),
        Page::Raw([&[0, 0, 0, 3], first].concat()),
    ];
    let seen = list(Container::Sqlite, &database(&pages, 1));
    assert_eq!(seen[1], format!("t: INSERT INTO t (name, value) VALUES ('name', '{long}');\n"));
    assert_eq!(seen.len(), 2, "nothing is looked at twice");
}

#[test]
fn pages_that_lead_in_circles_come_once_and_any_damage_is_survived() {
    let long = String::from_utf8(text(2000)).expect("text");
    let row = record(&["name", &long]);
    let pages =
        [schema(SQL), Page::Leaf(vec![cell(1, &row, 3), cell(2, &row, 3)]), Page::Raw(vec![0, 0, 0, 3])];
    let bytes = database(&pages, 1);
    assert!(list(Container::Sqlite, &bytes).concat().len() < 10_000);
    for at in 0..bytes.len() {
        for value in [0, 5, 0x80, 0xFF] {
            let mut damaged = bytes.clone();
            damaged[at] = value;
            if Container::of(&damaged) == Some(Container::Sqlite) {
                list(Container::Sqlite, &damaged);
            }
        }
    }
    for cut in 16..bytes.len() {
        list(Container::Sqlite, &bytes[..cut]);
    }
}

#[test]
fn a_value_that_is_a_container_is_an_entry() {
    let zipped = crate::tools::compress(keysieve_unpack::Compression::Gzip, b"in a blob");
    let record = [&[3, 13 + 2, 12 + 2 * zipped.len() as u8][..], b"x", &zipped].concat();
    let rows = Page::Leaf(vec![cell(7, &record, 0)]);
    let seen = list(Container::Sqlite, &database(&[schema(SQL), rows], 1));
    assert_eq!(seen[1], "t: INSERT INTO t (name, value) VALUES ('x', X);\n");
    assert!(seen[2].starts_with("7/1: "), "{}", seen[2]);
}

#[test]
fn text_is_utf_16_where_the_header_says_so() {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let record = [&[2, 13 + 16][..], &wide("wide")].concat();
    let rows = Page::Leaf(vec![cell(1, &record, 0)]);
    let seen = list(Container::Sqlite, &database(&[schema_as(SQL, wide), rows], 2));
    assert_eq!(seen[1], "t: INSERT INTO t (name, value) VALUES ('wide');\n");
}
