//! Where an object stands, as far as rules ask.

use keysieve_rules::Paths;

use crate::Engine;

/// Which of the rules that ask for a path hold for an object. The engine knows no paths: whoever knows them says which
/// rules hold, by [`Paths`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    rules: Vec<u32>,
}

impl Place {
    /// Where no rule that asks for a path holds: a stream, or a text that is no file.
    #[must_use]
    pub fn nowhere() -> Self {
        Self::default()
    }

    /// Where these rules hold, by their indices in order.
    #[must_use]
    pub fn of_rules(rules: Vec<u32>) -> Self {
        Self { rules }
    }

    /// At a path.
    #[must_use]
    pub fn of_path(paths: &Paths<'_>, path: &[u8]) -> Self {
        Self { rules: paths.of(path) }
    }

    /// The rules that hold.
    pub(crate) fn rules(&self) -> &[u32] {
        &self.rules
    }

    /// Whether a rule holds that may ask for a path.
    pub(crate) fn holds(&self, rule: u32, asks: bool) -> bool {
        !asks || self.rules.binary_search(&rule).is_ok()
    }
}

impl Engine {
    /// What the rules ask of paths.
    #[must_use]
    pub fn paths(&self) -> Paths<'_> {
        Paths::new(self.rules())
    }
}
