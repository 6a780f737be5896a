//! Texts in which files stand encoded, and scripts that carry archives.

use keysieve_unpack::{Compression, Container, Limits};

use crate::packages::{list, list_within, listed};
use crate::tools::{compress, text};

/// Base64 in lines, as mail has it.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut made = String::new();
    for (at, three) in bytes.chunks(3).enumerate() {
        let bits =
            three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for four in 0..4 {
            let six = (bits >> (18 - 6 * four)) & 63;
            made.push(if four > three.len() { '=' } else { char::from(DIGITS[six as usize]) });
        }
        if at % 19 == 18 {
            made.push_str("\r\n");
        }
    }
    made
}

fn mail(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut mail = "Received: from a by b;\r\n\tlater\r\nMIME-Version: 1.0\r\n\
                    Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n\r\nhello\r\n"
        .to_owned();
    for (header, bytes) in parts {
        mail += &format!(
            "--b\r\nContent-Type: application/zip;{header}\r\nContent-Transfer-Encoding: BASE64\r\n\r\n{}\r\n",
            base64(bytes)
        );
    }
    (mail + "--b--\r\n").into_bytes()
}

#[test]
fn containers_attached_to_mail_are_opened_and_the_text_stays_as_it_is() {
    let zipped = compress(Compression::Gzip, &text(9000));
    let packed = compress(Compression::Xz, b"small");
    let whole = mail(&[
        ("\r\n name=\"a b.gz\"", &zipped),
        ("", &text(3000)),
        ("\r\n name=c.xz", &packed),
        ("", &packed),
    ]);
    let begin = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let expected = [
        format!("@0: {}", begin(&whole)),
        format!("a b.gz: {}", begin(&zipped)),
        format!("c.xz: {}", begin(&packed)),
        format!("part 4: {}", begin(&packed)),
    ];
    assert!(list(Container::Mail, &whole) == expected);
    let many = [b"From me Mon Nov 30 00:00:00 2026\n", &whole[..], b"\nFrom you\n", &whole].concat();
    assert_eq!(list(Container::Mail, &many).len(), 7);
    let little = Limits { held: zipped.len(), ..Limits::default() };
    let seen = list_within(Container::Mail, &whole, little);
    assert!(seen[1..] == ["c.xz? archive-limit", "part 4? archive-limit", &expected[1]]);
}

#[test]
fn what_only_begins_like_mail_is_a_text() {
    for text in [
        "From here on\nMIME-Version\n",
        "name: x\nother thing\nReceived: y\n",
        "fn main() {\n",
        "Begin: now\n\nReceived: x",
    ] {
        assert_eq!(Container::of(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn files_in_uuencode_are_decoded() {
    let archive = b"#!/bin/sh\n# This is a shell archive (produced by GNU sharutils 4.15.2).\n\
                    sed 's/^X//' << 'EOF' | uudecode &&\nXbegin 600 a/b.txt\nX#0V%T\nX!0P``\nX`\nXend\nEOF\nexit 0\n";
    assert_eq!(list(Container::Mail, archive)[1..], ["a/b.txt: CatC"]);
    assert_eq!(list(Container::Mail, b"begin 644 b.txt\n#0V%T\n`\nend\n")[1..], ["b.txt: Cat"]);
}

#[test]
fn what_a_script_carries_is_opened_behind_it() {
    let script =
        format!("#!/bin/sh\n# This script was made by something\n{}exit 0\n", "echo nothing\n".repeat(2000));
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_size(4);
    builder.append_data(&mut header, "a/b", &b"text"[..]).expect("memory");
    let archive = builder.into_inner().expect("memory");
    let payloads = [
        archive.clone(),
        compress(Compression::Gzip, &archive),
        compress(Compression::Xz, &archive),
        compress(Compression::Zstd, &archive),
        compress(Compression::Bzip2, &archive),
    ];
    for payload in payloads {
        let whole = [script.as_bytes(), &payload].concat();
        let seen = list(Container::Unpacker(script.len()), &whole);
        assert_eq!(seen, [format!("@0: {script}"), "a/b: text".to_owned()]);
    }
    assert_eq!(Container::of(script.as_bytes()), None);
}

#[test]
fn brotli_is_told_by_its_name() {
    // `printf 'hello hello hello hello\n' | brotli`, stored as the encoder does for so little.
    let stored = [&[0x8B, 0x02, 0x80][..], b"hello\n", &[0x03]].concat();
    assert_eq!(Container::of(&stored), None);
    let named = Container::named(b"static/app.js.br", &stored);
    assert_eq!(named, Some(Container::Compressed(Compression::Brotli)));
    for text in ["no brotli at all, but a text", "mensagens.saudação = olá"] {
        assert_eq!(Container::named(b"app.js.br", text.as_bytes()), None, "{text}");
    }
    assert_eq!(Container::named(b"app.js", &stored), None);
    assert_eq!(listed(Compression::Brotli, &stored), [": hello\n"]);
    assert_eq!(listed(Compression::Brotli, &stored[..5])[1..], ["? archive-broken"]);
}
