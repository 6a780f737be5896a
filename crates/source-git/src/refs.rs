//! References: the names that lead into the history.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use keysieve_finding::ObjectId;

use crate::layout::{Layout, read_small, to_path};

/// How deep directories of references are looked into, and how many references may point to each other.
const DEEPEST: usize = 64;

/// The references of a repository.
#[derive(Debug, Default)]
pub(crate) struct Refs {
    /// Every reference by its full name, with the object that it leads to; none if it leads nowhere.
    pub(crate) all: BTreeMap<Vec<u8>, Option<ObjectId>>,
    /// What is checked out, in each work tree.
    pub(crate) heads: BTreeSet<ObjectId>,
    /// Commits whose parents were left out when the repository was cloned.
    pub(crate) shallow: BTreeSet<ObjectId>,
}

/// What a reference says.
#[derive(Debug)]
enum Target {
    Object(ObjectId),
    Name(Vec<u8>),
    Nothing,
}

impl Refs {
    /// Reads them all: the packed ones, those in files, and those of the work trees.
    pub(crate) fn of(layout: &Layout) -> Self {
        let mut said: BTreeMap<Vec<u8>, Target> = BTreeMap::new();
        if let Ok(bytes) = read_small(&layout.common_dir.join("packed-refs")) {
            said.extend(packed(&bytes));
        }
        let mut work_trees = vec![layout.common_dir.clone()];
        if let Ok(entries) = layout.common_dir.join("worktrees").read_dir() {
            work_trees.extend(entries.filter_map(|entry| Some(entry.ok()?.path())));
        }
        work_trees.sort();
        for directory in &work_trees {
            files(&directory.join("refs"), b"refs", 0, &mut said);
        }
        let mut refs = Self { shallow: shallow(layout), ..Self::default() };
        for directory in &work_trees {
            if let Ok(head) = read_small(&directory.join("HEAD")) {
                refs.heads.extend(resolve(&target(&head), &said));
            }
        }
        refs.all = said.iter().map(|(name, target)| (name.clone(), resolve(target, &said))).collect();
        refs.stashes(layout);
        refs
    }

    /// All stashes but the latest are kept by the log of `refs/stash` alone.
    fn stashes(&mut self, layout: &Layout) {
        let Ok(log) = read_small(&layout.common_dir.join("logs/refs/stash")) else { return };
        let lines: Vec<&[u8]> = log.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).collect();
        for (number, line) in lines.iter().rev().enumerate() {
            let id = line.split(|&byte| byte == b' ').nth(1).and_then(ObjectId::from_hex);
            self.all.insert(format!("stash@{{{number}}}").into_bytes(), id);
        }
    }
}

/// The lines of `packed-refs`.
fn packed(bytes: &[u8]) -> impl Iterator<Item = (Vec<u8>, Target)> {
    bytes.split(|&byte| byte == b'\n').filter_map(|line| {
        let blank = memchr::memchr(b' ', line)?;
        let id = ObjectId::from_hex(&line[..blank])?;
        Some((line[blank + 1..].trim_ascii_end().to_vec(), Target::Object(id)))
    })
}

/// The references that are files of their own.
fn files(directory: &Path, name: &[u8], depth: usize, said: &mut BTreeMap<Vec<u8>, Target>) {
    let Ok(entries) = directory.read_dir() else { return };
    for entry in entries.filter_map(Result::ok) {
        let own = [name, b"/", entry.file_name().as_encoded_bytes()].concat();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && depth < DEEPEST {
            files(&entry.path(), &own, depth + 1, said);
        } else if kind.is_file()
            && !own.ends_with(b".lock")
            && let Ok(bytes) = read_small(&entry.path())
        {
            said.insert(own, target(&bytes));
        }
    }
}

fn target(bytes: &[u8]) -> Target {
    let line = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii();
    match line.strip_prefix(b"ref:") {
        Some(name) => Target::Name(name.trim_ascii().to_vec()),
        None => ObjectId::from_hex(line).map_or(Target::Nothing, Target::Object),
    }
}

/// The object that a reference leads to in the end.
fn resolve(target: &Target, said: &BTreeMap<Vec<u8>, Target>) -> Option<ObjectId> {
    let mut target = target;
    for _ in 0..DEEPEST {
        match target {
            Target::Object(id) => return Some(*id),
            Target::Name(name) => target = said.get(name)?,
            Target::Nothing => return None,
        }
    }
    None
}

/// What one reference leads to, without reading the others; none if there is none of that name, or it leads nowhere.
pub(crate) fn find(layout: &Layout, name: &[u8]) -> Option<ObjectId> {
    let mut name = name.to_vec();
    for _ in 0..DEEPEST {
        match of_name(layout, &name)? {
            Target::Object(id) => return Some(id),
            Target::Name(next) => name = next,
            Target::Nothing => return None,
        }
    }
    None
}

fn of_name(layout: &Layout, name: &[u8]) -> Option<Target> {
    let plain = !name.starts_with(b"/") && !name.split(|&byte| byte == b'/').any(|part| part == b"..");
    if !plain || name.contains(&0) {
        return None;
    }
    // What belongs to one work tree alone lies in its own directory.
    for directory in [&layout.git_dir, &layout.common_dir] {
        if let Ok(bytes) = read_small(&directory.join(to_path(name))) {
            return Some(target(&bytes));
        }
    }
    let bytes = read_small(&layout.common_dir.join("packed-refs")).ok()?;
    packed(&bytes).find(|(packed, _)| packed == name).map(|(_, target)| target)
}

/// Commits whose parents were left out when the repository was cloned.
pub(crate) fn shallow(layout: &Layout) -> BTreeSet<ObjectId> {
    let bytes = read_small(&layout.common_dir.join("shallow")).unwrap_or_default();
    bytes.split(|&byte| byte == b'\n').filter_map(|line| ObjectId::from_hex(line.trim_ascii())).collect()
}
