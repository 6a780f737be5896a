//! What the user wants to see, and does not.

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::{Error, name};

/// Globs in gitignore's syntax, matched on the names that reports show.
#[derive(Clone, Debug)]
pub(crate) struct Globs {
    include: Option<Gitignore>,
    exclude: Option<Gitignore>,
}

impl Globs {
    pub(crate) fn new(include: &[String], exclude: &[String]) -> Result<Self, Error> {
        Ok(Self { include: compile(include)?, exclude: compile(exclude)? })
    }

    /// Why an entry is left out, if it is; with `whole`, also because of a directory that it is in.
    pub(crate) fn leave_out(&self, name: &[u8], is_dir: bool, whole: bool) -> Option<&'static str> {
        if name.is_empty() || (self.include.is_none() && self.exclude.is_none()) {
            return None;
        }
        // The matcher takes relative paths only.
        let name = name::from_bytes(name.strip_prefix(b"/").unwrap_or(name));
        if let Some(exclude) = &self.exclude {
            let matched = if whole {
                exclude.matched_path_or_any_parents(&name, is_dir)
            } else {
                exclude.matched(&name, is_dir)
            };
            if matched.is_ignore() {
                return Some("excluded by a glob");
            }
        }
        match &self.include {
            Some(include) if !is_dir && !included(include, &name) => Some("no glob includes it"),
            _ => None,
        }
    }
}

fn included(globs: &Gitignore, name: &Path) -> bool {
    globs.matched_path_or_any_parents(name, false).is_ignore()
}

fn compile(globs: &[String]) -> Result<Option<Gitignore>, Error> {
    if globs.is_empty() {
        return Ok(None);
    }
    let mut builder = GitignoreBuilder::new("");
    // A typing error should be told, not taken literally as git does.
    builder.allow_unclosed_class(false);
    let broken = |glob: &str, error: ignore::Error| Error::Glob {
        glob: glob.to_owned(),
        reason: match error {
            ignore::Error::Glob { err, .. } => err,
            other => other.to_string(),
        },
    };
    for glob in globs {
        builder.add_line(None, glob).map_err(|error| broken(glob, error))?;
    }
    builder.build().map(Some).map_err(|error| broken(&globs.join(" "), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn globs(include: &[&str], exclude: &[&str]) -> Globs {
        let owned = |globs: &[&str]| globs.iter().map(|&glob| glob.to_owned()).collect::<Vec<_>>();
        Globs::new(&owned(include), &owned(exclude)).unwrap()
    }

    #[test]
    fn a_later_glob_brings_back_what_an_earlier_one_excluded() {
        let globs = globs(&[], &["*.lock", "!Cargo.lock"]);
        assert!(globs.leave_out(b"a/yarn.lock", false, false).is_some());
        assert!(globs.leave_out(b"a/Cargo.lock", false, false).is_none());
    }

    #[test]
    fn an_included_directory_includes_what_is_in_it() {
        let globs = globs(&["src/", "*.toml"], &[]);
        assert!(globs.leave_out(b"src/a/b.rs", false, false).is_none());
        assert!(globs.leave_out(b"x/Cargo.toml", false, false).is_none());
        assert!(globs.leave_out(b"docs/a.md", false, false).is_some());
        assert!(globs.leave_out(b"docs", true, false).is_none(), "directories are looked into");
    }

    #[test]
    fn globs_reach_absolute_names_and_excluded_parents() {
        let globs = globs(&[], &["vendor/"]);
        assert!(globs.leave_out(b"/srv/vendor/x.js", false, true).is_some());
        assert!(globs.leave_out(b"/srv/vendor", true, false).is_some());
        assert!(globs.leave_out(b"vendor", false, false).is_none(), "a file");
    }

    #[test]
    fn a_broken_glob_is_named() {
        let error = Globs::new(&[], &["a[".to_owned()]).unwrap_err();
        assert!(error.to_string().starts_with("a[: "), "{error}");
    }
}
