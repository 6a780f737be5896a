//! The part of betterleaks' filter language that nearly every filter is written in: a lowest entropy.

/// The entropy at or below which a filter lets a finding go, if it says nothing else:
/// `entropy(finding["secret"]) <= 3.5`.
pub(super) fn entropy(filter: &str) -> Option<f64> {
    let compact: String = filter.chars().filter(|c| !c.is_whitespace()).collect();
    let compact = compact.replace('\'', "\"");
    let rest = compact
        .strip_prefix("entropy(finding[\"secret\"])")
        .or_else(|| compact.strip_prefix("entropy(finding.secret)"))?;
    let number = rest.strip_prefix("<=").or_else(|| rest.strip_prefix('<'))?;
    number.parse().ok().filter(|number| (0.0..=8.0).contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_entropy_is_read_and_nothing_else() {
        assert_eq!(entropy("entropy(finding[\"secret\"]) <= 3.5"), Some(3.5));
        assert_eq!(entropy("entropy(finding['secret'])<3"), Some(3.0));
        assert_eq!(entropy("entropy(finding[\"secret\"]) <= 3.5 || true"), None);
        assert_eq!(entropy("len(finding[\"secret\"]) < 3"), None);
    }
}
