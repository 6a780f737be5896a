//! A run of any verb that scans: from its options to its reports and its exit code.

use std::borrow::Cow;
use std::env;
use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use anstream::{AutoStream, ColorChoice};
use anyhow::{Result, bail};
use keysieve_finding::Outcome;
use keysieve_policy::{Date, Policy};
use keysieve_report::{Context, Format, LineHashes, Moment};
use keysieve_scan::{Control, Options};
use keysieve_source::Source;

use crate::arguments::{Color, ReportArguments, RuleArguments, RunArguments, VerdictArguments};
use crate::exit::Exit;
use crate::outputs::{self, Opened, Output};
use crate::progress::Progress;
use crate::remarks::Remarks;
use crate::ruleset::{Ruleset, VERSION};
use crate::{fingerprint_key, ignore_files, messages, signals, today};

/// The groups of options that every verb that scans has.
#[derive(Clone, Copy)]
pub(crate) struct Groups<'a> {
    pub(crate) reports: &'a ReportArguments,
    pub(crate) rules: &'a RuleArguments,
    pub(crate) verdict: &'a VerdictArguments,
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
    /// The absolute directory that names start at, for links in text.
    fn root(&self) -> Option<String>;
    /// Hashes of the lines where findings start, for SARIF.
    fn line_hashes(&self, outcome: &Outcome) -> LineHashes;
}

/// Runs a scan from its options to its exit code. `target` looks at the verb's own arguments; it is called once the
/// options that all verbs share have been checked.
pub(crate) fn run<T: Target>(asked: Groups<'_>, target: impl FnOnce(&Arc<Control>) -> Result<T>) -> Exit {
    let start = Instant::now();
    let ruleset = match Ruleset::new(asked.rules) {
        Ok(ruleset) => ruleset,
        Err(error) => return refuse(None, &error),
    };
    let mut session = match Session::prepare(asked, &ruleset, target) {
        Ok(session) => session,
        Err(error) => return refuse(Some(&ruleset), &error),
    };
    let outcome = match session.scan() {
        Ok(outcome) => outcome,
        Err(error) => return refuse(Some(&ruleset), &error),
    };
    let exit = Exit::of(&outcome, &session.policy, asked.verdict);
    let written = session.report(&outcome);
    session.remark(&outcome, start);
    match written {
        Ok(()) => exit,
        Err(error) => {
            messages::error(&messages::masked(&ruleset.engine, &format!("{error:#}")));
            Exit::Internal
        }
    }
}

/// Says why nothing was scanned. Names and arguments in it can hold secrets.
fn refuse(ruleset: Option<&Ruleset>, error: &anyhow::Error) -> Exit {
    let text = format!("{error:#}");
    let engine = match ruleset {
        Some(ruleset) => &ruleset.engine,
        None => &keysieve_engine::Engine::builtin(),
    };
    messages::error(&messages::masked(engine, &text));
    Exit::Usage
}

/// A scan, ready to run.
struct Session<'a, T> {
    asked: Groups<'a>,
    ruleset: &'a Ruleset,
    target: T,
    policy: Policy,
    options: Options,
    outputs: Vec<Opened>,
    control: Arc<Control>,
    time: Moment,
}

impl<'a, T: Target> Session<'a, T> {
    /// Checks everything that can be wrong with what was asked for, before anything is read.
    fn prepare(
        asked: Groups<'a>,
        ruleset: &'a Ruleset,
        target: impl FnOnce(&Arc<Control>) -> Result<T>,
    ) -> Result<Self> {
        let outputs = outputs::pair(&asked.reports.formats, &asked.reports.outputs)?;
        if asked.reports.show_secrets && !outputs.iter().any(|output| output.format.can_show_secrets()) {
            bail!(
                "--show-secrets has no effect on {}, which never holds a secret; text, json and jsonl can",
                outputs[0].format
            );
        }
        let key = fingerprint_key::read(asked.reports.fingerprint_key.as_deref())?;
        let control = Arc::new(Control::default());
        let target = target(&control)?;
        let now = today::now(asked.verdict.now)?;
        let policy = policy(asked, &target, now.day)?;
        let options = Options {
            threads: threads(asked.run),
            key,
            targets: target.names(),
            timeout: asked.run.timeout,
            rules: ruleset.counted.clone(),
        };
        let outputs = outputs.into_iter().map(Output::open).collect::<Result<_>>()?;
        if !asked.run.quiet {
            warn_of_slow(asked.rules, ruleset);
        }
        Ok(Self { asked, ruleset, target, policy, options, outputs, control, time: now.time })
    }

    fn scan(&self) -> Result<Outcome> {
        signals::listen(&self.control)?;
        let run = self.asked.run;
        let shown = !run.quiet && !run.no_progress;
        let _progress = shown.then(|| Progress::show(&self.control)).flatten();
        let (engine, source) = (&self.ruleset.engine, self.target.source());
        Ok(keysieve_scan::scan(engine, &self.policy, source, &self.options, &self.control)?)
    }

    /// Writes every report.
    fn report(&mut self, outcome: &Outcome) -> Result<()> {
        let mut context = Context::new(VERSION, self.ruleset.name.as_str());
        context.mode = self.target.mode().to_owned();
        context.show_secrets = self.asked.reports.show_secrets;
        context.root = self.target.root();
        context.time = self.time;
        if self.outputs.iter().any(|opened| opened.output.format == Format::Sarif) {
            context.line_hashes = self.target.line_hashes(outcome);
        }
        let mut failed = Ok(());
        for opened in &mut self.outputs {
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

    /// What is said on standard error in the end.
    fn remark(&self, outcome: &Outcome, start: Instant) {
        if self.asked.run.quiet {
            return;
        }
        let remarks = Remarks { engine: &self.ruleset.engine, verbose: self.asked.run.verbose > 0 };
        remarks.on_entries(&self.policy);
        remarks.on_reports(&self.outputs, outcome);
        if remarks.verbose {
            remarks.on_speed(outcome, start, self.options.threads, &self.ruleset.name);
        }
    }
}

fn policy(asked: Groups<'_>, target: &impl Target, today: Date) -> Result<Policy> {
    let verdict = asked.verdict;
    let mut policy = Policy::new(today);
    policy.min_severity = verdict.min_severity;
    policy.min_confidence = verdict.min_confidence;
    policy.fail_on = verdict.fail_on.unwrap_or(policy.fail_on);
    policy.inline_allow = !verdict.no_inline_allow && !verdict.no_suppress;
    if !verdict.no_suppress {
        let found = target.ignore_files()?;
        policy.ignore_files = found.files;
        if !asked.run.quiet {
            found.warnings.iter().for_each(|warning| messages::warning(warning));
        }
    }
    Ok(policy)
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
