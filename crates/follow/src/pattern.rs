//! Which files are meant.

use std::fs;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

/// A path with wildcards. Links are followed, because the kubelet's names are links; `**` is not looked into through
/// them.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    /// The directory before the first wildcard.
    root: PathBuf,
    /// How many directories deep it can match; none, if there is no bound.
    depth: Option<usize>,
    matcher: GlobMatcher,
}

/// So deep is looked for `**`.
const DEEPEST: usize = 16;

impl Pattern {
    pub(crate) fn new(pattern: &str) -> Result<Self, globset::Error> {
        let matcher = GlobBuilder::new(pattern).literal_separator(true).build()?.compile_matcher();
        let parts: Vec<&str> = pattern.split('/').collect();
        let wild = |part: &&str| part.contains(['*', '?', '[', '{']);
        let fixed = parts.iter().position(wild).unwrap_or(parts.len() - 1);
        let root = match parts[..fixed].join("/") {
            root if root.is_empty() && pattern.starts_with('/') => PathBuf::from("/"),
            root => PathBuf::from(root),
        };
        let depth = (!pattern.contains("**")).then_some(parts.len() - fixed - 1);
        Ok(Self { root, depth, matcher })
    }

    /// As it was given.
    pub(crate) fn text(&self) -> &str {
        self.matcher.glob().glob()
    }

    /// Whether it is this name's.
    pub(crate) fn is_match(&self, name: &Path) -> bool {
        self.matcher.is_match(name)
    }

    /// Every name that matches, sorted. What cannot be listed is not there.
    pub(crate) fn names(&self) -> Vec<PathBuf> {
        let mut names = Vec::new();
        self.walk(&self.root, self.depth.unwrap_or(DEEPEST), &mut names);
        names.sort();
        names
    }

    fn walk(&self, directory: &Path, depth: usize, names: &mut Vec<PathBuf>) {
        let listed = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        let Ok(entries) = fs::read_dir(listed) else { return };
        for entry in entries.flatten() {
            let path = directory.join(entry.file_name());
            if self.matcher.is_match(&path) {
                names.push(path.clone());
            }
            let linked = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            if depth > 0 && (self.depth.is_some() || !linked) && path.is_dir() {
                self.walk(&path, depth - 1, names);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_names_at_every_depth() {
        let tree = tempfile::tempdir().unwrap();
        fs::create_dir_all(tree.path().join("pods/a/app")).unwrap();
        for name in ["x.log", "pods/a/app/0.log", "pods/a/app/1.txt"] {
            fs::write(tree.path().join(name), "").unwrap();
        }
        let names = |pattern: &str| {
            let pattern = Pattern::new(&tree.path().join(pattern).display().to_string()).unwrap();
            let names = pattern.names().into_iter();
            names
                .map(|name| name.strip_prefix(tree.path()).unwrap().display().to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(names("x.log"), ["x.log"]);
        assert_eq!(names("*.log"), ["x.log"]);
        assert_eq!(names("pods/*/*/*.log"), ["pods/a/app/0.log"]);
        assert_eq!(names("**/*.log"), ["pods/a/app/0.log", "x.log"]);
    }
}
