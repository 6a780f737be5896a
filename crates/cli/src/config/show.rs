//! `keysieve config show`.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{Config, Origin};
use crate::arguments::ConfigArguments;
use crate::exit::Exit;
use crate::print;

/// The settings, each with the variable of the environment that sets it and what it is where nothing does.
const SETTINGS: &[(&str, &str, &str, &str)] = &[
    ("findings", "min_confidence", "KEYSIEVE_MIN_CONFIDENCE", "\"medium\""),
    ("findings", "min_severity", "KEYSIEVE_MIN_SEVERITY", "\"low\""),
    ("findings", "fail_on", "KEYSIEVE_FAIL_ON", "\"low\""),
    ("findings", "exit_code", "KEYSIEVE_EXIT_CODE", "1"),
    ("findings", "allow_partial", "KEYSIEVE_ALLOW_PARTIAL", "false"),
    ("findings", "inline_allow", "", "true"),
    ("findings", "require_reason", "", "false"),
    ("findings", "baseline", "", "[]"),
    ("findings", "by_secret", "", "false"),
    ("files", "include", "", "[]"),
    ("files", "exclude", "", "[]"),
    ("files", "max_file_size", "KEYSIEVE_MAX_FILE_SIZE", ""),
    ("files", "archive_depth", "KEYSIEVE_ARCHIVE_DEPTH", "8"),
    ("files", "archive_limit", "KEYSIEVE_ARCHIVE_LIMIT", ""),
    ("files", "gitignore", "", "true"),
    ("rules", "files", "", "[]"),
    ("rules", "only", "", "[]"),
    ("rules", "exclude", "", "[]"),
    ("run", "threads", "KEYSIEVE_THREADS", ""),
    ("run", "timeout", "KEYSIEVE_TIMEOUT", ""),
];

/// Prints what counts, as TOML.
pub(super) fn run(path: Option<&Path>, origin: bool, asked: &ConfigArguments) -> Result<Exit> {
    let targets: Vec<PathBuf> = path.iter().map(|path| path.to_path_buf()).collect();
    let config = Config::load(asked, &targets)?;
    let table = match &config.source {
        Some((file, _)) => std::fs::read_to_string(file)?.parse::<toml::Table>().unwrap_or_default(),
        None => toml::Table::new(),
    };
    let mut said = match &config.source {
        Some((file, found)) => format!("# {} ({})\n", file.display(), described(*found)),
        None => "# no configuration file counts here\n".to_owned(),
    };
    let mut section = "";
    for &(heading, key, variable, default) in SETTINGS {
        let set = env::var(variable).ok().filter(|value| !variable.is_empty() && !value.is_empty());
        let named = table.get(heading).and_then(|section| section.get(key));
        let (value, from) = match (set, named) {
            (Some(value), _) => (quoted(&value), variable.to_owned()),
            (None, Some(value)) => (value.to_string(), source_of(&config)),
            (None, None) if default.is_empty() => continue,
            (None, None) => (default.to_owned(), "built in".to_owned()),
        };
        if section != heading {
            said.push_str(&format!("\n[{heading}]\n"));
            section = heading;
        }
        let from = if origin { format!("  # {from}") } else { String::new() };
        said.push_str(&format!("{key} = {value}{from}\n"));
    }
    let (rules, allows) = (config.rules.len(), config.allows.len());
    said.push_str(&format!("\n# rules of its own: {rules}; exceptions: {allows}\n"));
    for rule in &config.rules {
        said.push_str(&format!("# rule {}\n", rule.info.id));
    }
    for allow in &config.allows {
        said.push_str(&format!("# {}\n", allow.name()));
    }
    print(said.as_bytes())?;
    Ok(Exit::Clean)
}

fn described(origin: Origin) -> &'static str {
    match origin {
        Origin::Named => "named by --config or KEYSIEVE_CONFIG",
        Origin::Tree => "the nearest one",
        Origin::User => "the user's own",
        Origin::Revision => "named by --config-from",
    }
}

fn source_of(config: &Config) -> String {
    config.source.as_ref().map_or_else(String::new, |(file, _)| file.display().to_string())
}

/// A value of the environment as TOML has it.
fn quoted(value: &str) -> String {
    let plain = value.parse::<f64>().is_ok() || value == "true" || value == "false";
    if plain { value.to_owned() } else { toml::Value::String(value.to_owned()).to_string() }
}
