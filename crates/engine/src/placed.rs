//! The rules that ask for a path, where they hold.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use keysieve_rules::Rule;

/// The keywords of the rules that ask for a path: what spares most files of a common name the expressions.
#[derive(Debug, Default)]
pub(crate) struct Placed {
    keywords: Vec<String>,
    /// For each keyword its rule; sorted.
    owners: Vec<u32>,
    /// Built when a file first asks for it.
    automaton: OnceLock<Option<AhoCorasick>>,
}

impl Placed {
    pub(crate) fn new(rules: &[Rule]) -> Self {
        let mut this = Self::default();
        for (index, rule) in (0_u32..).zip(rules).filter(|(_, rule)| !rule.paths.is_empty()) {
            for keyword in &rule.keywords {
                this.keywords.push(keyword.clone());
                this.owners.push(index);
            }
        }
        this
    }

    /// Which of the rules may match in a haystack: those without keywords, and those of which one stands in it.
    pub(crate) fn due(&self, rules: &[u32], haystack: &[u8]) -> Vec<u32> {
        let has_keywords = |rule: &u32| self.owners.binary_search(rule).is_ok();
        if !rules.iter().any(has_keywords) {
            return rules.to_vec();
        }
        let automaton = self.automaton.get_or_init(|| {
            AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .kind(Some(AhoCorasickKind::ContiguousNFA))
                .build(&self.keywords)
                .ok()
        });
        // A set of plain words is always built; if it were not, nothing would be spared.
        let Some(automaton) = automaton else { return rules.to_vec() };
        let mut seen = vec![false; self.owners.len()];
        for found in automaton.find_overlapping_iter(haystack) {
            seen[found.pattern().as_usize()] = true;
        }
        let hit: Vec<u32> =
            self.owners.iter().zip(seen).filter(|(_, seen)| *seen).map(|(rule, _)| *rule).collect();
        rules.iter().copied().filter(|rule| !has_keywords(rule) || hit.binary_search(rule).is_ok()).collect()
    }
}
