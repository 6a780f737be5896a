//! Reports against the schemas under `fixtures/schemas/`, and against what consumers want beyond them.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use jsonschema::Validator;
use keysieve_finding::{Allowed, AllowedBy, Finding, Outcome, RuleInfo, Severity};
use keysieve_report::{Context, Format};
use serde_json::Value;

use crate::canonical::{clean, context, interrupted, outcome};
use crate::snapshots::report;

fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/schemas").join(name);
    let schema = fs::read_to_string(path).expect("the schema is there");
    serde_json::from_str(&schema).expect("the schema is JSON")
}

pub(crate) fn validator(name: &str) -> Validator {
    jsonschema::validator_for(&schema(name)).expect("the schema is one")
}

/// The same schema, but closed: ours are open to fields that come later, and that we write none yet that they do not
/// know is for the tests to see.
fn closed(name: &str) -> Validator {
    fn close(schema: &mut Value) {
        match schema {
            Value::Object(fields) => {
                fields.values_mut().for_each(close);
                if fields.get("type") == Some(&Value::from("object")) {
                    fields.insert("additionalProperties".to_owned(), Value::from(false));
                }
            }
            Value::Array(parts) => parts.iter_mut().for_each(close),
            _ => {}
        }
    }
    let mut schema = schema(name);
    close(&mut schema);
    jsonschema::validator_for(&schema).expect("the schema is one")
}

pub(crate) fn check(validator: &Validator, text: &str) -> Value {
    let value: Value = serde_json::from_str(text).expect("the report is JSON");
    let errors: Vec<String> =
        validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
    value
}

/// Every kind of outcome.
pub(crate) fn outcomes() -> [Outcome; 3] {
    [outcome(), clean(), interrupted()]
}

fn contexts() -> [Context; 2] {
    let mut open = context();
    open.show_secrets = true;
    open.information_uri = None;
    [context(), open]
}

#[test]
fn json_follows_its_schema() {
    let validator = closed("report-1.schema.json");
    for outcome in outcomes() {
        for context in contexts() {
            check(&validator, &report(Format::Json, &outcome, &context));
        }
    }
}

#[test]
fn the_json_schema_knows_every_field_and_no_other() {
    let validator = closed("report-1.schema.json");
    let report = report(Format::Json, &outcome(), &context());
    let mut value: Value = serde_json::from_str(&report).expect("the report is JSON");
    assert!(validator.is_valid(&value));
    value["findings"][0]["locations"][0]["colour"] = Value::from("red");
    assert!(!validator.is_valid(&value));
    let mut value: Value = serde_json::from_str(&report).expect("the report is JSON");
    value["skips"][0]["class"] = Value::from("whim");
    assert!(!validator.is_valid(&value));
}

#[test]
fn jsonl_follows_its_schema_and_ends_with_the_summary() {
    let validator = closed("record-1.schema.json");
    for outcome in outcomes() {
        for context in contexts() {
            let report = report(Format::Jsonl, &outcome, &context);
            let records: Vec<Value> = report.lines().map(|line| check(&validator, line)).collect();
            assert_eq!(records.len(), outcome.findings.len() + outcome.skips.len() + 1);
            let summaries = records.iter().filter(|record| record["type"] == "summary").count();
            assert_eq!((summaries, &records[records.len() - 1]["type"]), (1, &Value::from("summary")));
        }
    }
}

#[test]
fn sarif_follows_the_standards_schema() {
    let validator = validator("sarif-2.1.0.json");
    for outcome in outcomes() {
        for context in contexts() {
            let log = check(&validator, &report(Format::Sarif, &outcome, &context));
            services_take_it(&log["runs"][0]);
        }
    }
}

/// What no schema says and services want all the same.
fn services_take_it(run: &Value) {
    let within = |text: &Value, most: usize| {
        let text = text.as_str().expect("a text");
        assert!(!text.is_empty() && text.chars().count() <= most, "{text}");
    };
    let driver = &run["tool"]["driver"];
    for rule in driver["rules"].as_array().expect("rules") {
        within(&rule["name"], 255);
        within(&rule["shortDescription"]["text"], 1024);
        within(&rule["fullDescription"]["text"], 1024);
        within(&rule["help"]["text"], 1024);
        let score: f64 =
            rule["properties"]["security-severity"].as_str().expect("a string").parse().expect("a score");
        assert!((0.1..=10.0).contains(&score));
        let tags = rule["properties"]["tags"].as_array().expect("tags");
        assert!(tags.len() <= 10 && tags.contains(&Value::from("cwe-798")));
    }
    for result in run["results"].as_array().expect("results, even if there are none") {
        within(&result["message"]["text"], 1024);
        assert!(result["message"]["text"].as_str().expect("a text").ends_with('.'));
        assert!(result.get("kind").is_none() && result.get("suppressions").is_none());
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("a small one");
        assert_eq!(driver["rules"][index]["id"], result["ruleId"]);
        let locations = result["locations"].as_array().expect("locations");
        assert_eq!(locations.len(), 1);
        let place = &locations[0]["physicalLocation"];
        within(&place["artifactLocation"]["uri"], 4096);
        for number in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(place["region"][number].as_u64().expect("a number") >= 1);
        }
        assert!(result["partialFingerprints"]["keysieveFingerprint/v1"].is_string());
    }
}

#[test]
fn sarif_never_holds_a_raw_secret_nor_where_the_files_are() {
    let mut context = context();
    context.show_secrets = true;
    context.root = Some("/home/me/project".to_owned());
    let report = report(Format::Sarif, &outcome(), &context);
    assert!(!report.contains("/home/me"));
    assert!(!report.contains("kQ9kQ") && !report.contains("Zq7Zq") && !report.contains("tor!"));
}

#[test]
fn the_line_hash_is_the_files_own_and_only_where_it_is_known() {
    let log: Value = serde_json::from_str(&report(Format::Sarif, &outcome(), &context())).expect("JSON");
    let results = log["runs"][0]["results"].as_array().expect("results");
    let hashed: Vec<&Value> = results
        .iter()
        .filter(|result| result["partialFingerprints"].get("primaryLocationLineHash").is_some())
        .collect();
    assert_eq!(hashed.len(), 1);
    let uri = &hashed[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "deploy/gr%C3%B6%C3%9Fe%201.yaml");
}

#[test]
fn sarif_shows_what_is_allowed_only_where_it_is_handed_over() {
    let mut outcome = outcome();
    let finding = outcome.findings.remove(0);
    outcome.allowed = [AllowedBy::Inline, AllowedBy::Baseline]
        .map(|by| Allowed {
            finding: finding.clone(),
            by,
            entry: "keysieve:allow".to_owned(),
            reason: Some("made {0} up".to_owned()),
            owner: None,
            expires: Some("2027-03-31".to_owned()),
        })
        .to_vec();
    let log = check(&validator("sarif-2.1.0.json"), &report(Format::Sarif, &outcome, &context()));
    let results = log["runs"][0]["results"].as_array().expect("results");
    let kinds: Vec<_> = results
        .iter()
        .map(|result| result["suppressions"].as_array().expect("all say it").first())
        .map(|first| first.map_or("", |first| first["kind"].as_str().expect("a kind")))
        .filter(|kind| !kind.is_empty())
        .collect();
    assert_eq!(kinds, ["inSource", "inSource", "external", "external"]);
    assert_eq!(results[results.len() - 1]["suppressions"][0]["justification"], "made {0} up");
}

/// Many findings of two severities, the less severe first.
pub(crate) fn many(count: usize) -> Outcome {
    let model = outcome().findings.remove(1);
    let of = |severity: Severity| Finding {
        severity,
        rule: Arc::new(RuleInfo { id: format!("acme-{severity}"), severity, ..RuleInfo::clone(&model.rule) }),
        locations: vec![model.locations[0].clone(); 1000],
        total_locations: 1000,
        ..model.clone()
    };
    let mut outcome = clean();
    outcome.findings = (0..count).map(|_| of(Severity::Low)).collect();
    outcome.findings.push(of(Severity::Critical));
    outcome
}

#[test]
fn sarif_holds_no_more_results_than_services_take_and_says_so() {
    let outcome = many(5);
    assert_eq!(Format::Sarif.left_out(&outcome), 1000);
    assert_eq!(Format::Json.left_out(&outcome), 0);
    let log: Value = serde_json::from_str(&report(Format::Sarif, &outcome, &context())).expect("JSON");
    let run = &log["runs"][0];
    assert_eq!(run["results"].as_array().map(Vec::len), Some(5000));
    assert_eq!(run["results"][0]["ruleId"], "acme-critical");
    let said = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str();
    assert!(said.expect("a notification").starts_with("1,000 results were left out"));
    assert_eq!(Format::Sarif.left_out(&many(3)), 0);
}

#[test]
fn a_long_message_is_cut_and_keeps_its_link_whole() {
    let mut outcome = outcome();
    let mut rule = RuleInfo::clone(&outcome.findings[0].rule);
    rule.name = "é".repeat(4000);
    rule.about = "z".repeat(4000);
    outcome.findings[0].rule = Arc::new(rule);
    let log = check(&validator("sarif-2.1.0.json"), &report(Format::Sarif, &outcome, &context()));
    let results = log["runs"][0]["results"].as_array().expect("results");
    let messages: Vec<&str> =
        results.iter().filter_map(|result| result["message"]["text"].as_str()).collect();
    assert!(messages.iter().all(|message| message.chars().count() <= 1024 && message.ends_with('.')));
    assert!(messages.iter().any(|message| message.ends_with(" inside [sub/app!/1.zip](1).")));
}
