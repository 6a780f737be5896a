//! The rules that ask for a path, where they hold.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input};
use keysieve_rules::Rule;

/// For how many sets of rules an automaton is kept. There are fewer in any tree; names made up to need more have theirs
/// built anew.
const KEPT: usize = 256;

/// The keywords of the rules that ask for a path: what spares most files of a common name the expressions.
#[derive(Debug, Default)]
pub(crate) struct Placed {
    /// Each keyword with its rule, in the order of the rules.
    keywords: Vec<(u32, String)>,
    /// The keywords of the rules that hold together somewhere, built when a file first asks for them: those of a few
    /// rules are looked for much faster than those of all.
    sets: RwLock<HashMap<Box<[u32]>, Arc<Set>>>,
}

/// The keywords of some rules.
#[derive(Debug)]
struct Set {
    automaton: Option<AhoCorasick>,
    /// For each keyword its rule.
    owners: Vec<u32>,
}

impl Placed {
    pub(crate) fn new(rules: &[Rule]) -> Self {
        let placed = (0_u32..).zip(rules).filter(|(_, rule)| !rule.paths.is_empty());
        let keywords =
            placed.flat_map(|(index, rule)| rule.keywords.iter().map(move |word| (index, word.clone())));
        Self { keywords: keywords.collect(), sets: RwLock::default() }
    }

    /// To search for rules in parts of a haystack.
    pub(crate) fn search<'a>(&self, rules: &'a [u32]) -> PlacedSearch<'a> {
        let (told, always): (Vec<u32>, Vec<u32>) = rules.iter().partition(|&&rule| self.has_keywords(rule));
        let set = (!told.is_empty()).then(|| self.set(told.into()));
        // A set of plain words is always built; if it were not, nothing would be spared.
        match set {
            Some(set) if set.automaton.is_none() => PlacedSearch { set: None, always: Cow::Borrowed(rules) },
            set => PlacedSearch { set, always: Cow::Owned(always) },
        }
    }

    fn has_keywords(&self, rule: u32) -> bool {
        self.keywords.binary_search_by_key(&rule, |(owner, _)| *owner).is_ok()
    }

    fn set(&self, rules: Box<[u32]>) -> Arc<Set> {
        if let Some(set) = self.sets.read().unwrap_or_else(PoisonError::into_inner).get(&rules) {
            return Arc::clone(set);
        }
        let of_rules = self.keywords.iter().filter(|(owner, _)| rules.binary_search(owner).is_ok());
        let (owners, words): (Vec<u32>, Vec<&str>) =
            of_rules.map(|(owner, word)| (*owner, word.as_str())).unzip();
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&words)
            .ok();
        let set = Arc::new(Set { automaton, owners });
        let mut sets = self.sets.write().unwrap_or_else(PoisonError::into_inner);
        if sets.len() < KEPT {
            sets.insert(rules, Arc::clone(&set));
        }
        set
    }
}

/// A search for some rules in parts of a haystack.
pub(crate) struct PlacedSearch<'a> {
    set: Option<Arc<Set>>,
    /// Those that no keyword tells of.
    always: Cow<'a, [u32]>,
}

impl PlacedSearch<'_> {
    /// The rules that no keyword tells of.
    pub(crate) fn always(&self) -> &[u32] {
        &self.always
    }

    /// Which other rules may match in a haystack from a place on, each with where its keywords stand, in order.
    pub(crate) fn due(&self, haystack: &[u8], from: usize) -> Vec<(u32, Vec<usize>)> {
        let mut due: Vec<(u32, Vec<usize>)> = Vec::new();
        let told = self.set.as_ref().and_then(|set| Some((set, set.automaton.as_ref()?)));
        let Some((set, automaton)) = told else { return due };
        // Most have none, and to say so is quicker than to list all.
        let Some(first) = automaton.find(Input::new(haystack).span(from..haystack.len())) else { return due };
        // A longer keyword may begin before the one that ends first.
        let from = from.max(first.end().saturating_sub(automaton.max_pattern_len()));
        for found in automaton.find_overlapping_iter(Input::new(haystack).span(from..haystack.len())) {
            let rule = set.owners[found.pattern().as_usize()];
            match due.iter_mut().find(|(known, _)| *known == rule) {
                Some((_, places)) => places.push(found.start()),
                None => due.push((rule, vec![found.start()])),
            }
        }
        due.iter_mut().for_each(|(_, places)| places.sort_unstable());
        due
    }
}
