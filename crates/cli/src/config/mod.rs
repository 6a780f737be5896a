//! Configuration: which file counts, what it says, and the verb `config`.
//!
//! What is said on the command line or in the environment goes before the file, and the file before what is built in. A
//! file that was found in the scanned tree may be anyone's: it can add rules and allow findings, and it can name only
//! files of its own repository.

mod check;
mod discover;
mod file;
mod foreign;
mod import;
mod init;
mod remarks;
mod show;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;
use keysieve_policy::{Allow, Composite};
use keysieve_rules::{Foreign, Problem, Rule, RuleFile, Strictness};

use crate::arguments::{
    ConfigArguments, ConfigVerb, FileArguments, RuleArguments, RunArguments, VerdictArguments,
};
use crate::exit::Exit;
use crate::messages;

pub(crate) use self::discover::Origin;
use self::file::Settings;
pub(crate) use self::foreign::meant;

/// The configuration of a run.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// The file, and how it was found; none, if there is none.
    pub(crate) source: Option<(PathBuf, Origin)>,
    settings: Settings,
    /// Rules that it adds.
    pub(crate) rules: Vec<Rule>,
    /// Whether it is the file of another tool.
    foreign: bool,
    /// Whether the built-in rules do not count.
    pub(crate) without_pack: bool,
    /// Rules of the pack that do not count.
    pub(crate) disabled: BTreeSet<String>,
    /// Rules that look only at paths in which an expression is found.
    pub(crate) only_at: Vec<(String, String)>,
    /// What it allows.
    pub(crate) allows: Vec<Allow>,
    /// Rules that count only with others, and rules that are only there for these.
    pub(crate) composite: Composite,
    /// What of another tool's file counts for nothing here, or for something else.
    notes: Vec<Problem>,
}

impl Config {
    /// The names of configuration files, ours first; of those of other tools the first that is there counts.
    pub(crate) const NAMES: [&'static str; 4] =
        [discover::OURS[0], discover::OURS[1], discover::FOREIGN[0], discover::FOREIGN[1]];

    /// Reads the configuration of a revision. `name` is what errors call it, `path` where it would be.
    pub(crate) fn pinned(name: &Path, path: &Path, text: &str) -> Result<Self> {
        let tool = Foreign::of(path, text);
        let config = match tool {
            Some(tool) => foreign::read(tool, name, text, Origin::Revision)?,
            None => file::read(name, text, Origin::Revision)?,
        };
        let foreign = tool.is_some();
        let source = Some((path.to_owned(), Origin::Revision));
        Ok(Self { foreign, source, without_pack: false, ..config })
    }

    /// Takes out the rule files that a configuration of a revision names, as paths in its repository.
    pub(crate) fn take_rule_files(&mut self) -> Vec<String> {
        names(self.settings.take_rule_files())
    }

    /// The same of baselines.
    pub(crate) fn take_baselines(&mut self) -> Vec<String> {
        names(self.settings.take_baselines())
    }

    /// Adds the rules of a rule file.
    pub(crate) fn add_rules(&mut self, name: &Path, text: &str) -> Result<()> {
        self.rules.extend(RuleFile::parse(name, text, Strictness::User)?.rules);
        Ok(())
    }

    /// Finds and reads the configuration for these targets.
    pub(crate) fn load(asked: &ConfigArguments, targets: &[PathBuf]) -> Result<Self> {
        let Some((path, origin)) = discover::find(asked, targets)? else { return Ok(Self::default()) };
        let config = Self::read(&path, origin)?;
        // Another tool's rules add to ours; they stand alone only where we act as that tool.
        Ok(Self { without_pack: false, ..config })
    }

    /// Reads a configuration file, of ours or of another tool.
    pub(crate) fn read(path: &Path, origin: Origin) -> Result<Self> {
        let text = foreign::text(path)?;
        let tool = Foreign::of(path, &text);
        let mut config = match tool {
            Some(tool) => foreign::read(tool, path, &text, origin)?,
            None => file::read(path, &text, origin)?,
        };
        config.foreign = tool.is_some();
        config.source = Some((path.to_owned(), origin));
        Ok(config)
    }

    /// Reads a text as the configuration of gitleaks; `name` is what errors call it.
    pub(crate) fn of_gitleaks(name: &str, text: &str) -> Result<Self> {
        foreign::read(Foreign::Gitleaks, Path::new(name), text, Origin::Named)
    }

    /// Says on standard error that another tool's file counts: who runs us may not think of it.
    pub(crate) fn announce(&self, quiet: bool) {
        if let Some((path, Origin::Tree)) = &self.source
            && self.foreign
            && !quiet
        {
            messages::note(&format!("{} counts, and adds to keysieve's own rules", path.display()));
        }
        self.warn(quiet);
    }

    /// Says on standard error what of another tool's file counts for nothing here, or for something else.
    pub(crate) fn warn(&self, quiet: bool) {
        if !quiet {
            remarks::brief(&self.notes).iter().for_each(|line| messages::warning(line));
        }
    }

    /// What of another tool's file counts for nothing here, or for something else, in full.
    pub(crate) fn remarks(&self) -> Vec<String> {
        remarks::all(&self.notes)
    }

    /// The directory that its paths are relative to, if it lies in the tree that is scanned.
    pub(crate) fn directory(&self) -> Option<&Path> {
        let (path, origin) = self.source.as_ref()?;
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        (*origin != Origin::User).then_some(parent)
    }

    /// Fills in what was not said on the command line or in the environment, and takes in the rule files of other
    /// tools, which say more than rules.
    pub(crate) fn apply(
        &mut self,
        rules: &mut RuleArguments,
        verdict: &mut VerdictArguments,
        files: Option<&mut FileArguments>,
        run: &mut RunArguments,
    ) -> Result<()> {
        self.settings.apply(rules, verdict, files, run);
        for path in std::mem::take(&mut rules.files) {
            if path.is_dir() {
                rules.files.push(path);
                continue;
            }
            let text = foreign::text(&path)?;
            match Foreign::of(&path, &text) {
                Some(tool) => {
                    let config = foreign::read(tool, &path, &text, Origin::Named)?;
                    verdict.baselines.extend(config.settings.baselines().iter().cloned());
                    self.take(config);
                }
                None => rules.files.push(path),
            }
        }
        Ok(())
    }

    /// Takes in what another configuration says of rules and findings.
    fn take(&mut self, other: Self) {
        self.rules.extend(other.rules);
        self.disabled.extend(other.disabled);
        self.only_at.extend(other.only_at);
        self.allows.extend(other.allows);
        self.composite.extend(other.composite);
        self.notes.extend(other.notes);
    }
}

/// Paths in a repository as git writes them.
fn names(paths: Vec<PathBuf>) -> Vec<String> {
    paths.iter().map(|path| path.to_string_lossy().replace('\\', "/")).collect()
}

/// Runs one of the verbs of `config`.
pub(crate) fn run(verb: &ConfigVerb) -> Result<Exit> {
    match verb {
        ConfigVerb::Show { path, origin, config } => show::run(path.as_deref(), *origin, config),
        ConfigVerb::Check { files } => check::run(files),
        ConfigVerb::Init { file } => init::run(file),
        ConfigVerb::Import { files, output, force } => import::run(files, output, *force),
    }
}
