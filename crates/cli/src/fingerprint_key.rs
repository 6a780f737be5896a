//! The key that makes fingerprints the user's own.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use keysieve_finding::FingerprintKey;

/// The key as given, or what the file after `@` holds, less the line end that editors add. Messages never repeat it:
/// a key that begins with `@` could be taken for a file's name.
pub(crate) fn read(given: Option<&OsStr>) -> Result<FingerprintKey> {
    let Some(given) = given else { return Ok(FingerprintKey::default()) };
    let bytes = given.as_encoded_bytes();
    let key = match bytes.strip_prefix(b"@") {
        None => bytes.to_vec(),
        Some(_) => {
            let text = given.to_str().context("the name of the fingerprint key's file is not Unicode")?;
            let mut key = fs::read(Path::new(&text[1..]))
                .context("the file of the fingerprint key (after `@`) cannot be read")?;
            while key.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
                key.pop();
            }
            key
        }
    };
    if key.is_empty() {
        bail!("the fingerprint key is empty; without one of your own, leave the option and the variable out");
    }
    Ok(FingerprintKey::from_passphrase(&key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_from_the_option_or_from_a_file() {
        assert!(!read(None).unwrap().is_custom());
        assert!(read(Some(OsStr::new("ours"))).unwrap().is_custom());
        assert!(read(Some(OsStr::new(""))).is_err());
        let file = tempfile::NamedTempFile::new().unwrap();
        let option = format!("@{}", file.path().display());
        assert!(read(Some(OsStr::new(&option))).is_err(), "an empty file is an empty key");
        fs::write(file.path(), "ours\n").unwrap();
        assert!(read(Some(OsStr::new(&option))).unwrap().is_custom());
    }

    #[test]
    fn an_error_does_not_repeat_the_key() {
        let error = read(Some(OsStr::new("@my-own-key"))).unwrap_err();
        assert!(!format!("{error:#} {error:?}").contains("my-own-key"));
    }
}
