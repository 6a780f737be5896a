//! Shared access signatures of Azure Storage: the parameters beside the signature.

use crate::facts::find;
use crate::{Facts, day};

/// What the letters of `sp` allow.
const PERMISSIONS: &[(u8, &str)] = &[
    (b'r', "read"),
    (b'w', "write"),
    (b'd', "delete"),
    (b'l', "list"),
    (b'a', "add"),
    (b'c', "create"),
    (b'u', "update"),
    (b'p', "process"),
];

/// Examines a signature by the address or the text that it is a part of.
pub(crate) fn examine(secret: &[u8], around: &[u8]) -> Facts {
    let Some(at) = find(around, secret) else {
        return Facts::default();
    };
    if !around[..at].ends_with(b"sig=") {
        return Facts::default();
    }
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || b"=&%?-_.~+:;/".contains(byte);
    let start = at - around[..at].iter().rev().take_while(|byte| part(byte)).count();
    let end = around.len().min(at + secret.len());
    let end = end + around[end..].iter().take_while(|byte| part(byte)).count();
    let parameter = |name: &[u8]| {
        let parts = around[start..end].split(|byte| matches!(byte, b'?' | b'&' | b';'));
        parts.filter_map(|part| part.strip_prefix(name)?.strip_prefix(b"=")).next()
    };
    let Some(permissions) = parameter(b"sp") else { return Facts::default() };
    let allowed: Vec<&str> = PERMISSIONS
        .iter()
        .filter(|(letter, _)| permissions.contains(letter))
        .map(|(_, word)| *word)
        .collect();
    let mut said = vec![format!("shared access signature, may {}", allowed.join(", "))];
    if let Some(scope) =
        parameter(b"sr").and_then(resource).or_else(|| parameter(b"ss").map(|_| "the account"))
    {
        said.push(format!("for {scope}"));
    }
    Facts {
        structure: Some(said.join(", ")),
        expires: parameter(b"se").and_then(day::of_text),
        ..Facts::default()
    }
}

/// What `sr` stands for.
fn resource(letter: &[u8]) -> Option<&'static str> {
    match letter {
        b"b" => Some("one blob"),
        b"c" => Some("a container"),
        b"d" => Some("a directory"),
        b"f" => Some("one file"),
        b"s" => Some("a share"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_scope_and_expiry_stand_beside_the_signature() {
        let secret = "Zq7".repeat(14);
        let url = format!(
            "\"https://a.blob.core.windows.net/b?sv=2022-11-02&se=2027-01-01T00%3A00%3A00Z&sr=c&sp=rl&sig={secret}%3D\""
        );
        let facts = examine(secret.as_bytes(), url.as_bytes());
        assert_eq!(
            facts.structure.as_deref(),
            Some("shared access signature, may read, list, for a container")
        );
        assert_eq!(facts.expires.as_deref(), Some("2027-01-01"));
        assert_eq!(examine(secret.as_bytes(), secret.as_bytes()), Facts::default());
        assert_eq!(examine(b"", b""), Facts::default());
    }
}
