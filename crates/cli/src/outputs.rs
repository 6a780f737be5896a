//! Which report goes where.

use std::env;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use keysieve_report::Format;

use crate::arguments::ReportArguments;

/// A report that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) format: Format,
    /// The file; none is standard output.
    pub(crate) file: Option<PathBuf>,
}

/// The reports that are asked for.
pub(crate) fn asked(asked: &ReportArguments) -> Result<Vec<Output>> {
    let outputs = pair(&asked.formats, &asked.outputs)?;
    if asked.show_secrets && !outputs.iter().any(|output| output.format.can_show_secrets()) {
        bail!(
            "--show-secrets has no effect on {}, which never holds a secret; text, json and jsonl can",
            outputs[0].format
        );
    }
    if asked.sarif_suppressed && !outputs.iter().any(|output| output.format == Format::Sarif) {
        bail!("--sarif-suppressed has no effect: no report is in SARIF");
    }
    Ok(outputs)
}

/// Pairs the n-th format with the n-th file.
pub(crate) fn pair(formats: &[Format], files: &[PathBuf]) -> Result<Vec<Output>> {
    let mut outputs = Vec::new();
    for (at, file) in files.iter().enumerate() {
        let known = formats.get(at).copied().or_else(|| Format::from_path(file));
        let stdout = file == Path::new("-");
        let format = match known {
            Some(format) => format,
            None if stdout => Format::default(),
            None => bail!(
                "{}: its name says no format; say which with -f, or end the name in .txt, .json, .jsonl, .sarif, .html, \
                 .md, .xml (JUnit), .csv or .rdjson",
                file.display()
            ),
        };
        outputs.push(Output { format, file: (!stdout).then(|| file.clone()) });
    }
    match formats.get(files.len()..).unwrap_or_default() {
        [] if files.is_empty() => outputs.push(Output { format: Format::default(), file: None }),
        [] => {}
        [format] => outputs.push(Output { format: *format, file: None }),
        more => bail!(
            "{} reports would go to standard output, and only one can: give the others a file with -o",
            more.len()
        ),
    }
    if outputs.iter().filter(|output| output.file.is_none()).count() > 1 {
        bail!("two reports would go to standard output; give all but one a file with -o");
    }
    for (at, output) in outputs.iter().enumerate() {
        if let Some(file) = &output.file
            && outputs[..at].iter().any(|other| other.file.as_ref() == Some(file))
        {
            bail!("two reports would go to {}", file.display());
        }
    }
    Ok(outputs)
}

/// An opened output.
pub(crate) struct Opened {
    pub(crate) output: Output,
    file: Option<File>,
}

impl Output {
    /// Empties the file, so that a report that cannot be written is an error before anything is scanned, and an old
    /// report is not scanned along.
    pub(crate) fn open(self) -> Result<Opened> {
        let file = match &self.file {
            Some(path) => {
                // The summary of a step of GitHub Actions is one file for all that the step runs.
                let shared =
                    env::var_os("GITHUB_STEP_SUMMARY").is_some_and(|summary| path == Path::new(&summary));
                let opened = match shared {
                    true => File::options().append(true).create(true).open(path),
                    false => File::create(path),
                };
                Some(opened.with_context(|| format!("cannot write {}", path.display()))?)
            }
            None => None,
        };
        Ok(Opened { output: self, file })
    }
}

impl Opened {
    /// Writes the report with `write`. A closed standard output is no error: whoever closed it has read enough.
    pub(crate) fn write(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
        match (&mut self.file, &self.output.file) {
            (Some(file), Some(path)) => {
                write(file).with_context(|| format!("cannot write {}", path.display()))
            }
            _ => match write(&mut io::stdout().lock()) {
                Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                    Err(error).context("cannot write to standard output")
                }
                _ => Ok(()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paired(formats: &[Format], files: &[&str]) -> Result<Vec<(Format, Option<String>)>> {
        let files: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
        let shown = |output: Output| (output.format, output.file.map(|file| file.display().to_string()));
        pair(formats, &files).map(|outputs| outputs.into_iter().map(shown).collect())
    }

    #[test]
    fn text_goes_to_standard_output_by_default() {
        assert_eq!(paired(&[], &[]).unwrap(), [(Format::Text, None)]);
        assert_eq!(paired(&[Format::Json], &[]).unwrap(), [(Format::Json, None)]);
    }

    #[test]
    fn the_nth_format_belongs_to_the_nth_file() {
        let outputs = paired(&[Format::Sarif, Format::Text], &["a.json"]).unwrap();
        assert_eq!(outputs, [(Format::Sarif, Some("a.json".to_owned())), (Format::Text, None)]);
        let outputs = paired(&[Format::Json], &["a.out", "b.sarif"]).unwrap();
        assert_eq!(
            outputs,
            [(Format::Json, Some("a.out".to_owned())), (Format::Sarif, Some("b.sarif".to_owned()))]
        );
    }

    #[test]
    fn what_cannot_be_paired_is_an_error() {
        assert!(paired(&[Format::Json, Format::Sarif], &[]).is_err(), "two to standard output");
        assert!(paired(&[Format::Json, Format::Sarif], &["-"]).is_err(), "two to standard output");
        assert!(paired(&[], &["report.out"]).is_err(), "no format");
        assert!(paired(&[], &["a.json", "a.json"]).is_err(), "one file twice");
    }
}
