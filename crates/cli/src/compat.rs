//! The verb `compat`: other tools' verbs, options and exit codes over our engine.

mod log_options;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context as _, Result, bail};
use keysieve_finding::FingerprintKey;
use keysieve_policy::Baseline;
use keysieve_report::{Format, GitleaksTemplate};
use keysieve_scan::Control;

use crate::arguments::{
    FileArguments, GitleaksArguments, GitleaksHistory, GitleaksShared, GitleaksVerb, HistoryArguments,
    KeyArguments, ReportArguments, RuleArguments, RunArguments, VerdictArguments,
};
use crate::config::{self, Config, Origin};
use crate::exit::Exit;
use crate::git::{self, Chosen, History, Part};
use crate::outputs::{Opened, Output};
use crate::ruleset::{Ruleset, VERSION};
use crate::scan::Files;
use crate::session::{self, Exceptions, Groups, Session, Target};
use crate::{baselines, messages};

/// Whether the program was called by another tool's name.
pub(crate) fn is_called(name: &str) -> bool {
    let called = env::args_os().next().map(PathBuf::from);
    called.is_some_and(|path| path.file_stem() == Some(OsStr::new(name)))
}

/// Whether the arguments ask to act as another tool.
pub(crate) fn is_asked(name: &str) -> bool {
    env::args_os().skip(1).take(2).eq(["compat", name].map(OsString::from))
}

/// Says what is wrong with the arguments, and exits with what gitleaks does where it does not know an option.
pub(crate) fn usage(error: &clap::Error) -> Exit {
    match messages::usage(error) {
        Exit::Usage => Exit::Chosen(126),
        other => other,
    }
}

/// Acts as gitleaks. Its exit code is 1 for an error as well as for leaks.
pub(crate) fn gitleaks(asked: GitleaksArguments) -> Exit {
    if matches!(asked.verb, GitleaksVerb::Version) {
        let printed = crate::print(format!("keysieve {VERSION}\n").as_bytes());
        return printed.map_or_else(|error| session::refuse(&error), |()| Exit::Clean);
    }
    let exit = what(&asked.verb)
        .and_then(|what| scan(&asked.shared, &what))
        .unwrap_or_else(|error| session::refuse(&error));
    match exit {
        // Its code for what could not be done.
        Exit::Usage | Exit::Internal | Exit::Partial => Exit::Chosen(1),
        other => other,
    }
}

fn scan(shared: &GitleaksShared, what: &What) -> Result<Exit> {
    let mut config = configuration(shared, what.paths())?;
    config.warn(matches!(shared.log_level.as_deref(), Some("fatal" | "error")));
    let exceptions = Exceptions::of(&mut config);
    // Its own names count as well as ours.
    let own = |id: &str| config.rules.iter().any(|rule| rule.info.id == id);
    let only = shared.enable_rule.iter().flat_map(|id| config::meant(id, own(id))).collect();
    // More layers than ours are none that anybody writes.
    let decode_depth = shared.max_decode_depth.map(|depth| u8::try_from(depth).unwrap_or(u8::MAX).min(8));
    let rules = RuleArguments { only, decode_depth, ..RuleArguments::default() };
    Ok(session::with_rules(&rules, config, |ruleset| {
        let run = Run { shared, rules: &rules, ruleset, paths: what.paths() };
        match what {
            What::History(repo) => {
                let asked = HistoryArguments { no_worktree: true, ..HistoryArguments::default() };
                let opened = |_: &_| History::open(&repo[0], git::open(Some(&repo[0]))?, &asked);
                run.over(exceptions, opened, |_| None)
            }
            What::Part(repo, part) => {
                let opened = |_: &_| Chosen::open(&repo[0], git::open(Some(&repo[0]))?, part);
                run.over(exceptions, opened, |_| None)
            }
            What::Files(paths) => {
                let files = files(shared);
                let target = |control: &_| Files::new(paths, &files, control).map(Files::named_as_given);
                run.over(exceptions, target, |files| files.prefix().map(str::to_owned))
            }
        }
    }))
}

/// What is to be scanned.
enum What {
    /// A repository.
    History([PathBuf; 1]),
    /// A part of it.
    Part([PathBuf; 1], Part),
    Files(Vec<PathBuf>),
}

impl What {
    fn paths(&self) -> &[PathBuf] {
        match self {
            Self::History(path) | Self::Part(path, _) => path,
            Self::Files(paths) => paths,
        }
    }
}

fn what(verb: &GitleaksVerb) -> Result<What> {
    let old = match verb {
        GitleaksVerb::Dir { paths, .. } => return Ok(What::Files(paths.clone())),
        GitleaksVerb::Stdin | GitleaksVerb::Version => return Ok(What::Files(vec![PathBuf::from("-")])),
        GitleaksVerb::Git { repo, history } => {
            return history_of(repo.as_deref().unwrap_or(Path::new(".")), history);
        }
        GitleaksVerb::Detect(old) | GitleaksVerb::Protect(old) => old,
    };
    if old.pipe {
        return Ok(What::Files(vec![PathBuf::from("-")]));
    }
    if old.no_git {
        return Ok(What::Files(vec![old.source.clone()]));
    }
    let protects = matches!(verb, GitleaksVerb::Protect(_));
    let history = &old.history;
    history_of(
        &old.source,
        &GitleaksHistory { pre_commit: history.pre_commit || protects, ..history.clone() },
    )
}

fn history_of(repo: &Path, asked: &GitleaksHistory) -> Result<What> {
    let repo = [repo.to_owned()];
    if asked.staged {
        return Ok(What::Part(repo, Part::Staged { files: Vec::new(), whole_files: false }));
    }
    if asked.pre_commit {
        return Ok(What::Part(repo, Part::Unstaged));
    }
    Ok(match log_options::read(asked.log_opts.as_deref().unwrap_or("--all"))? {
        Some(range) => What::Part(repo, Part::Range(range, "--log-opts".to_owned())),
        None => What::History(repo),
    })
}

fn files(shared: &GitleaksShared) -> FileArguments {
    let size = shared.max_target_megabytes;
    FileArguments {
        // That tool heeds no .gitignore.
        no_ignore: true,
        max_file_size: (size > 0).then_some(size.saturating_mul(1_000_000)),
        ..FileArguments::default()
    }
}

/// A run as that tool.
struct Run<'a> {
    shared: &'a GitleaksShared,
    rules: &'a RuleArguments,
    ruleset: &'a Ruleset,
    paths: &'a [PathBuf],
}

impl Run<'_> {
    fn over<T: Target>(
        &self,
        exceptions: Exceptions,
        target: impl FnOnce(&Arc<Control>) -> Result<T>,
        prefix: impl FnOnce(&T) -> Option<String>,
    ) -> Result<Exit> {
        let shared = self.shared;
        let verdict = VerdictArguments {
            baselines: shared.baseline_path.iter().cloned().collect(),
            no_inline_allow: shared.ignore_gitleaks_allow,
            exit_code: Some(shared.exit_code),
            ..VerdictArguments::default()
        };
        let run = RunArguments {
            quiet: matches!(shared.log_level.as_deref(), Some("fatal" | "error")),
            no_progress: true,
            archive_depth: Some(shared.max_archive_depth.unwrap_or(0)),
            timeout: (shared.timeout > 0).then(|| Duration::from_secs(shared.timeout)),
            ..RunArguments::default()
        };
        let key = KeyArguments::default();
        let groups = Groups { rules: self.rules, verdict: &verdict, key: &key, run: &run };
        let mut session = Session::prepare(groups, exceptions, self.ruleset, target)?;
        let ignored = ignored(shared, self.paths, &session.options.key)?;
        session.policy.baselines.extend(ignored);
        // Known paths begin as that tool was told to scan them.
        if let Some(prefix) = prefix(&session.target) {
            session.policy.baselines.iter_mut().for_each(|baseline| baseline.strip(&prefix));
        }
        let template = template(shared)?;
        let mut outputs: Vec<Opened> =
            outputs(shared)?.into_iter().map(Output::open).collect::<Result<_>>()?;
        let outcome = session.scan(None)?;
        // It is the first of them.
        if let Some(template) = template {
            let text = template.render(&outcome, &session.context(Some(&outcome)))?;
            outputs.remove(0).write(|out| out.write_all(text.as_bytes()))?;
        }
        session.report(&ReportArguments::default(), &mut outputs, &outcome)?;
        let leaks: u64 = outcome.findings.iter().map(|finding| finding.total_locations).sum();
        if !run.quiet {
            messages::note(&match leaks {
                0 => "no leaks found".to_owned(),
                many => format!("leaks found: {many}"),
            });
        }
        Ok(Exit::of(&outcome, &session.policy, &verdict))
    }
}

/// The configuration: named, of the environment, or that of the target; else our rules.
fn configuration(shared: &GitleaksShared, paths: &[PathBuf]) -> Result<Config> {
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
    Ok(Config::default())
}

/// The `.gitleaksignore` that counts: the one that is named, or that of the target.
fn ignored(shared: &GitleaksShared, paths: &[PathBuf], key: &FingerprintKey) -> Result<Option<Baseline>> {
    let named = &shared.gitleaks_ignore_path;
    let named = if named.is_dir() { named.join(".gitleaksignore") } else { named.clone() };
    let targets = paths.iter().map(|path| path.join(".gitleaksignore"));
    let Some(file) = std::iter::once(named).chain(targets).find(|path| path.is_file()) else {
        return Ok(None);
    };
    let shown = file.display().to_string();
    let text = fs::read_to_string(&file).with_context(|| shown.clone())?;
    // That tool warns of lines that are none of its fingerprints, and goes on.
    match Baseline::read_gitleaks_ignore(".gitleaksignore", &text, key) {
        Err(errors) => {
            errors.iter().for_each(|error| messages::warning(&error.to_string()));
            let wrong = |line: usize| errors.iter().any(|error| error.line == line);
            let right =
                |(at, line): (usize, &'_ str)| if wrong(at) { String::new() } else { line.to_owned() };
            let text = (1..).zip(text.lines()).map(right).collect::<Vec<_>>().join("\n");
            Ok(Some(baselines::parse(".gitleaksignore", &text, key)?))
        }
        Ok(baseline) => Ok(Some(baseline)),
    }
}

/// The template of the report, if it has one.
fn template(shared: &GitleaksShared) -> Result<Option<GitleaksTemplate>> {
    // As that tool does, a template is reason enough.
    let wanted = match (shared.report_format.as_deref(), &shared.report_template) {
        (Some("template"), None) => bail!("--report-format template wants --report-template FILE"),
        (Some("template") | None, Some(file)) => file,
        (Some(other), Some(_)) => bail!("--report-template has no effect on --report-format {other}"),
        (_, None) => return Ok(None),
    };
    if shared.report_path.is_none() {
        bail!("--report-template has no effect without --report-path");
    }
    let text = fs::read_to_string(wanted).with_context(|| format!("cannot read {}", wanted.display()))?;
    Ok(Some(GitleaksTemplate::parse(&wanted.display().to_string(), &text)?))
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
