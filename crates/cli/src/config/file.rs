//! `keysieve.toml`.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use keysieve_finding::{Confidence, Severity};
use keysieve_policy::{Allow, Attributes, Composite, Target};
use keysieve_rules::{RuleFile, Strictness, foreign_filter};
use serde::Deserialize;

use super::{Config, Origin};
use crate::arguments::{FileArguments, RuleArguments, RunArguments, VerdictArguments};
use crate::ignore_files::is_work_tree;
use crate::size;

/// What a file can say; `fixtures/schemas/keysieve-toml.schema.json` describes it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    #[serde(default)]
    pub(super) findings: Findings,
    #[serde(default)]
    pub(super) files: Files,
    #[serde(default)]
    pub(super) rules: Rules,
    #[serde(default)]
    pub(super) run: Run,
    #[serde(default)]
    allow: Vec<Exception>,
    #[serde(default)]
    only: Vec<Only>,
    #[serde(default)]
    part: Vec<PartOf>,
    /// Rules, in the format of rule files; these are read by whoever knows that.
    #[serde(default)]
    #[expect(dead_code, reason = "named so that it is a known key")]
    rule: Vec<toml::Table>,
}

/// What is reported, and what it leads to.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Findings {
    pub(super) min_confidence: Option<Confidence>,
    pub(super) min_severity: Option<Severity>,
    pub(super) fail_on: Option<Severity>,
    pub(super) exit_code: Option<u8>,
    pub(super) allow_partial: Option<bool>,
    pub(super) inline_allow: Option<bool>,
    pub(super) require_reason: Option<bool>,
    #[serde(default)]
    pub(super) baseline: Vec<PathBuf>,
    pub(super) by_secret: Option<bool>,
}

/// What is read.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Files {
    #[serde(default)]
    pub(super) include: Vec<String>,
    #[serde(default)]
    pub(super) exclude: Vec<String>,
    pub(super) max_file_size: Option<String>,
    pub(super) archive_depth: Option<usize>,
    pub(super) archive_limit: Option<String>,
    pub(super) gitignore: Option<bool>,
}

/// Which rules are used.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    #[serde(default)]
    pub(super) files: Vec<PathBuf>,
    #[serde(default)]
    pub(super) only: Vec<String>,
    #[serde(default)]
    pub(super) exclude: Vec<String>,
}

/// How it runs.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Run {
    pub(super) threads: Option<NonZeroUsize>,
    pub(super) timeout: Option<f64>,
}

/// One `[[allow]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    rules: Vec<String>,
    #[serde(default)]
    path_regexes: Vec<String>,
    #[serde(default)]
    commits: Vec<String>,
    #[serde(default)]
    condition: Condition,
    #[serde(default)]
    regexes: Vec<String>,
    #[serde(default)]
    regex_target: RegexTarget,
    #[serde(default)]
    stopwords: Vec<String>,
    #[serde(default)]
    fingerprints: Vec<String>,
    filter: Option<String>,
    expires: Option<String>,
    owner: Option<String>,
    reason: Option<String>,
}

/// One `[[only]]`: rules that look only at paths in which one of the expressions is found.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Only {
    rules: Vec<String>,
    path_regexes: Vec<String>,
}

/// One `[[part]]`: findings of a rule that count only near those of others.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartOf {
    of: String,
    needs: Option<String>,
    within_lines: Option<u64>,
    within_columns: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Condition {
    #[default]
    All,
    Any,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RegexTarget {
    #[default]
    Secret,
    Match,
    Line,
}

/// Reads a file of ours.
pub(super) fn read(path: &Path, text: &str, origin: Origin) -> Result<Config> {
    let shown = path.display();
    // The error shows the line and says what is known.
    let mut settings: Settings = toml::from_str(text).map_err(|error| anyhow!("{shown}: {error}"))?;
    let rules = match rules_alone(text) {
        Some(rules) => RuleFile::parse(path, &rules, Strictness::User)?.rules,
        None => Vec::new(),
    };
    let mut allows = Vec::new();
    for (index, exception) in (1..).zip(std::mem::take(&mut settings.allow)) {
        let name = format!("{shown}: [[allow]] {index}");
        allows.push(exception.read(&name).with_context(|| name.clone())?);
    }
    if let Some(size) = &settings.files.max_file_size {
        size::parse(size).map_err(|error| anyhow!("{shown}: files.max_file_size: {error}"))?;
    }
    if let Some(size) = &settings.files.archive_limit {
        size::parse(size).map_err(|error| anyhow!("{shown}: files.archive_limit: {error}"))?;
    }
    if settings
        .run
        .timeout
        .is_some_and(|seconds| Duration::try_from_secs_f64(seconds).map_or(true, |time| time.is_zero()))
    {
        bail!("{shown}: run.timeout: expected a number of seconds above zero, such as 90 or 0.5");
    }
    let directory = path.parent().unwrap_or(Path::new(""));
    for file in settings.rules.files.iter_mut().chain(&mut settings.findings.baseline) {
        *file = inside(directory, file, origin).with_context(|| format!("{shown}: {}", file.display()))?;
    }
    let (mut only_at, mut composite) = (Vec::new(), Composite::default());
    for Only { rules, path_regexes } in std::mem::take(&mut settings.only) {
        let expression = path_regexes.join("|");
        only_at.extend(rules.into_iter().map(|rule| (rule, expression.clone())));
    }
    for part in std::mem::take(&mut settings.part) {
        match part.needs {
            Some(needs) => composite.needs(part.of, needs, part.within_lines, part.within_columns),
            None => composite.silence(part.of),
        }
    }
    Ok(Config { settings, rules, allows, only_at, composite, ..Config::default() })
}

/// A path that a configuration names. One that was found in the tree may name only what lies in its own repository.
fn inside(directory: &Path, named: &Path, origin: Origin) -> Result<PathBuf> {
    let path = directory.join(named);
    let plain = named.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    match origin {
        Origin::Tree => {}
        // Read from the revision later.
        Origin::Revision if plain => return Ok(named.to_owned()),
        Origin::Revision => bail!("a revision has only files of its own repository"),
        Origin::Named | Origin::User => return Ok(path),
    }
    let start = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let start = fs::canonicalize(start)?;
    let root = start.ancestors().find(|above| is_work_tree(above)).unwrap_or(&start);
    let real = fs::canonicalize(&path);
    if !plain || real.as_ref().is_ok_and(|real| !real.starts_with(root)) {
        bail!("a configuration in the scanned tree may name only files of its own repository");
    }
    real.map(|_| path).map_err(Into::into)
}

/// The text with everything but its rules blanked out, so that lines keep their numbers; none, if it has no rules.
fn rules_alone(text: &str) -> Option<String> {
    let (mut kept, mut inside, mut any) = (String::with_capacity(text.len()), false, false);
    for line in text.lines() {
        let heading = line.trim();
        if heading.starts_with('[') && heading.trim_end().ends_with(']') {
            let name = heading.trim_matches(['[', ']', ' ']);
            inside = name == "rule" || name.starts_with("rule.");
            any |= inside;
        }
        if inside {
            kept.push_str(line);
        }
        kept.push('\n');
    }
    any.then_some(kept)
}

impl Exception {
    fn read(self, name: &str) -> Result<Allow> {
        let lists = [
            &self.paths,
            &self.path_regexes,
            &self.regexes,
            &self.stopwords,
            &self.fingerprints,
            &self.commits,
        ];
        if lists.iter().all(|list| list.is_empty()) && self.filter.is_none() {
            bail!("it allows nothing: give it `paths`, `regexes`, `stopwords`, `fingerprints` or `filter`");
        }
        let mut attributes = Attributes::default();
        attributes.expires = self.expires.map(|day| day.parse()).transpose()?;
        attributes.owner = self.owner;
        attributes.reason = self.reason;
        let target = match self.regex_target {
            RegexTarget::Secret => Target::Secret,
            RegexTarget::Match => Target::Match,
            RegexTarget::Line => Target::Line,
        };
        let exception = Allow::new(name, self.condition == Condition::All);
        let exception = match self.filter {
            Some(text) => exception.filter(foreign_filter(&text).context("`filter`")?),
            None => exception,
        };
        Ok(exception
            .rules(self.rules)
            .globs(&self.paths)?
            .path_regexes(&self.path_regexes)?
            .commits(self.commits)
            .regexes(&self.regexes, target)?
            .stopwords(&self.stopwords)
            .fingerprints(self.fingerprints)
            .attributes(attributes))
    }
}

impl Settings {
    /// Takes out the names of rule files.
    pub(super) fn take_rule_files(&mut self) -> Vec<PathBuf> {
        std::mem::take(&mut self.rules.files)
    }

    /// Takes out the names of baselines.
    pub(super) fn take_baselines(&mut self) -> Vec<PathBuf> {
        std::mem::take(&mut self.findings.baseline)
    }

    /// The baselines that count.
    pub(super) fn baselines(&self) -> &[PathBuf] {
        &self.findings.baseline
    }

    /// Lets a file be a baseline, too.
    pub(super) fn add_baseline(&mut self, path: &Path) {
        self.findings.baseline.push(path.to_owned());
    }

    /// Fills in what was not said elsewhere.
    pub(super) fn apply(
        &self,
        rules: &mut RuleArguments,
        verdict: &mut VerdictArguments,
        files: Option<&mut FileArguments>,
        run: &mut RunArguments,
    ) {
        let Self { findings, files: named, rules: chosen, run: how, .. } = self;
        rules.files.extend(chosen.files.iter().cloned());
        if rules.only.is_empty() && rules.exclude.is_empty() {
            rules.only.clone_from(&chosen.only);
            rules.exclude.clone_from(&chosen.exclude);
        }
        verdict.min_confidence = verdict.min_confidence.or(findings.min_confidence);
        verdict.min_severity = verdict.min_severity.or(findings.min_severity);
        verdict.fail_on = verdict.fail_on.or(findings.fail_on);
        if !verdict.exit_zero {
            verdict.exit_code = verdict.exit_code.or(findings.exit_code);
        }
        verdict.allow_partial |= findings.allow_partial == Some(true);
        verdict.no_inline_allow |= findings.inline_allow == Some(false);
        verdict.require_reason |= findings.require_reason == Some(true);
        verdict.by_secret |= findings.by_secret == Some(true);
        if verdict.baselines.is_empty() {
            verdict.baselines.clone_from(&findings.baseline);
        }
        if let Some(files) = files {
            if files.include.is_empty() {
                files.include.clone_from(&named.include);
            }
            files.exclude.extend(named.exclude.iter().cloned());
            let size = || named.max_file_size.as_deref().and_then(|size| size::parse(size).ok());
            files.max_file_size = files.max_file_size.or_else(size);
            files.no_ignore |= named.gitignore == Some(false);
        }
        run.archive_depth = run.archive_depth.or(named.archive_depth);
        let limit = || named.archive_limit.as_deref().and_then(|size| size::parse(size).ok());
        run.archive_limit = run.archive_limit.or_else(limit);
        run.threads = run.threads.or(how.threads);
        run.timeout = run.timeout.or_else(|| Duration::try_from_secs_f64(how.timeout?).ok());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_keep_their_lines() {
        let text = "[findings]\nmin_severity = 'high'\n[[rule]]\nid = 'a'\n[rule.allow]\nstopwords = []\n[run]\nthreads = 2\n";
        let alone = rules_alone(text).expect("there is one");
        assert_eq!(alone, "\n\n[[rule]]\nid = 'a'\n[rule.allow]\nstopwords = []\n\n\n");
        assert_eq!(rules_alone("[run]\nthreads = 2\n"), None);
    }
}
