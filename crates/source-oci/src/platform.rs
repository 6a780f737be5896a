//! For which machine an image is.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

/// For which machine an image is (OCI image index, `platform`).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub struct Platform {
    /// The operating system, as Go names it: `linux`.
    #[serde(default)]
    pub os: String,
    /// The processor, as Go names it: `amd64`.
    #[serde(default)]
    pub architecture: String,
    /// Which kind of that processor: `v7`.
    #[serde(default)]
    pub variant: Option<String>,
    /// The version of the system, for Windows.
    #[serde(default, rename = "os.version")]
    pub os_version: Option<String>,
}

impl Platform {
    /// Linux on this machine's processor.
    #[must_use]
    pub fn host() -> Self {
        let platform = Self {
            os: "linux".to_owned(),
            architecture: std::env::consts::ARCH.to_owned(),
            ..Self::default()
        };
        platform.normal()
    }

    /// The same under the names that Go has, which manifests use.
    fn normal(mut self) -> Self {
        self.os = self.os.to_ascii_lowercase();
        let (architecture, variant) = match self.architecture.to_ascii_lowercase().as_str() {
            "x86_64" | "x86-64" => ("amd64".to_owned(), None),
            "aarch64" => ("arm64".to_owned(), None),
            "i386" | "i486" | "i586" | "i686" | "x86" => ("386".to_owned(), None),
            "armhf" => ("arm".to_owned(), Some("v7".to_owned())),
            "armel" => ("arm".to_owned(), Some("v6".to_owned())),
            other => (other.to_owned(), None),
        };
        self.architecture = architecture;
        self.variant = self.variant.filter(|variant| !variant.is_empty()).or(variant);
        self
    }

    /// Whether it says what it is; attestations are for `unknown/unknown`.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !self.os.is_empty() && self.os != "unknown" && self.architecture != "unknown"
    }

    /// Whether it is what was asked for: what is left open fits all.
    #[must_use]
    pub fn fits(&self, asked: &Self) -> bool {
        let own = self.clone().normal();
        let same = |own: &Option<String>, asked: &Option<String>, default: Option<&str>| {
            asked.as_deref().is_none_or(|asked| own.as_deref().or(default) == Some(asked))
        };
        let default = match own.architecture.as_str() {
            "arm64" => Some("v8"),
            "arm" => Some("v7"),
            _ => None,
        };
        own.os == asked.os
            && own.architecture == asked.architecture
            && same(&own.variant, &asked.variant, default)
            && asked
                .os_version
                .as_deref()
                .is_none_or(|asked| own.os_version.as_deref().is_some_and(|own| own.starts_with(asked)))
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        if let Some(variant) = self.variant.as_deref().filter(|variant| !variant.is_empty()) {
            write!(f, "/{variant}")?;
        }
        if let Some(version) = self.os_version.as_deref().filter(|version| !version.is_empty()) {
            write!(f, ":{version}")?;
        }
        Ok(())
    }
}

/// A text that names no platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected OS/ARCH or OS/ARCH/VARIANT, such as linux/arm64")]
pub struct UnknownPlatform;

impl FromStr for Platform {
    type Err = UnknownPlatform;

    /// `OS/ARCH`, `OS/ARCH/VARIANT`, and either with `:VERSION` of the system.
    fn from_str(text: &str) -> Result<Self, UnknownPlatform> {
        let (text, version) = match text.split_once(':') {
            Some((text, version)) => (text, Some(version.to_owned())),
            None => (text, None),
        };
        let parts: Vec<&str> = text.split('/').collect();
        if parts.iter().any(|part| part.is_empty()) {
            return Err(UnknownPlatform);
        }
        let (os, architecture, variant) = match parts[..] {
            [os, architecture] => (os, architecture, None),
            [os, architecture, variant] => (os, architecture, Some(variant.to_owned())),
            _ => return Err(UnknownPlatform),
        };
        let platform =
            Self { os: os.to_owned(), architecture: architecture.to_owned(), variant, os_version: version };
        Ok(platform.normal())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform(text: &str) -> Platform {
        text.parse().expect("a platform")
    }

    #[test]
    fn platforms_are_read_and_written() {
        for text in ["linux/amd64", "linux/arm/v7", "windows/amd64:10.0.17763"] {
            assert_eq!(platform(text).to_string(), text);
        }
        assert_eq!(platform("linux/x86_64").to_string(), "linux/amd64");
        for text in ["", "linux", "linux/", "/amd64", "a/b/c/d"] {
            assert_eq!(text.parse::<Platform>(), Err(UnknownPlatform), "{text}");
        }
    }

    #[test]
    fn what_is_left_open_fits_all() {
        assert!(platform("linux/arm64/v8").fits(&platform("linux/aarch64")));
        assert!(platform("linux/arm64").fits(&platform("linux/arm64/v8")));
        assert!(!platform("linux/arm/v6").fits(&platform("linux/arm/v7")));
        assert!(!platform("linux/arm").fits(&platform("linux/arm64")));
        assert!(platform("windows/amd64:10.0.17763.1").fits(&platform("windows/amd64:10.0.17763")));
        assert!(!platform("unknown/unknown").is_known());
    }
}
