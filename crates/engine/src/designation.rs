//! What a value is called, where a provider's word stands before it but the name right before the value says that it
//! is something else: a digest, a version, an identifier, a public key, the content of a file.
//!
//! `deepgram_sha1 = …`, `"percy/index.js": "…"`, `okx.svg?v=…`: lock files and manifests are full of these, and a value
//! without a form of its own looks the same there.

/// How far before a value its name may begin.
const FARTHEST: usize = 96;

/// Last parts of names, in lower case, of what is not secret.
const PARTS: &[&str] = &[
    "bytes",
    "checksum",
    "checksums",
    "commit",
    "crc",
    "crc32",
    "digest",
    "etag",
    "fingerprint",
    "guid",
    "h1",
    "hash",
    "id",
    "ids",
    "integrity",
    "iv",
    "md5",
    "nonce",
    "oid",
    "ref",
    "release",
    "rev",
    "revision",
    "salt",
    "sha",
    "sha1",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "thumbprint",
    "txid",
    "uid",
    "uuid",
    "v",
    "ver",
    "version",
];

/// Endings of files whose digests manifests hold; none that a name of a setting could end with.
const ENDINGS: &[&str] = &[
    "bz2", "c", "cc", "class", "cpp", "css", "csv", "dll", "exe", "gif", "go", "gz", "h", "htm", "html",
    "ico", "jar", "java", "jpg", "js", "json", "jsx", "map", "md", "mjs", "php", "png", "py", "rb", "rs",
    "rst", "scss", "so", "svg", "tar", "tgz", "toml", "ts", "tsx", "ttf", "txt", "wasm", "webp", "whl",
    "woff", "woff2", "xml", "yaml", "yml", "zip",
];

/// Whether the name right before `at` says that the value is no secret. A part that one of the rule's own `words` ends
/// with says nothing: some providers call a key an id.
pub(crate) fn is_of_no_secret(haystack: &[u8], at: usize, words: &[String]) -> bool {
    let name = name_before(haystack, at);
    let last = last_part(name);
    if last.is_empty() {
        return false;
    }
    let own = |part: &[u8]| words.iter().any(|word| ends_with_folded(word.as_bytes(), part));
    let is = |parts: &[&str]| parts.iter().any(|part| last.eq_ignore_ascii_case(part.as_bytes()));
    let before = &name[..name.len() - last.len()];
    let is_file = before.ends_with(b".") && before.len() > 1 && is(ENDINGS);
    is_file && !own(last)
        || is(PARTS) && !own(last)
        || is_public(name) && !words.iter().any(|word| word.contains("public"))
}

/// `public_key`, `publicKey`, `pubkey`.
fn is_public(name: &[u8]) -> bool {
    let last = last_part(name);
    let before = &name[..name.len() - last.len()];
    let before = &before[..before.len() - usize::from(before.ends_with(b"_") || before.ends_with(b"-"))];
    last.eq_ignore_ascii_case(b"key") && ends_with_folded(before, b"public")
        || last.eq_ignore_ascii_case(b"pubkey")
}

/// The name that a value is assigned to, or nothing.
fn name_before(haystack: &[u8], at: usize) -> &[u8] {
    let mut before = &haystack[at.saturating_sub(FARTHEST)..at];
    let is_name =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'@');
    let gap = before.iter().rev().take(12).take_while(|byte| !is_name(byte)).count();
    before = &before[..before.len() - gap];
    let length = before.iter().rev().take_while(|byte| is_name(byte)).count();
    let name = &before[before.len() - length..];
    name.strip_suffix(b"-").unwrap_or(name)
}

/// The last part of a name: what stands after a separator, or from where camelCase begins it.
fn last_part(name: &[u8]) -> &[u8] {
    let length = name.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let word = &name[name.len() - length..];
    let hump = |at: usize| word[at].is_ascii_uppercase() && word[at - 1].is_ascii_lowercase();
    let start = (1..word.len()).rev().find(|&at| hump(at)).unwrap_or(0);
    &word[start..]
}

fn ends_with_folded(text: &[u8], end: &[u8]) -> bool {
    text.len() >= end.len() && text[text.len() - end.len()..].eq_ignore_ascii_case(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(before: &str, words: &[&str]) -> bool {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        let text = format!("{before}0123456789abcdef");
        is_of_no_secret(text.as_bytes(), before.len(), &words)
    }

    #[test]
    fn names_of_digests_identifiers_files_and_public_keys_are_known() {
        for before in [
            "acme_sha1 = ",
            "acme: sha512-",
            "\"acmeCommit\": \"",
            "acme.tar.gz sha256:",
            "acme_project_id=",
            "acmeProjectID: '",
            "\"acme/index.js\": \"",
            "/acme.png?v=",
            "acme_public_key: ",
            "acmePublicKey = \"",
            "acme v1.0.0 h1:",
        ] {
            assert!(is(before, &["acme"]), "{before}");
        }
    }

    #[test]
    fn names_of_secrets_and_no_names_are_not() {
        for before in
            ["ACME_API_KEY=", "acme: ", "client = Acme(\"", "acme.secret: ", "acmeKey: '", "paid=", ""]
        {
            assert!(!is(before, &["acme"]), "{before}");
        }
        assert!(!is("acme_site_id = ", &["acme_site_id"]), "the provider calls it so");
    }
}
