//! The verb `scan`.

use std::borrow::Cow;
use std::env;
use std::fs::File;
use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use anstream::{AutoStream, ColorChoice};
use anyhow::{Context as _, Result, bail};
use indicatif::DecimalBytes;
use keysieve_finding::{Origin, Outcome};
use keysieve_policy::Policy;
use keysieve_report::{Context, Format, LineHashes};
use keysieve_scan::{Cache, Control, Options};
use keysieve_source::Source;
use keysieve_source_fs::{FileSource, StdinSource};

use crate::arguments::{Color, ScanArguments};
use crate::exit::Exit;
use crate::outputs::{self, Opened};
use crate::progress::Progress;
use crate::ruleset::{Ruleset, VERSION};
use crate::signals::Input;
use crate::{file_list, fingerprint_key, ignore_files, messages, signals, today};

/// What is scanned, and where its names lead.
pub(crate) trait Scanned: Source {
    /// The directory that names of files start at, if it is the same for all.
    fn base(&self) -> Option<&Path>;

    /// The file that an origin is about.
    fn resolve(&self, origin: &Origin) -> Option<PathBuf>;
}

impl Scanned for FileSource {
    fn base(&self) -> Option<&Path> {
        self.base()
    }

    fn resolve(&self, origin: &Origin) -> Option<PathBuf> {
        self.resolve(origin)
    }
}

/// Opens what is to be scanned: for the arguments and the names in `--files-from`.
pub(crate) type Open<'a> =
    &'a dyn Fn(&ScanArguments, Option<&[PathBuf]>, &Arc<Control>) -> Result<Box<dyn Scanned>>;

/// What a verb that scans is, besides its arguments.
pub(crate) struct Verb<'a> {
    pub(crate) name: &'static str,
    pub(crate) open: Open<'a>,
    /// Where contents are remembered.
    pub(crate) cache: Option<&'a Path>,
    /// What is done with the outcome before anything is reported.
    pub(crate) after: &'a dyn Fn(&mut Outcome) -> Result<()>,
}

/// Runs a scan from its arguments to its exit code.
pub(crate) fn run(asked: &ScanArguments) -> Exit {
    let open: Open<'_> = &|asked, listed, control| Ok(Box::new(source(asked, listed, control)?));
    run_verb(asked, &Verb { name: "scan", open, cache: None, after: &|_| Ok(()) })
}

/// Runs a scan of whatever a verb opens.
pub(crate) fn run_verb(asked: &ScanArguments, verb: &Verb<'_>) -> Exit {
    let start = Instant::now();
    let ruleset = match Ruleset::new(&asked.rules) {
        Ok(ruleset) => ruleset,
        Err(error) => return refuse(None, &error),
    };
    let mut scan = match Scan::prepare(asked, &ruleset, verb) {
        Ok(scan) => scan,
        Err(error) => return refuse(Some(&ruleset), &error),
    };
    let outcome = match scan.run().and_then(|mut outcome| (verb.after)(&mut outcome).map(|()| outcome)) {
        Ok(outcome) => outcome,
        Err(error) => return refuse(Some(&ruleset), &error),
    };
    let exit = Exit::of(&outcome, &scan.policy, &asked.verdict);
    let written = scan.report(&outcome);
    scan.remarks(&outcome, start);
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
struct Scan<'a> {
    asked: &'a ScanArguments,
    verb: &'a Verb<'a>,
    ruleset: &'a Ruleset,
    policy: Policy,
    source: Box<dyn Scanned>,
    options: Options,
    outputs: Vec<Opened>,
    control: Arc<Control>,
}

impl<'a> Scan<'a> {
    /// Checks everything that can be wrong with what was asked for, before anything is read.
    fn prepare(asked: &'a ScanArguments, ruleset: &'a Ruleset, verb: &'a Verb<'a>) -> Result<Self> {
        let outputs = outputs::pair(&asked.reports.formats, &asked.reports.outputs)?;
        if asked.reports.show_secrets && outputs.iter().all(|output| output.format == Format::Sarif) {
            bail!("--show-secrets has no effect on SARIF, which never holds a secret; choose another format");
        }
        let key = fingerprint_key::read(asked.reports.fingerprint_key.as_deref())?;
        let control = Arc::new(Control::default());
        let listed = listed(asked)?;
        let source = (verb.open)(asked, listed.as_deref(), &control)?;
        let policy = policy(asked, source.as_ref(), listed.as_deref().unwrap_or_default())?;
        let options = Options {
            threads: threads(asked),
            key,
            targets: targets(asked),
            timeout: asked.run.timeout,
            rules: ruleset.counted.clone(),
        };
        let outputs = outputs.into_iter().map(outputs::Output::open).collect::<Result<_>>()?;
        if !asked.run.quiet {
            warn_of_slow(asked, ruleset);
        }
        Ok(Self { asked, verb, ruleset, policy, source, options, outputs, control })
    }

    fn run(&self) -> Result<Outcome> {
        signals::listen(&self.control)?;
        let run = &self.asked.run;
        let shown = !run.quiet && !run.no_progress;
        let _progress = shown.then(|| Progress::show(&self.control)).flatten();
        let (engine, source) = (&self.ruleset.engine, self.source.as_ref());
        let cache = self.verb.cache.map(|directory| self.cache(directory)).transpose()?;
        let outcome = keysieve_scan::scan_with(
            engine,
            &self.policy,
            source,
            &self.options,
            &self.control,
            cache.as_ref(),
        )?;
        if let Some(Err(error)) = cache.map(Cache::save) {
            self.warn(&format!("the cache could not be written: {error}"));
        }
        Ok(outcome)
    }

    fn cache(&self, directory: &Path) -> Result<Cache> {
        Cache::open(directory, &self.ruleset.name).with_context(|| format!("--cache {}", directory.display()))
    }

    /// Writes every report.
    fn report(&mut self, outcome: &Outcome) -> Result<()> {
        let mut context = Context::new(VERSION, self.ruleset.name.as_str());
        context.show_secrets = self.asked.reports.show_secrets;
        self.verb.name.clone_into(&mut context.mode);
        context.root = root(self.source.as_ref());
        if self.outputs.iter().any(|opened| opened.output.format == Format::Sarif) {
            context.line_hashes = line_hashes(outcome, self.source.as_ref());
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
    fn remarks(&self, outcome: &Outcome, start: Instant) {
        let run = &self.asked.run;
        if run.quiet {
            return;
        }
        let today = self.policy.today;
        for file in &self.policy.ignore_files {
            for entry in file.expired(today) {
                let day = entry.expires().map_or_else(String::new, |day| format!(" on {day}"));
                self.warn(&format!("{}:{}: this entry expired{day}", file.name(), entry.line()));
            }
            for entry in file.unused(today).filter(|_| run.verbose > 0) {
                self.warn(&format!(
                    "{}:{}: this entry allowed nothing in this run",
                    file.name(),
                    entry.line()
                ));
            }
        }
        for opened in &self.outputs {
            let left_out = opened.output.format.left_out(outcome);
            if left_out > 0 {
                let format = opened.output.format;
                self.warn(&format!("the {format} report leaves out {left_out} places where secrets stand"));
            }
        }
        if self.outputs.iter().all(|opened| opened.output.file.is_some()) {
            self.say_where(outcome);
        }
        if run.verbose > 0 {
            self.say_how_fast(outcome, start);
        }
    }

    fn say_where(&self, outcome: &Outcome) {
        let files = self.outputs.iter().filter_map(|opened| opened.output.file.as_deref());
        let files: Vec<String> = files.map(|file| file.display().to_string()).collect();
        let found = match outcome.findings.len() {
            0 => "no secrets found".to_owned(),
            1 => "1 secret found".to_owned(),
            many => format!("{many} secrets found"),
        };
        let gaps = match outcome.stats.gaps {
            0 => String::new(),
            many => format!(", {many} not scanned"),
        };
        self.note(&format!("{found}{gaps}; see {}", files.join(", ")));
    }

    fn say_how_fast(&self, outcome: &Outcome, start: Instant) {
        let seconds = start.elapsed().as_secs_f64();
        let speed = (outcome.stats.bytes as f64 / seconds.max(1e-6)) as u64;
        self.note(&format!(
            "scanned {} objects, {} in {seconds:.3} s ({}/s), threads: {}, rules: {}, kernel: {:?}",
            outcome.stats.objects,
            DecimalBytes(outcome.stats.bytes),
            DecimalBytes(speed),
            self.options.threads,
            self.ruleset.name,
            self.ruleset.engine.kernel(),
        ));
    }

    fn warn(&self, text: &str) {
        messages::warning(&messages::masked(&self.ruleset.engine, text));
    }

    fn note(&self, text: &str) {
        messages::note(&messages::masked(&self.ruleset.engine, text));
    }
}

/// The names in `--files-from`, if that was asked for.
fn listed(asked: &ScanArguments) -> Result<Option<Vec<PathBuf>>> {
    let Some(list) = &asked.files.files_from else { return Ok(None) };
    if list == Path::new("-") && asked.paths.iter().any(|path| path == Path::new("-")) {
        bail!("standard input cannot be both scanned and the list of --files-from");
    }
    file_list::read(list, asked.files.null).map(Some)
}

fn source(asked: &ScanArguments, listed: Option<&[PathBuf]>, control: &Arc<Control>) -> Result<FileSource> {
    let files = &asked.files;
    let mut builder = FileSource::builder()
        .paths(asked.paths.iter().filter(|path| *path != Path::new("-")))
        .max_file_size(files.max_file_size)
        .no_ignore(files.no_ignore);
    if let Some(listed) = listed {
        builder = builder.listed(listed);
    }
    if asked.paths.iter().any(|path| path == Path::new("-")) {
        builder = builder.stdin(StdinSource::from_reader(Input::new(control)));
    }
    for glob in &files.include {
        builder = builder.include(glob);
    }
    for glob in &files.exclude {
        builder = builder.exclude(glob);
    }
    Ok(builder.build()?)
}

fn policy(asked: &ScanArguments, source: &dyn Scanned, listed: &[PathBuf]) -> Result<Policy> {
    let verdict = &asked.verdict;
    let mut policy = Policy::new(today::today(verdict.now, env::var_os("SOURCE_DATE_EPOCH").as_deref())?);
    policy.min_severity = verdict.min_severity;
    policy.min_confidence = verdict.min_confidence;
    policy.fail_on = verdict.fail_on.unwrap_or(policy.fail_on);
    policy.inline_allow = !verdict.no_inline_allow && !verdict.no_suppress;
    if !verdict.no_suppress {
        let found = ignore_files::find(source.base(), &asked.paths, listed)?;
        policy.ignore_files = found.files;
        if !asked.run.quiet {
            found.warnings.iter().for_each(|warning| messages::warning(warning));
        }
    }
    Ok(policy)
}

/// What reports say was scanned.
fn targets(asked: &ScanArguments) -> Vec<String> {
    let mut targets: Vec<String> = asked.paths.iter().map(|path| path.display().to_string()).collect();
    if let Some(list) = &asked.files.files_from {
        targets.push(format!("--files-from {}", list.display()));
    }
    if targets.is_empty() {
        targets.push(".".to_owned());
    }
    targets
}

fn threads(asked: &ScanArguments) -> NonZeroUsize {
    let available = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    asked.run.threads.unwrap_or_else(available)
}

/// Names the user's own rules that cost a search of their own.
fn warn_of_slow(asked: &ScanArguments, ruleset: &Ruleset) {
    if !asked.rules.files.is_empty() && !ruleset.slow.is_empty() {
        messages::warning(&format!(
            "these rules are slow, because nothing in them tells where a match begins: {}; `keysieve rules docs` says \
             how to write them",
            ruleset.slow.join(", ")
        ));
    }
}

/// The directory that names start at, for links.
fn root(source: &dyn Scanned) -> Option<String> {
    let root = match source.base() {
        Some(base) => {
            std::path::absolute(if base.as_os_str().is_empty() { Path::new(".") } else { base }).ok()?
        }
        None => env::current_dir().ok()?,
    };
    Some(root.to_str()?.replace('\\', "/"))
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

/// The hashes of lines that SARIF wants. A file that has changed or gone since is none: the report does without.
fn line_hashes(outcome: &Outcome, source: &dyn Scanned) -> LineHashes {
    let mut hashes = LineHashes::default();
    for (path, lines) in LineHashes::wanted(outcome) {
        let file = source.resolve(&Origin::file(&path)).filter(|file| file.is_file());
        if let Some(file) = file.and_then(|file| File::open(file).ok()) {
            let _ = hashes.read(&path, io::BufReader::new(file), &lines);
        }
    }
    hashes
}
