//! Inputs made to be slow: one candidate after the other, and lines without an end.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::corpus::Corpus;
use crate::opaque::base64_text;

/// What each input repeats. None of them is a secret; all of them look like the beginning of one.
const UNITS: &[(&str, &str)] = &[
    ("ghp_…", "ghp_"),
    ("ghp_ …", "ghp_ "),
    ("AKIA…", "AKIA"),
    ("eyJ…", "eyJ"),
    ("eyJ0.…", "eyJ0."),
    ("key=…", "key="),
    ("key=\"…", "key=\""),
    ("password=\"…", "password=\""),
    ("-----BEGIN …", "-----BEGIN "),
    ("-----BEGIN PRIVATE KEY-----…", "-----BEGIN PRIVATE KEY-----\n"),
    ("api_key …", "api_key "),
    ("://a:…", "://a:"),
    ("://a:b@…", "://a:b@"),
    ("a…", "a"),
    ("=…", "="),
    ("blanks", " "),
    ("line ends", "\n"),
    ("zero bytes", "\0"),
    ("token: 15 letters, a digit", "\ntoken: aaaaaaaaaaaaaaa1 "),
    ("key=a1b2c3d4e5f6a7b8,…", "key=a1b2c3d4e5f6a7b8,"),
    ("key=key=a1b2c3d4e5f6a7b8…", "key=key=a1b2c3d4e5f6a7b8"),
    ("token then blanks", "token                                                            "),
    ("\\u0022AKIA…", "\\u0022AKIA"),
    ("%3D%3D…", "%3D"),
    ("%41%41…", "%41"),
    ("\\\\…", "\\"),
    ("\\\\\\\\u0041…", "\\\\u0041"),
    ("\\x41…", "\\x41"),
    ("&#65;…", "&#65;"),
    ("&amp;…", "&amp;"),
    ("=3D…", "=3D"),
    ("\"a\" + …", "\"abcdefghijklmnopq\" + "),
    ("colours", "\x1b[1ma"),
    ("zero width", "abcdefghijklmnopq\u{200b}"),
    ("short base64 of text", "dG9rZW4gPSBhYmNkZWZn "),
    ("dGV4…", "dGV4dCB0ZXh0IHRleHQg"),
    ("H4sI…", "H4sIAAAAAAAAA"),
    ("7465…", "74657874207465787420746578742074"),
];

/// One input of exactly `size` bytes for each way of being slow, none with a line end but where it is repeated.
#[must_use]
pub fn hostile(size: usize) -> Vec<Corpus> {
    let repeated = UNITS.iter().map(|(name, unit)| {
        let bytes = unit.bytes().cycle().take(size).collect();
        Corpus { name: (*name).to_owned(), bytes }
    });
    let mut line = base64_text(size + size / 64 + 77).bytes;
    line.retain(|byte| *byte != b'\n');
    line.truncate(size);
    let opaque = Corpus { name: "one line of base64".to_owned(), bytes: line };
    repeated.chain([opaque, nested(size), bombs(size)]).collect()
}

/// Base64 of base64, six times over, of lines that look like the beginning of a secret.
fn nested(size: usize) -> Corpus {
    let mut bytes: Vec<u8> = b"password = \"".iter().copied().cycle().take(size / 5 + 16).collect();
    for _ in 0..6 {
        bytes = STANDARD.encode(bytes).into_bytes();
    }
    bytes.truncate(size);
    Corpus { name: "nested base64".to_owned(), bytes }
}

/// Zeros as text, packed with gzip a thousandfold and put into base64, line after line.
fn bombs(size: usize) -> Corpus {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    let text = vec![b'0'; 200_000];
    // Writing into memory cannot fail, and a bomb that does not go off is still an input.
    let packed = packer.write_all(&text).and_then(|()| packer.finish()).unwrap_or_default();
    let line = STANDARD.encode(packed) + "\n";
    Corpus { name: "gzip bombs in base64".to_owned(), bytes: line.bytes().cycle().take(size).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_input_has_the_asked_size_and_a_name_of_its_own() {
        for size in [0, 1, 76, 77, 100_003] {
            let inputs = hostile(size);
            assert!(inputs.iter().all(|input| input.bytes.len() == size), "{size}");
            let mut names: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), inputs.len());
        }
    }

    #[test]
    fn the_endless_line_has_no_end() {
        let inputs = hostile(50_000);
        assert!(inputs.iter().any(|input| input.name.contains("base64") && !input.bytes.contains(&b'\n')));
    }
}
