//! The built-in rules, planned when keysieve was built.

use keysieve_rules::Rule;

use crate::{Engine, EngineError};

/// The planned rules, as the build script wrote them.
static PACK: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/pack.bin"));

/// The digest of the rule files, in hex.
const DIGEST: &str = include_str!(concat!(env!("OUT_DIR"), "/pack.digest"));

/// A rule file that was built in.
#[derive(Clone, Copy, Debug)]
pub struct BuiltinSource {
    /// Its name: `github.toml`.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// The rule files that were built in, sorted by name: for showing and checking them. Scanning does not read them.
#[must_use]
pub fn builtin_sources() -> &'static [BuiltinSource] {
    SOURCES
}

impl Engine {
    /// The built-in rules, linked. Nothing is parsed or compiled: that was done at build time.
    #[must_use]
    pub fn builtin() -> Self {
        Self::new(Self::builtin_rules()).expect("the pack links, because its tests link it")
    }

    /// The built-in rules themselves, to add others to.
    #[must_use]
    pub fn builtin_rules() -> Vec<Rule> {
        postcard::from_bytes(PACK).expect("the pack reads back, because the build script wrote it")
    }

    /// The digest of the built-in rule files: BLAKE3, in hex.
    #[must_use]
    pub fn builtin_digest() -> &'static str {
        DIGEST
    }

    /// The built-in rules and others.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub fn builtin_and(more: Vec<Rule>) -> Result<Self, EngineError> {
        let mut rules = Self::builtin_rules();
        rules.extend(more);
        Self::new(rules)
    }
}
