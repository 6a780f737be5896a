//! Certificates that a test makes for itself.

use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _};

/// A certificate for `localhost` that vouches for itself, and its key.
pub(crate) struct Certificate {
    pub(crate) der: Vec<u8>,
    /// PKCS #8.
    pub(crate) key: Vec<u8>,
}

impl Certificate {
    /// RFC 5280, with a key and a signature of RFC 8410.
    pub(crate) fn new() -> Self {
        let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key").as_ref().to_vec();
        let pair = Ed25519KeyPair::from_pkcs8(&key).expect("a key");
        let algorithm = sequence(&[&[0x06, 0x03, 0x2b, 0x65, 0x70]]);
        let common_name = sequence(&[&[0x06, 0x03, 0x55, 0x04, 0x03], &tagged(0x0c, b"localhost")]);
        let name = sequence(&[&tagged(0x31, &common_name)]);
        let validity = sequence(&[&tagged(0x17, b"200101000000Z"), &tagged(0x18, b"21000101000000Z")]);
        let public = sequence(&[&algorithm, &bits(pair.public_key().as_ref())]);
        // Subject alternative name: a name of a host.
        let names = tagged(0x04, &sequence(&[&tagged(0x82, b"localhost")]));
        let extensions = sequence(&[&sequence(&[&[0x06, 0x03, 0x55, 0x1d, 0x11], &names])]);
        let content = sequence(&[
            &tagged(0xa0, &[0x02, 0x01, 0x02]),
            &[0x02, 0x01, 0x01],
            &algorithm,
            &name,
            &validity,
            &name,
            &public,
            &tagged(0xa3, &extensions),
        ]);
        let signature = bits(pair.sign(&content).as_ref());
        Self { der: sequence(&[&content, &algorithm, &signature]), key }
    }

    pub(crate) fn pem(&self) -> String {
        pem("CERTIFICATE", &self.der)
    }

    pub(crate) fn key_pem(&self) -> String {
        pem(&["PRIVATE", "KEY"].join(" "), &self.key)
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = super::archives::base64(der);
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", text.trim_end())
}

fn bits(bytes: &[u8]) -> Vec<u8> {
    tagged(0x03, &[&[0], bytes].concat())
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tagged(0x30, &parts.concat())
}

/// Tag, length and content, as DER writes them.
fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("it is short").to_be_bytes();
    let length = match length {
        [0, short] if short < 0x80 => vec![short],
        [0, long] => vec![0x81, long],
        [high, low] => vec![0x82, high, low],
    };
    [&[tag], &length[..], content].concat()
}
