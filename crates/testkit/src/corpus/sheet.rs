//! Files of templates.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::CorpusError;

/// A file of templates.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) sections: Vec<Section>,
}

/// Templates of one kind of file.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// What such files are called.
    pub(super) paths: Vec<String>,
    /// Whether each sample is a file by itself.
    pub(super) alone: bool,
    pub(super) templates: Vec<Template>,
}

/// A line, or several, with placeholders.
#[derive(Debug)]
pub(super) struct Template {
    pub(super) class: String,
    pub(super) text: String,
    /// How many samples are made of it.
    pub(super) times: usize,
    /// Whether it is a frame: filled with every pairing of a name and a value.
    pub(super) frame: bool,
    /// Its file and line.
    pub(super) place: String,
}

impl Template {
    pub(super) fn error(&self, what: String) -> CorpusError {
        CorpusError::Template { place: self.place.clone(), what }
    }
}

/// How many samples are made of a template that does not say.
const TIMES: usize = 3;

impl Sheet {
    /// Every `*.txt` of a directory, in the order of their names.
    pub(super) fn read_all(directory: &Path) -> Result<Vec<Self>, CorpusError> {
        let mut sheets = Vec::new();
        for path in texts(directory)? {
            let text = read(&path)?;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            sheets.push(Self::parse(&name, &text)?);
        }
        Ok(sheets)
    }

    fn parse(name: &str, text: &str) -> Result<Self, CorpusError> {
        let mut sections: Vec<Section> = Vec::new();
        let mut class = String::new();
        for (line, number) in text.lines().zip(1..) {
            let place = format!("{name}:{number}");
            let wrong = |what: &str| CorpusError::Template { place: place.clone(), what: what.to_owned() };
            let (mark, rest) = line.split_once(' ').unwrap_or((line, ""));
            match mark {
                "" | "#" => {}
                "@" | "@!" => {
                    let paths = rest.split_whitespace().map(str::to_owned).collect();
                    sections.push(Section { paths, alone: mark == "@!", templates: Vec::new() });
                }
                "%" => rest.clone_into(&mut class),
                "|" => {
                    let section = sections.last_mut().ok_or_else(|| wrong("no section yet"))?;
                    let template = section.templates.last_mut().ok_or_else(|| wrong("no template yet"))?;
                    template.text.push('\n');
                    template.text.push_str(rest);
                }
                _ => {
                    let frame = mark == "=";
                    let times = match mark.strip_prefix('*') {
                        Some("") => TIMES,
                        Some(times) => times.parse().map_err(|_| wrong("`*` and a number"))?,
                        None if frame => 1,
                        None => return Err(wrong("a line begins with one of `@ % * | = #`")),
                    };
                    let section = sections.last_mut().ok_or_else(|| wrong("no section yet"))?;
                    let (class, text) = (class.clone(), rest.to_owned());
                    section.templates.push(Template { class, text, times, frame, place });
                }
            }
        }
        Ok(Self { sections })
    }
}

/// The `*.txt` of a directory.
pub(super) fn texts(directory: &Path) -> Result<Vec<PathBuf>, CorpusError> {
    let unreadable = |error: io::Error| CorpusError::Unreadable(directory.to_owned(), error);
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

pub(super) fn read(path: &Path) -> Result<String, CorpusError> {
    fs::read_to_string(path).map_err(|error| CorpusError::Unreadable(path.to_owned(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_tell_lines_apart() {
        let text = "# about\n@ a.py b.py\n% keys: code\n* x = 1\n| y = 2\n*7 z\n= {{snake}}\n@! lock\n* w\n";
        let sheet = Sheet::parse("t.txt", text).expect("well-formed");
        let [first, second] = &sheet.sections[..] else { panic!("two sections") };
        assert_eq!(first.paths, ["a.py", "b.py"]);
        let said: Vec<_> = first.templates.iter().map(|t| (t.text.as_str(), t.times, t.frame)).collect();
        assert_eq!(said, [("x = 1\ny = 2", 3, false), ("z", 7, false), ("{{snake}}", 1, true)]);
        assert_eq!(first.templates[1].place, "t.txt:6");
        assert!(second.alone && second.templates[0].class == "keys: code");
        assert!(Sheet::parse("t.txt", "* x").is_err() && Sheet::parse("t.txt", "x").is_err());
    }
}
