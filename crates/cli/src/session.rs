//! A run of any verb that scans: from its options to its reports and its exit code.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::env;
use std::io::{self, IsTerminal};
use std::mem::ManuallyDrop;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use anstream::{AutoStream, ColorChoice};
use anyhow::{Context as _, Result};
use keysieve_engine::Engine;
use keysieve_finding::{Authored, FingerprintKey, ObjectId, Outcome};
use keysieve_policy::{Allow, Baseline, Composite, Date, NotedComments, Policy, Record};
use keysieve_report::{Context, Format, LineHashes, Moment};
use keysieve_scan::{Cache, Control, Limits, Options};
use keysieve_source::Source;

use crate::arguments::{Color, KeyArguments, ReportArguments, RuleArguments, RunArguments, VerdictArguments};
use crate::config::Config;
use crate::exit::Exit;
use crate::outputs::{self, Opened, Output};
use crate::progress::Progress;
use crate::remarks::Remarks;
use crate::ruleset::{Ruleset, VERSION};
use crate::{baselines, fingerprint_key, ignore_files, messages, signals, today};

/// The groups of options that every verb that scans has.
#[derive(Clone, Copy)]
pub(crate) struct Groups<'a> {
    pub(crate) rules: &'a RuleArguments,
    pub(crate) verdict: &'a VerdictArguments,
    pub(crate) key: &'a KeyArguments,
    pub(crate) run: &'a RunArguments,
}

/// What a verb scans.
pub(crate) trait Target {
    /// The verb, as reports name it.
    fn mode(&self) -> &'static str;
    /// What is scanned, for people: the arguments.
    fn names(&self) -> Vec<String>;
    /// Where the objects come from.
    fn source(&self) -> &dyn Source;
    /// The ignore files that count for it.
    fn ignore_files(&self) -> Result<ignore_files::Found>;
    /// The baselines that belong to it, besides those that are asked for.
    fn baselines(&self, key: &FingerprintKey, by_secret: bool) -> Result<Vec<Baseline>> {
        let _ = (key, by_secret);
        Ok(Vec::new())
    }
    /// What a directory is called in reports; none if it lies outside of what is scanned.
    fn name_of(&self, directory: &Path) -> Option<Vec<u8>>;
    /// The absolute directory that names start at, for links in text.
    fn root(&self) -> Option<String>;
    /// Hashes of the lines where findings start, for SARIF.
    fn line_hashes(&self, outcome: &Outcome) -> LineHashes;
    /// Who wrote these commits, and what they say: as it is.
    fn authored(&self, commits: BTreeSet<ObjectId>) -> Vec<(ObjectId, Authored)> {
        let _ = commits;
        Vec::new()
    }
    /// Where contents are remembered in which nothing was found.
    fn cache(&self) -> Option<&Path> {
        None
    }
    /// What else is done with an outcome before it is reported.
    fn conclude(&self, outcome: &mut Outcome) -> Result<()> {
        let _ = outcome;
        Ok(())
    }
}

/// Runs a scan from its options to its reports and its exit code. `target` looks at the verb's own arguments; it is
/// called once the options that all verbs share have been checked.
pub(crate) fn run<T: Target>(
    mut config: Config,
    asked: Groups<'_>,
    reports: &ReportArguments,
    target: impl FnOnce(&Arc<Control>) -> Result<T>,
) -> Exit {
    let start = Instant::now();
    let exceptions = Exceptions::of(&mut config);
    with_rules(asked.rules, config, |ruleset| {
        let outputs = outputs::asked(reports)?;
        let mut session = Session::prepare(asked, exceptions, ruleset, target)?;
        session.options.keep_allowed = reports.sarif_suppressed;
        session.options.values = reports.show_secrets;
        let mut opened: Vec<Opened> = outputs.into_iter().map(Output::open).collect::<Result<_>>()?;
        let outcome = session.scan(None)?;
        let exit = Exit::of(&outcome, &session.policy, asked.verdict);
        let written = session.report(reports, &mut opened, &outcome);
        session.remark(&opened, &outcome, start);
        Ok(match written {
            Ok(()) => exit,
            Err(error) => {
                session.say_error(&error);
                Exit::Internal
            }
        })
    })
}

/// Says why nothing was scanned.
pub(crate) fn refuse(error: &anyhow::Error) -> Exit {
    messages::error(&messages::masked(&Engine::builtin(), &format!("{error:#}")));
    Exit::Usage
}

/// Calls `with` with the rules that are asked for. Says why, if nothing can be scanned: names and arguments in an error
/// can hold secrets.
pub(crate) fn with_rules(
    asked: &RuleArguments,
    config: Config,
    with: impl FnOnce(&Ruleset) -> Result<Exit>,
) -> Exit {
    match Ruleset::new(asked, config) {
        Ok(ruleset) => {
            // The process ends with the run: taking a thousand rules apart would only delay that.
            let ruleset = ManuallyDrop::new(ruleset);
            with(&ruleset).unwrap_or_else(|error| {
                messages::error(&messages::masked(&ruleset.engine, &format!("{error:#}")));
                Exit::Usage
            })
        }
        Err(error) => refuse(&error),
    }
}

/// What a configuration says of findings.
pub(crate) struct Exceptions {
    allows: Vec<Allow>,
    only_at: Vec<(String, String)>,
    composite: Composite,
    directory: Option<PathBuf>,
}

impl Exceptions {
    /// Takes them out of a configuration.
    pub(crate) fn of(config: &mut Config) -> Self {
        Self {
            directory: config.directory().map(Path::to_owned),
            allows: std::mem::take(&mut config.allows),
            only_at: std::mem::take(&mut config.only_at),
            composite: std::mem::take(&mut config.composite),
        }
    }

    fn put(mut self, target: &impl Target, no_suppress: bool, policy: &mut Policy) -> Result<()> {
        let base = self.directory.and_then(|directory| target.name_of(&directory));
        for allow in &mut self.allows {
            allow.set_base(base.as_deref().unwrap_or_default());
        }
        if !no_suppress {
            policy.allows = self.allows;
        }
        policy.composite = self.composite;
        for (rule, expression) in self.only_at {
            policy.look_only_at(rule, &expression)?;
        }
        Ok(())
    }
}

/// A scan, ready to run.
pub(crate) struct Session<'a, T> {
    asked: Groups<'a>,
    ruleset: &'a Ruleset,
    pub(crate) target: T,
    pub(crate) policy: Policy,
    pub(crate) options: Options,
    control: Arc<Control>,
    time: Moment,
}

impl<'a, T: Target> Session<'a, T> {
    /// Checks everything that can be wrong with what was asked for, before anything is read.
    pub(crate) fn prepare(
        asked: Groups<'a>,
        exceptions: Exceptions,
        ruleset: &'a Ruleset,
        target: impl FnOnce(&Arc<Control>) -> Result<T>,
    ) -> Result<Self> {
        let key = fingerprint_key::read(asked.key.fingerprint_key.as_deref())?;
        let control = Arc::new(Control::default());
        let target = target(&control)?;
        let now = today::now(asked.verdict.now)?;
        let mut policy = policy(asked, &target, &key, now.day)?;
        exceptions.put(&target, asked.verdict.no_suppress, &mut policy)?;
        // Not if some findings do not count: their comments may be right.
        if asked.run.verbose > 0 && ruleset.counted.is_none() && policy.inline_allow {
            policy.unused_comments = Some(NotedComments::default());
        }
        let options = Options {
            threads: threads(asked.run),
            key,
            targets: target.names(),
            timeout: asked.run.timeout,
            rules: ruleset.counted.clone(),
            keep_allowed: false,
            cache: target
                .cache()
                .map(|directory| cache(directory, ruleset, &policy, &asked.run.archives()))
                .transpose()?,
            archives: asked.run.archives(),
            values: false,
        };
        if !asked.run.quiet {
            warn_of_slow(asked.rules, ruleset);
        }
        Ok(Self { asked, ruleset, target, policy, options, control, time: now.time })
    }

    /// Scans. What could be part of a baseline goes into `record`.
    pub(crate) fn scan(&self, record: Option<&mut Record>) -> Result<Outcome> {
        signals::listen(&self.control)?;
        let run = self.asked.run;
        let shown = !run.quiet && !run.no_progress;
        let _progress = shown.then(|| Progress::show(&self.control)).flatten();
        let (engine, source) = (&self.ruleset.engine, self.target.source());
        let (policy, options, control) = (&self.policy, &self.options, &self.control);
        let mut outcome = keysieve_scan::scan_and_record(engine, policy, source, options, control, record)?;
        if let Some(Err(error)) = options.cache.as_ref().map(|cache| cache.save()) {
            messages::warning(&format!("the cache could not be written: {error}"));
        }
        self.target.conclude(&mut outcome)?;
        Ok(outcome)
    }

    /// Writes every report.
    pub(crate) fn report(
        &self,
        asked: &ReportArguments,
        outputs: &mut [Opened],
        outcome: &Outcome,
    ) -> Result<()> {
        let authors = outputs.iter().any(|opened| opened.output.format.asks_for_authors());
        let mut context = self.context(authors.then_some(outcome));
        context.show_secrets = asked.show_secrets;
        if outputs.iter().any(|opened| opened.output.format == Format::Sarif) {
            context.line_hashes = self.target.line_hashes(outcome);
        }
        let mut failed = Ok(());
        for opened in outputs {
            let context = match opened.output.file {
                Some(_) => Cow::Borrowed(&context),
                None => Cow::Owned(on_terminal(context.clone(), self.asked.run.color)),
            };
            let format = opened.output.format;
            let written = opened.write(|out| format.write(outcome, &context, out));
            // One report that cannot be written is no reason to withhold the others.
            failed = failed.and(written);
        }
        failed
    }

    /// What reports say of the run; with an outcome, of who wrote its commits too.
    pub(crate) fn context(&self, outcome: Option<&Outcome>) -> Context {
        let mut context = Context::new(VERSION, self.ruleset.name.as_str());
        context.mode = self.target.mode().to_owned();
        context.root = self.target.root();
        context.time = self.time;
        let findings = outcome.iter().flat_map(|outcome| &outcome.findings);
        let places = findings.flat_map(|finding| &finding.locations);
        let commits: BTreeSet<ObjectId> =
            places.filter_map(|place| place.git.as_deref().and_then(|git| git.commit)).collect();
        if !commits.is_empty() {
            let masked = |text: &str| messages::masked(&self.ruleset.engine, text);
            let authored = self.target.authored(commits).into_iter();
            context.authored = authored
                .map(|(commit, Authored { author, email, message })| {
                    let (author, email) = (masked(&author), masked(&email));
                    (commit, Authored { author, email, message: masked(&message) })
                })
                .collect();
        }
        context
    }

    /// What is said on standard error in the end.
    fn remark(&self, outputs: &[Opened], outcome: &Outcome, start: Instant) {
        if self.asked.run.quiet {
            return;
        }
        let remarks = self.remarks();
        remarks.on_entries(&self.policy);
        remarks.on_reports(outputs, outcome);
        if remarks.verbose {
            remarks.on_speed(outcome, start, self.options.threads, &self.ruleset.name);
        }
    }

    /// What can be said of a run.
    pub(crate) fn remarks(&self) -> Remarks<'_> {
        Remarks { engine: &self.ruleset.engine, verbose: self.asked.run.verbose > 0 }
    }

    fn say_error(&self, error: &anyhow::Error) {
        messages::error(&messages::masked(&self.ruleset.engine, &format!("{error:#}")));
    }
}

fn policy(asked: Groups<'_>, target: &impl Target, key: &FingerprintKey, today: Date) -> Result<Policy> {
    let verdict = asked.verdict;
    let mut policy = Policy::new(today);
    policy.min_severity = verdict.min_severity.unwrap_or(policy.min_severity);
    policy.min_confidence = verdict.min_confidence.unwrap_or(policy.min_confidence);
    policy.fail_on = verdict.fail_on.unwrap_or(policy.fail_on);
    policy.inline_allow = !verdict.no_inline_allow && !verdict.no_suppress;
    policy.require_reason = verdict.require_reason;
    if !verdict.no_suppress {
        let found = target.ignore_files()?;
        policy.ignore_files = found.files;
        policy.baselines = baselines::read(&verdict.baselines, key, verdict.by_secret)?;
        policy.baselines.extend(target.baselines(key, verdict.by_secret)?);
        if !asked.run.quiet {
            found.warnings.iter().for_each(|warning| messages::warning(warning));
        }
    }
    Ok(policy)
}

fn cache(directory: &Path, ruleset: &Ruleset, policy: &Policy, archives: &Limits) -> Result<Arc<Cache>> {
    // What was not unpacked was not looked at; what lies below a floor is not reported.
    let floors = (policy.min_severity, policy.min_confidence, &policy.only_at);
    let cache = Cache::open(directory, &format!("{VERSION} {} {archives:?} {floors:?}", ruleset.name));
    Ok(Arc::new(cache.with_context(|| format!("--cache {}", directory.display()))?))
}

fn threads(asked: &RunArguments) -> NonZeroUsize {
    let available = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    asked.threads.unwrap_or_else(available)
}

/// Names the user's own rules that cost a search of their own.
fn warn_of_slow(asked: &RuleArguments, ruleset: &Ruleset) {
    if !asked.files.is_empty() && !ruleset.slow.is_empty() {
        messages::warning(&format!(
            "these rules are slow, because nothing in them tells where a match begins: {}; `keysieve rules docs` says \
             how to write them",
            ruleset.slow.join(", ")
        ));
    }
}

/// How a report on standard output looks.
fn on_terminal(mut context: Context, color: Color) -> Context {
    let stdout = io::stdout();
    let terminal = stdout.is_terminal();
    context.color = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => AutoStream::choice(&stdout) != ColorChoice::Never,
    };
    context.hyperlinks = terminal && context.color;
    if terminal {
        context.width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    }
    context
}

/// A directory as links name it: absolute, `/`-separated. None is the current one.
pub(crate) fn link_root(directory: Option<&Path>) -> Option<String> {
    let root = match directory {
        Some(base) => {
            std::path::absolute(if base.as_os_str().is_empty() { Path::new(".") } else { base }).ok()?
        }
        None => env::current_dir().ok()?,
    };
    Some(root.to_str()?.replace('\\', "/"))
}
