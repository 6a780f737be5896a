//! The verb `scan`.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
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
    let config = match Config::load(&asked.config, &asked.paths) {
        Ok(config) => config,
        Err(error) => return session::refuse(&error),
    };
    config.announce(asked.run.quiet);
    config.apply(&mut asked.rules, &mut asked.verdict, Some(&mut asked.files), &mut asked.run);
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
        Ok(Self { paths, files, listed: listed.unwrap_or_default(), source })
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
