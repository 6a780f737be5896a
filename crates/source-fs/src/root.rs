//! What was asked for.

use std::collections::{HashMap, HashSet};
use std::fs::{self, FileType};
use std::io;
use std::path::{Component, Path, PathBuf};

use keysieve_finding::Origin;

use crate::git;
use crate::name::{self, Naming};

/// A file or a directory that was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Root {
    /// As given: what is opened.
    pub(crate) path: PathBuf,
    /// Without symbolic links: what it is recognised by.
    pub(crate) real: PathBuf,
    /// What it is; a symbolic link that was asked for is what it leads to.
    pub(crate) kind: FileType,
    /// Its name in reports, empty if the names of what is in it start there.
    pub(crate) name: Vec<u8>,
}

impl Root {
    /// What reports call it itself.
    pub(crate) fn origin(&self) -> Origin {
        if !self.name.is_empty() {
            return Origin::file(&self.name);
        }
        let name = name::to_bytes(&self.path);
        Origin::file(if name.is_empty() { b"." } else { &name })
    }
}

/// Looks at paths once.
#[derive(Debug, Default)]
pub(crate) struct Roots {
    roots: Vec<Root>,
    seen: HashSet<PathBuf>,
    /// Real paths of directories, since many files of a list share one.
    dirs: HashMap<PathBuf, PathBuf>,
}

impl Roots {
    /// Adds a path, unless the same file or directory is there already.
    pub(crate) fn add(&mut self, path: &Path) -> io::Result<()> {
        let (real, kind) = self.look(path)?;
        if self.seen.insert(real.clone()) {
            // To the walker, a lone "-" is standard input.
            let path = if path == Path::new("-") { Path::new("./-") } else { path };
            self.roots.push(Root { path: path.to_owned(), real, kind, name: Vec::new() });
        }
        Ok(())
    }

    fn look(&mut self, path: &Path) -> io::Result<(PathBuf, FileType)> {
        // "link/" and "dir/.." have a last part that says nothing of where they are.
        let plain = matches!(path.components().next_back(), Some(Component::Normal(_)))
            && path
                .as_os_str()
                .as_encoded_bytes()
                .last()
                .is_some_and(|&byte| !std::path::is_separator(byte.into()));
        let kind = fs::symlink_metadata(path)?.file_type();
        if !plain || kind.is_symlink() {
            return Ok((fs::canonicalize(path)?, fs::metadata(path)?.file_type()));
        }
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Ok((fs::canonicalize(path)?, kind));
        };
        if let Some(dir) = self.dirs.get(parent) {
            return Ok((dir.join(name), kind));
        }
        let dir = fs::canonicalize(if parent.as_os_str().is_empty() { Path::new(".") } else { parent })?;
        let real = dir.join(name);
        self.dirs.insert(parent.to_owned(), dir);
        Ok((real, kind))
    }

    /// Gives each its name, and says where names start.
    pub(crate) fn name(self) -> (Vec<Root>, Naming) {
        let mut roots = self.roots;
        let name_of = |root: &Root| name::to_bytes(Path::new(root.path.file_name().unwrap_or_default()));
        let naming = if let Some(tree) = shared_work_tree(&roots) {
            for root in &mut roots {
                root.name = root.real.strip_prefix(&tree).map_or_else(|_| name_of(root), name::to_bytes);
            }
            Naming::Below(tree)
        } else if let [dir] = roots.as_slice()
            && dir.kind.is_dir()
        {
            Naming::Below(dir.path.clone())
        } else if let [file] = roots.as_mut_slice()
            && !stays_below(&file.path)
        {
            file.name = name_of(file);
            Naming::Below(file.path.parent().unwrap_or(Path::new("")).to_owned())
        } else {
            for root in &mut roots {
                root.name = name::to_bytes(&root.path);
            }
            Naming::AsGiven
        };
        (roots, naming)
    }
}

/// The work tree that all of them lie in.
fn shared_work_tree(roots: &[Root]) -> Option<PathBuf> {
    let mut known: HashMap<&Path, Option<&Path>> = HashMap::new();
    let mut shared = None;
    for root in roots {
        let dir = if root.kind.is_dir() { &root.real } else { root.real.parent()? };
        let tree = (*known.entry(dir).or_insert_with(|| git::work_tree(dir)))?;
        if *shared.get_or_insert(tree) != tree {
            return None;
        }
    }
    shared.map(Path::to_owned)
}

/// Whether a path is relative and leads nowhere but down.
fn stays_below(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::CurDir | Component::Normal(_)))
}
