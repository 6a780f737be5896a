//! Certificates in text blocks (RFC 5280, RFC 7468): whose public key they are for, and until when.

use crate::der::{INTEGER, OBJECT, Reader, SEQUENCE, value};
use crate::key::{decoded, parts};
use crate::{Facts, known};

const SET: u8 = 0x31;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// The version, which stands first where there is one.
const VERSION: u8 = 0xA0;
/// The attribute `commonName` of a name.
const COMMON_NAME: &[u8] = &[0x55, 4, 3];

/// Whether a block holds a certificate.
pub(crate) fn is_one(block: &[u8]) -> bool {
    block.starts_with(b"-----BEGIN CERTIFICATE-----")
        || block.starts_with(b"-----BEGIN TRUSTED CERTIFICATE-----")
}

pub(crate) fn examine(block: &[u8]) -> Facts {
    read(block).unwrap_or_default()
}

fn read(block: &[u8]) -> Option<Facts> {
    let text = String::from_utf8_lossy(block);
    let der = decoded(parts(&text)?.1)?;
    let mut signed = Reader(Reader(Reader(&der).expect(SEQUENCE)?).expect(SEQUENCE)?);
    let (mut tag, _) = signed.next()?;
    if tag == VERSION {
        (tag, _) = signed.next()?;
    }
    if tag != INTEGER {
        return None;
    }
    // The algorithm of the signature, and who signed.
    signed.expect(SEQUENCE)?;
    signed.expect(SEQUENCE)?;
    let mut validity = Reader(signed.expect(SEQUENCE)?);
    validity.next()?;
    let expires = validity.next().and_then(|(tag, time)| day(tag, time));
    let account = common_name(signed.expect(SEQUENCE)?);
    let public = value(SEQUENCE, signed.expect(SEQUENCE)?);
    Some(Facts {
        structure: Some("certificate".to_owned()),
        account,
        expires,
        public_key: Some(known::digest(&public)),
        ..Facts::default()
    })
}

/// The last common name in a name.
fn common_name(name: &[u8]) -> Option<String> {
    let (mut sets, mut found) = (Reader(name), None);
    while let Some(set) = sets.expect(SET) {
        let mut attributes = Reader(set);
        while let Some(attribute) = attributes.expect(SEQUENCE) {
            let mut attribute = Reader(attribute);
            if attribute.expect(OBJECT) == Some(COMMON_NAME) {
                found = attribute.next().map(|(_, text)| String::from_utf8_lossy(text).into_owned());
            }
        }
    }
    found
}

/// The day of `YYMMDD…` or `YYYYMMDD…`; of two digits, those from 50 on are of the last century.
fn day(tag: u8, time: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(time).ok()?;
    let (century, text) = match tag {
        UTC_TIME if text.get(..2)? < "50" => ("20", text),
        UTC_TIME => ("19", text),
        GENERALIZED_TIME => (text.get(..2)?, text.get(2..)?),
        _ => return None,
    };
    let digits = text.get(..6).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some(format!("{century}{}-{}-{}", &digits[..2], &digits[2..4], &digits[4..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::der::BIT_STRING;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    fn certificate(public: &[u8], time: (u8, &str)) -> String {
        let name = |name: &str| {
            let attribute = [value(OBJECT, COMMON_NAME), value(0x0C, name.as_bytes())].concat();
            value(SEQUENCE, &value(SET, &value(SEQUENCE, &attribute)))
        };
        let algorithm = value(SEQUENCE, &value(OBJECT, &[0x2B, 0x65, 0x70]));
        let times = [value(UTC_TIME, b"260101000000Z"), value(time.0, time.1.as_bytes())].concat();
        let signed = [
            value(VERSION, &value(INTEGER, &[2])),
            value(INTEGER, &[7]),
            algorithm.clone(),
            name("Acme CA"),
            value(SEQUENCE, &times),
            name("db.acme.test"),
            public.to_vec(),
        ];
        let whole = [value(SEQUENCE, &signed.concat()), algorithm, value(BIT_STRING, &[0; 65])].concat();
        let dashes = "-".repeat(5);
        let body = STANDARD.encode(value(SEQUENCE, &whole));
        format!("{dashes}BEGIN CERTIFICATE{dashes}\n{body}\n{dashes}END CERTIFICATE{dashes}")
    }

    #[test]
    fn a_certificate_tells_its_name_its_day_and_its_key() {
        let public = value(SEQUENCE, &[value(SEQUENCE, &[5, 0]), value(BIT_STRING, &[0, 9, 9])].concat());
        for (time, day) in [
            ((UTC_TIME, "280229120000Z"), "2028-02-29"),
            ((UTC_TIME, "990101000000Z"), "1999-01-01"),
            ((GENERALIZED_TIME, "20511231235959Z"), "2051-12-31"),
        ] {
            let facts = examine(certificate(&public, time).as_bytes());
            assert_eq!(facts.account.as_deref(), Some("db.acme.test"));
            assert_eq!(facts.expires.as_deref(), Some(day));
            assert_eq!(facts.public_key, Some(known::digest(&public)));
        }
    }

    #[test]
    fn what_is_damaged_tells_nothing() {
        let public = value(SEQUENCE, &[1, 1, 0]);
        let block = certificate(&public, (UTC_TIME, "280229120000Z"));
        for cut in (28..block.len() - 26).step_by(7) {
            let damaged = [&block[..cut], &block[block.len() - 26..]].concat();
            assert_eq!(examine(damaged.as_bytes()).structure, None, "{cut}");
        }
    }
}
