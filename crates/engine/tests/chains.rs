//! A token behind any chain of encodings is found, says what was undone, and is mapped back to the bytes that hold it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use keysieve_engine::{Engine, Match, Scratch};
use keysieve_rules::{RuleFile, Strictness};
use proptest::prelude::*;

/// A token without a checksum, so that any of its kind will do, and none of whose bytes an encoding leaves alone by chance.
static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let rules = "[[rule]]\nid = 'acme-token'\nregex = '\\bacme_[0-9A-Za-z]{24}\\b'\n";
    let file = RuleFile::parse("acme.toml".as_ref(), rules, Strictness::User).expect("good rules");
    Engine::new(file.rules).expect("links")
});

/// One layer of encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer {
    Base64,
    Base64Url,
    Base64Unpadded,
    Base64UrlUnpadded,
    Wrapped,
    Gzip,
    Wide,
    Hex,
    Percent,
    Backslash,
    Unicode,
    Octal,
    Decimal,
    Hexadecimal,
    QuotedPrintable,
}

use Layer::*;

const LAYERS: [Layer; 15] = [
    Base64,
    Base64Url,
    Base64Unpadded,
    Base64UrlUnpadded,
    Wrapped,
    Gzip,
    Wide,
    Hex,
    Percent,
    Backslash,
    Unicode,
    Octal,
    Decimal,
    Hexadecimal,
    QuotedPrintable,
];

impl Layer {
    fn encode(self, text: &str) -> String {
        let each = |form: &dyn Fn(u8) -> String| text.bytes().map(form).collect::<String>();
        match self {
            Base64 => STANDARD.encode(text),
            Base64Url => URL_SAFE.encode(text),
            Base64Unpadded => STANDARD_NO_PAD.encode(text),
            Base64UrlUnpadded => URL_SAFE_NO_PAD.encode(text),
            Wrapped => {
                let whole = STANDARD.encode(text);
                let lines =
                    whole.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned());
                lines.collect::<Vec<_>>().join("\n")
            }
            Gzip => {
                let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                packer.write_all(text.as_bytes()).expect("in memory");
                STANDARD.encode(packer.finish().expect("in memory"))
            }
            Wide => STANDARD.encode(text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
            Hex => each(&|byte| format!("{byte:02x}")),
            Percent => each(&|byte| format!("%{byte:02X}")),
            Backslash => each(&|byte| format!("\\x{byte:02x}")),
            Unicode => each(&|byte| format!("\\u{byte:04x}")),
            Octal => each(&|byte| format!("\\{byte:03o}")),
            Decimal => each(&|byte| format!("&#{byte};")),
            Hexadecimal => each(&|byte| format!("&#x{byte:x};")),
            // Signs as they must be, and now and then a line that goes on.
            QuotedPrintable => text.bytes().enumerate().fold(String::new(), |mut out, (at, byte)| {
                match byte {
                    b'=' | 0..=b'\t' | 0x0B..=b'\x1f' | 0x7F.. => {
                        write!(out, "={byte:02X}").expect("in memory")
                    }
                    _ => out.push(char::from(byte)),
                }
                if at % 60 == 59 {
                    out.push_str("=\r\n");
                }
                out
            }),
        }
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Base64 | Base64Url | Base64Unpadded | Base64UrlUnpadded | Wrapped => &["base64"],
            Gzip => &["base64", "gzip"],
            Wide => &["base64", "utf-16le"],
            Hex => &["hex"],
            Percent => &["percent"],
            Backslash | Unicode | Octal => &["escape"],
            Decimal | Hexadecimal => &["html"],
            QuotedPrintable => &["quoted-printable"],
        }
    }
}

/// What is found, each with what was undone and the bytes of the text that hold it.
fn found(text: &str) -> Vec<(String, Vec<&'static str>, std::ops::Range<usize>)> {
    let mut scratch = Scratch::new(&ENGINE);
    let mut matches: Vec<Match> = Vec::new();
    let _ = ENGINE.scan(text.as_bytes(), &mut scratch, |found| {
        matches.push(found);
        ControlFlow::Continue(())
    });
    let read = |found: &Match| {
        let secret = scratch.decoded(found).unwrap_or(&text.as_bytes()[found.secret.range()]);
        let chain = found.decoded.map(|decoded| decoded.chain.names().collect()).unwrap_or_default();
        (String::from_utf8_lossy(secret).into_owned(), chain, found.secret.range())
    };
    matches.iter().map(read).collect()
}

proptest! {
    #[test]
    fn a_token_behind_any_chain_is_found_where_it_stands(
        token in "acme_[0-9A-Za-z]{23}[0-9]",
        first in 0..LAYERS.len(),
        // Mail, the last of them, is the outermost of no other encoding's values: nobody breaks their lines so.
        others in proptest::collection::vec(0..LAYERS.len() - 1, 0..3),
        (before, after) in ("[a-z]{0,12} ?[a-z]{0,9}", "( [a-z]{3,9}){0,4}"),
        frame in 0..4_usize,
    ) {
        let mut inner = format!("{before} token = '{token}'{after}\n");
        let mut names = Vec::new();
        let layers: Vec<Layer> = [first].iter().chain(&others).map(|&layer| LAYERS[layer]).collect();
        for &layer in &layers {
            // What stands on several lines is no value of a line.
            if inner.trim_end().contains('\n') && layer != QuotedPrintable {
                prop_assume!(layer.names()[0] != "html");
            }
            inner = layer.encode(&inner);
            names.splice(0..0, layer.names().iter().copied());
        }
        prop_assume!(inner.len() < 4096 && names.len() <= 5);
        let (open, close) = [("data: ", "\n"), ("x = \"", "\";\n"), ("{\"a\":\"", "\"}"), ("<v>", "</v>")][frame];
        let text = format!("{before}\n{open}{inner}{close}");
        let place = before.len() + 1 + open.len()..before.len() + 1 + open.len() + inner.len();
        let all = found(&text);
        let hit = all.iter().find(|(secret, ..)| *secret == token);
        let Some((_, chain, held)) = hit else {
            return Err(TestCaseError::fail(format!("{layers:?}: {token} is not found in {text:?}, but {all:?}")));
        };
        // Quoted-printable leaves most letters as they are.
        let told = |chain: &[&'static str]| chain.iter().filter(|name| **name != "quoted-printable").copied().collect::<Vec<_>>();
        prop_assert_eq!(told(chain), told(&names), "{:?}", text);
        prop_assert!(place.start <= held.start && held.end <= place.end, "{held:?} is not in {place:?} of {text:?}");
        // No more than what the token's bytes need: decoded alone, it shows nothing else of the text.
        prop_assert!(held.len() <= place.len());
    }
}
