//! Google Cloud: whose a private key is that stands in a service account's key file
//! (<https://cloud.google.com/iam/docs/keys-create-delete>).

use crate::facts::find;

/// What the mail address of every service account ends with.
const DOMAIN: &[u8] = b".gserviceaccount.com";

/// The longest such address.
const LONGEST: usize = 160;

/// The digits of a key's id.
const ID: usize = 40;

/// The account whose key file stands around a key, and the id of the key.
pub(crate) fn account(around: &[u8]) -> Option<String> {
    let at = find(around, DOMAIN)?;
    let before = &around[at.saturating_sub(LONGEST)..at];
    let is_part = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"@.-".contains(byte);
    let length = before.iter().rev().take_while(|byte| is_part(byte)).count();
    let address = &around[at - length..at + DOMAIN.len()];
    let address = std::str::from_utf8(address).ok().filter(|address| address.contains('@'))?;
    Some(match key_id(around) {
        Some(id) => format!("Google Cloud service account {address}, key {id}"),
        None => format!("Google Cloud service account {address}"),
    })
}

fn key_id(around: &[u8]) -> Option<&str> {
    const NAME: &[u8] = b"private_key_id";
    let rest = &around[find(around, NAME)? + NAME.len()..];
    let from = rest.iter().take(12).position(u8::is_ascii_hexdigit)?;
    let id = rest.get(from..from + ID).filter(|id| id.iter().all(u8::is_ascii_hexdigit))?;
    std::str::from_utf8(id).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_says_whose_the_key_is() {
        let id = "0a1b2c3d4e".repeat(4);
        let file = format!(
            "\"private_key_id\": \"{id}\",\n  \"private_key\": \"…\",\n  \"client_email\": \"ci@acme.iam.gserviceaccount.com\""
        );
        let said = format!("Google Cloud service account ci@acme.iam.gserviceaccount.com, key {id}");
        assert_eq!(account(file.as_bytes()), Some(said));
        assert_eq!(account(file.replace('"', "\\\"").as_bytes()), account(file.as_bytes()));
        let alone = b"client_email: ci@acme.iam.gserviceaccount.com";
        assert_eq!(
            account(alone).as_deref(),
            Some("Google Cloud service account ci@acme.iam.gserviceaccount.com")
        );
        assert_eq!(account(b"see cloud.gserviceaccount.com"), None);
    }
}
