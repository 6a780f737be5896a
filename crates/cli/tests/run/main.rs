//! Runs the command as users do.

mod archives;
mod baselines;
mod certificate;
mod ci;
mod compat;
mod config;
mod example;
mod exit_codes;
mod explain;
mod files;
mod git;
mod hook;
mod hostile;
#[cfg(feature = "image")]
mod image;
mod image_stores;
mod import;
mod long_runs;
mod range;
mod reports;
mod repository;
mod signals;
mod staged;
mod streams;
mod versions;
mod watch;

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The command, in a directory and without the variables that change what it does.
pub(crate) fn keysieve(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keysieve"));
    command.current_dir(directory);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("KEYSIEVE_") {
            command.env_remove(name);
        }
    }
    command.env_remove("SOURCE_DATE_EPOCH").env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

/// What it does with these arguments.
pub(crate) fn run(directory: &Path, arguments: &[&str]) -> Output {
    keysieve(directory).args(arguments).output().expect("the command runs")
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().expect("it ended by itself")
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// The JSON report on standard output.
pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

/// A line with a secret in it: a password in a URL, put together here so that no literal one stands in the repository.
pub(crate) fn leak() -> String {
    format!("url = https://ci:{}@db.example.net/\n", ["hunter", "2-of-", "7kQ"].concat())
}

/// The skips of a report: path, reason, class.
pub(crate) fn skips(report: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let skips = report["skips"].as_array().expect("a list");
    skips.iter().map(|skip| (text(&skip["path"]), text(&skip["reason"]), text(&skip["class"]))).collect()
}

/// Checks a report against one of the schemas in `fixtures/schemas/`.
pub(crate) fn follows(schema: &str, report: &Value) {
    let text =
        std::fs::read(repository().join("fixtures/schemas").join(schema)).expect("the schema is there");
    let schema: Value = serde_json::from_slice(&text).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> =
        validator.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
}
