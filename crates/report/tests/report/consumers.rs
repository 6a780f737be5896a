//! The formats that other tools read: against their schemas, and read back as those tools read them.

use keysieve_report::Format;
use serde_json::Value;

use crate::canonical::{clean, context, interrupted, outcome};
use crate::schemas::{check, many, outcomes, validator};
use crate::snapshots::report;

/// How many places the canonical outcome has.
const PLACES: usize = 17;

#[test]
fn gitlab_and_code_quality_follow_their_schemas() {
    for (format, schema) in [
        (Format::Gitlab, "gitlab-secret-detection-15.schema.json"),
        (Format::CodeQuality, "gitlab-code-quality.schema.json"),
        (Format::Rdjson, "rdjson.schema.json"),
        (Format::Gitleaks, "gitleaks-report.schema.json"),
    ] {
        let validator = validator(schema);
        for outcome in outcomes() {
            check(&validator, &report(format, &outcome, &context()));
        }
    }
}

#[test]
fn every_line_of_the_event_formats_is_an_event() {
    for (format, schema) in [(Format::Ocsf, "ocsf-2006.schema.json"), (Format::Ecs, "ecs.schema.json")] {
        let validator = validator(schema);
        let text = report(format, &outcome(), &context());
        text.lines().for_each(|line| drop(check(&validator, line)));
        assert_eq!(text.lines().count(), PLACES);
        assert_eq!(report(format, &clean(), &context()), "");
    }
}

#[test]
fn ids_tell_places_apart_and_stay_when_lines_move() {
    let ids = |moved: u64| -> Vec<String> {
        let mut outcome = outcome();
        for location in outcome.findings.iter_mut().flat_map(|finding| &mut finding.locations) {
            location.line += moved;
        }
        let report: Value =
            serde_json::from_str(&report(Format::CodeQuality, &outcome, &context())).expect("JSON");
        let prints = report.as_array().expect("a list").iter().map(|issue| issue["fingerprint"].to_string());
        prints.collect()
    };
    let mut unique = ids(0);
    assert_eq!(unique, ids(40));
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), PLACES);
}

#[test]
fn a_report_that_is_cut_short_says_so_to_gitlab() {
    let value: Value =
        serde_json::from_str(&report(Format::Gitlab, &interrupted(), &context())).expect("JSON");
    assert_eq!(value["scan"]["status"], "failure");
    assert_eq!(value["scan"]["messages"][0]["level"], "fatal");
}

#[test]
fn the_columns_of_a_csv_line_are_as_many_as_in_the_heading() {
    let text = report(Format::Csv, &outcome(), &context());
    let columns = |line: &str| {
        let mut quoted = false;
        1 + line
            .chars()
            .filter(|&c| {
                quoted ^= c == '"';
                c == ',' && !quoted
            })
            .count()
    };
    assert_eq!(text.lines().count(), PLACES + 1);
    assert!(text.lines().all(|line| columns(line) == 25), "{text}");
    assert!(text.starts_with("RuleID,Commit,File,SymlinkFile,Secret,Match,StartLine,EndLine,"));
}

#[test]
fn junit_is_well_formed_and_counts_right() {
    for outcome in outcomes() {
        let text = report(Format::Junit, &outcome, &context());
        let mut open: Vec<&str> = Vec::new();
        for tag in text.split('<').skip(2) {
            let (tag, _) = tag.split_once('>').expect("a tag ends");
            let name = tag.split([' ', '/']).find(|word| !word.is_empty()).expect("a tag has a name");
            match (tag.starts_with('/'), tag.ends_with('/')) {
                (true, _) => assert_eq!(open.pop(), Some(name)),
                (false, true) => {}
                (false, false) => open.push(name),
            }
        }
        assert!(open.is_empty());
        let count = |what: &str| text.matches(what).count();
        let said = format!(
            "tests=\"{}\" failures=\"{}\" errors=\"{}\"",
            count("<testcase "),
            count("<failure "),
            count("<error ")
        );
        assert_eq!(count(&said), 2, "{said}");
        assert!(count("<testcase ") > 0, "some readers take no report without a test");
    }
}

#[test]
fn github_gets_no_more_annotations_than_it_shows_and_the_log_has_the_rest() {
    let text = report(Format::Github, &many(5), &context());
    let starting = |with: &str| text.lines().filter(|line| line.starts_with(with)).count();
    assert_eq!((starting("::error "), starting("::notice ")), (10, 10));
    assert_eq!((starting("critical["), starting("low[")), (990, 4990));
    let last = text.lines().last().expect("a line");
    assert_eq!(last, "keysieve: 6 secrets in 6,000 places; 5980 more than GitHub shows as annotations");
    // A name that looks like a command is none.
    assert!(
        report(Format::Github, &outcome(), &context()).lines().all(|line| line.matches("::").count() >= 2
            || line.starts_with("keysieve: ")
            || line.contains('['))
    );
}

#[test]
fn a_summary_fits_into_what_github_takes_and_says_what_did_not() {
    let mut outcome = many(0);
    let model = outcome.findings.remove(0);
    outcome.findings = (0..5000).map(|_| model.clone()).collect();
    let text = report(Format::Markdown, &outcome, &context());
    assert!(text.len() < 1024 * 1024, "{}", text.len());
    let rows = text.lines().filter(|line| line.starts_with("| 🔴")).count();
    let left = 5000 - rows;
    assert!(left > 0 && text.contains("more secrets do not fit here."), "{rows}");
}

#[test]
fn the_page_loads_and_runs_nothing_but_its_own() {
    let mut outcome = outcome();
    let location = &mut outcome.findings[0].locations[0];
    location.path = "<script src=//evil.example>\" onload='x'.html".to_owned();
    let text = report(Format::Html, &outcome, &context());
    assert_eq!(text.matches("<script").count(), 1);
    assert_eq!(
        text.matches("src=").count(),
        text.matches("&lt;script src=").count(),
        "only text of the path"
    );
    assert!(
        !text.contains("<link")
            && !text.contains("<img")
            && !text.contains("@import")
            && !text.contains("url(")
    );
    assert!(text.contains("default-src 'none'"));
}
