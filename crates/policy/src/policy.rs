//! The verdict on one place.

use keysieve_finding::{AllowedBy, Confidence, Fingerprint, GitPart, Origin, RuleInfo, Severity, Suppressed};

use regex::bytes::{Regex, RegexBuilder};

use crate::{
    Allow, Attributes, Baseline, BaselineEntry, Composite, Date, Entry, Hints, IgnoreFile, InlineAllow,
    NotedComments, Place, Problem, Record,
};

/// One place where something that looks like a secret stands.
#[derive(Clone, Copy, Debug)]
pub struct Sighting<'a> {
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// What identifies it.
    pub fingerprint: &'a Fingerprint,
    /// The object it is in.
    pub origin: &'a Origin,
    /// The comment that allows it: what [`inline_allow`](crate::inline_allow) said of its line when that was at hand.
    pub inline: Option<&'a InlineAllow>,
    /// The exceptions of the configuration that may allow it.
    pub hints: Option<&'a Hints>,
    /// The name of the first commit that has it, in lower-case hex, where an exception asks for that.
    pub commit: Option<&'a str>,
}

impl<'a> Sighting<'a> {
    /// Fills in what a rule says of itself. Severity and confidence start as the rule's; evidence may change them.
    #[must_use]
    pub fn new(rule: &'a RuleInfo, fingerprint: &'a Fingerprint, origin: &'a Origin) -> Self {
        Self {
            severity: rule.severity,
            confidence: rule.confidence,
            fingerprint,
            origin,
            inline: None,
            hints: None,
            commit: None,
        }
    }
}

/// What a policy says of a place.
#[derive(Clone, Copy, Debug)]
pub enum Verdict<'a> {
    /// It goes into the report, unless a baseline knows it.
    Report,
    /// It is counted, and left out.
    Suppressed(By<'a>),
}

/// What keeps a place out of the report.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// A comment in its line.
    Inline(&'a InlineAllow),
    /// An entry of an ignore file.
    IgnoreFile(&'a IgnoreFile, &'a Entry),
    /// An exception of the configuration.
    Config(&'a Allow),
    /// An entry of a baseline.
    Baseline(&'a Baseline, &'a BaselineEntry),
    /// Its confidence.
    Confidence,
    /// Its severity.
    Severity,
}

impl By<'_> {
    /// Adds one to the count that a report shows.
    pub fn count(self, suppressed: &mut Suppressed) {
        let count = match self {
            Self::Inline(_) => &mut suppressed.inline,
            Self::IgnoreFile(..) => &mut suppressed.ignore_file,
            Self::Config(_) => &mut suppressed.config,
            Self::Baseline(..) => &mut suppressed.baseline,
            Self::Confidence => &mut suppressed.confidence,
            Self::Severity => &mut suppressed.severity,
        };
        *count += 1;
    }

    /// Who allowed it, under which name, and what that says of itself; `None` where nobody did.
    #[must_use]
    pub fn allowed(&self) -> Option<(AllowedBy, String, &Attributes)> {
        match self {
            Self::Inline(allow) => Some((AllowedBy::Inline, allow.marker.to_owned(), &allow.attributes)),
            Self::IgnoreFile(file, entry) => {
                let name = format!("{}:{}", file.name(), entry.line());
                Some((AllowedBy::IgnoreFile, name, entry.attributes()))
            }
            Self::Config(allow) => Some((AllowedBy::Config, allow.name().to_owned(), allow.says())),
            Self::Baseline(baseline, entry) => {
                Some((AllowedBy::Baseline, baseline.name().to_owned(), entry.attributes()))
            }
            Self::Confidence | Self::Severity => None,
        }
    }
}

/// Which findings count.
#[derive(Debug)]
pub struct Policy {
    /// The lowest severity that is reported.
    pub min_severity: Severity,
    /// The lowest confidence that is reported.
    pub min_confidence: Confidence,
    /// The lowest severity that makes a run fail.
    pub fail_on: Severity,
    /// Whether comments in the line count.
    pub inline_allow: bool,
    /// Whether a comment or an entry of an ignore file counts only if it says why.
    pub require_reason: bool,
    /// Where comments are noted that allowed nothing, if someone wants to know: looking for them takes time.
    pub unused_comments: Option<NotedComments>,
    /// Where comments are noted that have expired, where they stand beside something that is found.
    pub expired_comments: NotedComments,
    /// The ignore files that count.
    pub ignore_files: Vec<IgnoreFile>,
    /// Rules that look only at certain files: the rule's id, and an expression that is found in the paths of these.
    pub only_at: Vec<(String, Regex)>,
    /// Findings that count only near those of other rules.
    pub composite: Composite,
    /// The exceptions of the configuration.
    pub allows: Vec<Allow>,
    /// What was there before.
    pub baselines: Vec<Baseline>,
    /// The day for which entries' expiry is judged.
    pub today: Date,
}

impl Policy {
    /// What counts where nobody says otherwise: medium confidence and above of any severity, any reported finding
    /// fails the run, comments are heeded, and there is no ignore file.
    #[must_use]
    pub fn new(today: Date) -> Self {
        Self {
            min_severity: Severity::Low,
            min_confidence: Confidence::Medium,
            fail_on: Severity::Low,
            inline_allow: true,
            require_reason: false,
            unused_comments: None,
            expired_comments: NotedComments::default(),
            ignore_files: Vec::new(),
            only_at: Vec::new(),
            composite: Composite::default(),
            allows: Vec::new(),
            baselines: Vec::new(),
            today,
        }
    }

    /// Lets a rule look only at files in whose paths an expression is found.
    ///
    /// # Errors
    /// An expression that is none.
    pub fn look_only_at(&mut self, rule: String, expression: &str) -> Result<(), Problem> {
        let regex = RegexBuilder::new(expression).unicode(false).build().map_err(|_| Problem::Expression)?;
        self.only_at.push((rule, regex));
        Ok(())
    }

    /// Whether a rule looks at files of this path at all.
    #[must_use]
    pub fn looks_at(&self, rule: &str, path: &[u8]) -> bool {
        self.only_at.iter().all(|(id, regex)| id != rule || regex.is_match(path))
    }

    /// Judges one place. What would not be reported anyway is not asked for a comment or an entry, so an entry that
    /// allows only such places is unused.
    #[must_use]
    pub fn verdict<'a>(&'a self, sighting: &Sighting<'a>) -> Verdict<'a> {
        if sighting.severity < self.min_severity {
            return Verdict::Suppressed(By::Severity);
        }
        if sighting.confidence < self.min_confidence {
            return Verdict::Suppressed(By::Confidence);
        }
        if let Some(allow) = sighting.inline.filter(|allow| self.heeds(allow, sighting.origin)) {
            return Verdict::Suppressed(By::Inline(allow));
        }
        if !self.ignore_files.is_empty() {
            let path = sighting.origin.path();
            // Every file is asked, so that none of their entries looks unused.
            let entries: Vec<By<'_>> = self
                .ignore_files
                .iter()
                .filter_map(|file| {
                    let entry = file.judge(&path, sighting.fingerprint, self.today, self.require_reason)?;
                    Some(By::IgnoreFile(file, entry))
                })
                .collect();
            if let Some(first) = entries.first() {
                return Verdict::Suppressed(*first);
            }
        }
        if let Some(hints) = sighting.hints {
            let path = sighting.origin.path();
            let counts = |says: &Attributes| {
                !says.expired(self.today) && (!self.require_reason || says.reason.is_some())
            };
            if let Some(allow) =
                hints.first(&self.allows, counts, &path, sighting.fingerprint, sighting.commit)
            {
                return Verdict::Suppressed(By::Config(allow));
            }
        }
        Verdict::Report
    }

    /// Whether an exception asks for the commit of what it allows.
    #[must_use]
    pub fn asks_for_commits(&self) -> bool {
        self.allows.iter().any(Allow::asks_for_commits)
    }

    fn heeds(&self, allow: &InlineAllow, origin: &Origin) -> bool {
        let reasoned = !self.require_reason || allow.attributes.reason.is_some();
        self.inline_allow && reasoned && heeds_comments(origin)
    }

    /// Asks the baselines for all places that [`Policy::verdict`] would report, in the order of the report: for each,
    /// what knows it. All of them are noted in `record`, if there is one, for a new baseline.
    pub fn known<'a>(&'a self, places: &[Place<'_>], record: Option<&mut Record>) -> Vec<Option<By<'a>>> {
        let mut known: Vec<Option<(usize, usize)>> = vec![None; places.len()];
        for (at, baseline) in self.baselines.iter().enumerate() {
            let found = baseline.settle(places, self.today);
            for (known, found) in known.iter_mut().zip(found) {
                *known = known.or(found.map(|entry| (at, entry)));
            }
        }
        if let Some(record) = record {
            places.iter().zip(&known).for_each(|(place, known)| record.add(place, *known));
        }
        let by = |(baseline, entry): (usize, usize)| {
            let baseline = &self.baselines[baseline];
            By::Baseline(baseline, &baseline.entries()[entry])
        };
        known.into_iter().map(|known| known.map(by)).collect()
    }

    /// Whether a reported finding of this severity makes the run fail.
    #[must_use]
    pub fn fails(&self, severity: Severity) -> bool {
        severity >= self.fail_on
    }
}

/// Whether comments count in an object: in files that somebody edits, also as they were committed, and in what such a
/// file contains. Who writes into a stream must not be able to allow anything.
fn heeds_comments(origin: &Origin) -> bool {
    match origin {
        Origin::File { .. } | Origin::Git { part: GitPart::Blob, .. } => true,
        Origin::Entry { outer, .. } => heeds_comments(outer),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use keysieve_finding::FingerprintKey;

    use super::*;

    fn policy() -> Policy {
        Policy::new(Date::new(2026, 11, 30).expect("a date"))
    }

    /// The verdict in a word, on a place that `change` has changed.
    fn verdict(policy: &Policy, change: impl FnOnce(&mut Sighting<'_>)) -> &'static str {
        let print = Fingerprint::of_secret(&FingerprintKey::default(), "acme-key", b"value");
        let origin = Origin::file(b"src/a.rs");
        let mut sighting = Sighting {
            severity: Severity::Medium,
            confidence: Confidence::Medium,
            fingerprint: &print,
            origin: &origin,
            inline: None,
            hints: None,
            commit: None,
        };
        change(&mut sighting);
        word(policy.verdict(&sighting))
    }

    fn word(verdict: Verdict<'_>) -> &'static str {
        match verdict {
            Verdict::Report => "report",
            Verdict::Suppressed(By::Inline(_)) => "inline",
            Verdict::Suppressed(By::IgnoreFile(..)) => "ignore file",
            Verdict::Suppressed(By::Config(_)) => "config",
            Verdict::Suppressed(By::Baseline(..)) => "baseline",
            Verdict::Suppressed(By::Confidence) => "confidence",
            Verdict::Suppressed(By::Severity) => "severity",
        }
    }

    fn comment(reason: Option<&str>) -> &'static InlineAllow {
        let attributes = Attributes { reason: reason.map(str::to_owned), ..Attributes::default() };
        Box::leak(Box::new(InlineAllow { marker: "keysieve:allow", attributes }))
    }

    #[test]
    fn floors_are_inclusive() {
        let policy = Policy { min_severity: Severity::Medium, ..policy() };
        assert_eq!(verdict(&policy, |_| {}), "report");
        assert_eq!(verdict(&policy, |it| it.severity = Severity::Low), "severity");
        assert_eq!(verdict(&policy, |it| it.confidence = Confidence::Low), "confidence");
    }

    #[test]
    fn a_comment_counts_in_files_only_and_can_be_switched_off() {
        assert_eq!(verdict(&policy(), |it| it.inline = Some(comment(None))), "inline");
        let deaf = Policy { inline_allow: false, ..policy() };
        assert_eq!(verdict(&deaf, |it| it.inline = Some(comment(None))), "report");
        let stdin = Origin::stdin();
        let print = Fingerprint::of_secret(&FingerprintKey::default(), "acme-key", b"value");
        let sighting = Sighting {
            severity: Severity::High,
            confidence: Confidence::High,
            fingerprint: &print,
            origin: &stdin,
            inline: Some(comment(None)),
            hints: None,
            commit: None,
        };
        assert_eq!(word(policy().verdict(&sighting)), "report");
    }

    #[test]
    fn what_must_say_why_and_does_not_allows_nothing() {
        let mut strict = Policy { require_reason: true, ..policy() };
        assert_eq!(verdict(&strict, |it| it.inline = Some(comment(None))), "report");
        assert_eq!(verdict(&strict, |it| it.inline = Some(comment(Some("made up")))), "inline");
        strict.ignore_files.push(IgnoreFile::parse("one", "src/\n").expect("well-formed"));
        assert_eq!(verdict(&strict, |_| {}), "report");
        strict.ignore_files.push(IgnoreFile::parse("two", "src/ reason=x\n").expect("well-formed"));
        assert_eq!(verdict(&strict, |_| {}), "ignore file");
    }

    #[test]
    fn all_ignore_files_are_asked() {
        let mut policy = policy();
        for name in ["one", "two"] {
            policy.ignore_files.push(IgnoreFile::parse(name, "src/\n").expect("well-formed"));
        }
        assert_eq!(verdict(&policy, |_| {}), "ignore file");
        assert!(policy.ignore_files.iter().all(|file| file.entries()[0].used()));
    }

    #[test]
    fn what_is_below_a_floor_uses_up_no_entry() {
        let mut policy = policy();
        policy.ignore_files.push(IgnoreFile::parse("one", "src/\n").expect("well-formed"));
        assert_eq!(verdict(&policy, |it| it.confidence = Confidence::Low), "confidence");
        assert!(!policy.ignore_files[0].entries()[0].used());
    }

    #[test]
    fn any_reported_finding_fails_the_run_unless_told_otherwise() {
        assert!(Severity::ALL.iter().all(|severity| policy().fails(*severity)));
        let lenient = Policy { fail_on: Severity::High, ..policy() };
        assert!(!lenient.fails(Severity::Medium) && lenient.fails(Severity::High));
    }
}
