//! Which tool's file it is.

use std::path::Path;

use super::node::Node;
use super::reading::Reading;
use super::{Imported, detect_secrets, gitleaks, kingfisher, trufflehog, yaml};
use crate::Errors;

/// A tool whose configuration files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Foreign {
    /// gitleaks and betterleaks: TOML.
    Gitleaks,
    /// trufflehog: YAML with `detectors`.
    Trufflehog,
    /// kingfisher and noseyparker: YAML with `rules`.
    Kingfisher,
    /// detect-secrets: its baseline, JSON.
    DetectSecrets,
}

/// Names of files of gitleaks and betterleaks.
const GITLEAKS: [&str; 4] = [".betterleaks.toml", ".gitleaks.toml", "gitleaks.toml", "betterleaks.toml"];

impl Foreign {
    /// The tool whose file it is, told by its name and by what only such files have. `None` for files of ours.
    #[must_use]
    pub fn of(path: &Path, text: &str) -> Option<Self> {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let top = |key: &str| {
            text.lines()
                .any(|line| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':')))
        };
        if GITLEAKS.contains(&name) {
            return Some(Self::Gitleaks);
        }
        if text.trim_start().starts_with('{') {
            let has = |key: &str| text.contains(&format!("\"{key}\""));
            return (has("plugins_used") && has("results")).then_some(Self::DetectSecrets);
        }
        let heading = |line: &str| {
            let line = line.trim();
            let name = line.trim_matches(['[', ']', ' ']).to_ascii_lowercase();
            line.starts_with('[')
                && (matches!(name.as_str(), "extend" | "allowlist" | "allowlists")
                    || line.to_ascii_lowercase().starts_with("[[rules]]"))
        };
        let yaml = [".yml", ".yaml"].iter().any(|end| name.to_ascii_lowercase().ends_with(end));
        if !yaml && text.lines().any(heading) {
            Some(Self::Gitleaks)
        } else if top("detectors") {
            Some(Self::Trufflehog)
        } else if top("rules") || yaml {
            Some(Self::Kingfisher)
        } else {
            None
        }
    }

    /// What people call its files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gitleaks => "gitleaks",
            Self::Trufflehog => "trufflehog",
            Self::Kingfisher => "kingfisher",
            Self::DetectSecrets => "detect-secrets",
        }
    }
}

impl Imported {
    /// Reads a file of another tool; `path` is only for messages.
    ///
    /// # Errors
    /// All that is wrong with it, or that has no translation.
    pub fn read(foreign: Foreign, path: &Path, text: &str) -> Result<Self, Errors> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let reading = Reading::new(path.display().to_string());
        let (root, syntax) = match foreign {
            Foreign::Gitleaks => (Node::from_toml(text), "TOML"),
            Foreign::Trufflehog | Foreign::Kingfisher => (yaml::read(text), "YAML"),
            Foreign::DetectSecrets => (Node::from_json(text), "JSON"),
        };
        let imported = match root {
            Ok(root) => match foreign {
                Foreign::Gitleaks => gitleaks::read(&reading, &root),
                Foreign::Trufflehog => trufflehog::read(&reading, &root),
                Foreign::Kingfisher => kingfisher::read(&reading, &root),
                Foreign::DetectSecrets => detect_secrets::read(&reading, &root),
            },
            Err((line, error)) => {
                reading.problem(line, None, format!("not {syntax}: {error}"), "correct the syntax");
                Self::default()
            }
        };
        reading.finish(imported)
    }

    /// Reads the configuration of gitleaks or betterleaks; `path` is only for messages.
    ///
    /// # Errors
    /// All that is wrong with it, or that has no translation.
    pub fn from_gitleaks(path: &Path, text: &str) -> Result<Self, Errors> {
        Self::read(Foreign::Gitleaks, path, text)
    }
}
