//! The verb `scan`.

use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, bail};
use keysieve_finding::{Origin, Outcome};
use keysieve_report::LineHashes;
use keysieve_scan::Control;
use keysieve_source::Source;
use keysieve_source_fs::{FileSource, StdinSource};

use crate::arguments::{FileArguments, ScanArguments};
use crate::config::Config;
use crate::exit::Exit;
use crate::session::{self, Groups, Target};
use crate::signals::Input;
use crate::{file_list, ignore_files};

/// Runs a scan from its arguments to its exit code.
pub(crate) fn run(mut asked: ScanArguments) -> Exit {
    let mut config = match Config::load(&asked.config, &asked.paths) {
        Ok(config) => config,
        Err(error) => return session::refuse(&error),
    };
    let applied = config.apply(&mut asked.rules, &mut asked.verdict, Some(&mut asked.files), &mut asked.run);
    if let Err(error) = applied {
        return session::refuse(&error);
    }
    config.announce(asked.run.quiet);
    let ScanArguments { paths, reports, rules, verdict, key, files, run, .. } = &asked;
    session::run(config, Groups { rules, verdict, key, run }, reports, |control| {
        Files::new(paths, files, control)
    })
}

/// Files and directories, and standard input.
pub(crate) struct Files<'a> {
    paths: &'a [PathBuf],
    files: &'a FileArguments,
    /// The names in `--files-from`.
    listed: Vec<PathBuf>,
    source: FileSource,
    /// What reports put before names that start in the directory that was named.
    prefix: Option<String>,
}

impl<'a> Files<'a> {
    /// Checks what was asked for.
    pub(crate) fn new(
        paths: &'a [PathBuf],
        files: &'a FileArguments,
        control: &Arc<Control>,
    ) -> Result<Self> {
        let listed = listed(paths, files)?;
        let source = source(paths, files, listed.as_deref(), control)?;
        Ok(Self { paths, files, listed: listed.unwrap_or_default(), source, prefix: None })
    }
}

impl Files<'_> {
    /// Lets names begin as the one directory that is scanned was named, as other tools have them: inside a work tree
    /// they start at its root in any case.
    pub(crate) fn named_as_given(mut self) -> Self {
        if let [directory] = self.paths
            && directory.is_dir()
            && self.source.base().is_none_or(|base| same(base, directory))
        {
            let parts: PathBuf = directory.components().filter(|part| *part != Component::CurDir).collect();
            let prefix = parts.to_string_lossy().replace('\\', "/");
            self.prefix = Some(prefix.trim_end_matches('/').to_owned()).filter(|prefix| !prefix.is_empty());
        }
        self
    }

    /// What reports put before names.
    pub(crate) fn prefix(&self) -> Option<&str> {
        self.prefix.as_deref()
    }
}

impl Target for Files<'_> {
    fn mode(&self) -> &'static str {
        "scan"
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.paths.iter().map(|path| path.display().to_string()).collect();
        if let Some(list) = &self.files.files_from {
            names.push(format!("--files-from {}", list.display()));
        }
        if names.is_empty() {
            names.push(".".to_owned());
        }
        names
    }

    fn source(&self) -> &dyn Source {
        &self.source
    }

    fn ignore_files(&self) -> Result<ignore_files::Found> {
        ignore_files::find(self.source.base(), self.paths, &self.listed)
    }

    fn conclude(&self, outcome: &mut Outcome) -> Result<()> {
        if let Some(prefix) = &self.prefix {
            for location in outcome.findings.iter_mut().flat_map(|finding| &mut finding.locations) {
                location.path = format!("{prefix}/{}", location.path);
            }
        }
        Ok(())
    }

    fn name_of(&self, directory: &Path) -> Option<Vec<u8>> {
        ignore_files::directory_name(self.source.base(), self.paths, directory)
    }

    fn root(&self) -> Option<String> {
        session::link_root(self.source.base())
    }

    /// A file that has changed or gone since is none: the report does without.
    fn line_hashes(&self, outcome: &Outcome) -> LineHashes {
        let mut hashes = LineHashes::default();
        for (path, lines) in LineHashes::wanted(outcome) {
            let file = self.source.resolve(&Origin::file(&path)).filter(|file| file.is_file());
            if let Some(file) = file.and_then(|file| File::open(file).ok()) {
                let _ = hashes.read(&path, io::BufReader::new(file), &lines);
            }
        }
        hashes
    }
}

fn same(one: &Path, other: &Path) -> bool {
    let real =
        |path: &Path| std::fs::canonicalize(if path.as_os_str().is_empty() { Path::new(".") } else { path });
    real(one).is_ok_and(|one| real(other).is_ok_and(|other| one == other))
}

/// The names in `--files-from`, if that was asked for.
fn listed(paths: &[PathBuf], files: &FileArguments) -> Result<Option<Vec<PathBuf>>> {
    let Some(list) = &files.files_from else { return Ok(None) };
    if list == Path::new("-") && paths.iter().any(|path| path == Path::new("-")) {
        bail!("standard input cannot be both scanned and the list of --files-from");
    }
    file_list::read(list, files.null).map(Some)
}

fn source(
    paths: &[PathBuf],
    files: &FileArguments,
    listed: Option<&[PathBuf]>,
    control: &Arc<Control>,
) -> Result<FileSource> {
    let mut builder = FileSource::builder()
        .paths(paths.iter().filter(|path| *path != Path::new("-")))
        .max_file_size(files.max_file_size)
        .no_ignore(files.no_ignore);
    if let Some(listed) = listed {
        builder = builder.listed(listed);
    }
    if paths.iter().any(|path| path == Path::new("-")) {
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
