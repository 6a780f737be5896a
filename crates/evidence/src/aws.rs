//! The account in an AWS access key id.

use crate::Facts;

/// Access key ids are their prefix and ten bytes in base32; the account is in 40 bits from the second one on. Those that
/// were issued before 2019 begin with I or J and hold none.
pub(crate) fn examine(id: &[u8]) -> Facts {
    Facts { account: account(id).map(|account| format!("AWS account {account:012}")), ..Facts::default() }
}

fn account(id: &[u8]) -> Option<u64> {
    let body = id.get(4..20).filter(|_| id.len() == 20)?;
    if matches!(body[0], b'I' | b'J') {
        return None;
    }
    // Ten characters of five bits hold the first six bytes.
    let bits = body[..10].iter().try_fold(0_u64, |bits, byte| Some(bits << 5 | digit(*byte)?))?;
    let account = (bits >> 2 & 0x7FFF_FFFF_FF80) >> 7;
    (account > 0 && account < 1_000_000_000_000).then_some(account)
}

fn digit(byte: u8) -> Option<u64> {
    match byte {
        b'A'..=b'Z' => Some(u64::from(byte - b'A')),
        b'2'..=b'7' => Some(u64::from(byte - b'2') + 26),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An id of this account, the other way round.
    fn id(account: u64) -> String {
        // The first bit belongs to no account; set, it keeps the id from looking old.
        let bits = (1 << 47 | account << 7) << 2;
        let digit = |at: usize| {
            char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(bits >> (45 - 5 * at) & 31) as usize])
        };
        let body: String = (0..10).map(digit).collect();
        format!("AKIA{body}XYZ234")
    }

    #[test]
    fn the_account_is_read_back() {
        for account in [1, 123_456_789_012, 999_999_999_999] {
            let id = id(account);
            assert_eq!(examine(id.as_bytes()).account, Some(format!("AWS account {account:012}")));
        }
    }

    #[test]
    fn what_holds_no_account_says_none() {
        for id in ["AKIAIAAAAAAAAAAAAAAA", "AKIA", "AKIA0000000000000000"] {
            assert_eq!(examine(id.as_bytes()).account, None, "{id}");
        }
    }
}
