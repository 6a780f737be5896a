//! What is known of the directories that were entered.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use keysieve_finding::Origin;

use crate::name;
use crate::root::Root;
use crate::rules::Rules;

/// A directory whose entries are looked at.
#[derive(Debug)]
pub(crate) struct Folder {
    /// What its entries' names start with: nothing, or its own name and a `/`.
    prefix: Vec<u8>,
    /// What reports call it itself.
    origin: Origin,
    /// Its real path.
    real: PathBuf,
    /// What git ignores in it.
    pub(crate) rules: Option<Arc<Rules>>,
}

impl Folder {
    /// One that was asked for.
    pub(crate) fn root(root: &Root, ignore: bool) -> Self {
        let rules = if ignore { Rules::start(&root.real) } else { None };
        Self { prefix: prefix(&root.name), origin: root.origin(), real: root.real.clone(), rules }
    }

    /// One inside another.
    pub(crate) fn inside(&self, name: &[u8], real: PathBuf, ignore: bool) -> Self {
        let rules = if ignore { Rules::enter(self.rules.as_ref(), &real) } else { None };
        Self { prefix: prefix(name), origin: Origin::file(name), real, rules }
    }

    /// The name in reports of something in it.
    pub(crate) fn name_of(&self, entry: &Path) -> Vec<u8> {
        let entry = entry.file_name().unwrap_or_default();
        let mut name = Vec::with_capacity(self.prefix.len() + entry.len());
        name.extend_from_slice(&self.prefix);
        name::push_part(&mut name, entry);
        name
    }

    /// Writes the real path of something in it.
    pub(crate) fn real_of(&self, entry: &Path, real: &mut PathBuf) {
        real.as_mut_os_string().clear();
        real.push(&self.real);
        real.push(entry.file_name().unwrap_or_default());
    }

    /// What reports call the directory itself.
    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }
}

fn prefix(name: &[u8]) -> Vec<u8> {
    let mut prefix = name.to_vec();
    if !prefix.is_empty() && !prefix.ends_with(b"/") {
        prefix.push(b'/');
    }
    prefix
}

/// All of them, by the path that the walk takes. A directory is entered before anything in it is looked at.
#[derive(Debug, Default)]
pub(crate) struct Folders(Mutex<HashMap<PathBuf, Arc<Folder>>>);

impl Folders {
    pub(crate) fn insert(&self, path: &Path, folder: Folder) {
        let mut folders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        folders.insert(path.to_owned(), Arc::new(folder));
    }

    pub(crate) fn get(&self, path: &Path) -> Option<Arc<Folder>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }
}
