//! The verdict on one place.

use keysieve_finding::{Confidence, Fingerprint, Origin, RuleInfo, Severity, Suppressed};

use crate::{Date, IgnoreFile};

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
    /// Whether a comment allows it: what [`inline_allow`](crate::inline_allow) said of its line when that was at hand.
    pub inline: bool,
}

impl<'a> Sighting<'a> {
    /// Fills in what a rule says of itself. Severity and confidence start as the rule's; evidence may change them.
    #[must_use]
    pub fn new(rule: &'a RuleInfo, fingerprint: &'a Fingerprint, origin: &'a Origin) -> Self {
        Self { severity: rule.severity, confidence: rule.confidence, fingerprint, origin, inline: false }
    }
}

/// What a policy says of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes into the report.
    Report,
    /// It is counted, and left out.
    Suppressed(By),
}

/// What keeps a place out of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A comment in its line.
    Inline,
    /// An entry of an ignore file.
    IgnoreFile,
    /// Its confidence.
    Confidence,
    /// Its severity.
    Severity,
}

impl By {
    /// Adds one to the count that a report shows.
    pub fn count(self, suppressed: &mut Suppressed) {
        let count = match self {
            Self::Inline => &mut suppressed.inline,
            Self::IgnoreFile => &mut suppressed.ignore_file,
            Self::Confidence => &mut suppressed.confidence,
            Self::Severity => &mut suppressed.severity,
        };
        *count += 1;
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
    /// The ignore files that count.
    pub ignore_files: Vec<IgnoreFile>,
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
            ignore_files: Vec::new(),
            today,
        }
    }

    /// Judges one place. What would not be reported anyway is not asked for a comment or an entry, so an entry that
    /// allows only such places is unused.
    #[must_use]
    pub fn verdict(&self, sighting: &Sighting<'_>) -> Verdict {
        if sighting.severity < self.min_severity {
            return Verdict::Suppressed(By::Severity);
        }
        if sighting.confidence < self.min_confidence {
            return Verdict::Suppressed(By::Confidence);
        }
        if sighting.inline && self.inline_allow && heeds_comments(sighting.origin) {
            return Verdict::Suppressed(By::Inline);
        }
        if !self.ignore_files.is_empty() {
            let path = sighting.origin.path();
            let allows = |file: &IgnoreFile| file.judge(&path, sighting.fingerprint, self.today).is_some();
            // Every file is asked, so that none of their entries looks unused.
            if self.ignore_files.iter().filter(|file| allows(file)).count() > 0 {
                return Verdict::Suppressed(By::IgnoreFile);
            }
        }
        Verdict::Report
    }

    /// Whether a reported finding of this severity makes the run fail.
    #[must_use]
    pub fn fails(&self, severity: Severity) -> bool {
        severity >= self.fail_on
    }
}

/// Whether comments count in an object: in files that somebody edits, and in what such a file contains. Who writes into
/// a stream must not be able to allow anything.
fn heeds_comments(origin: &Origin) -> bool {
    match origin {
        Origin::File { .. } => true,
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

    fn verdict(policy: &Policy, change: impl FnOnce(&mut Sighting<'_>)) -> Verdict {
        let print = Fingerprint::of_secret(&FingerprintKey::default(), "acme-key", b"value");
        let origin = Origin::file(b"src/a.rs");
        let mut sighting = Sighting {
            severity: Severity::Medium,
            confidence: Confidence::Medium,
            fingerprint: &print,
            origin: &origin,
            inline: false,
        };
        change(&mut sighting);
        policy.verdict(&sighting)
    }

    #[test]
    fn floors_are_inclusive() {
        let policy = Policy { min_severity: Severity::Medium, ..policy() };
        assert_eq!(verdict(&policy, |_| {}), Verdict::Report);
        assert_eq!(verdict(&policy, |it| it.severity = Severity::Low), Verdict::Suppressed(By::Severity));
        assert_eq!(
            verdict(&policy, |it| it.confidence = Confidence::Low),
            Verdict::Suppressed(By::Confidence)
        );
    }

    #[test]
    fn a_comment_counts_in_files_only_and_can_be_switched_off() {
        assert_eq!(verdict(&policy(), |it| it.inline = true), Verdict::Suppressed(By::Inline));
        let deaf = Policy { inline_allow: false, ..policy() };
        assert_eq!(verdict(&deaf, |it| it.inline = true), Verdict::Report);
        let stdin = Origin::stdin();
        let print = Fingerprint::of_secret(&FingerprintKey::default(), "acme-key", b"value");
        let sighting = Sighting {
            severity: Severity::High,
            confidence: Confidence::High,
            fingerprint: &print,
            origin: &stdin,
            inline: true,
        };
        assert_eq!(policy().verdict(&sighting), Verdict::Report);
    }

    #[test]
    fn all_ignore_files_are_asked() {
        let mut policy = policy();
        for name in ["one", "two"] {
            policy.ignore_files.push(IgnoreFile::parse(name, "src/\n").expect("well-formed"));
        }
        assert_eq!(verdict(&policy, |_| {}), Verdict::Suppressed(By::IgnoreFile));
        assert!(policy.ignore_files.iter().all(|file| file.entries()[0].used()));
    }

    #[test]
    fn what_is_below_a_floor_uses_up_no_entry() {
        let mut policy = policy();
        policy.ignore_files.push(IgnoreFile::parse("one", "src/\n").expect("well-formed"));
        assert_eq!(
            verdict(&policy, |it| it.confidence = Confidence::Low),
            Verdict::Suppressed(By::Confidence)
        );
        assert!(!policy.ignore_files[0].entries()[0].used());
    }

    #[test]
    fn any_reported_finding_fails_the_run_unless_told_otherwise() {
        assert!(Severity::ALL.iter().all(|severity| policy().fails(*severity)));
        let lenient = Policy { fail_on: Severity::High, ..policy() };
        assert!(!lenient.fails(Severity::Medium) && lenient.fails(Severity::High));
    }

    #[test]
    fn every_reason_has_a_count_of_its_own() {
        let mut suppressed = Suppressed::default();
        for by in [By::Inline, By::IgnoreFile, By::Confidence, By::Severity] {
            by.count(&mut suppressed);
        }
        let once = Suppressed { inline: 1, ignore_file: 1, confidence: 1, severity: 1 };
        assert_eq!(suppressed, once);
    }
}
