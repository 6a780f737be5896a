//! JSON Web Tokens (RFC 7519).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::{Facts, day, known};

/// The longest name of an issuer that is shown.
const LONGEST: usize = 80;

pub(crate) fn examine(token: &[u8]) -> Facts {
    let mut parts = token.split(|&byte| byte == b'.');
    let (header, claims) = (parts.next(), parts.next());
    let Some(header) = header.and_then(object) else { return Facts::default() };
    let text = |of: &Map<String, Value>, name: &str| of.get(name).and_then(Value::as_str).map(plain);
    let mut said = vec!["JWT".to_owned()];
    said.extend(text(&header, "alg").map(|algorithm| format!("alg {algorithm}")));
    let other = |kind: &String| !kind.eq_ignore_ascii_case("jwt");
    said.extend(text(&header, "typ").filter(other).map(|kind| format!("type {kind}")));
    let decoded = claims.and_then(object);
    let mut facts = Facts { known: claims.and_then(known::of_claims), ..Facts::default() };
    if let Some(claims) = &decoded {
        said.extend(text(claims, "iss").map(|issuer| format!("issuer {issuer}")));
        let expires = claims.get("exp").and_then(Value::as_f64);
        facts.expires = expires.and_then(|seconds| day::of_seconds(seconds as i64));
        if expires.is_none() {
            said.push("never expires".to_owned());
        }
    }
    facts.structure = Some(said.join(", "));
    facts
}

fn object(part: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// A name as it may be shown: one line, not too long, and without what could be a credential in a URL.
fn plain(text: &str) -> String {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    let shown: String = text.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    match shown.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.split_once('@')?.1))) {
        Some((scheme, host)) => format!("{scheme}://{host}"),
        None => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, claims: &str) -> String {
        format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn header_issuer_and_expiry_are_told() {
        let token = token(
            r#"{"alg":"RS256","typ":"at+jwt"}"#,
            r#"{"iss":"https://u:p@id.acme.test/?x=1","exp":1767225599}"#,
        );
        let facts = examine(token.as_bytes());
        assert_eq!(
            facts.structure.as_deref(),
            Some("JWT, alg RS256, type at+jwt, issuer https://id.acme.test/")
        );
        assert_eq!(facts.expires.as_deref(), Some("2025-12-31"));
    }

    #[test]
    fn a_token_without_expiry_says_so() {
        let facts = examine(token(r#"{"alg":"HS256","typ":"JWT"}"#, r#"{"sub":"1"}"#).as_bytes());
        assert_eq!(facts.structure.as_deref(), Some("JWT, alg HS256, never expires"));
        assert_eq!(examine(b"eyJ.x").structure, None);
    }
}
