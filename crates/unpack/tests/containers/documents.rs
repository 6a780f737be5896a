//! PDF.

use keysieve_unpack::{Compression, Container};

use crate::packages::list;
use crate::tools::{compress, text};

fn stream(dictionary: &str, data: &[u8]) -> Vec<u8> {
    [b"1 0 obj <<", dictionary.as_bytes(), b">>\nstream\r\n", data, b"\nendstream\nendobj\n"].concat()
}

#[test]
fn the_text_of_a_document_is_in_its_streams() {
    let flate = |text: &[u8]| stream("/Filter /FlateDecode", &compress(Compression::Zlib, text));
    let long = String::from_utf8(text(200_000)).expect("text");
    let document = [
        b"%PDF-1.7\n".to_vec(),
        flate(b"BT [(pass)-10(word)] TJ ET"),
        stream("/Filter /DCTDecode", b"an image"),
        flate(long.as_bytes()),
        b"trailer".to_vec(),
    ];
    let seen = list(Container::Pdf, &document.concat());
    assert_eq!(seen.len(), 5);
    assert!(seen[0].starts_with("@0: %PDF-1.7\n1 0 obj"), "{}", seen[0]);
    assert_eq!(seen[1], "stream 1: BT [(password)] TJ ET");
    assert!(seen[2].contains("an image"), "what is no deflate is looked at as it is");
    assert_eq!(seen[3], format!("stream 2: {long}"));
    assert!(seen[4].ends_with("trailer"));
}

#[test]
fn what_is_damaged_or_encrypted_is_named() {
    let mut data = compress(Compression::Zlib, &text(3000));
    let middle = data.len() / 2;
    data[middle..].fill(0xFF);
    let document = [&b"%PDF-1.7\n"[..], &stream("", &data), b"/Encrypt 5 0 R"].concat();
    let seen = list(Container::Pdf, &document);
    assert!(seen.contains(&"stream 1? archive-broken".to_owned()));
    assert_eq!(seen.last().map(String::as_str), Some("? encrypted"));
}
