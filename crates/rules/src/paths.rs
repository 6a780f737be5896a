//! Rules that hold only for files of certain names.

use std::collections::HashMap;

use globset::{Candidate, Error, Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::Rule;
use crate::wildcard::{SHORTEST, Wildcard};

/// Which rules hold at a path: all paths of all rules, matched at once.
///
/// A path is matched in either case, for half of the world's files lie where case makes no difference. As in an ignore
/// file, a glob without a slash is one for names, at any depth.
///
/// There are thousands of globs, and every run begins with them, so none is compiled that need not be: a plain name is
/// looked up, and a glob with stars is tried where its longest literal occurs.
#[derive(Debug)]
pub struct Paths<'a> {
    /// Plain names with their first bytes and their rules, sorted.
    names: Vec<(u64, &'a [u8], u32)>,
    /// Globs with stars and their rules, sorted by what their literals begin with.
    wildcards: Vec<(Head, Wildcard<'a>, Vec<u32>)>,
    /// Those whose literals are too short to be looked for, which are tried at every path.
    short: Vec<(Wildcard<'a>, Vec<u32>)>,
    /// One bit for every hash that a head has.
    heads: Box<[u64; HASHES / 64]>,
    /// What needs more than stars.
    globs: GlobSet,
    /// For each of `globs` its rule.
    owners: Vec<u32>,
}

/// Where a glob with stars is kept.
#[derive(Clone, Copy)]
enum Read {
    Headed(usize),
    Short(usize),
}

/// What a literal begins with.
type Head = [u8; SHORTEST];

/// How many hashes of heads are told apart.
const HASHES: usize = 1 << 14;

fn hash(head: Head) -> usize {
    let [a, b, c] = head.map(u32::from);
    ((a << 16 | b << 8 | c).wrapping_mul(0x9E37_79B1) >> 18) as usize
}

impl<'a> Paths<'a> {
    /// Of these rules; those without paths take no part.
    #[must_use]
    pub fn new(rules: impl IntoIterator<Item = &'a Rule>) -> Self {
        Self::of_globs(rules, Some)
    }

    /// Of the last parts of their paths alone: for an object of which only the name is known. A rule that holds at a
    /// path holds for its name here, unless it asks for nothing but a directory.
    #[must_use]
    pub fn of_names(rules: impl IntoIterator<Item = &'a Rule>) -> Self {
        Self::of_globs(rules, |path| Some(split(path)?.1))
    }

    fn of_globs(
        rules: impl IntoIterator<Item = &'a Rule>,
        part: impl Fn(&'a str) -> Option<&'a str>,
    ) -> Self {
        let mut names = Vec::new();
        let mut wildcards: Vec<(Head, Wildcard<'a>, Vec<u32>)> = Vec::new();
        let mut short: Vec<(Wildcard<'a>, Vec<u32>)> = Vec::new();
        let mut heads = Box::new([0; HASHES / 64]);
        let (mut builder, mut owners) = (GlobSetBuilder::new(), Vec::new());
        // Rules of one kind ask for the same names, all of them.
        let mut read: HashMap<&str, Option<Read>> = HashMap::new();
        for (index, rule) in (0_u32..).zip(rules) {
            for path in rule.paths.iter().filter_map(|path| part(path)) {
                if let Some(name) = plain_name(path) {
                    names.push((start(name.as_bytes()), name.as_bytes(), index));
                    continue;
                }
                let read = *read.entry(path).or_insert_with(|| {
                    let wildcard = Wildcard::parse(path)?;
                    let Some(&head) = wildcard.literal().first_chunk() else {
                        short.push((wildcard, Vec::new()));
                        return Some(Read::Short(short.len() - 1));
                    };
                    heads[hash(head) / 64] |= 1 << (hash(head) % 64);
                    wildcards.push((head, wildcard, Vec::new()));
                    Some(Read::Headed(wildcards.len() - 1))
                });
                if let Some(Read::Headed(at)) = read {
                    wildcards[at].2.push(index);
                } else if let Some(Read::Short(at)) = read {
                    short[at].1.push(index);
                } else if let Ok(glob) = glob(path) {
                    // One that is none was reported when its file was read.
                    builder.add(glob);
                    owners.push(index);
                }
            }
        }
        names.sort_unstable();
        wildcards.sort_unstable_by_key(|(head, ..)| *head);
        let globs = if owners.is_empty() { GlobSet::empty() } else { builder.build().unwrap_or_default() };
        Self { names, wildcards, short, heads, globs, owners }
    }

    /// The indices of the rules that hold for a file at this path, in order.
    #[must_use]
    pub fn of(&self, path: &[u8]) -> Vec<u32> {
        let path = path.to_ascii_lowercase();
        let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(&path);
        let key = (start(name), name);
        let first = self.names.partition_point(|(start, known, _)| (*start, *known) < key);
        let named = self.names[first..].iter().take_while(|(_, known, _)| *known == name);
        let mut rules: Vec<u32> = named.map(|(.., rule)| *rule).collect();
        for at in 0..path.len() {
            let Some(&head) = path[at..].first_chunk() else { break };
            if self.heads[hash(head) / 64] >> (hash(head) % 64) & 1 == 0 {
                continue;
            }
            let first = self.wildcards.partition_point(|(known, ..)| *known < head);
            for (known, wildcard, owners) in &self.wildcards[first..] {
                if *known != head {
                    break;
                }
                if path[at..].starts_with(wildcard.literal()) && wildcard.matches(&path) {
                    rules.extend_from_slice(owners);
                }
            }
        }
        for (wildcard, owners) in &self.short {
            if wildcard.matches(&path) {
                rules.extend_from_slice(owners);
            }
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

/// Whether a rule holds at any path that ends with a name, if there are no directories but those that `is_known` says
/// yes to, in small letters.
#[must_use]
pub fn holds_below(rule: &Rule, name: &[u8], is_known: impl Fn(&[u8]) -> bool) -> bool {
    let is_there = |part: &str| {
        part.is_empty()
            || part.contains(['*', '?', '[', ']', '{', '}', '\\', ','])
            || is_known(part.as_bytes())
    };
    let known = |directories: &str| directories.split('/').all(is_there);
    let mut globs = rule.paths.iter().filter_map(|path| split(path)).peekable();
    // Nothing is left out of most rules.
    if globs.clone().all(|(directories, _)| known(directories)) {
        return globs.peek().is_some();
    }
    let name = name.to_ascii_lowercase();
    globs.any(|(directories, glob)| known(directories) && is_match(glob, &name))
}

/// The directories that a path of a rule asks for, and its last part, if that says anything.
fn split(path: &str) -> Option<(&str, &str)> {
    match path.rsplit_once('/') {
        // What is after the slash may be the end of a choice, or stand for several parts.
        Some((_, name)) if is_cut(name) => None,
        Some((directories, name)) => (!name.trim_matches('*').is_empty()).then_some((directories, name)),
        None => Some(("", path)),
    }
}

/// Whether a glob for names matches a name, which is in small letters.
fn is_match(path: &str, name: &[u8]) -> bool {
    if let Some(plain) = plain_name(path) {
        return plain.as_bytes() == name;
    }
    match Wildcard::parse(path) {
        Some(wildcard) => wildcard.matches(name),
        None => glob(path)
            .is_ok_and(|glob| glob.compile_matcher().is_match_candidate(&Candidate::from_bytes(name))),
    }
}

/// What a name begins with, as a number that is compared fast.
fn start(name: &[u8]) -> u64 {
    let mut start = [0; 8];
    let length = name.len().min(8);
    start[..length].copy_from_slice(&name[..length]);
    u64::from_be_bytes(start)
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

    fn of(list: &str, path: &str) -> Vec<u32> {
        let text = format!(
            "[[rule]]\nid = 'acme-password'\nregex = 'pw (?P<secret>[a-z]{{4,20}})'\npath = {list}\n"
        );
        let file = RuleFile::parse(Path::new("acme.toml"), &text, Strictness::User);
        Paths::new(&file.unwrap_or_else(|errors| panic!("{errors}")).rules).of(path.as_bytes())
    }

    #[test]
    fn a_name_holds_at_any_depth_and_in_either_case() {
        let list = "['.acmerc', 'acme/*.conf', 'site.{yml,json}']";
        for path in [".acmerc", "home/.acmerc", "C/.AcmeRC", "acme/x.conf", "a/site.yml"] {
            assert_eq!(of(list, path), [0], "{path}");
        }
        for path in ["acmerc", ".acmerc/x", "etc/acme/x.conf", "acme/a/x.conf", "site.xml", ""] {
            assert!(of(list, path).is_empty(), "{path}");
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
    fn a_glob_for_a_directory_that_there_is_not_holds_nowhere() {
        let text = "[[rule]]\nid = 'acme-password'\nregex = 'pw (?P<secret>[a-z]{4,20})'\n\
                    path = ['.acmerc', '**/acme/*.conf', '**/x*/deep/site.yml']\n";
        let file = RuleFile::parse(Path::new("acme.toml"), text, Strictness::User);
        let rules = file.unwrap_or_else(|errors| panic!("{errors}")).rules;
        let held = |known: &[&str]| {
            let is_known = |name: &[u8]| known.iter().any(|known| known.as_bytes() == name);
            [".acmerc", "a.conf", "SITE.yml", "x.yml"]
                .map(|name| holds_below(&rules[0], name.as_bytes(), is_known))
        };
        assert_eq!(held(&["deep"]), [true, false, true, false]);
        assert_eq!(held(&["acme"]), [true, true, false, false]);
        assert_eq!(held(&[]), [true, false, false, false]);
    }

    #[test]
    fn an_example_path_is_matched_by_its_glob() {
        for glob in ["**/.acmerc", "*.acme", "**/acme/**/x?.conf", "acme/*"] {
            assert_eq!(of(&format!("'{glob}'"), &example(glob)), [0], "{glob}");
        }
    }
}
