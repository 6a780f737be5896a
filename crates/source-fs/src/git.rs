//! Where work trees are.

use std::fs;
use std::path::{Path, PathBuf};

use crate::file;

/// The longest `.git` file and ignore file that is believed, in bytes. What a longer ignore file says does not count,
/// so that more is scanned, not less.
const LONGEST: u64 = 4 << 20;

/// The root of the work tree that a directory, given by its real path, lies in.
pub(crate) fn work_tree(dir: &Path) -> Option<&Path> {
    dir.ancestors().find(|dir| repository(&dir.join(".git")).is_some())
}

/// The git directory that a `.git` entry is or, in a linked work tree or a submodule, points to. A directory of that
/// name that git would not take for a repository is none: what is in it is like any other file.
pub(crate) fn repository(entry: &Path) -> Option<PathBuf> {
    let kind = fs::metadata(entry).ok()?.file_type();
    if kind.is_dir() {
        let is_dir = |name| fs::metadata(entry.join(name)).is_ok_and(|it| it.is_dir());
        let is_repository =
            fs::symlink_metadata(entry.join("HEAD")).is_ok() && is_dir("objects") && is_dir("refs");
        return is_repository.then(|| entry.to_owned());
    }
    if !kind.is_file() {
        return None;
    }
    let text = file::read_small(entry, LONGEST).ok()?;
    let target = text.strip_prefix(b"gitdir: ")?;
    let target = crate::name::from_bytes(target.trim_ascii_end());
    Some(entry.parent().unwrap_or(Path::new("")).join(target))
}

/// The patterns of a repository's `info/exclude`, which linked work trees share.
pub(crate) fn exclude_file(repository: &Path) -> Option<Vec<u8>> {
    let common = file::read_small(&repository.join("commondir"), LONGEST).map_or_else(
        |_| repository.to_owned(),
        |text| repository.join(crate::name::from_bytes(text.trim_ascii_end())),
    );
    file::read_small(&common.join("info/exclude"), LONGEST).ok()
}

/// The patterns of a directory's `.gitignore`.
pub(crate) fn ignore_file(dir: &Path) -> Option<Vec<u8>> {
    file::read_small(&dir.join(".gitignore"), LONGEST).ok()
}
