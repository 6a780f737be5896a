//! Private keys in text blocks (RFC 7468): PKCS #1 (RFC 8017), SEC 1 (RFC 5915), PKCS #8 (RFC 5208), and OpenSSH's own.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::der::{BIT_STRING, INTEGER, OBJECT, OCTET_STRING, Reader, SEQUENCE, bits, value};
use crate::{Facts, known, openssh};

/// Blocks are written with padding and without, and are cut now and then.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

const RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1];
const EC: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1];
const DSA: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x38, 4, 1];
const ED25519: &[u8] = &[0x2B, 0x65, 0x70];

/// Elliptic curves: object identifier, name.
const CURVES: &[(&[u8], &str)] = &[
    (&[0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7], "P-256"),
    (&[0x2B, 0x81, 4, 0, 0x22], "P-384"),
    (&[0x2B, 0x81, 4, 0, 0x23], "P-521"),
    (&[0x2B, 0x81, 4, 0, 0x0A], "secp256k1"),
];

/// What a key is.
#[derive(Default)]
pub(crate) struct Key {
    /// `RSA, 2048 bits`.
    pub(crate) kind: String,
    pub(crate) encrypted: bool,
    /// Its public half, as SubjectPublicKeyInfo.
    pub(crate) public: Option<Vec<u8>>,
}

pub(crate) fn examine(block: &[u8]) -> Facts {
    let Some(key) = read(block) else { return Facts::default() };
    let public = key.public.as_deref().map(known::digest);
    let encrypted = if key.encrypted { "encrypted" } else { "not encrypted" };
    Facts {
        structure: Some(format!("private key, {}, {encrypted}", key.kind)),
        known: public.as_deref().and_then(known::of_digest),
        public_key: public,
        ..Facts::default()
    }
}

fn read(block: &[u8]) -> Option<Key> {
    let text = String::from_utf8_lossy(block);
    let (label, body) = parts(&text)?;
    if label == "ENCRYPTED PRIVATE KEY" {
        return Some(Key { kind: "PKCS #8".to_owned(), encrypted: true, public: None });
    }
    if body.contains("Proc-Type") {
        let kind = label.strip_suffix(" PRIVATE KEY").unwrap_or("PEM").to_owned();
        return Some(Key { kind, encrypted: true, public: None });
    }
    let der = decoded(body)?;
    match label {
        "RSA PRIVATE KEY" => rsa(&der),
        "EC PRIVATE KEY" => ec(&der, None),
        "PRIVATE KEY" => pkcs8(&der),
        "OPENSSH PRIVATE KEY" => openssh::read(&der),
        "DSA PRIVATE KEY" => dsa(&der),
        _ => None,
    }
}

/// The label and the body of a block.
pub(crate) fn parts(block: &str) -> Option<(&str, &str)> {
    let (label, rest) = block.strip_prefix("-----BEGIN ")?.split_once("-----")?;
    Some((label, rest.split_once("-----END")?.0))
}

/// What a block's body holds.
pub(crate) fn decoded(body: &str) -> Option<Vec<u8>> {
    LENIENT.decode(material(body)).ok()
}

/// The base64 of a block, without line ends, which may be written as `\n`, and quotes.
fn material(body: &str) -> String {
    let mut material = String::with_capacity(body.len());
    let mut characters = body.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => _ = characters.next(),
            '+' | '/' | '=' => material.push(character),
            other if other.is_ascii_alphanumeric() => material.push(other),
            _ => {}
        }
    }
    material
}

fn rsa(der: &[u8]) -> Option<Key> {
    let mut key = Reader(Reader(der).expect(SEQUENCE)?);
    key.expect(INTEGER)?;
    let (modulus, exponent) = (key.expect(INTEGER)?, key.expect(INTEGER)?);
    Some(Key {
        kind: format!("RSA, {} bits", bits(modulus)),
        encrypted: false,
        public: Some(rsa_public(modulus, exponent)),
    })
}

/// The public half of an RSA key; both numbers as DER writes them.
pub(crate) fn rsa_public(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let numbers = [value(INTEGER, modulus), value(INTEGER, exponent)].concat();
    public(&[value(OBJECT, RSA), vec![5, 0]].concat(), &value(SEQUENCE, &numbers))
}

/// The public half of an Ed25519 key.
pub(crate) fn ed25519_public(point: &[u8]) -> Vec<u8> {
    public(&value(OBJECT, ED25519), point)
}

fn public(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    let bits = [&[0], key].concat();
    value(SEQUENCE, &[value(SEQUENCE, algorithm), value(BIT_STRING, &bits)].concat())
}

fn ec(der: &[u8], curve: Option<&[u8]>) -> Option<Key> {
    let mut key = Reader(Reader(der).expect(SEQUENCE)?);
    key.expect(INTEGER)?;
    key.expect(OCTET_STRING)?;
    let (mut curve, mut point) = (curve, None);
    while let Some((tag, content)) = key.next() {
        match tag {
            0xA0 => curve = Reader(content).expect(OBJECT).or(curve),
            0xA1 => point = Reader(content).expect(BIT_STRING),
            _ => {}
        }
    }
    let curve = curve?;
    let name = CURVES.iter().find(|(object, _)| *object == curve).map_or("EC", |(_, name)| *name);
    let algorithm = [value(OBJECT, EC), value(OBJECT, curve)].concat();
    let half = point.and_then(|point| point.strip_prefix(&[0])).map(|point| public(&algorithm, point));
    Some(Key { kind: format!("elliptic curve, {name}"), encrypted: false, public: half })
}

fn dsa(der: &[u8]) -> Option<Key> {
    let mut key = Reader(Reader(der).expect(SEQUENCE)?);
    key.expect(INTEGER)?;
    let prime = key.expect(INTEGER)?;
    Some(Key { kind: format!("DSA, {} bits", bits(prime)), encrypted: false, public: None })
}

fn pkcs8(der: &[u8]) -> Option<Key> {
    let mut info = Reader(Reader(der).expect(SEQUENCE)?);
    info.expect(INTEGER)?;
    let mut algorithm = Reader(info.expect(SEQUENCE)?);
    let object = algorithm.expect(OBJECT)?;
    let key = info.expect(OCTET_STRING)?;
    match object {
        RSA => rsa(key),
        EC => ec(key, algorithm.expect(OBJECT)),
        ED25519 => Some(Key { kind: "Ed25519".to_owned(), public: beside(info), ..Key::default() }),
        DSA => Some(Key { kind: "DSA".to_owned(), ..Key::default() }),
        _ => None,
    }
}

/// The public half of an Ed25519 key that stands behind it (RFC 5958, RFC 8410).
fn beside(mut info: Reader<'_>) -> Option<Vec<u8>> {
    while let Some((tag, content)) = info.next() {
        let bits = match tag {
            0x81 => Some(content),
            // Some write it explicitly.
            0xA1 => Reader(content).expect(BIT_STRING),
            _ => continue,
        };
        return bits.and_then(|bits| bits.strip_prefix(&[0])).map(ed25519_public);
    }
    None
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn block(label: &str, der: &[u8], line_end: &str) -> String {
        let encoded = STANDARD.encode(der);
        let lines: Vec<&str> =
            (0..encoded.len()).step_by(64).map(|at| &encoded[at..encoded.len().min(at + 64)]).collect();
        let dashes = "-".repeat(5);
        format!(
            "{dashes}BEGIN {label}{dashes}{line_end}{}{line_end}{dashes}END {label}{dashes}",
            lines.join(line_end)
        )
    }

    /// A key with noise for numbers.
    fn rsa_der() -> Vec<u8> {
        let noise = (0..256_u32).map(|n| (n * 7 % 251) as u8 | 0x80);
        let modulus: Vec<u8> = [0].into_iter().chain(noise).collect();
        value(
            SEQUENCE,
            &[value(INTEGER, &[0]), value(INTEGER, &modulus), value(INTEGER, &[1, 0, 1])].concat(),
        )
    }

    #[test]
    fn an_rsa_key_tells_its_size_and_its_public_half() {
        let one = examine(block("RSA PRIVATE KEY", &rsa_der(), "\n").as_bytes());
        assert_eq!(one.structure.as_deref(), Some("private key, RSA, 2048 bits, not encrypted"));
        let algorithm = [value(OBJECT, RSA), vec![5, 0]].concat();
        let info =
            [value(INTEGER, &[0]), value(SEQUENCE, &algorithm), value(OCTET_STRING, &rsa_der())].concat();
        let other = examine(block("PRIVATE KEY", &value(SEQUENCE, &info), "\\n").as_bytes());
        assert_eq!(one, other);
        assert_eq!(one.public_key.map(|digest| digest.len()), Some(64));
    }

    #[test]
    fn an_elliptic_curve_key_names_its_curve() {
        let curve = value(0xA0, &value(OBJECT, CURVES[0].0));
        let point = value(0xA1, &value(BIT_STRING, &[0; 66]));
        let key = [value(INTEGER, &[1]), value(OCTET_STRING, &[3; 32]), curve, point].concat();
        let facts = examine(block("EC PRIVATE KEY", &value(SEQUENCE, &key), "\n").as_bytes());
        assert_eq!(facts.structure.as_deref(), Some("private key, elliptic curve, P-256, not encrypted"));
        assert!(facts.public_key.is_some());
    }

    #[test]
    fn an_encrypted_key_says_so() {
        let facts = examine(block("ENCRYPTED PRIVATE KEY", &[1; 40], "\n").as_bytes());
        assert_eq!(facts.structure.as_deref(), Some("private key, PKCS #8, encrypted"));
    }

    #[test]
    fn noise_says_nothing() {
        assert_eq!(examine(block("RSA PRIVATE KEY", &[7; 99], "\n").as_bytes()), Facts::default());
    }
}
