//! Records: the values of a row.

use super::database::{Encoding, varint};

/// A value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Blob(&'a [u8]),
    Text(&'a [u8]),
}

/// The values of a record; those that are cut off are shorter, or missing.
pub(super) fn values(record: &[u8]) -> Vec<Value<'_>> {
    let mut values = Vec::new();
    let Some((header, mut at)) = varint(record) else { return values };
    let header = usize::try_from(header).unwrap_or(usize::MAX).min(record.len());
    let mut body = header;
    while at < header {
        let Some((kind, length)) = varint(&record[at..header]) else { break };
        at += length;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind,
            5 => 6,
            6 | 7 => 8,
            kind => kind.saturating_sub(12) / 2,
        };
        let end = usize::try_from(length).unwrap_or(usize::MAX).saturating_add(body).min(record.len());
        values.push(value(kind, &record[body..end]));
        body = end;
    }
    values
}

fn value(kind: u64, bytes: &[u8]) -> Value<'_> {
    let integer = || {
        let sign = if bytes.first().is_some_and(|first| first & 0x80 != 0) { -1 } else { 0 };
        bytes.iter().fold(sign, |value: i64, byte| value << 8 | i64::from(*byte))
    };
    match kind {
        1..=6 => Value::Integer(integer()),
        7 => Value::Real(f64::from_bits(integer().cast_unsigned())),
        8 => Value::Integer(0),
        9 => Value::Integer(1),
        12.. if kind.is_multiple_of(2) => Value::Blob(bytes),
        13.. => Value::Text(bytes),
        _ => Value::Null,
    }
}

/// The bytes of a text as UTF-8.
pub(super) fn decode(text: &[u8], encoding: Encoding) -> Vec<u8> {
    let unit = match encoding {
        Encoding::Utf8 => return text.to_vec(),
        Encoding::Utf16Le => u16::from_le_bytes,
        Encoding::Utf16Be => u16::from_be_bytes,
    };
    let units = text.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let characters = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER));
    characters.collect::<String>().into_bytes()
}

/// Appends a value as SQL has it. Bytes stay as they are, so that what is text in them can be read.
pub(super) fn write(value: Value<'_>, encoding: Encoding, out: &mut Vec<u8>) {
    let mut quote = |bytes: &[u8]| {
        out.push(b'\'');
        for byte in bytes {
            if *byte == b'\'' {
                out.push(b'\'');
            }
            out.push(*byte);
        }
        out.push(b'\'');
    };
    match value {
        Value::Blob(bytes) => quote(bytes),
        Value::Text(bytes) if encoding == Encoding::Utf8 => quote(bytes),
        Value::Text(bytes) => quote(&decode(bytes, encoding)),
        Value::Null => out.extend_from_slice(b"NULL"),
        Value::Integer(integer) => out.extend_from_slice(integer.to_string().as_bytes()),
        Value::Real(real) => out.extend_from_slice(real.to_string().as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_by_the_numbers_before_them() {
        let record = [&[7, 0, 1, 9, 17, 14, 2][..], &[0xFE], b"ab", b"c", &[1, 0]].concat();
        let expected = [
            Value::Null,
            Value::Integer(-2),
            Value::Integer(1),
            Value::Text(b"ab"),
            Value::Blob(b"c"),
            Value::Integer(256),
        ];
        assert_eq!(values(&record), expected);
        assert_eq!(values(&record[..9])[3], Value::Text(b"a"), "cut off");
        assert_eq!(values(&[]), []);
    }
}
