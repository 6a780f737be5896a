//! The forms in which programs write a value.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::SHORTEST_VALUE;

/// One form of a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Form {
    pub(super) bytes: Vec<u8>,
    /// Whether it is a part of a run of base64 or hex, all of which is masked.
    pub(super) in_run: bool,
    /// Which of the value's lines it is as it stands; [`NONE`] for any other form.
    pub(super) line: usize,
}

/// The line of a form that is none.
pub(super) const NONE: usize = usize::MAX;

/// The lines of a value, without blanks around them and without empty ones.
pub(super) fn lines_of(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty())
}

/// Widths to which base64 is wrapped: PEM and MIME.
const WRAPPED: [usize; 2] = [64, 76];

/// Appends every form of a value, each once; none if it is too short. Of a value of several lines each long enough line
/// counts for itself, because programs indent, prefix and escape lines.
pub(super) fn forms(value: &[u8], out: &mut Vec<Form>) {
    let trimmed = value.trim_ascii();
    let lines: Vec<(usize, &[u8])> =
        lines_of(trimmed).enumerate().filter(|(_, line)| line.len() >= SHORTEST_VALUE).collect();
    if lines.is_empty() {
        return;
    }
    let mut all: Vec<Form> = Vec::new();
    for (index, line) in lines {
        all.push(Form { bytes: line.to_vec(), in_run: false, line: index });
        all.extend(texts(line).into_iter().map(|bytes| Form { bytes, in_run: false, line: NONE }));
        encoded(line, &mut all);
    }
    if lines_of(trimmed).nth(1).is_some() {
        encoded(trimmed, &mut all);
        encoded(value, &mut all);
    }
    let ends = |form: &Form| form.bytes.len() >= SHORTEST_VALUE && !form.bytes.contains(&b'\n');
    all.retain(ends);
    all.sort();
    all.dedup_by(|one, other| (&one.bytes, one.in_run) == (&other.bytes, other.in_run));
    out.append(&mut all);
}

/// What escapes and quotes make of a line.
fn texts(line: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    if let Ok(text) = std::str::from_utf8(line) {
        let json = json(text);
        let ascii = json_ascii(&json);
        all.push(self::json(&json).into_bytes());
        all.push(self::json(&ascii).into_bytes());
        all.push(json.replace('/', "\\/").into_bytes());
        all.extend([json.into_bytes(), ascii.into_bytes()]);
    }
    for upper in [true, false] {
        all.push(percent(line, upper, b"%20"));
        all.push(percent(line, upper, b"+"));
    }
    let html = |quote: &'static str, apostrophe: &'static str| {
        replaced(line, &move |byte| match byte {
            b'&' => Some("&amp;"),
            b'<' => Some("&lt;"),
            b'>' => Some("&gt;"),
            b'"' => Some(quote),
            b'\'' => Some(apostrophe),
            _ => None,
        })
    };
    for quote in ["&quot;", "&#34;", "\""] {
        let apostrophes = ["&apos;", "&#39;", "&#039;", "&#x27;", "'"];
        all.extend(apostrophes.map(|apostrophe| html(quote, apostrophe)));
    }
    // Shells: in single quotes, in double quotes, and with nothing but backslashes; Make and Compose double the dollar.
    all.push(replaced(line, &|byte| (byte == b'\'').then_some(r"'\''")));
    all.push(replaced(line, &|byte| (byte == b'\'').then_some("'\"'\"'")));
    all.push(replaced(line, &|byte| (byte == b'\'').then_some("''")));
    all.push(prefixed(line, b"\"\\$`"));
    all.push(prefixed(line, b"\"\\$`'& <>|;()*?[]#~!{}"));
    all.push(replaced(line, &|byte| (byte == b'$').then_some("$$")));
    all
}

/// The inside of a JSON string, which is also that of most languages' quoted strings.
fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn json_ascii(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}

fn percent(line: &[u8], upper: bool, blank: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for &byte in line {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(byte),
            b' ' => out.extend_from_slice(blank),
            _ if upper => out.extend_from_slice(format!("%{byte:02X}").as_bytes()),
            _ => out.extend_from_slice(format!("%{byte:02x}").as_bytes()),
        }
    }
    out
}

fn replaced(line: &[u8], by: &dyn Fn(u8) -> Option<&'static str>) -> Vec<u8> {
    let mut out = Vec::new();
    for &byte in line {
        match by(byte) {
            Some(text) => out.extend_from_slice(text.as_bytes()),
            None => out.push(byte),
        }
    }
    out
}

fn prefixed(line: &[u8], special: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for &byte in line {
        if special.contains(&byte) {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out
}

/// Base64 in both alphabets, at each of the three places in a group where a value can begin, without the characters
/// that hang on what is around it; and hex.
fn encoded(value: &[u8], out: &mut Vec<Form>) {
    let mut push = |bytes: Vec<u8>| out.push(Form { bytes, in_run: true, line: NONE });
    for shift in 0..3 {
        let padded = [&b"\0\0"[..shift], value].concat();
        let whole = padded.len() / 3 * 3;
        let first = if shift == 0 { 0 } else { 4 };
        for engine in [STANDARD, URL_SAFE] {
            let text = engine.encode(&padded[..whole]);
            // Short parts would be found in what is no encoding at all.
            if let Some(inner) = text.get(first..).filter(|inner| inner.len() >= 8) {
                push(inner.as_bytes().to_vec());
            } else if shift == 0 {
                push(engine.encode(value).into_bytes());
            }
        }
    }
    let text = STANDARD.encode(value);
    for width in WRAPPED.into_iter().filter(|&width| text.len() > width) {
        text.as_bytes().chunks(width).filter(|line| line.len() >= 16).for_each(|line| push(line.to_vec()));
    }
    let hex: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
    push(hex.to_ascii_uppercase().into_bytes());
    push(hex.into_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_value_is_there() {
        let mut all = Vec::new();
        forms("pä$s'w\"d&1 /x".as_bytes(), &mut all);
        let texts: Vec<String> =
            all.iter().map(|form| String::from_utf8_lossy(&form.bytes).into_owned()).collect();
        for form in [
            "pä$s'w\"d&1 /x",
            r#"pä$s'w\"d&1 /x"#,
            r#"p\u00e4$s'w\"d&1 /x"#,
            r#"p\\u00e4$s'w\\\"d&1 /x"#,
            "p%C3%A4%24s%27w%22d%261%20%2Fx",
            "p%c3%a4%24s%27w%22d%261+%2fx",
            "pä$s&apos;w&quot;d&amp;1 /x",
            "pä$s&#x27;w&quot;d&amp;1 /x",
            r#"pä$s'\''w"d&1 /x"#,
            r#"pä\$s'w\"d&1 /x"#,
            "pä$$s'w\"d&1 /x",
            "70c3a42473277722642631202f78",
        ] {
            assert!(texts.iter().any(|text| text == form), "{form} is not in {texts:#?}");
        }
    }
}
