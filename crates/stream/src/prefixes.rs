//! The beginnings by which tokens are known before they are complete.

use keysieve_engine::Engine;
use keysieve_rules::{Driver, Element, Rule};

/// Shorter beginnings are those of words, too.
const SHORTEST: usize = 4;

/// What tokens of rules with a form of their own begin with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prefixes(Vec<Vec<u8>>);

impl Prefixes {
    pub(crate) fn of(engine: &Engine) -> Self {
        let mut all = Vec::new();
        let masks = |rule: &&Rule| matches!(rule.plan.driver, Driver::Prefix(_)) && !rule.witness;
        for rule in engine.rules().filter(masks) {
            let forms = rule.plan.shapes.iter().map(|shape| shape.elements.as_slice());
            let gate = std::iter::once(rule.plan.gate.as_slice()).filter(|_| rule.plan.shapes.is_empty());
            all.extend(forms.chain(gate).map(literal).filter(|prefix| prefix.len() >= SHORTEST));
        }
        all.sort();
        all.dedup();
        Self(all)
    }

    /// Whether a run begins like a token.
    pub(crate) fn begin(&self, run: &[u8]) -> bool {
        let after = self.0.partition_point(|prefix| prefix.as_slice() <= run);
        // A prefix of `run` sorts before it, after everything that is smaller.
        self.0[..after].iter().rev().take(32).any(|prefix| run.starts_with(prefix))
    }
}

fn literal(elements: &[Element]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for element in elements {
        let mut members = (0..=u8::MAX).filter(|&byte| element.set.contains(byte));
        let (Some(only), None) = (members.next(), members.next()) else { break };
        bytes.extend(std::iter::repeat_n(only, element.min.min(16) as usize));
        if element.min != element.max {
            break;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_beginning() {
        let prefixes = Prefixes::of(&Engine::builtin());
        assert!(prefixes.begin(b"ghp_0123") && prefixes.begin(b"glpat-x"));
        assert!(!prefixes.begin(b"ghost") && !prefixes.begin(b"gh") && !prefixes.begin(b""));
    }
}
