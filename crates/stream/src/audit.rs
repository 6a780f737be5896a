//! Values of Secrets in the events of a Kubernetes audit log (`audit.k8s.io/v1`, one JSON object a line).
//!
//! Where a policy logs bodies of Secrets, their `data` and `stringData` are passwords in base64 and in clear; so are the
//! tokens that a TokenRequest answers with or a TokenReview asks about, and what `kubectl apply` keeps in an annotation.

use std::ops::Range;

use memchr::memmem;

use crate::frame::string_end;

/// Objects whose values are secret, and the keys whose values, at any depth, are meant.
const KEYS: [&[u8]; 3] = [b"\"data\"", b"\"stringData\"", b"\"token\""];

/// Hands every value to `found` that must not be shown, by where it stands in the line.
pub(crate) fn secrets(line: &[u8], mut found: impl FnMut(Range<usize>)) {
    if !is_of_secret(line) {
        return;
    }
    for key in KEYS {
        for at in memmem::find_iter(line, key) {
            let rest = &line[at + key.len()..];
            let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b':').count();
            values(line, at + key.len() + blanks, &mut found);
        }
    }
    let annotation = b"\"kubectl.kubernetes.io/last-applied-configuration\"";
    if let Some(at) = memmem::find(line, annotation) {
        let rest = at + annotation.len();
        let blanks =
            line[rest..].iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b':').count();
        values(line, rest + blanks, &mut found);
    }
}

fn is_of_secret(line: &[u8]) -> bool {
    let has = |text: &str| memmem::find(line, text.as_bytes()).is_some();
    has("audit.k8s.io/")
        && (has("\"Secret\"")
            || has("\"SecretList\"")
            || has("\"TokenRequest\"")
            || has("\"TokenReview\"")
            || has("\"resource\":\"secrets\""))
}

/// The strings of the value that begins here: it, or every value in it if it is an object or a list.
fn values(line: &[u8], start: usize, found: &mut impl FnMut(Range<usize>)) {
    let (mut at, mut depth, mut is_key) = (start, 0_usize, false);
    while at < line.len() {
        match line[at] {
            b'{' => (depth, is_key) = (depth + 1, true),
            b'[' => (depth, is_key) = (depth + 1, false),
            b'}' | b']' => depth = depth.saturating_sub(1),
            b':' => is_key = false,
            b',' => is_key = true,
            b'"' => {
                let Some(length) = string_end(&line[at + 1..]) else { return };
                let string = at + 1..at + 1 + length;
                let colon = line[string.end + 1..].iter().find(|byte| !byte.is_ascii_whitespace());
                let is_name = is_key && colon == Some(&b':');
                if !string.is_empty() && !is_name {
                    found(string.clone());
                }
                at = string.end;
            }
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_secrets_are_found_and_their_names_stay() {
        let line = br#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","objectRef":{"resource":"secrets","name":"db"},"requestObject":{"kind":"Secret","data":{"user":"YQ==","n":["x"]},"stringData":{"p":"q"}}}"#;
        let mut all = Vec::new();
        secrets(line, |span| all.push(String::from_utf8_lossy(&line[span]).into_owned()));
        assert_eq!(all, ["YQ==", "x", "q"]);
        let review = br#"{"apiVersion":"audit.k8s.io/v1","requestObject":{"kind":"TokenReview","spec":{"token":"t"}}}"#;
        let mut all = Vec::new();
        secrets(review, |span| all.push(review[span].to_vec()));
        assert_eq!(all, [b"t"]);
        let other =
            br#"{"apiVersion":"audit.k8s.io/v1","objectRef":{"resource":"pods"},"x":{"data":{"a":"b"}}}"#;
        secrets(other, |_| panic!("no secret"));
    }
}
