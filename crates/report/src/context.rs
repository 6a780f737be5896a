//! What a report says besides what was found.

use std::collections::HashMap;

use keysieve_finding::{Authored, Location, ObjectId};

use crate::{LineHashes, Moment};

/// What a report says besides what was found, and how it may look.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Context {
    /// The version of keysieve: `0.1.0`.
    pub version: String,
    /// Which rules were used: the pack's version, `+`, 12 hex digits of the digest over all of them.
    pub ruleset: String,
    /// The verb that ran: `scan`. It is the category under which code scanning services file a SARIF run.
    pub mode: String,
    /// Where to read about the tool: an absolute URL, or nothing.
    pub information_uri: Option<String>,
    /// Colours in text.
    pub color: bool,
    /// Links to files in text, for terminals that know them (OSC 8); they need `root`.
    pub hyperlinks: bool,
    /// Raw secrets in text, JSON and JSONL. The other formats never have any.
    pub show_secrets: bool,
    /// How many columns the terminal has; `None` lets lines be as long as they are.
    pub width: Option<usize>,
    /// The absolute directory that the paths of files are relative to, `/`-separated. Only links in text show it.
    pub root: Option<String>,
    /// When the run took place, for formats whose schema demands a time; the others never say.
    pub time: Moment,
    /// Hashes of the lines where findings start, for SARIF.
    pub line_hashes: LineHashes,
    /// Who wrote commits, and what they say, for the formats of gitleaks, which have columns for it.
    pub authored: HashMap<ObjectId, Authored>,
}

impl Context {
    /// A context for a pipe: no colours, no links, no raw secrets.
    #[must_use]
    pub fn new(version: impl Into<String>, ruleset: impl Into<String>) -> Self {
        Self {
            version: version.into(),
            ruleset: ruleset.into(),
            mode: "scan".to_owned(),
            information_uri: None,
            color: false,
            hyperlinks: false,
            show_secrets: false,
            width: None,
            root: None,
            time: Moment::default(),
            line_hashes: LineHashes::default(),
            authored: HashMap::new(),
        }
    }

    /// Who wrote the commit that brought what stands at a place, and what it says, as far as that is known.
    pub(crate) fn author_of(&self, location: &Location) -> Authored {
        let commit = location.git.as_deref().and_then(|git| git.commit);
        commit.and_then(|commit| self.authored.get(&commit)).cloned().unwrap_or_default()
    }
}
