//! `keysieve config import`: what other tools' files say, as a `keysieve.toml`.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use keysieve_finding::FingerprintKey;
use keysieve_rules::{AllowTarget, Foreign, Imported, ImportedAllow, Problem, RuleText};

use super::{Origin, file, foreign, remarks};
use crate::exit::Exit;
use crate::ruleset::Ruleset;
use crate::{baselines, messages, print};

/// Reads the files, and writes what they say.
pub(super) fn run(files: &[PathBuf], output: &Path, force: bool) -> Result<Exit> {
    let mut written = Written::default();
    for path in files {
        written.add(path)?;
    }
    // What a configuration names is relative to it.
    let directory = output.parent().unwrap_or(Path::new(""));
    for name in &mut written.baselines {
        let Ok(below) = Path::new(name).strip_prefix(directory) else {
            bail!(
                "{name}: it does not lie below the directory of {}, which names it: choose another --output",
                output.display()
            );
        };
        *name = shown(below);
    }
    let text = written.text(files);
    // What was written is read as a scan would read it, before anyone relies on it.
    let config = file::read(output, &text, Origin::Named).context("what was imported cannot be read back")?;
    let (rules, allows) = (config.rules.len(), config.allows.len());
    Ruleset::new(&Default::default(), config)?;
    remarks::all(&written.notes).iter().for_each(|line| messages::warning(line));
    if output == Path::new("-") {
        print(text.as_bytes())?;
        return Ok(Exit::Clean);
    }
    let shown = output.display();
    let mut options = OpenOptions::new();
    options.write(true).create(force).create_new(!force).truncate(force);
    let mut file = options.open(output).with_context(|| {
        format!("cannot write {shown}; --output names another file, --force writes over one that is there")
    })?;
    file.write_all(text.as_bytes()).with_context(|| format!("cannot write {shown}"))?;
    let baselines = written.baselines.len();
    messages::note(&format!(
        "wrote {shown}: rules {rules}, exceptions {allows}, baselines named {baselines}"
    ));
    Ok(Exit::Clean)
}

/// What is to be written.
#[derive(Default)]
struct Written {
    baselines: Vec<String>,
    exclude: Vec<String>,
    /// Rules, each under the name that it has elsewhere.
    rules: BTreeMap<String, RuleText>,
    paths: Vec<String>,
    parts: Vec<String>,
    allows: Vec<String>,
    notes: Vec<Problem>,
}

impl Written {
    fn add(&mut self, path: &Path) -> Result<()> {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let text = foreign::text(path)?;
        if matches!(name, ".gitleaksignore" | ".betterleaksignore") {
            baselines::parse(name, &text, &FingerprintKey::default())?;
            self.baselines.push(shown(path));
            return Ok(());
        }
        let Some(tool) = Foreign::of(path, &text) else {
            bail!(
                "{}: not a file that is known: a configuration of gitleaks, betterleaks or trufflehog, rules of \
                 kingfisher or noseyparker, a .secrets.baseline or a .gitleaksignore",
                path.display()
            );
        };
        for (path, imported) in foreign::chain(tool, path, &text, Origin::Named)? {
            self.take(&path, imported)?;
        }
        Ok(())
    }

    fn take(&mut self, path: &Path, imported: Imported) -> Result<()> {
        let Imported { rules, texts, paths, allows, parts, silent, changes, .. } = imported;
        if imported.known > 0 {
            self.baselines.push(shown(path));
        }
        if let Some(change) = changes.iter().find(|change| self.rules.contains_key(&change.id)) {
            bail!(
                "{}:{}: rule `{}`: it changes a rule of the file that it builds on; write the whole rule into one of the \
                 two, and import that",
                path.display(),
                change.line,
                change.id
            );
        }
        // What the file builds on is in here already.
        let others = imported.disabled.into_iter().filter(|id| self.rules.remove(id).is_none()).collect();
        let (disabled, unknown) = foreign::ours(others);
        self.exclude.extend(disabled);
        self.notes.extend(
            unknown.iter().map(|id| Problem {
                file: shown(path),
                line: 0,
                rule: None,
                what: format!(
                    "`disabledRules` has `{id}`, and no rule of keysieve's own is known to be the same"
                ),
                help: "it is left out; write the name of a rule of keysieve's own into `[rules] exclude`"
                    .to_owned(),
            }),
        );
        for (rule, text) in rules.into_iter().zip(texts) {
            self.rules.insert(rule.info.id, text);
        }
        for (rule, expression) in paths {
            let rules = list(&[self.own(&rule)]);
            self.paths.push(format!("rules = {rules}\npath_regexes = {}\n", list(&[expression])));
        }
        for part in parts {
            let (of, needs) = (self.own(&part.of), self.own(&part.needs));
            let mut text = format!("of = {}\nneeds = {}\n", literal(&of), literal(&needs));
            for (key, value) in [("within_lines", part.lines), ("within_columns", part.columns)] {
                text.extend(value.map(|value| format!("{key} = {value}\n")));
            }
            self.parts.push(text);
        }
        for rule in silent {
            self.parts.push(format!("of = {}\n", literal(&self.own(&rule))));
        }
        for mut exception in allows {
            let rules = exception.rules.iter();
            exception.rules = rules.flat_map(|rule| self.meant(rule)).collect();
            self.allows.push(allow(&exception));
        }
        self.notes.extend(imported.notes);
        Ok(())
    }

    /// What a rule is called in what is written.
    fn own(&self, theirs: &str) -> String {
        self.rules.get(theirs).map_or(theirs, |rule| rule.id.as_str()).to_owned()
    }

    /// What an exception for a rule is about in what is written.
    fn meant(&self, theirs: &str) -> Vec<String> {
        match self.rules.get(theirs) {
            Some(rule) => vec![rule.id.clone()],
            None => foreign::meant(theirs, false),
        }
    }

    fn text(&self, files: &[PathBuf]) -> String {
        let names: Vec<String> = files.iter().map(|file| shown(file)).collect();
        let mut text = format!("# Imported from {}.\n", names.join(", "));
        if !self.baselines.is_empty() {
            text.push_str("\n[findings]\n");
            text.push_str("# `keysieve baseline create` with --baseline and these makes one that follows moved lines.\n");
            text.push_str(&format!("baseline = {}\n", list(&self.baselines)));
        }
        if !self.exclude.is_empty() {
            text.push_str(&format!("\n[rules]\nexclude = {}\n", list(&self.exclude)));
        }
        for (heading, tables) in [("allow", &self.allows), ("only", &self.paths), ("part", &self.parts)] {
            for table in tables {
                text.push_str(&format!("\n[[{heading}]]\n{table}"));
            }
        }
        for rule in self.rules.values() {
            text.push_str(&format!("\n{}", rule.text));
        }
        text
    }
}

/// An exception as an `[[allow]]`.
fn allow(allow: &ImportedAllow) -> String {
    let mut text = String::new();
    let lists = [
        ("rules", &allow.rules),
        ("path_regexes", &allow.paths),
        ("regexes", &allow.regexes),
        ("stopwords", &allow.stopwords),
        ("commits", &allow.commits),
    ];
    for (key, values) in lists {
        if !values.is_empty() {
            text.push_str(&format!("{key} = {}\n", list(values)));
        }
    }
    match allow.target {
        AllowTarget::Secret => {}
        AllowTarget::Match => text.push_str("regex_target = 'match'\n"),
        AllowTarget::Line => text.push_str("regex_target = 'line'\n"),
    }
    if allow.filter.is_some() {
        text.push_str(&format!("filter = {}\n", literal(&allow.filter_text)));
    }
    let kinds = lists[1..].iter().filter(|(_, values)| !values.is_empty()).count();
    if !allow.all && kinds > 1 {
        text.push_str("condition = 'any'\n");
    }
    if !allow.description.is_empty() {
        text.push_str(&format!("reason = {}\n", literal(&allow.description)));
    }
    text
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// A text as TOML, as it is wherever that can be.
fn literal(text: &str) -> String {
    if text.contains(|c: char| c.is_control() || c == '\'') {
        return toml::Value::String(text.to_owned()).to_string();
    }
    format!("'{text}'")
}

fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| literal(text)).collect();
    match texts.iter().map(String::len).sum::<usize>() {
        0..=80 => format!("[{}]", texts.join(", ")),
        _ => format!("[\n  {},\n]", texts.join(",\n  ")),
    }
}
