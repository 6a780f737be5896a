//! What git ignores.

use std::path::Path;
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::git;

/// The ignore rules that hold for the entries of a directory: those of its own ignore file and of the directories
/// around it, up to the root of the work tree. All paths are real ones.
///
/// The walker of the `ignore` crate applies such rules itself, but says nothing of what it leaves out; here every
/// ignored entry is counted. Its matcher for one file of rules is the one used.
#[derive(Debug)]
pub(crate) struct Rules {
    /// Of the directories around it; none at the root of the work tree.
    around: Option<Arc<Rules>>,
    /// Of its own ignore file.
    own: Gitignore,
    /// At the root: of the repository's `info/exclude`.
    exclude: Gitignore,
}

impl Rules {
    /// The rules for the entries of a directory, given those of the directory that it is in.
    pub(crate) fn enter(around: Option<&Arc<Self>>, dir: &Path) -> Option<Arc<Self>> {
        if let Some(repository) = git::repository(&dir.join(".git")) {
            let exclude = compile(dir, git::exclude_file(&repository));
            let own = compile(dir, git::ignore_file(dir));
            return Some(Arc::new(Self { around: None, own, exclude }));
        }
        let around = around?;
        let own = compile(dir, git::ignore_file(dir));
        if own.is_empty() {
            return Some(Arc::clone(around));
        }
        Some(Arc::new(Self { around: Some(Arc::clone(around)), own, exclude: Gitignore::empty() }))
    }

    /// The rules for the entries of a directory that a walk starts with.
    pub(crate) fn start(dir: &Path) -> Option<Arc<Self>> {
        let root = git::work_tree(dir)?;
        let below = dir.strip_prefix(root).ok()?;
        if below.components().next().is_some_and(|part| part.as_os_str() == ".git") {
            // Git's own files are not part of the work tree.
            return None;
        }
        let mut at = root.to_owned();
        let mut rules = Self::enter(None, &at);
        for part in below.components() {
            at.push(part);
            rules = Self::enter(rules.as_ref(), &at);
        }
        rules
    }

    /// Whether an entry is left out. The nearest rule counts, in one file the last.
    pub(crate) fn ignores(&self, path: &Path, is_dir: bool) -> bool {
        let mut rules = self;
        loop {
            let matched = rules.own.matched(path, is_dir);
            if !matched.is_none() {
                return matched.is_ignore();
            }
            let Some(around) = &rules.around else {
                return rules.exclude.matched(path, is_dir).is_ignore();
            };
            rules = around;
        }
    }
}

/// Lines that are no pattern, or not UTF-8, are left out, as ripgrep does with the former: more is scanned, not less.
fn compile(dir: &Path, text: Option<Vec<u8>>) -> Gitignore {
    let Some(text) = text else { return Gitignore::empty() };
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    let mut builder = GitignoreBuilder::new(dir);
    for line in text.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Ok(line) = std::str::from_utf8(line) {
            let _ = builder.add_line(None, line);
        }
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}
