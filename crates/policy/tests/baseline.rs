//! What a baseline knows, in each of the formats that are read.

use keysieve_finding::{
    Confidence, Fingerprint, FingerprintKey, MaskKind, RuleInfo, Secret, SecretKind, Severity,
};
use keysieve_policy::{Baseline, Date, Place, Policy, Problem, Record};
use sha1::{Digest, Sha1};

fn rule(id: &str, aliases: &[&str]) -> RuleInfo {
    RuleInfo {
        id: id.to_owned(),
        name: "Acme key".to_owned(),
        provider: "Acme".to_owned(),
        severity: Severity::High,
        confidence: Confidence::High,
        kind: SecretKind::Token,
        about: String::new(),
        docs: String::new(),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
    }
}

/// A place by its path, line and secret. A secret that ends in `?` could be guessed, so its fingerprint is of a place.
struct Spot {
    rule: RuleInfo,
    secret: Secret,
    path: &'static str,
    line: u64,
}

fn spot(path: &'static str, line: u64, secret: &str) -> Spot {
    let secret = Secret::new(secret.as_bytes(), MaskKind::Token);
    Spot { rule: rule("acme-key", &[]), secret, path, line }
}

impl Spot {
    fn place(&self) -> Place<'_> {
        let key = FingerprintKey::default();
        let (value, id) = (self.secret.expose(), &self.rule.id);
        let unvalued = value.ends_with(b"?").then_some((&b"password"[..], 0));
        let fingerprint = match unvalued {
            Some((name, ordinal)) => Fingerprint::of_place(&key, id, self.path.as_bytes(), name, ordinal),
            None => Fingerprint::of_secret(&key, id, value),
        };
        let Self { rule, secret, path, line } = self;
        Place { rule, secret, fingerprint, unvalued, former: &[], path, line: *line }
    }
}

fn policy(baseline: Baseline) -> Policy {
    let mut policy = Policy::new(Date::new(2026, 11, 30).expect("a date"));
    policy.baselines.push(baseline);
    policy
}

fn read(text: &str) -> Baseline {
    Baseline::read("old", text, &FingerprintKey::default()).expect("a baseline")
}

/// Which of the places a baseline knows.
fn known(baseline: Baseline, spots: &[Spot]) -> Vec<bool> {
    let policy = policy(baseline);
    let places: Vec<Place<'_>> = spots.iter().map(Spot::place).collect();
    policy.known(&places, None).iter().map(Option::is_some).collect()
}

/// A baseline of these places.
fn text_of(spots: &[Spot]) -> String {
    let policy = Policy::new(Date::new(2026, 11, 30).expect("a date"));
    let places: Vec<Place<'_>> = spots.iter().map(Spot::place).collect();
    let mut record = Record::default();
    policy.known(&places, Some(&mut record));
    record.to_baseline(&FingerprintKey::default(), &[], false)
}

#[test]
fn what_stays_or_moves_is_known_and_the_surplus_is_new() {
    let old = || read(&text_of(&[spot("a", 1, "one"), spot("a", 2, "one"), spot("b", 1, "two")]));
    let now = [spot("a", 40, "one"), spot("c", 1, "one"), spot("d", 1, "one"), spot("e", 7, "two")];
    assert_eq!(known(old(), &now), [true, true, false, true]);
    assert_eq!(known(old().by_secret(true), &now), [true; 4]);
    let other = Spot { rule: rule("acme-pat", &[]), ..spot("a", 1, "one") };
    assert_eq!(known(old(), &[other]), [false], "another rule is another finding");
}

#[test]
fn a_copy_elsewhere_does_not_use_up_what_is_still_in_place() {
    let old = read(&text_of(&[spot("m", 1, "one")]));
    assert_eq!(known(old, &[spot("a", 1, "one"), spot("m", 3, "one")]), [false, true]);
}

#[test]
fn a_renamed_rule_keeps_its_entries() {
    let old = read(&text_of(&[spot("a", 1, "one"), spot("a", 2, "pw?")]));
    let renamed = |secret| Spot { rule: rule("acme-token", &["acme-key"]), ..spot("a", 1, secret) };
    assert_eq!(known(old, &[renamed("one"), renamed("pw?")]), [true, true]);
}

#[test]
fn what_could_be_guessed_follows_a_rename_only_where_there_is_more_to_go_by() {
    let old = || read(&text_of(&[spot("x/a.env", 1, "pw?"), spot("x/a.env", 2, "one"), spot("b", 1, "pw?")]));
    assert_eq!(known(old(), &[spot("y/a.env", 9, "pw?")]), [true], "it kept its name");
    assert_eq!(
        known(old(), &[spot("c", 1, "one"), spot("c", 2, "pw?")]),
        [true, true],
        "another secret went along"
    );
    assert_eq!(known(old(), &[spot("c", 2, "pw?")]), [false]);
    assert_eq!(
        known(old(), &[spot("x/a.env", 2, "one"), spot("y/a.env", 1, "pw?")]),
        [true, false],
        "it is still there"
    );
}

#[test]
fn a_baseline_is_sorted_and_holds_no_secret_and_no_line_number() {
    let spots = [spot("b", 3, "hunter2-one"), spot("a", 7, "hunter2-two"), spot("b", 9, "hunter2-one")];
    let text = text_of(&spots);
    assert!(!text.contains("hunter"));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(
        lines[1].starts_with(r#"{"path":"a","rule":"acme-key","fingerprint":"ks1:"#)
            && lines[1].ends_with(r#","count":1}"#)
    );
    assert!(lines[2].starts_with(r#"{"path":"b","#) && lines[2].ends_with(r#","count":2}"#));
    assert_eq!(
        text,
        text_of(&[spot("a", 1, "hunter2-two"), spot("b", 1, "hunter2-one"), spot("b", 2, "hunter2-one")])
    );
}

#[test]
fn what_an_entry_says_of_itself_stays_and_an_expired_one_knows_nothing() {
    let text = text_of(&[spot("a", 1, "one"), spot("b", 1, "two")]);
    let text = text.replacen(
        r#""count":1}"#,
        r#""count":1,"expires":"2026-11-30","owner":"ops","reason":"PAY-1"}"#,
        1,
    );
    let policy = policy(read(&text));
    let spots = [spot("moved", 1, "one"), spot("new", 1, "three")];
    let places: Vec<Place<'_>> = spots.iter().map(Spot::place).collect();
    let mut record = Record::default();
    policy.known(&places, Some(&mut record));
    assert_eq!((record.len(), record.new_ones(), policy.baselines[0].gone()), (2, 1, 1));
    let pruned = record.to_baseline(&FingerprintKey::default(), &policy.baselines, true);
    assert_eq!(pruned.lines().count(), 2);
    assert!(
        pruned.contains(r#""path":"moved""#)
            && pruned.contains(r#""expires":"2026-11-30","owner":"ops","reason":"PAY-1""#)
    );
    let expired = text.replace("2026-11-30", "2026-11-29");
    assert_eq!(known(read(&expired), &[spot("a", 1, "one")]), [false]);
}

#[test]
fn another_key_a_conflict_and_nonsense_are_errors_that_name_the_line() {
    let problem = |text: &str, key: &FingerprintKey| {
        let error = Baseline::read("old", text, key).expect_err("not readable").remove(0);
        (error.line, error.problem)
    };
    let (text, key) = (text_of(&[spot("a", 1, "one")]), FingerprintKey::default());
    assert_eq!(problem(&text, &FingerprintKey::from_passphrase(b"ours")), (1, Problem::OtherKey));
    assert_eq!(problem(&format!("{text}<<<<<<< HEAD\n"), &key), (3, Problem::Conflict));
    assert_eq!(problem(&format!("{text}{{\"path\":\"x\"}}\n"), &key), (3, Problem::BaselineEntry));
    assert_eq!(
        problem("{\"keysieve_baseline\":99,\"key_check\":\"\"}\n", &key),
        (1, Problem::BaselineVersion)
    );
    assert_eq!(problem("{\"a\": 1,\n nonsense", &key), (2, Problem::BaselineJson));
    assert_eq!(problem("{}", &key), (0, Problem::BaselineFormat));
    assert_eq!(problem("[{\"RuleID\": \"x\"}]", &key), (0, Problem::BaselineFormat));
}

#[test]
fn reports_of_gitleaks_are_known_by_value_or_where_masked_by_line() {
    let finding = |secret: &str, file: &str| {
        format!(r#"{{"RuleID":"generic","File":"{file}","StartLine":4,"Secret":"{secret}","Commit":""}}"#)
    };
    let report = format!(
        "[{},{},{}]",
        finding("one", "a"),
        finding("REDACTED", "b\\\\c.env"),
        finding("ghp_...", "z.zip!in.tar!d")
    );
    let now = [
        spot("a", 90, "one"),
        spot("b/c.env", 4, "two"),
        spot("b/c.env", 5, "two"),
        spot("z.zip!/in.tar!/d", 4, "three"),
        spot("new", 4, "one"),
    ];
    assert_eq!(known(read(&report), &now), [true, true, false, true, false]);
}

#[test]
fn sarif_is_known_by_our_fingerprint_or_by_line() {
    let print = spot("", 1, "one").place().fingerprint;
    let result = |prints: &str| {
        format!(
            r#"{{"ruleId":"r","locations":[{{"physicalLocation":{{"artifactLocation":{{"uri":"a%20b"}},
            "region":{{"startLine":4}}}}}}],"partialFingerprints":{{{prints}}}}}"#
        )
    };
    let ours = result(&format!(r#""keysieveFingerprint/v1":"{print}""#));
    let log = |result: &str| format!(r#"{{"version":"2.1.0","runs":[{{"results":[{result}]}}]}}"#);
    assert_eq!(
        known(read(&log(&ours)), &[spot("elsewhere", 1, "one"), spot("a b", 4, "two")]),
        [true, false]
    );
    assert_eq!(known(read(&log(&result(""))), &[spot("a b", 4, "x"), spot("a b", 5, "x")]), [true, false]);
}

#[test]
fn detect_secrets_is_known_by_file_and_hash() {
    let hash: String = Sha1::digest(b"one").iter().map(|byte| format!("{byte:02x}")).collect();
    let text = format!(
        r#"{{"version":"1.5.0","results":{{"a":[{{"type":"Secret Keyword","hashed_secret":"{hash}","line_number":3}}],
        "b":[{{"type":"x","hashed_secret":"{hash}","is_secret":true}}]}}}}"#
    );
    let now = [spot("a", 9, "one"), spot("a", 10, "one"), spot("b", 1, "one"), spot("a", 3, "two")];
    assert_eq!(known(read(&text), &now), [true, true, false, false]);
}

#[test]
fn our_json_report_is_a_baseline_too() {
    let print = spot("", 1, "one").place().fingerprint;
    let text = format!(
        r#"{{"schema_version":1,"findings":[{{"rule":"acme-key","fingerprint":"{print}","locations":[{{"path":"a"}}]}}]}}"#
    );
    assert_eq!(known(read(&text), &[spot("a", 9, "one"), spot("b", 9, "one")]), [true, false]);
}

#[test]
fn a_gitleaksignore_allows_lines_by_any_rule_of_theirs() {
    let key = FingerprintKey::default();
    let text = "a:generic-api-key:4\nb:acme-pat:1\n";
    let ignore = || Baseline::read_gitleaks_ignore(".gitleaksignore", text, &key).expect("well-formed");
    let now = [spot("a", 4, "one"), spot("a", 4, "two"), spot("a", 5, "one"), spot("b", 1, "one")];
    assert_eq!(known(ignore(), &now), [true, true, false, true]);
    let pat = Spot { rule: rule("acme-pat", &[]), ..spot("b", 1, "two") };
    assert_eq!(
        known(ignore(), &[spot("b", 1, "one"), pat]),
        [false, true],
        "the line's other finding has another rule"
    );
}

#[test]
fn a_secret_with_very_many_copies_is_settled_in_no_time() {
    let paths: Vec<&'static str> =
        (0..20_000).map(|number| &*Box::leak(format!("d/{number}").into_boxed_str())).collect();
    let old: Vec<Spot> = paths.iter().map(|path| spot(path, 1, "one")).collect();
    let now: Vec<Spot> =
        paths.iter().map(|path| spot(Box::leak(format!("{path}x").into_boxed_str()), 1, "one")).collect();
    let start = std::time::Instant::now();
    assert!(known(read(&text_of(&old)), &now).iter().all(|known| *known));
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}
