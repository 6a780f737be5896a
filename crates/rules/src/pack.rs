//! A directory of rule files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::{Errors, Problem};
use crate::example::Examples;
use crate::file::{self, RuleFile, Strictness};
use crate::rule::Rule;

/// The rules of a directory, in the order of file names.
#[derive(Clone, Debug, Default)]
pub struct Pack {
    /// The rules.
    pub rules: Vec<Rule>,
    /// The examples of each rule, parallel to `rules`.
    pub examples: Vec<Examples>,
    /// The files that they come from.
    pub sources: Vec<PackSource>,
}

/// A file of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackSource {
    /// Where it was read from.
    pub path: PathBuf,
    /// Its text with LF line ends.
    pub text: String,
    /// How many rules it holds.
    pub rules: usize,
}

impl Pack {
    /// Loads every `*.toml` directly in a directory, strictly.
    ///
    /// # Errors
    /// All that is wrong in any of the files, and every id that two rules share.
    pub fn load_dir(dir: &Path) -> Result<Self, Errors> {
        let unreadable = |error: std::io::Error| {
            Errors::new(vec![Problem {
                file: dir.display().to_string(),
                line: 0,
                rule: None,
                what: format!("the directory cannot be read: {error}"),
                help: "check the path and its permissions".into(),
            }])
        };
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(dir).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                paths.push(path);
            }
        }
        paths.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
        Self::load_files(&paths, Strictness::Pack)
    }

    /// Loads rule files in the given order.
    ///
    /// # Errors
    /// All that is wrong in any of the files, and every id that two rules share.
    pub fn load_files(paths: &[PathBuf], strictness: Strictness) -> Result<Self, Errors> {
        let mut texts = Vec::with_capacity(paths.len());
        let mut problems = Vec::new();
        for path in paths {
            match file::read(path) {
                Ok(text) => texts.push((path.clone(), text)),
                Err(problem) => problems.push(problem),
            }
        }
        match Self::from_texts(texts, strictness) {
            Ok(pack) if problems.is_empty() => Ok(pack),
            Ok(_) => Err(Errors::new(problems)),
            Err(errors) => {
                problems.extend(errors.problems);
                Err(Errors::new(problems))
            }
        }
    }

    /// Parses rule files in the given order.
    ///
    /// # Errors
    /// All that is wrong in any of the files, and every id that two rules share.
    pub fn from_texts(texts: Vec<(PathBuf, String)>, strictness: Strictness) -> Result<Self, Errors> {
        let mut pack = Self::default();
        let mut problems = Vec::new();
        let mut seen = BTreeMap::new();
        for (path, text) in texts {
            let text = text.replace("\r\n", "\n");
            match RuleFile::parse(&path, &text, strictness) {
                Ok(parsed) => {
                    problems.extend(parsed.shared_ids(&path, &mut seen));
                    pack.sources.push(PackSource { path, text, rules: parsed.rules.len() });
                    pack.rules.extend(parsed.rules);
                    pack.examples.extend(parsed.examples);
                }
                Err(errors) => problems.extend(errors.problems),
            }
        }
        if problems.is_empty() { Ok(pack) } else { Err(Errors::new(problems)) }
    }

    /// What tells this pack from another: BLAKE3 over the names and texts of its files, in hex. A short form for
    /// display is its beginning.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for source in &self.sources {
            let name = source.path.file_name().unwrap_or_default().to_string_lossy();
            for part in [name.as_bytes(), source.text.as_bytes()] {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part);
            }
        }
        hasher.finalize().to_hex().to_string()
    }
}

impl RuleFile {
    /// Reports the ids and aliases that were `seen` before, and adds the others to them.
    fn shared_ids(&self, path: &Path, seen: &mut BTreeMap<String, String>) -> Vec<Problem> {
        let file = path.display().to_string();
        let mut problems = Vec::new();
        for (rule, &line) in self.rules.iter().zip(&self.lines) {
            for id in std::iter::once(&rule.info.id).chain(&rule.info.aliases) {
                let Some(first) = seen.get(id) else {
                    seen.insert(id.clone(), format!("{file}:{line}"));
                    continue;
                };
                problems.push(Problem {
                    file: file.clone(),
                    line,
                    rule: Some(rule.info.id.clone()),
                    what: format!("the id `{id}` is already taken by the rule at {first}"),
                    help: "ids and aliases are unique over all files: choose another".into(),
                });
            }
        }
        problems
    }
}
