//! What a configuration lets pass.

use keysieve_filter::Filter;
use keysieve_finding::Fingerprint;
use regex::bytes::{Regex, RegexBuilder};

use crate::kept::Kept;
use crate::path_globs::{PathGlob, PathGlobs};
use crate::{Attributes, Problem};

/// An exception in a configuration: which findings are no leaks, told by path, rule, value or line.
#[derive(Debug, Default)]
pub struct Allow {
    name: String,
    /// The ids of the rules that it is about; all, if there are none.
    rules: Vec<String>,
    /// Whether all kinds of conditions must hold, rather than any.
    all: bool,
    globs: Option<PathGlobs>,
    path_regexes: Vec<Regex>,
    regexes: Vec<Regex>,
    target: Target,
    stopwords: Vec<String>,
    fingerprints: Vec<String>,
    commits: Vec<String>,
    filter: Option<Filter>,
    attributes: Attributes,
    /// The directory that its paths are relative to.
    base: Vec<u8>,
}

/// What the expressions of an [`Allow`] look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// The secret.
    #[default]
    Secret,
    /// All that the rule matched.
    Match,
    /// The line or lines that it stands on.
    Line,
}

/// What is at hand where something was found, and only there.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The id of the rule.
    pub rule: &'a str,
    /// Its former ids.
    pub aliases: &'a [String],
    /// The secret.
    pub secret: &'a [u8],
    /// All that the rule matched.
    pub matched: &'a [u8],
    /// The line or lines that it stands on, perhaps cut.
    pub line: &'a [u8],
}

impl Allow {
    /// An exception that is called `name` where it must be named, and that so far allows nothing. With `all`, each kind
    /// of condition that is added must hold; without, one is enough.
    #[must_use]
    pub fn new(name: &str, all: bool) -> Self {
        Self { name: name.to_owned(), all, ..Self::default() }
    }

    /// Limits it to these rules.
    #[must_use]
    pub fn rules(mut self, rules: Vec<String>) -> Self {
        self.rules = rules;
        self
    }

    /// Says in which directory its configuration stands, where that is not the top: its paths are then those below it.
    pub fn set_base(&mut self, directory: &[u8]) {
        self.base = directory.strip_suffix(b"/").unwrap_or(directory).to_vec();
    }

    /// Says why, whom to ask, and how long it counts.
    #[must_use]
    pub fn attributes(mut self, attributes: Attributes) -> Self {
        self.attributes = attributes;
        self
    }

    /// Allows paths, in the syntax of gitignore without `!`.
    ///
    /// # Errors
    /// A pattern that is none.
    pub fn globs(mut self, patterns: &[String]) -> Result<Self, Problem> {
        if !patterns.is_empty() {
            let globs = patterns.iter().map(|pattern| PathGlob::parse(pattern)).collect::<Result<_, _>>()?;
            self.globs = Some(PathGlobs::new(globs)?);
        }
        Ok(self)
    }

    /// Allows paths in which an expression is found.
    ///
    /// # Errors
    /// An expression that is none.
    pub fn path_regexes(mut self, expressions: &[String]) -> Result<Self, Problem> {
        self.path_regexes = compile(expressions)?;
        Ok(self)
    }

    /// Allows what an expression is found in.
    ///
    /// # Errors
    /// An expression that is none.
    pub fn regexes(mut self, expressions: &[String], target: Target) -> Result<Self, Problem> {
        self.regexes = compile(expressions)?;
        self.target = target;
        Ok(self)
    }

    /// Allows secrets that hold one of these words, in either case.
    #[must_use]
    pub fn stopwords(mut self, words: &[String]) -> Self {
        self.stopwords = words.iter().map(|word| word.to_ascii_lowercase()).collect();
        self
    }

    /// Allows fingerprints.
    #[must_use]
    pub fn fingerprints(mut self, prints: Vec<String>) -> Self {
        self.fingerprints = prints;
        self
    }

    /// Allows what came with one of these commits, named in full.
    #[must_use]
    pub fn commits(mut self, commits: Vec<String>) -> Self {
        self.commits = commits.iter().map(|commit| commit.to_ascii_lowercase()).collect();
        self
    }

    /// Allows what a filter drops.
    #[must_use]
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = Some(filter);
        self
    }

    pub(crate) fn asks_for_commits(&self) -> bool {
        !self.commits.is_empty()
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Why it is there, whom to ask, how long it counts.
    #[must_use]
    pub fn says(&self) -> &Attributes {
        &self.attributes
    }

    /// What its conditions on text say where something was found. `None` if it cannot allow that, whatever else is true
    /// of it.
    fn on_text(&self, found: &Found<'_>) -> Option<OnText> {
        let named = |id: &String| id == found.rule || found.aliases.contains(id);
        if !self.rules.is_empty() && !self.rules.iter().any(named) {
            return None;
        }
        let text = match self.target {
            Target::Secret => found.secret,
            Target::Match => found.matched,
            Target::Line => found.line,
        };
        let regexes =
            (!self.regexes.is_empty()).then(|| self.regexes.iter().any(|regex| regex.is_match(text)));
        let stops = (!self.stopwords.is_empty()).then(|| {
            let secret = found.secret.to_ascii_lowercase();
            self.stopwords.iter().any(|word| memchr::memmem::find(&secret, word.as_bytes()).is_some())
        });
        // One that asks for the path must wait until that is known.
        let waits = self.filter.as_ref().is_some_and(Filter::asks_for_path);
        let filter = self.filter.as_ref().filter(|_| !waits);
        let drops = filter.map(|filter| filter.drops(&Kept::finding(found, b"")));
        let holds = self.joined([regexes, stops, drops]);
        let hopeless = holds == Some(false) && (self.all || !self.asks_elsewhere());
        let kept = waits.then(|| Kept::of(found));
        (!hopeless).then_some(OnText { holds, kept })
    }

    /// Whether it allows a place, given what its conditions on text said there.
    fn on_place(&self, text: &OnText, path: &[u8], print: &str, commit: Option<&str>) -> bool {
        let path = if self.base.is_empty() {
            Some(path)
        } else {
            path.strip_prefix(self.base.as_slice()).and_then(|rest| rest.strip_prefix(b"/"))
        };
        let globs = self.globs.as_ref().map(|globs| path.is_some_and(|path| !globs.of_file(path).is_empty()));
        let matches = |path: &[u8]| self.path_regexes.iter().any(|regex| regex.is_match(path));
        let regexes = (!self.path_regexes.is_empty()).then(|| path.is_some_and(matches));
        // Two ways to say the same.
        let paths = globs.or(regexes).map(|_| globs == Some(true) || regexes == Some(true));
        let prints =
            (!self.fingerprints.is_empty()).then(|| self.fingerprints.iter().any(|known| known == print));
        // What is in no commit is in none of these.
        let commits = (!self.commits.is_empty())
            .then(|| commit.is_some_and(|commit| self.commits.iter().any(|known| known == commit)));
        let filter = self.filter.as_ref().zip(text.kept.as_ref());
        // Without the directory of the configuration, the path is as it is.
        let drops = filter.map(|(filter, kept)| path.is_some_and(|path| kept.drops(filter, path)));
        self.joined([text.holds, paths, prints, commits, drops]) == Some(true)
    }

    /// Whether it has conditions that need no text.
    fn asks_elsewhere(&self) -> bool {
        self.globs.is_some()
            || !self.path_regexes.is_empty()
            || !self.fingerprints.is_empty()
            || !self.commits.is_empty()
            || self.filter.as_ref().is_some_and(Filter::asks_for_path)
    }

    fn joined<const N: usize>(&self, conditions: [Option<bool>; N]) -> Option<bool> {
        let mut asked = conditions.into_iter().flatten().peekable();
        asked.peek()?;
        Some(if self.all { asked.all(|holds| holds) } else { asked.any(|holds| holds) })
    }
}

/// What the conditions of an [`Allow`] on text say.
#[derive(Clone, Debug)]
struct OnText {
    /// Nothing if it has none.
    holds: Option<bool>,
    /// What its filter asks of besides the path.
    kept: Option<Kept>,
}

/// The exceptions that may allow a place, by what its text says.
#[derive(Clone, Debug, Default)]
pub struct Hints(Vec<(usize, OnText)>);

impl Hints {
    /// Asks the exceptions where something was found.
    #[must_use]
    pub fn of(allows: &[Allow], found: &Found<'_>) -> Self {
        let on_text = |(index, allow): (usize, &Allow)| Some((index, allow.on_text(found)?));
        Self(allows.iter().enumerate().filter_map(on_text).collect())
    }

    /// The same as numbers: which exceptions, and what their conditions on text say. `None` if one of them would have to
    /// see more than the place when it is judged.
    #[must_use]
    pub fn noted(&self) -> Option<Vec<(usize, Option<bool>)>> {
        self.0.iter().map(|(index, text)| text.kept.is_none().then_some((*index, text.holds))).collect()
    }

    /// What was [noted](Self::noted) with the same exceptions.
    #[must_use]
    pub fn of_noted(noted: &[(usize, Option<bool>)]) -> Self {
        Self(noted.iter().map(|&(index, holds)| (index, OnText { holds, kept: None })).collect())
    }

    /// The first exception that allows the place, and that counts.
    pub(crate) fn first<'a>(
        &self,
        allows: &'a [Allow],
        counts: impl Fn(&Attributes) -> bool,
        path: &[u8],
        print: &Fingerprint,
        commit: Option<&str>,
    ) -> Option<&'a Allow> {
        if self.0.is_empty() {
            return None;
        }
        let print = print.to_string();
        let held = |(index, text): &(usize, OnText)| {
            let allow = allows.get(*index)?;
            (counts(&allow.attributes) && allow.on_place(text, path, &print, commit)).then_some(allow)
        };
        self.0.iter().find_map(held)
    }
}

fn compile(expressions: &[String]) -> Result<Vec<Regex>, Problem> {
    let build = |text: &String| RegexBuilder::new(text).unicode(false).size_limit(64 << 20).build();
    expressions.iter().map(build).collect::<Result<_, _>>().map_err(|_| Problem::Expression)
}

#[cfg(test)]
mod tests {
    use keysieve_finding::FingerprintKey;

    use super::*;

    /// Whether an exception allows the secret `value` of the rule `acme-key` in the line `key = value # sandbox`.
    fn allows(allow: Allow, path: &str) -> bool {
        let found = Found {
            rule: "acme-key",
            aliases: &[],
            secret: b"Value",
            matched: b"key = Value",
            line: b"key = Value # sandbox",
        };
        let allows = [allow];
        let print = Fingerprint::of_secret(&FingerprintKey::default(), "acme-key", b"Value");
        Hints::of(&allows, &found).first(&allows, |_| true, path.as_bytes(), &print, None).is_some()
    }

    fn strings(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn any_condition_is_enough_unless_all_must_hold() {
        let allow = |all, glob: &str, word: &str| {
            Allow::new("x", all).globs(&strings(&[glob])).expect("a glob").stopwords(&strings(&[word]))
        };
        assert!(allows(allow(false, "a", "nothing"), "a") && allows(allow(false, "b", "alu"), "a"));
        assert!(!allows(allow(false, "b", "nothing"), "a"));
        assert!(allows(allow(true, "a", "ALU"), "a"));
        assert!(!allows(allow(true, "a", "nothing"), "a") && !allows(allow(true, "b", "alu"), "a"));
    }

    #[test]
    fn expressions_look_at_what_they_are_told_to() {
        let allow = |target| {
            Allow::new("x", false).regexes(&strings(&["^key|# sandbox$"]), target).expect("compiles")
        };
        assert!(!allows(allow(Target::Secret), "a"));
        assert!(allows(allow(Target::Match), "a") && allows(allow(Target::Line), "a"));
        assert_eq!(
            Allow::new("x", false).regexes(&strings(&["("]), Target::Line).err(),
            Some(Problem::Expression)
        );
    }

    #[test]
    fn a_filter_sees_the_finding_and_its_path() {
        let allow = |text: &str| Allow::new("x", false).filter(Filter::parse(text).expect("a filter"));
        assert!(allows(allow(r#"finding["secret"] == "Value" && finding.line contains "sandbox""#), "a"));
        assert!(!allows(allow(r#"finding["secret"] == "Valu""#), "a"));
        let path = r#"attributes["path"] startsWith "test/" && finding.match contains "Val""#;
        assert!(allows(allow(path), "test/a") && !allows(allow(path), "a"));
    }

    #[test]
    fn rules_limit_it_and_alone_allow_nothing() {
        let allow = |id: &str| Allow::new("x", false).rules(strings(&[id])).stopwords(&strings(&["value"]));
        assert!(allows(allow("acme-key"), "a") && !allows(allow("other"), "a"));
        assert!(!allows(Allow::new("x", true).rules(strings(&["acme-key"])), "a"));
    }

    #[test]
    fn paths_are_globs_or_expressions() {
        let allow = || Allow::new("x", false).path_regexes(&strings(&[r"(?:^|/)tests?/"])).expect("compiles");
        assert!(allows(allow(), "src/test/a") && !allows(allow(), "src/testing/a"));
        let both = || allow().globs(&strings(&["*.pem"])).expect("a glob");
        assert!(allows(both(), "a.pem") && allows(both(), "test/a") && !allows(both(), "a"));
    }
}
