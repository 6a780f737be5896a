//! The baselines of a run, and the verb `baseline`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use keysieve_finding::FingerprintKey;
use keysieve_policy::{Baseline, Record};

use crate::arguments::{BaselineArguments, BaselineVerb};
use crate::config::Config;
use crate::exit::Exit;
use crate::scan::Files;
use crate::session::{self, Exceptions, Groups, Session};

/// Reads the baselines that are asked for.
pub(crate) fn read(paths: &[PathBuf], key: &FingerprintKey, by_secret: bool) -> Result<Vec<Baseline>> {
    let mut baselines = Vec::new();
    for path in paths {
        let shown = path.display().to_string();
        let text = fs::read(path).with_context(|| shown.clone())?;
        let text = String::from_utf8(text).map_err(|_| anyhow!("{shown}: not UTF-8"))?;
        baselines.push(parse(&shown, &text, key)?.by_secret(by_secret));
    }
    Ok(baselines)
}

/// Reads a baseline from a text; its name says whether it is that of another tool.
pub(crate) fn parse(name: &str, text: &str, key: &FingerprintKey) -> Result<Baseline> {
    let read = match name.rsplit(['/', '\\', ':']).next() {
        Some(".gitleaksignore" | ".betterleaksignore") => Baseline::read_gitleaks_ignore(name, text, key),
        _ => Baseline::read(name, text, key),
    };
    read.map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow!(lines.join("\n"))
    })
}

/// Makes or keeps a baseline.
pub(crate) fn run(verb: BaselineVerb) -> Exit {
    match verb {
        BaselineVerb::Create { asked, force } => write(*asked, |file| match file.symlink_metadata() {
            Ok(_) if !force => bail!(
                "{} is there already; `keysieve baseline update` brings it up to date, --force writes over it",
                file.display()
            ),
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).with_context(|| file.display().to_string())
            }
            _ => Ok(Keep::All { known: false }),
        }),
        BaselineVerb::Update { asked } => write(*asked, |_| Ok(Keep::All { known: true })),
        BaselineVerb::Prune { asked } => write(*asked, |_| Ok(Keep::Known)),
    }
}

/// What goes into the baseline.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// Everything that is found; `known` if an old baseline is read first.
    All { known: bool },
    /// What the old one knows.
    Known,
}

fn write(mut asked: BaselineArguments, check: impl FnOnce(&Path) -> Result<Keep>) -> Exit {
    let mut config = match Config::load(&asked.config, &asked.paths) {
        Ok(config) => config,
        Err(error) => return session::refuse(&error),
    };
    // The baseline that is being written is the one that counts.
    let named = asked.verdict.baselines.clone();
    let applied = config.apply(&mut asked.rules, &mut asked.verdict, Some(&mut asked.files), &mut asked.run);
    if let Err(error) = applied {
        return session::refuse(&error);
    }
    config.announce(asked.run.quiet);
    let exceptions = Exceptions::of(&mut config);
    asked.verdict.baselines = named;
    let keep = match check(&asked.output) {
        Ok(keep) => keep,
        Err(error) => return session::refuse(&error),
    };
    if keep != (Keep::All { known: false }) && asked.verdict.baselines.is_empty() {
        asked.verdict.baselines.push(asked.output.clone());
    }
    let BaselineArguments { paths, output, rules, verdict, key, files, run, .. } = &asked;
    session::with_rules(rules, config, |ruleset| {
        let groups = Groups { rules, verdict, key, run };
        let session =
            Session::prepare(groups, exceptions, ruleset, |control| Files::new(paths, files, control))?;
        let mut record = Record::default();
        let outcome = session.scan(Some(&mut record))?;
        if !outcome.complete() && !verdict.allow_partial {
            bail!(
                "not everything could be scanned, so {} is left as it was; --allow-partial writes it all the same",
                output.display()
            );
        }
        let (key, policy) = (&session.options.key, &session.policy);
        let text = record.to_baseline(key, &policy.baselines, keep == Keep::Known);
        replace(output, &text).with_context(|| format!("cannot write {}", output.display()))?;
        if !run.quiet {
            let gone: u64 = policy.baselines.iter().map(Baseline::gone).sum();
            session.remarks().on_baseline(output, &record, gone, keep == Keep::Known);
        }
        Ok(Exit::Clean)
    })
}

/// Writes a file as a whole or not at all.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    fs::write(&new, text)?;
    fs::rename(&new, path)
}
