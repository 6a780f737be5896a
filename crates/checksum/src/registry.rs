//! The checksums by name.

use crate::digits::BASE62;
use crate::{crc, gitlab, strkey};

/// A checksum scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Checksum {
    /// `ghp_`, `gho_`, `ghu_`, `ghs_`, `ghr_`: 30 characters of base 62, then their CRC-32 in six more, as GitHub's
    /// blog "Behind GitHub's new authentication token formats" describes.
    GithubCrc32,
    /// `npm_`: the same scheme, as GitHub's changelog "npm has a new access token format" describes.
    NpmCrc32,
    /// `glpat-` and others: GitLab's handbook on routable tokens, and `lib/authn/token_field/generator` of its source.
    GitlabRoutable,
    /// `glsa_`: 32 characters, `_`, the CRC-32 of what stands before it in hex, lowest byte first; Grafana's source,
    /// `pkg/components/satokengen`.
    GrafanaCrc32,
    /// `SU…`, `SA…`, `SO…`: base 32 of a kind, 32 bytes and their CRC-16, as the documentation of NATS' nkeys says
    /// (`github.com/nats-io/nkeys`, "Encoding").
    NatsCrc16,
    /// `S…`: base 32 of a version byte, 32 bytes and their CRC-16; Stellar's ecosystem proposal 23, "Strkeys".
    StellarCrc16,
}

impl Checksum {
    /// Every checksum there is.
    pub const ALL: &'static [Self] = &[
        Self::GithubCrc32,
        Self::NpmCrc32,
        Self::GitlabRoutable,
        Self::GrafanaCrc32,
        Self::NatsCrc16,
        Self::StellarCrc16,
    ];

    /// The checksum that rules call by this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|checksum| checksum.name() == name)
    }

    /// What rules call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::GithubCrc32 => "github-crc32",
            Self::NpmCrc32 => "npm-crc32",
            Self::GitlabRoutable => "gitlab-routable",
            Self::GrafanaCrc32 => "grafana-crc32",
            Self::NatsCrc16 => "nats-crc16",
            Self::StellarCrc16 => "stellar-crc16",
        }
    }

    /// What its tokens begin with. GitLab's come with more prefixes than these, each with the same checksum.
    #[must_use]
    pub const fn prefixes(self) -> &'static [&'static str] {
        match self {
            Self::GithubCrc32 => &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
            Self::NpmCrc32 => &["npm_"],
            Self::GitlabRoutable => &["glpat-", "gldt-", "glrt-", "glrtr-", "glcbt-", "glptt-", "glagent-"],
            Self::GrafanaCrc32 => &["glsa_"],
            Self::NatsCrc16 => &["SU", "SA", "SO", "SN", "SC", "SX"],
            Self::StellarCrc16 => &["S"],
        }
    }

    /// Whether the token's checksum is right. A token of another form is not.
    #[must_use]
    pub fn verify(self, token: &[u8]) -> bool {
        match self {
            Self::GithubCrc32 | Self::NpmCrc32 => self.strip_prefix(token).is_some_and(crc::verify_base62),
            Self::GitlabRoutable => gitlab::verify(token),
            Self::GrafanaCrc32 => crc::verify_grafana(token, b"glsa_"),
            Self::NatsCrc16 => {
                token.get(..2).and_then(strkey::nats).is_some_and(|version| strkey::verify(&version, token))
            }
            Self::StellarCrc16 => strkey::verify(strkey::STELLAR, token),
        }
    }

    /// The token of a prefix (its separator included) and a body, with the checksum appended. It verifies if both have
    /// the right form: one of [`prefixes`](Self::prefixes), and a body such as [`body`](Self::body) makes.
    #[must_use]
    pub fn complete(self, prefix: &str, body: &str) -> String {
        match self {
            Self::GithubCrc32 | Self::NpmCrc32 => format!("{prefix}{body}{}", crc::base62(body)),
            Self::GitlabRoutable => gitlab::complete(prefix, body),
            Self::GrafanaCrc32 => {
                let head = format!("{prefix}{body}");
                format!("{head}_{}", crc::grafana(head.as_bytes()))
            }
            Self::NatsCrc16 => {
                strkey::nats(prefix.as_bytes()).map_or_else(String::new, |kind| strkey::complete(&kind, body))
            }
            Self::StellarCrc16 => strkey::complete(strkey::STELLAR, body),
        }
    }

    /// A random body: what stands between prefix and checksum.
    pub fn body(self, random: &mut dyn FnMut() -> u64) -> String {
        match self {
            Self::GithubCrc32 | Self::NpmCrc32 => alphanumeric(crc::BASE62_BODY, random),
            Self::GitlabRoutable => gitlab::payload(random),
            Self::GrafanaCrc32 => alphanumeric(crc::GRAFANA_BODY, random),
            Self::NatsCrc16 | Self::StellarCrc16 => strkey::body(random),
        }
    }

    /// A valid token: a prefix (its separator included) and a random body, [completed](Self::complete).
    pub fn generate(self, prefix: &str, random: &mut dyn FnMut() -> u64) -> String {
        let body = self.body(random);
        self.complete(prefix, &body)
    }

    fn strip_prefix(self, token: &[u8]) -> Option<&[u8]> {
        self.prefixes().iter().find_map(|prefix| token.strip_prefix(prefix.as_bytes()))
    }
}

fn alphanumeric(length: usize, random: &mut dyn FnMut() -> u64) -> String {
    (0..length).map(|_| char::from(BASE62[((random() >> 33) % 62) as usize])).collect()
}
