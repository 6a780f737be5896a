//! Rules that hold only for files of certain names.

use globset::{Candidate, Error, Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::Rule;

/// Which rules hold at a path: all paths of all rules, matched at once.
///
/// A path is matched in either case, for half of the world's files lie where case makes no difference. As in an ignore
/// file, a glob without a slash is one for names, at any depth.
#[derive(Debug, Default)]
pub struct Paths {
    globs: GlobSet,
    /// For each glob its rule's index.
    owners: Vec<u32>,
}

impl Paths {
    /// Of these rules; those without paths take no part.
    #[must_use]
    pub fn new<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> Self {
        let (mut builder, mut owners) = (GlobSetBuilder::new(), Vec::new());
        for (index, rule) in (0_u32..).zip(rules) {
            // A glob that is none was reported when its file was read.
            for glob in rule.paths.iter().filter_map(|path| glob(path).ok()) {
                builder.add(glob);
                owners.push(index);
            }
        }
        match builder.build() {
            Ok(globs) => Self { globs, owners },
            Err(_) => Self::default(),
        }
    }

    /// The indices of the rules that hold for a file at this path, in order.
    #[must_use]
    pub fn of(&self, path: &[u8]) -> Vec<u32> {
        if self.owners.is_empty() {
            return Vec::new();
        }
        let path = path.to_ascii_lowercase();
        let globs = self.globs.matches_candidate(&Candidate::from_bytes(&path));
        let mut rules: Vec<u32> = globs.into_iter().map(|glob| self.owners[glob]).collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    }
}

/// A path of a rule as a glob.
pub(crate) fn glob(path: &str) -> Result<Glob, Error> {
    let path = if path.contains('/') { path.to_owned() } else { format!("**/{path}") };
    GlobBuilder::new(&path).literal_separator(true).build()
}

/// A path that a glob matches: its stars read as `x`, what stands for any directories as nothing.
pub(crate) fn example(glob: &str) -> String {
    let path = glob.trim_start_matches("**/").replace("/**/", "/").replace("**", "x").replace('*', "x");
    path.replace('?', "x")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{RuleFile, Strictness};

    fn paths(list: &str) -> Paths {
        let text = format!(
            "[[rule]]\nid = 'acme-password'\nregex = 'pw (?P<secret>[a-z]{{4,20}})'\npath = {list}\n"
        );
        let file = RuleFile::parse(Path::new("acme.toml"), &text, Strictness::User);
        Paths::new(&file.unwrap_or_else(|errors| panic!("{errors}")).rules)
    }

    #[test]
    fn a_name_holds_at_any_depth_and_in_either_case() {
        let paths = paths("['.acmerc', 'acme/*.conf']");
        for path in [".acmerc", "home/.acmerc", "C/.AcmeRC", "acme/x.conf"] {
            assert_eq!(paths.of(path.as_bytes()), [0], "{path}");
        }
        for path in ["acmerc", ".acmerc/x", "etc/acme/x.conf", "acme/a/x.conf", ""] {
            assert!(paths.of(path.as_bytes()).is_empty(), "{path}");
        }
    }

    #[test]
    fn an_example_path_is_matched_by_its_glob() {
        for glob in ["**/.acmerc", "*.acme", "**/acme/**/x?.conf", "acme/*"] {
            assert_eq!(paths(&format!("'{glob}'")).of(example(glob).as_bytes()), [0], "{glob}");
        }
    }
}
