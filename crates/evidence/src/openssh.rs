//! OpenSSH's private keys (PROTOCOL.key in its sources).

use crate::der::bits;
use crate::key::{Key, ed25519_public, rsa_public};

/// Reads what stands before the private half; that is all that an encrypted key shows.
pub(crate) fn read(bytes: &[u8]) -> Option<Key> {
    let mut reader = Strings(bytes.strip_prefix(b"openssh-key-v1\0")?);
    let cipher = reader.next()?;
    reader.next()?;
    reader.next()?;
    let count = reader.number()?;
    let mut public = Strings(reader.next().filter(|_| count > 0)?);
    let encrypted = cipher != b"none";
    let (kind, public) = match public.next()? {
        b"ssh-rsa" => {
            let (exponent, modulus) = (public.next()?, public.next()?);
            (format!("RSA, {} bits", bits(modulus)), Some(rsa_public(modulus, exponent)))
        }
        b"ssh-ed25519" => ("Ed25519".to_owned(), public.next().map(ed25519_public)),
        b"ecdsa-sha2-nistp256" => ("elliptic curve, P-256".to_owned(), None),
        b"ecdsa-sha2-nistp384" => ("elliptic curve, P-384".to_owned(), None),
        b"ecdsa-sha2-nistp521" => ("elliptic curve, P-521".to_owned(), None),
        b"ssh-dss" => ("DSA".to_owned(), None),
        _ => return None,
    };
    Some(Key { kind, encrypted, public })
}

/// Strings with their length before them.
struct Strings<'a>(&'a [u8]);

impl<'a> Strings<'a> {
    fn number(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*number))
    }

    fn next(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (string, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(string)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(bytes: &[u8]) -> Vec<u8> {
        [&u32::try_from(bytes.len()).expect("short").to_be_bytes()[..], bytes].concat()
    }

    #[test]
    fn kind_and_cipher_stand_before_the_key() {
        for (cipher, encrypted) in [("none", false), ("aes256-ctr", true)] {
            let public = [string(b"ssh-ed25519"), string(&[9; 32])].concat();
            let key = [
                b"openssh-key-v1\0".to_vec(),
                string(cipher.as_bytes()),
                string(b"bcrypt"),
                string(b""),
                1_u32.to_be_bytes().to_vec(),
                string(&public),
            ]
            .concat();
            let key = read(&key).expect("well-formed");
            assert_eq!((key.kind.as_str(), key.encrypted), ("Ed25519", encrypted));
            assert!(key.public.is_some());
        }
        assert!(read(b"openssh-key-v1\0\0\0\0\xff").is_none());
    }
}
