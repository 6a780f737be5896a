//! The verb `compat`: other tools' verbs, options and exit codes over our engine.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};
use keysieve_policy::Baseline;
use keysieve_report::Format;

use crate::arguments::{
    ConfigArguments, FileArguments, GitleaksArguments, GitleaksShared, GitleaksVerb, KeyArguments,
    ReportArguments, RuleArguments, RunArguments, VerdictArguments,
};
use crate::config::{Config, Origin};
use crate::exit::Exit;
use crate::outputs::{Opened, Output};
use crate::scan::Files;
use crate::session::{self, Exceptions, Groups, Session};
use crate::{baselines, messages};

/// Whether the program was called by another tool's name.
pub(crate) fn is_called(name: &str) -> bool {
    let called = env::args_os().next().map(PathBuf::from);
    called.is_some_and(|path| path.file_stem() == Some(OsStr::new(name)))
}

/// Acts as gitleaks. Its exit code is 1 for an error as well as for leaks.
pub(crate) fn gitleaks(asked: GitleaksArguments) -> Exit {
    let paths = match paths(&asked.verb) {
        Ok(paths) => paths,
        Err(error) => return failed(session::refuse(&error)),
    };
    let mut config = match config(&asked.shared, &paths) {
        Ok(config) => config,
        Err(error) => return failed(session::refuse(&error)),
    };
    let exceptions = Exceptions::of(&mut config);
    let shared = &asked.shared;
    let rules = RuleArguments { only: shared.enable_rule.clone(), ..RuleArguments::default() };
    failed(session::with_rules(&rules, config, |ruleset| {
        let verdict = VerdictArguments {
            baselines: shared.baseline_path.iter().cloned().collect(),
            no_inline_allow: shared.ignore_gitleaks_allow,
            exit_code: Some(shared.exit_code),
            ..VerdictArguments::default()
        };
        let size = shared.max_target_megabytes;
        let files = FileArguments {
            // That tool heeds no .gitignore.
            no_ignore: true,
            max_file_size: (size > 0).then_some(size.saturating_mul(1_000_000)),
            ..FileArguments::default()
        };
        let run = RunArguments {
            quiet: matches!(shared.log_level.as_deref(), Some("fatal" | "error")),
            no_progress: true,
            timeout: (shared.timeout > 0).then(|| Duration::from_secs(shared.timeout)),
            ..RunArguments::default()
        };
        let key = KeyArguments::default();
        let groups = Groups { rules: &rules, verdict: &verdict, key: &key, run: &run };
        let mut session =
            Session::prepare(groups, exceptions, ruleset, |control| Files::new(&paths, &files, control))?;
        if let Some(ignored) = ignored(shared, &paths, &session)? {
            session.policy.baselines.push(ignored);
        }
        let mut outputs: Vec<Opened> =
            outputs(shared)?.into_iter().map(Output::open).collect::<Result<_>>()?;
        let outcome = session.scan(None)?;
        session.report(&ReportArguments::default(), &mut outputs, &outcome)?;
        let leaks: u64 = outcome.findings.iter().map(|finding| finding.total_locations).sum();
        if !run.quiet {
            messages::note(&match leaks {
                0 => "no leaks found".to_owned(),
                many => format!("leaks found: {many}"),
            });
        }
        Ok(Exit::of(&outcome, &session.policy, &verdict))
    }))
}

/// Our exit codes as that tool has them: 1 is also for what could not be done.
fn failed(exit: Exit) -> Exit {
    match exit {
        Exit::Usage | Exit::Internal | Exit::Partial => Exit::Chosen(1),
        other => other,
    }
}

/// What is to be scanned; history is not.
fn paths(verb: &GitleaksVerb) -> Result<Vec<PathBuf>> {
    match verb {
        GitleaksVerb::Dir { paths, .. } => Ok(paths.clone()),
        GitleaksVerb::Stdin => Ok(vec![PathBuf::from("-")]),
        GitleaksVerb::Detect(old) | GitleaksVerb::Protect(old) if old.pipe => {
            let _ = old;
            Ok(vec![PathBuf::from("-")])
        }
        GitleaksVerb::Detect(old) | GitleaksVerb::Protect(old) if old.no_git => Ok(vec![old.source.clone()]),
        GitleaksVerb::Detect(_) | GitleaksVerb::Protect(_) => {
            bail!("history is not read here: add --no-git to scan the files")
        }
    }
}

/// The configuration: named, of the environment, or that of the target; else our rules.
fn config(shared: &GitleaksShared, paths: &[PathBuf]) -> Result<Config> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    let named = shared.config.clone().or_else(|| set("GITLEAKS_CONFIG").map(PathBuf::from));
    if let Some(path) = named {
        return Config::read(&path, Origin::Named);
    }
    if let Some(text) = set("GITLEAKS_CONFIG_TOML") {
        return Config::of_gitleaks("GITLEAKS_CONFIG_TOML", &text.to_string_lossy());
    }
    let here = PathBuf::from(".");
    let target = paths.iter().find(|path| *path != Path::new("-")).unwrap_or(&here);
    let path = target.join(".gitleaks.toml");
    if path.is_file() {
        return Config::read(&path, Origin::Tree);
    }
    Config::load(&ConfigArguments { no_config: true, ..ConfigArguments::default() }, &[])
}

/// The `.gitleaksignore` that counts: the one that is named, or that of the target.
fn ignored<T>(
    shared: &GitleaksShared,
    paths: &[PathBuf],
    session: &Session<'_, T>,
) -> Result<Option<Baseline>> {
    let named = &shared.gitleaks_ignore_path;
    let named = if named.is_dir() { named.join(".gitleaksignore") } else { named.clone() };
    let targets = paths.iter().map(|path| path.join(".gitleaksignore"));
    let Some(file) = std::iter::once(named).chain(targets).find(|path| path.is_file()) else {
        return Ok(None);
    };
    Ok(baselines::read(&[file], &session.options.key, false)?.pop())
}

/// The reports: that which is asked for, and text on standard output with `-v`.
fn outputs(shared: &GitleaksShared) -> Result<Vec<Output>> {
    let mut outputs = Vec::new();
    if let Some(path) = &shared.report_path {
        let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        let format = match shared.report_format.as_deref().unwrap_or(extension) {
            "csv" => Format::Csv,
            "junit" | "xml" => Format::Junit,
            "sarif" => Format::Sarif,
            "template" => bail!("report templates are not supported: choose json, csv, junit or sarif"),
            _ => Format::Gitleaks,
        };
        let stdout = path == Path::new("-");
        outputs.push(Output { format, file: (!stdout).then(|| path.clone()) });
    }
    if shared.verbose && outputs.iter().all(|output| output.file.is_some()) {
        outputs.push(Output { format: Format::Text, file: None });
    }
    Ok(outputs)
}
