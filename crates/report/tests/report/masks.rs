//! The law: no report shows five bytes of a secret in a row, nor three of a password.

use std::sync::Arc;

use keysieve_finding::{
    Confidence, Evidence, Finding, Fingerprint, FingerprintKey, Location, MASK, Origin, Outcome, RuleInfo,
    Secret, SecretKind, Severity, SkipReason, SkipRecord,
};
use keysieve_report::{Context, Format};
use proptest::prelude::*;

use crate::canonical::place;

/// Letters that no three stand together in the words, the digits and the hex of a report.
const VALUE: &str = "[QXZJVKqxzjvk]{6,60}";

#[derive(Clone, Debug)]
struct Case {
    value: String,
    kind: SecretKind,
    severity: Severity,
    before: String,
    after: String,
    /// Whether the secret also stands in the names of the container, of the entry in it, of neither.
    in_outer: bool,
    in_inner: bool,
    entry: bool,
    binary: bool,
    places: usize,
}

fn case() -> impl Strategy<Value = Case> {
    let kind = prop_oneof![Just(SecretKind::Token), Just(SecretKind::Password), Just(SecretKind::PrivateKey)];
    // What is around a secret: other masks too, wide characters, controls, and what each format has to escape.
    let around = "([ =:\"'<>&\\\\{}\\[\\]`%#!/鍵é🔑\\x00\\x1b\\x7f\\u{202e}]|\\{\\}){0,40}";
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (VALUE, kind, prop::sample::select(Severity::ALL), around, around, flags, 1..15_usize).prop_map(
        |(value, kind, severity, before, after, (in_outer, in_inner, entry, binary), places)| Case {
            value,
            kind,
            severity,
            before,
            after,
            in_outer,
            in_inner,
            entry,
            binary,
            places,
        },
    )
}

fn location(case: &Case, secret: &Secret, line: u64) -> Location {
    let name = |raw: bool, end: &str| (if raw { case.value.clone() } else { String::new() }) + end;
    let shown = |raw: bool, end: &str| (if raw { MASK } else { "" }).to_owned() + end;
    let (outer, inner) = (name(case.in_outer, "a b.zip"), name(case.in_inner, ".env"));
    let file = Origin::file(outer.as_bytes());
    let (origin, path) = if case.entry {
        let path = format!("{}!/{}", shown(case.in_outer, "a b.zip"), shown(case.in_inner, ".env"));
        (Origin::Entry { outer: Arc::new(file), path: Arc::from(inner.as_bytes()) }, path)
    } else {
        (file, shown(case.in_outer, "a b.zip"))
    };
    let at = place(origin, &path, line, (&case.before, secret, &case.after));
    Location { binary: case.binary, ..at }
}

fn finding(case: &Case) -> Finding {
    let secret = Secret::new(case.value.as_bytes(), case.kind.mask());
    let rule = RuleInfo {
        id: "acme-thing".to_owned(),
        name: "Acme thing".to_owned(),
        provider: "Acme".to_owned(),
        severity: case.severity,
        confidence: Confidence::Medium,
        kind: case.kind,
        about: "Opens the door.".to_owned(),
        docs: "https://example.com/door".to_owned(),
        aliases: Vec::new(),
    };
    Finding {
        severity: case.severity,
        confidence: Confidence::High,
        fingerprint: Fingerprint::of_secret(&FingerprintKey::default(), &rule.id, secret.expose()),
        evidence: Evidence { entropy: 3.3, ..Evidence::default() },
        locations: (1..=case.places as u64).map(|line| location(case, &secret, line)).collect(),
        total_locations: case.places as u64 + 3,
        secret,
        rule: Arc::new(rule),
    }
}

fn outcome(cases: &[Case]) -> Outcome {
    let skip = SkipRecord {
        path: format!("{MASK}/x"),
        reason: SkipReason::Unreadable,
        class: SkipReason::Unreadable.class(),
        detail: "permission denied".to_owned(),
    };
    let mut outcome =
        Outcome { findings: cases.iter().map(finding).collect(), skips: vec![skip], ..Outcome::default() };
    outcome.stats.gaps = 1;
    outcome
}

/// Whether a report shows a run of `length` bytes of a value.
fn shows(report: &str, value: &str, length: usize) -> bool {
    value.as_bytes().windows(length).any(|run| {
        let run = std::str::from_utf8(run).expect("the alphabet is ASCII");
        report.contains(run)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_report_shows_more_of_a_secret_than_its_mask(
        cases in prop::collection::vec(case(), 1..4),
        width in prop::option::of(0..200_usize),
        terminal in any::<bool>(),
    ) {
        let outcome = outcome(&cases);
        let mut context = Context::new("0.1.0", "1+0123456789ab");
        context.width = width;
        context.color = terminal;
        context.hyperlinks = terminal;
        context.root = Some("/srv".to_owned());
        for format in Format::ALL {
            let mut report = Vec::new();
            format.write(&outcome, &context, &mut report)?;
            let report = String::from_utf8(report).expect("reports are UTF-8");
            for case in &cases {
                let most = if case.kind == SecretKind::Token { 5 } else { 3 };
                // A password that another case's mask shows the beginning of is shown by that, not by its own.
                let shared = most == 3 && cases.iter().any(|other| {
                    other.kind == SecretKind::Token && shows(&other.value[..4], &case.value, 3)
                });
                prop_assert!(shared || !shows(&report, &case.value, most), "{format}: {report}");
            }
        }
    }

    #[test]
    fn raw_secrets_come_only_where_they_are_asked_for(case in case()) {
        let outcome = outcome(std::slice::from_ref(&case));
        let mut context = Context::new("0.1.0", "1+0123456789ab");
        context.show_secrets = true;
        for format in Format::ALL {
            let mut report = Vec::new();
            format.write(&outcome, &context, &mut report)?;
            let report = String::from_utf8(report).expect("reports are UTF-8");
            prop_assert_eq!(shows(&report, &case.value, case.value.len()), format.can_show_secrets());
        }
    }

    #[test]
    fn the_same_outcome_gives_the_same_bytes(cases in prop::collection::vec(case(), 0..3)) {
        let context = Context::new("0.1.0", "1+0123456789ab");
        for format in Format::ALL {
            let (mut one, mut other) = (Vec::new(), Vec::new());
            format.write(&outcome(&cases), &context, &mut one)?;
            format.write(&outcome(&cases), &context, &mut other)?;
            prop_assert_eq!(one, other);
        }
    }
}
