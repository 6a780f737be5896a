//! How bad, and how sure.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How much harm a live secret of this kind does. It belongs to the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Little: a public or test credential, or one that opens next to nothing.
    Low,
    /// Some: read access to something limited.
    Medium,
    /// Much: acts as a user or a service.
    High,
    /// Most: an account, a cloud, a package that others install.
    Critical,
}

/// How sure it is that the text is a secret at all. It belongs to the finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Probably not: kept for those who ask for it.
    Low,
    /// Likely.
    Medium,
    /// As good as certain: the form is unmistakable, or a checksum or a structure proves it.
    High,
}

/// A word that names no level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseLevelError {
    known: &'static [&'static str],
}

impl fmt::Display for ParseLevelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected one of {}", self.known.join(", "))
    }
}

impl std::error::Error for ParseLevelError {}

macro_rules! level {
    ($name:ident, $($variant:ident = $word:literal),+) => {
        impl $name {
            /// Every level, the lowest first.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that reports and options use.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = ParseLevelError;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(ParseLevelError { known: &[$($word),+] }),
                }
            }
        }
    };
}

level!(Severity, Low = "low", Medium = "medium", High = "high", Critical = "critical");
level!(Confidence, Low = "low", Medium = "medium", High = "high");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_ordered_and_read_back() {
        assert!(Severity::Critical > Severity::High && Confidence::Medium > Confidence::Low);
        for level in Severity::ALL {
            assert_eq!(level.as_str().parse(), Ok(*level));
        }
        let error = "hgih".parse::<Confidence>().expect_err("no such level");
        assert_eq!(error.to_string(), "expected one of low, medium, high");
    }
}
