//! Moments as RFC 3339 writes them.

use keysieve_finding::iso8601;

/// Seconds since 1970 as `2026-11-25T11:00:00Z`.
pub(crate) fn moment(seconds: u64) -> String {
    iso8601(i64::try_from(seconds).unwrap_or(i64::MAX), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_calendar() {
        assert_eq!(moment(0), "1970-01-01T00:00:00Z");
        assert_eq!(moment(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(moment(1_795_628_009), "2026-11-25T17:33:29Z");
    }
}
