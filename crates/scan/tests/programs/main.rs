//! Files of well-known programs: the secret of each is found, by one finding.
//!
//! A case is a path and a text in which `«…»` is the secret; its placeholders are filled when the test runs. Most
//! secrets are words, as people choose them, so that only the file's name and grammar tell.

mod clients;
mod home;
mod near_misses;
mod network;
mod servers;
mod tools;
mod web;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use keysieve_engine::Engine;
use keysieve_finding::{Origin, Outcome};
use keysieve_policy::{Date, Policy};
use keysieve_rules::Example;
use keysieve_scan::{Control, Options, scan};
use keysieve_testkit::{CutSource, Cuts};

static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::builtin);

struct Case {
    path: String,
    example: Example,
}

/// The cases of a table: a line `=== PATH` begins one.
fn cases(table: &str) -> Vec<Case> {
    let cases = table.split("\n=== ").skip(1).zip(0..).map(|(case, seed)| {
        let (path, text) = case.split_once('\n').expect("a text follows the path");
        let example = Example::from_template(&format!("{text}\n"), seed);
        let example = example.unwrap_or_else(|error| panic!("{path}: {error}"));
        Case { path: path.to_owned(), example }
    });
    cases.collect()
}

fn outcome(cases: &[Case]) -> Outcome {
    let object = |case: &Case| (Origin::file(case.path.as_bytes()), case.example.text.clone().into_bytes());
    let source = CutSource::new(cases.iter().map(object).collect(), Cuts::Whole);
    let policy = Policy::new(Date::new(2026, 11, 30).expect("a date"));
    scan(&ENGINE, &policy, &source, &Options::default(), &Control::default()).expect("scans")
}

/// For each path what was found in it: the rule and where.
fn found(cases: &[Case]) -> BTreeMap<String, Vec<(String, usize, usize)>> {
    let mut found: BTreeMap<String, Vec<_>> = BTreeMap::new();
    let outcome = outcome(cases);
    for finding in &outcome.findings {
        for location in &finding.locations {
            let path = String::from_utf8_lossy(&location.origin.path()).into_owned();
            let place = |at: u64| usize::try_from(at).expect("small");
            let seen = (finding.rule.id.clone(), place(location.byte_start), place(location.byte_end));
            found.entry(path).or_default().push(seen);
        }
    }
    found
}

#[track_caller]
fn each_secret_is_found_once(table: &str, least: usize) {
    let cases = cases(table);
    assert!(cases.len() >= least, "{} cases", cases.len());
    let found = found(&cases);
    let mut wrong = Vec::new();
    for case in &cases {
        let secret = case.example.secret.unwrap_or_else(|| panic!("{}: no secret", case.path));
        let seen = found.get(&case.path).map(Vec::as_slice).unwrap_or_default();
        if !matches!(seen, [(_, start, end)] if *start == secret.start && *end == secret.end) {
            wrong.push(format!("{}: {seen:?}, not {secret:?} in\n{}", case.path, case.example.text));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn in_home_directories() {
    each_secret_is_found_once(home::CASES, 40);
}

#[test]
fn of_mail_and_networks() {
    each_secret_is_found_once(network::CASES, 40);
}

#[test]
fn of_servers_and_databases() {
    each_secret_is_found_once(servers::CASES, 40);
}

#[test]
fn of_web_applications() {
    each_secret_is_found_once(web::CASES, 40);
}

#[test]
fn of_clients_and_desktops() {
    each_secret_is_found_once(clients::CASES, 20);
}

#[test]
fn of_developer_tools() {
    each_secret_is_found_once(tools::CASES, 20);
}

#[test]
fn what_only_looks_like_one_is_not_found() {
    let cases = cases(near_misses::CASES);
    assert!(cases.len() >= 20, "{} cases", cases.len());
    let mut found = found(&cases);
    // What is assigned to a name anywhere is judged by a score of its own, and has tests of its own.
    for seen in found.values_mut() {
        seen.retain(|(rule, ..)| !rule.starts_with("generic-"));
    }
    found.retain(|_, seen| !seen.is_empty());
    assert!(found.is_empty(), "{found:#?}");
}
