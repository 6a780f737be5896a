//! Sizes as people write them.

/// Reads `1000`, `64k`, `10M`, `2G`, in either case, with or without a `B` or `iB` after the letter; the letters are
/// powers of 1024.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let shift = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => Some(0),
        "k" | "kb" | "kib" => Some(10),
        "m" | "mb" | "mib" => Some(20),
        "g" | "gb" | "gib" => Some(30),
        _ => None,
    };
    let bytes = shift.and_then(|shift| number.parse::<u64>().ok()?.checked_mul(1 << shift));
    bytes.ok_or_else(|| "expected a number of bytes, such as 1000, 64k, 10M or 2G".to_owned())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn units_are_powers_of_1024() {
        assert_eq!(parse("1000"), Ok(1000));
        assert_eq!(parse("64k"), Ok(64 << 10));
        assert_eq!(parse("10MB"), Ok(10 << 20));
        assert_eq!(parse("2GiB"), Ok(2 << 30));
    }

    #[test]
    fn what_is_no_size_is_an_error() {
        for text in ["", "k", "-1", "1.5M", "10X", "99999999999G", "18446744073709551616"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
