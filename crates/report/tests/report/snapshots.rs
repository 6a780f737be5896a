//! What every format looks like.

use keysieve_finding::Outcome;
use keysieve_report::{Context, Format};

use crate::canonical::{clean, context, interrupted, outcome};

pub(crate) fn report(format: Format, outcome: &Outcome, context: &Context) -> String {
    let mut report = Vec::new();
    format.write(outcome, context, &mut report).expect("a vector takes everything");
    String::from_utf8(report).expect("reports are UTF-8")
}

#[test]
fn text_for_a_pipe() {
    insta::assert_snapshot!(report(Format::Text, &outcome(), &context()));
}

#[test]
fn text_for_a_terminal() {
    let mut context = context();
    context.color = true;
    context.hyperlinks = true;
    context.root = Some("/home/me/my project".to_owned());
    context.width = Some(60);
    // Escapes are shown as ␛, so that the snapshot can be looked at.
    insta::assert_snapshot!(report(Format::Text, &outcome(), &context).replace('\x1b', "␛"));
}

#[test]
fn text_with_secrets() {
    let mut context = context();
    context.show_secrets = true;
    let mut outcome = outcome();
    outcome.findings.truncate(1);
    insta::assert_snapshot!(report(Format::Text, &outcome, &context));
}

#[test]
fn text_without_findings() {
    let both = report(Format::Text, &clean(), &context()) + &report(Format::Text, &interrupted(), &context());
    insta::assert_snapshot!(both);
}

#[test]
fn json() {
    insta::assert_snapshot!(report(Format::Json, &outcome(), &context()));
}

#[test]
fn json_with_secrets() {
    let mut context = context();
    context.show_secrets = true;
    let mut outcome = outcome();
    outcome.findings.truncate(1);
    insta::assert_snapshot!(report(Format::Json, &outcome, &context));
}

#[test]
fn jsonl() {
    insta::assert_snapshot!(report(Format::Jsonl, &outcome(), &context()));
}

#[test]
fn sarif() {
    insta::assert_snapshot!(report(Format::Sarif, &outcome(), &context()));
}

#[test]
fn html() {
    insta::assert_snapshot!(report(Format::Html, &outcome(), &context()));
}

#[test]
fn markdown() {
    insta::assert_snapshot!(of_all(Format::Markdown));
}

#[test]
fn junit() {
    insta::assert_snapshot!(of_all(Format::Junit));
}

#[test]
fn csv() {
    insta::assert_snapshot!(report(Format::Csv, &outcome(), &context()));
}

#[test]
fn github() {
    insta::assert_snapshot!(of_all(Format::Github));
}

#[test]
fn azure() {
    insta::assert_snapshot!(of_all(Format::Azure));
}

#[test]
fn gitlab() {
    insta::assert_snapshot!(report(Format::Gitlab, &outcome(), &context()));
}

#[test]
fn code_quality() {
    insta::assert_snapshot!(report(Format::CodeQuality, &outcome(), &context()));
}

#[test]
fn rdjson() {
    insta::assert_snapshot!(report(Format::Rdjson, &outcome(), &context()));
}

#[test]
fn gitleaks() {
    insta::assert_snapshot!(report(Format::Gitleaks, &outcome(), &context()));
}

#[test]
fn ocsf() {
    insta::assert_snapshot!(report(Format::Ocsf, &outcome(), &context()));
}

#[test]
fn ecs() {
    insta::assert_snapshot!(report(Format::Ecs, &outcome(), &context()));
}

/// With findings, without any, and cut short.
fn of_all(format: Format) -> String {
    [outcome(), clean(), interrupted()]
        .map(|outcome| report(format, &outcome, &context()))
        .join("\n-----\n\n")
}

#[test]
fn a_report_never_holds_a_raw_escape_unless_the_terminal_wants_it() {
    for format in Format::ALL {
        let report = report(*format, &outcome(), &context());
        let control = |c: char| c.is_control() && c != '\n' && !(*format != Format::Text && c == '\u{7f}');
        assert_eq!(report.matches(control).count(), 0, "{format}");
    }
}
