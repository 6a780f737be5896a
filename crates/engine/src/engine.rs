//! All rules, linked, and the loop over candidates.

use std::ops::{ControlFlow, Range};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use keysieve_finding::{SecretKind, Span};
use keysieve_kernel::{BLOCK, Block, Implementation, Kernel};
use keysieve_rules::{Driver, Rule};

use crate::boundary::escape_lengths;
use crate::compiled::{Compiled, Confirmed};
use crate::context::{Chunk, Context, assigned};
use crate::decode;
use crate::fit::Start;
use crate::generic::{self, Assignments};
use crate::heads::{Heads, eight};
use crate::judge::{assigned_match, judge};
use crate::placed::Placed;
use crate::sieve::Sieve;
use crate::stems::Stems;
use crate::{Match, Place, Scratch};

/// How many bytes the kernel describes at a time: so few that haystack and masks stay in the second-level cache.
const CHUNK: usize = 64 * 1024;

/// How far left of a match windows keep bytes: more than the words before a value and an escape sequence need, so that
/// whoever shows a match has the line before it.
pub(crate) const LOOKBEHIND: usize = 20 * 1024;

/// How far right of a match windows have bytes, at least: the rest of its line.
const LOOKAHEAD: usize = 9 * 1024;

/// The provider of rules that name none.
const GENERIC: &str = "Generic";

/// Rules that cannot be used together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// A rule with an id that is taken.
    #[error("two rules have the id `{id}`: rename one, or leave one out with --exclude-rule")]
    DuplicateId {
        /// The id.
        id: String,
    },
    /// A rule with a checksum that there is none of.
    #[error("rule `{id}`: there is no checksum `{name}`")]
    UnknownChecksum {
        /// The rule.
        id: String,
        /// What it asked for.
        name: String,
    },
}

/// All rules, linked. Shared by reference between threads.
#[derive(Debug)]
pub struct Engine {
    pub(crate) rules: Vec<Compiled>,
    kernel: Kernel,
    heads: Heads,
    stems: Stems,
    context: Context,
    assignments: Assignments,
    search: Search,
    pub(crate) placed: Placed,
    reach: usize,
    /// How many layers of encodings are undone.
    pub(crate) decode_depth: u8,
}

/// The rules that no driver serves: searched for in the whole haystack, where a keyword of theirs occurs.
#[derive(Debug, Default)]
struct Search {
    keywords: Option<AhoCorasick>,
    /// For each keyword its rule.
    owners: Vec<u32>,
    /// Rules without keywords.
    always: Vec<u32>,
}

impl Engine {
    /// Links rules.
    ///
    /// # Errors
    /// If two rules have one id, or a checksum does not exist.
    pub fn new(rules: Vec<Rule>) -> Result<Self, EngineError> {
        Self::with_kernel(rules, None)
    }

    /// Links rules for one implementation of the kernel, if this processor has it, or the best one.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub fn with_kernel(rules: Vec<Rule>, kernel: Option<Implementation>) -> Result<Self, EngineError> {
        check(&rules)?;
        let heads = Heads::new(&rules);
        let (stems, mut searched) = Stems::new(&rules);
        let context = Context::new(&rules);
        let assignments = Assignments::new(&rules);
        searched.extend(
            (0_u32..)
                .zip(&rules)
                .filter(|(_, rule)| rule.paths.is_empty() && matches!(rule.plan.driver, Driver::Search))
                .map(|(index, _)| index),
        );
        searched.sort_unstable();
        let search = Search::new(&rules, &searched);
        let placed = Placed::new(&rules);
        let kernel_stems = stems.kernel_stems();
        let kernel = kernel
            .and_then(|implementation| Kernel::with(implementation, &kernel_stems))
            .unwrap_or_else(|| Kernel::new(&kernel_stems));
        let rules: Vec<Compiled> = rules.into_iter().map(Compiled::new).collect();
        let bounded = rules.iter().filter(|rule| !rule.is_open()).map(Compiled::extent);
        let reach = bounded.max().unwrap_or(0).max(LOOKAHEAD) + 1;
        let decode_depth = decode::DEPTH;
        Ok(Self { rules, kernel, heads, stems, context, assignments, search, placed, reach, decode_depth })
    }

    /// Says how many layers of encodings are undone: none for 0, and no more than eight.
    pub fn set_decode_depth(&mut self, depth: u8) {
        self.decode_depth = depth.min(decode::DEEPEST);
    }

    /// How many rules there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rule that a match names.
    #[must_use]
    pub fn rule(&self, index: u32) -> &Rule {
        &self.rules[index as usize].rule
    }

    /// How specific a rule is: of several that claim one secret, the one with the most has it. A token with a form of
    /// its own counts more than a value told by the words near it, and that more than anything assigned to a name.
    #[must_use]
    pub fn specificity(&self, index: u32) -> u8 {
        let rule = self.rule(index);
        let form = match rule.plan.driver {
            Driver::Prefix(_) => 4,
            Driver::Context => 3,
            Driver::Stem { .. } | Driver::Search => 2,
            Driver::Assignment => return 0,
        };
        let placed = !rule.paths.is_empty();
        match (rule.info.kind, rule.info.provider.as_str()) {
            (SecretKind::PrivateKey, _) => 5,
            // A file's own grammar says more than the words near a value.
            (SecretKind::Password, _) if placed => 2,
            (SecretKind::Password, _) => 1,
            _ if placed => 3,
            (_, GENERIC) => 0,
            _ => form,
        }
    }

    /// Every rule, in the order of their indices.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &Rule> {
        self.rules.iter().map(|compiled| &compiled.rule)
    }

    /// Which implementation of the kernel runs.
    #[must_use]
    pub fn kernel(&self) -> Implementation {
        self.kernel.implementation()
    }

    /// The ids of rules that no driver serves, so that each costs a search of its own.
    #[must_use]
    pub fn searched(&self) -> Vec<&str> {
        let mut all: Vec<u32> = self.search.owners.iter().chain(&self.search.always).copied().collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter().map(|index| self.rule(index).info.id.as_str()).collect()
    }

    /// How many bytes past its start a match of any rule with a bound may need, to be sure, and to show its line.
    #[must_use]
    pub fn reach(&self) -> usize {
        self.reach
    }

    /// Finds every match in a whole haystack, in the order of their starts, but for rules that ask for a path. `Break`
    /// from `found` ends the scan.
    pub fn scan(
        &self,
        haystack: &[u8],
        scratch: &mut Scratch,
        found: impl FnMut(Match) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.scan_at(&Place::nowhere(), haystack, scratch, found)
    }

    /// As [`Engine::scan`], with the rules that hold at a place.
    pub fn scan_at(
        &self,
        place: &Place,
        haystack: &[u8],
        scratch: &mut Scratch,
        found: impl FnMut(Match) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        scratch.reset(self.rules.len());
        self.run(place, haystack, 0..haystack.len(), true, scratch);
        scratch.matches.iter().copied().try_for_each(found)
    }

    /// Finds the matches that start in `range`; what stands before it is only looked back on. `last` says that the haystack's
    /// end is the object's; else the result says up to where the matches are all: less than the range's end where
    /// something has begun whose end is not in the haystack. For streams, which cannot wait for a whole window.
    pub fn scan_part(
        &self,
        haystack: &[u8],
        range: Range<usize>,
        last: bool,
        scratch: &mut Scratch,
        found: impl FnMut(Match) -> ControlFlow<()>,
    ) -> usize {
        scratch.reset(self.rules.len());
        let sure = self.run(&Place::nowhere(), haystack, range, last, scratch);
        let _ = scratch.matches.iter().copied().try_for_each(found);
        sure
    }

    /// Finds the matches that start in `range`, and those in stretches with encodings that start in it, and puts them into
    /// `scratch.matches`, sorted. Says up to where that is all of them: less than the range's end if an open block or an
    /// encoded value has begun whose end is not in the haystack and `whole` does not say that this is all there is.
    pub(crate) fn run(
        &self,
        place: &Place,
        haystack: &[u8],
        range: Range<usize>,
        whole: bool,
        scratch: &mut Scratch,
    ) -> usize {
        let mut sure = self.direct(place, haystack, range.clone(), whole, scratch);
        if self.decode_depth > 0 {
            self.marks_beyond(haystack, range.end, scratch);
            sure = decode::decode(self, haystack, range.start..sure, whole, scratch);
        }
        scratch.matches.retain(|found| found.span.start < sure || found.decoded.is_some());
        scratch.matches.sort_by_key(|found| (found.span.start, found.rule, found.span.end));
        sure
    }

    /// Finds the matches that start in `range` and stand in the haystack as they are, and the marks of what is encoded.
    /// Says up to where that is all of them.
    pub(crate) fn direct(
        &self,
        place: &Place,
        haystack: &[u8],
        range: Range<usize>,
        whole: bool,
        scratch: &mut Scratch,
    ) -> usize {
        let mut pass = Pass { engine: self, haystack, range: range.clone(), whole, unsure: range.end };
        let mut from = range.start;
        while from < range.end {
            let to = range.end.min(from + CHUNK);
            let mut blocks = std::mem::take(&mut scratch.blocks);
            self.kernel.scan(haystack, from, to, &mut blocks);
            pass.candidates(from, &blocks, scratch);
            if self.assignments.any() {
                generic::other_scripts(haystack, from, to, |at| pass.assignment(at, scratch));
            }
            scratch.blocks = blocks;
            from = to;
        }
        // A stem may stand past the range while its match begins in it.
        pass.stems_beyond(scratch);
        self.search.run(&mut pass, scratch);
        if !place.rules().is_empty() {
            let search = self.placed.search(place.rules());
            for (rule, keywords) in search.due(haystack, range.start) {
                let compiled = &self.rules[rule as usize];
                if compiled.is_open() || compiled.rule.keywords_anywhere {
                    pass.search(rule, scratch);
                } else {
                    self.search_around((rule, &keywords), haystack, &range, scratch);
                }
            }
            search.always().iter().for_each(|&rule| pass.search(rule, scratch));
        }
        pass.unsure
    }

    /// Notes the marks past a range that belong to what begins in it.
    fn marks_beyond(&self, haystack: &[u8], from: usize, scratch: &mut Scratch) {
        let to = haystack.len().min(from + decode::BEYOND);
        if from < to {
            self.kernel.scan(haystack, from, to, &mut scratch.blocks);
            scratch.sieve.fill(&self.kernel, &scratch.blocks);
            scratch.sieve.starts(haystack, from, &self.heads);
            scratch.marks.note(haystack, from, to, &scratch.blocks, &mut scratch.sieve);
        }
    }
}

impl Engine {
    /// Searches for a rule's expression in a part of a haystack.
    pub(crate) fn search_in(&self, rule: u32, haystack: &[u8], range: Range<usize>, scratch: &mut Scratch) {
        let unsure = range.end;
        Pass { engine: self, haystack, range, whole: true, unsure }.search(rule, scratch);
    }
}

fn check(rules: &[Rule]) -> Result<(), EngineError> {
    let mut ids: Vec<&str> = rules.iter().map(|rule| rule.info.id.as_str()).collect();
    ids.sort_unstable();
    if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(EngineError::DuplicateId { id: pair[0].to_owned() });
    }
    for rule in rules {
        if let Some(gate) = &rule.gates.checksum
            && keysieve_checksum::Checksum::by_name(&gate.name).is_none()
        {
            return Err(EngineError::UnknownChecksum { id: rule.info.id.clone(), name: gate.name.clone() });
        }
    }
    Ok(())
}

/// One scan of one haystack.
struct Pass<'a> {
    engine: &'a Engine,
    haystack: &'a [u8],
    range: Range<usize>,
    /// Whether the haystack's end is the object's.
    whole: bool,
    /// Where the first open block begins whose end is not in sight.
    unsure: usize,
}

impl Pass<'_> {
    /// Looks at every mark of a chunk that is worth it.
    fn candidates(&mut self, from: usize, blocks: &[Block], scratch: &mut Scratch) {
        let (engine, haystack) = (self.engine, self.haystack);
        let to = self.range.end.min(from + CHUNK);
        let decodes = engine.decode_depth > 0;
        let mut sieve = std::mem::take(&mut scratch.sieve);
        sieve.fill(&engine.kernel, blocks);
        sieve.starts(haystack, from, &engine.heads);
        if decodes {
            scratch.marks.sifted(haystack, from, &mut sieve);
        }
        sieve.runs(haystack, Chunk { from, blocks }, to, engine.context.open_where_assigned(), decodes);
        self.runs(Chunk { from, blocks }, &mut sieve, scratch);
        sieve.stems(haystack, from, &engine.stems);
        for &offset in sieve.prefixes() {
            let at = from + offset as usize;
            self.prefix(at, eight(haystack, at), scratch);
        }
        for &offset in sieve.each_stem() {
            let at = from + offset as usize;
            if let Some(&four) = haystack[at..].first_chunk::<4>() {
                self.stem(at, four, scratch);
            }
        }
        scratch.sieve = sieve;
    }

    /// Looks at the runs of token bytes of a chunk.
    fn runs(&mut self, chunk: Chunk<'_>, sieve: &mut Sieve, scratch: &mut Scratch) {
        let mut escaped = std::mem::take(&mut scratch.escaped);
        for run in sieve.each_run() {
            let at = chunk.from + run.offset();
            if run.is_value() {
                self.value(at, run.has_digit(), chunk, scratch);
            }
            // Such a byte is no token byte, so what follows it begins a run.
            if run.is_escaped() {
                self.after_escape(at, chunk, &mut escaped, scratch);
            }
            if run.is_joined() {
                scratch.marks.run(
                    self.haystack,
                    at,
                    chunk.blocks,
                    (run.offset() / BLOCK, run.offset() % BLOCK),
                );
            }
        }
        sieve.add_starts(&escaped);
        escaped.clear();
        scratch.escaped = escaped;
    }

    /// A run where an escape sequence stands: a token or a value may begin after it.
    #[cold]
    fn after_escape(&mut self, at: usize, chunk: Chunk<'_>, escaped: &mut Vec<u32>, scratch: &mut Scratch) {
        for length in escape_lengths(self.haystack, at) {
            let at = at + length;
            if at + 3 <= self.haystack.len() {
                if self.engine.heads.maybe(eight(self.haystack, at)) {
                    escaped.push((at - chunk.from) as u32);
                }
                self.value(at, true, chunk, scratch);
            }
        }
    }

    /// Tries the prefix rules of the first bytes.
    #[inline]
    fn prefix(&mut self, at: usize, head: u64, scratch: &mut Scratch) {
        let engine = self.engine;
        for rule in engine.heads.of(head) {
            if engine.rules[rule as usize].may_start(self.haystack, at) {
                self.confirm(rule, at, None, scratch);
            }
        }
    }

    /// Tries the context rules at a token start. Words are rarer than values that fit, and looking for them costs each
    /// byte but once, so they come first.
    #[inline]
    fn value(&mut self, at: usize, digit: bool, chunk: Chunk<'_>, scratch: &mut Scratch) {
        let context = &self.engine.context;
        if !context.open(digit, true) {
            return;
        }
        let assigned = assigned(self.haystack, at);
        if context.open(digit, assigned) && context.words_before(self.haystack, at, chunk, &mut scratch.seen)
        {
            self.value_with_words(at, digit, assigned, scratch);
        }
    }

    #[inline(never)]
    fn value_with_words(&mut self, at: usize, digit: bool, assigned: bool, scratch: &mut Scratch) {
        let mut pointers = std::mem::take(&mut scratch.pointers);
        let start = Start::new(at, digit, assigned);
        self.engine.context.point(self.haystack, start, &scratch.seen, &mut pointers);
        for pointer in pointers.drain(..) {
            if self.engine.rules[pointer.rule as usize].may_start(self.haystack, at) {
                self.confirm(pointer.rule, at, Some((pointer.word, pointer.span)), scratch);
            }
        }
        scratch.pointers = pointers;
    }

    /// Tries the stem rules of the four bytes at `at`.
    fn stem(&mut self, at: usize, four: [u8; 4], scratch: &mut Scratch) {
        let engine = self.engine;
        for stem in engine.stems.at(four) {
            for entry in engine.stems.rules(stem) {
                if entry.rule == Assignments::ANY {
                    self.assignment(at, scratch);
                    continue;
                }
                let compiled = &engine.rules[entry.rule as usize];
                let first = at.saturating_sub(entry.max).max(self.range.start);
                let Some(last) = at.checked_sub(entry.min) else { continue };
                for start in first..=last {
                    if compiled.may_begin(self.haystack, start)
                        && compiled.may_start(self.haystack, start)
                        && self.confirm(entry.rule, start, None, scratch)
                    {
                        break;
                    }
                }
            }
        }
    }

    /// Judges what is assigned to the name in which a stem stands.
    fn assignment(&mut self, at: usize, scratch: &mut Scratch) {
        if !self.range.contains(&at) || at >= self.unsure {
            return;
        }
        let (assignments, haystack) = (&self.engine.assignments, self.haystack);
        let Scratch { names, matches, traces, .. } = scratch;
        let before = matches.len();
        let far = generic::judge(haystack, at, names, |judged| {
            if let Some(rule) = assignments.rule(judged.kind) {
                matches.push(assigned_match(rule, haystack, at, &judged));
            }
        });
        if far || matches.len() > before {
            traces.push(at..at + 1);
        }
    }

    /// The stems that stand at or past the end of the range, of matches that begin in it.
    fn stems_beyond(&mut self, scratch: &mut Scratch) {
        let end = self.haystack.len().min(self.range.end + self.engine.stems.reach());
        for at in self.range.end..end {
            let Some(&four) = self.haystack[at..].first_chunk::<4>() else { return };
            self.stem(at, four, scratch);
        }
    }

    /// Searches for a rule's expression in the whole range.
    fn search(&self, rule: u32, scratch: &mut Scratch) {
        let compiled = &self.engine.rules[rule as usize];
        let from = self.range.start.max(scratch.last.get(rule).end);
        let Scratch { matches, traces, last, .. } = scratch;
        let span = compiled.each_match(self.haystack, from..self.range.end, |spans, context| {
            traces.push(spans.whole.range());
            matches.extend(judge(rule, compiled, self.haystack, spans, context));
        });
        if !span.is_empty() {
            last.set(rule, span);
        }
    }

    /// Confirms a rule at a place and judges it. Says whether it matched, judged or not.
    fn confirm(&mut self, rule: u32, at: usize, context: Option<(u16, Span)>, scratch: &mut Scratch) -> bool {
        let last = scratch.last.get(rule);
        if at < last.end || at >= self.unsure {
            // Found later though it stands before: then what is near decides which of them it is.
            if at < last.start {
                scratch.traces.push(at..last.end);
            }
            return false;
        }
        let compiled = &self.engine.rules[rule as usize];
        if !compiled.is_near() {
            scratch.traces.push(at..at + 1);
        }
        match compiled.confirm(self.haystack, at) {
            Confirmed::Yes(spans) => {
                scratch.traces.push(spans.whole.range());
                scratch.last.set(rule, spans.whole);
                scratch.matches.extend(judge(rule, compiled, self.haystack, spans, context));
                true
            }
            Confirmed::More if !self.whole => {
                self.unsure = self.unsure.min(at);
                false
            }
            Confirmed::More | Confirmed::No => false,
        }
    }
}

impl Search {
    fn new(rules: &[Rule], searched: &[u32]) -> Self {
        let mut this = Self::default();
        let mut keywords = Vec::new();
        for &index in searched {
            let words = &rules[index as usize].keywords;
            if words.is_empty() {
                this.always.push(index);
            }
            for word in words {
                keywords.push(word.as_str());
                this.owners.push(index);
            }
        }
        if !keywords.is_empty() {
            // A set of plain words is always built; if it were not, its rules are searched for every time.
            let built = AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .kind(Some(AhoCorasickKind::ContiguousNFA))
                .build(&keywords);
            match built {
                Ok(automaton) => this.keywords = Some(automaton),
                Err(_) => this.always.append(&mut this.owners),
            }
        }
        this.always.sort_unstable();
        this.always.dedup();
        this
    }

    fn run(&self, pass: &mut Pass<'_>, scratch: &mut Scratch) {
        let mut due = self.always.clone();
        if let Some(keywords) = &self.keywords {
            let mut hit = vec![false; self.owners.len()];
            for found in keywords.find_overlapping_iter(pass.haystack) {
                hit[found.pattern().as_usize()] = true;
            }
            due.extend(self.owners.iter().zip(hit).filter(|(_, hit)| *hit).map(|(owner, _)| *owner));
        }
        due.sort_unstable();
        due.dedup();
        for rule in due {
            pass.search(rule, scratch);
        }
    }
}
