//! Rules that hold only for files of certain names.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use globset::{Candidate, Error, Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::Rule;
use crate::wildcard::Wildcard;

/// Which rules hold at a path: all paths of all rules, matched at once.
///
/// A path is matched in either case, for half of the world's files lie where case makes no difference. As in an ignore
/// file, a glob without a slash is one for names, at any depth.
///
/// There are thousands of globs, and every run begins with them, so most are never compiled: a plain name is looked up,
/// and a glob with stars is tried where its longest literal occurs.
#[derive(Debug, Default)]
pub struct Paths {
    names: HashMap<Box<[u8]>, Vec<u32>>,
    wildcards: Vec<(Wildcard, u32)>,
    /// The literals of `wildcards`, in the same order.
    literals: Option<AhoCorasick>,
    /// What needs more than stars.
    globs: GlobSet,
    /// For each of `globs` its rule.
    owners: Vec<u32>,
}

impl Paths {
    /// Of these rules; those without paths take no part.
    #[must_use]
    pub fn new<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> Self {
        Self::of_globs(rules, whole)
    }

    /// Of the last parts of their paths alone: for an object of which only the name is known. A rule that holds at a
    /// path holds for its name here, unless it asks for nothing but a directory.
    #[must_use]
    pub fn of_names<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> Self {
        Self::of_globs(rules, |path| match path.rsplit_once('/') {
            // What is after the slash may be the end of a choice, or stand for several parts.
            Some((_, name)) if is_cut(name) => None,
            Some((_, name)) => Some(name).filter(|name| !name.trim_matches('*').is_empty()),
            None => Some(path),
        })
    }

    fn of_globs<'a>(
        rules: impl IntoIterator<Item = &'a Rule>,
        part: impl for<'g> Fn(&'g str) -> Option<&'g str>,
    ) -> Self {
        let mut this = Self::default();
        let mut globs = GlobSetBuilder::new();
        for (index, rule) in (0_u32..).zip(rules) {
            for path in rule.paths.iter().filter_map(|path| part(path)) {
                if let Some(name) = plain_name(path) {
                    this.names.entry(name.as_bytes().into()).or_default().push(index);
                } else if let Some(wildcard) = Wildcard::parse(path) {
                    this.wildcards.push((wildcard, index));
                } else if let Ok(glob) = glob(path) {
                    // One that is none was reported when its file was read.
                    globs.add(glob);
                    this.owners.push(index);
                }
            }
        }
        if !this.owners.is_empty() {
            this.globs = globs.build().unwrap_or_default();
        }
        if !this.wildcards.is_empty() {
            let literals = this.wildcards.iter().map(|(wildcard, _)| wildcard.literal());
            // The kind that is built in the least time; paths are short.
            this.literals =
                AhoCorasick::builder().kind(Some(AhoCorasickKind::NoncontiguousNFA)).build(literals).ok();
        }
        this
    }

    /// The indices of the rules that hold for a file at this path, in order.
    #[must_use]
    pub fn of(&self, path: &[u8]) -> Vec<u32> {
        let path = path.to_ascii_lowercase();
        let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(&path);
        let mut rules = self.names.get(name).cloned().unwrap_or_default();
        if let Some(literals) = &self.literals {
            let places = literals.find_overlapping_iter(&path).map(|found| found.pattern().as_usize());
            let held = places.filter(|&place| self.wildcards[place].0.matches(&path));
            rules.extend(held.map(|place| self.wildcards[place].1));
        }
        if !self.owners.is_empty() {
            let globs = self.globs.matches_candidate(&Candidate::from_bytes(&path));
            rules.extend(globs.into_iter().map(|glob| self.owners[glob]));
        }
        rules.sort_unstable();
        rules.dedup();
        rules
    }
}

/// A path as it is.
fn whole(path: &str) -> Option<&str> {
    Some(path)
}

/// Whether a part of a glob ends a choice that it does not begin.
fn is_cut(part: &str) -> bool {
    part.matches('}').count() > part.matches('{').count()
}

/// The name that a glob is, if it is nothing more.
fn plain_name(path: &str) -> Option<&str> {
    let name = path.strip_prefix("**/").unwrap_or(path);
    (!name.is_empty() && !name.contains(['/', '*', '?', '[', ']', '{', '}', '\\', ','])).then_some(name)
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
        let paths = paths("['.acmerc', 'acme/*.conf', 'site.{yml,json}']");
        for path in [".acmerc", "home/.acmerc", "C/.AcmeRC", "acme/x.conf", "a/site.yml"] {
            assert_eq!(paths.of(path.as_bytes()), [0], "{path}");
        }
        for path in ["acmerc", ".acmerc/x", "etc/acme/x.conf", "acme/a/x.conf", "site.xml", ""] {
            assert!(paths.of(path.as_bytes()).is_empty(), "{path}");
        }
    }

    #[test]
    fn a_rule_that_holds_at_a_path_holds_for_its_name() {
        let text = "[[rule]]\nid = 'acme-password'\nregex = 'pw (?P<secret>[a-z]{4,20})'\n\
                    path = ['.acmerc', 'acme/*.conf', '**/x/site.{yml,json}']\n";
        let file = RuleFile::parse(Path::new("acme.toml"), text, Strictness::User);
        let rules = file.unwrap_or_else(|errors| panic!("{errors}")).rules;
        let (paths, names) = (Paths::new(&rules), Paths::of_names(&rules));
        for path in ["home/.acmerc", "acme/x.conf", "a/x/site.yml"] {
            let name = path.rsplit('/').next().expect("a name");
            assert_eq!((paths.of(path.as_bytes()), names.of(name.as_bytes())), (vec![0], vec![0]), "{path}");
        }
    }

    #[test]
    fn an_example_path_is_matched_by_its_glob() {
        for glob in ["**/.acmerc", "*.acme", "**/acme/**/x?.conf", "acme/*"] {
            assert_eq!(paths(&format!("'{glob}'")).of(example(glob).as_bytes()), [0], "{glob}");
        }
    }
}
