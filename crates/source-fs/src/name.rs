//! What files are called in reports.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

/// Where the names of a source start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// At a directory: the root of a work tree, the one directory that was asked for.
    Below(PathBuf),
    /// At the current directory: each name begins with the argument as given.
    AsGiven,
}

impl Naming {
    /// The file of a name.
    pub(crate) fn resolve(&self, name: &[u8]) -> PathBuf {
        match self {
            Self::Below(dir) if name.is_empty() => dir.clone(),
            Self::Below(dir) => dir.join(from_bytes(name)),
            Self::AsGiven if name.is_empty() => PathBuf::from("."),
            Self::AsGiven => from_bytes(name),
        }
    }
}

/// A path as names are written: raw bytes, `/` between the parts, without `.` parts.
pub(crate) fn to_bytes(path: &Path) -> Vec<u8> {
    let mut name = Vec::with_capacity(path.as_os_str().len());
    for part in path.components() {
        let part = match part {
            Component::CurDir => continue,
            Component::RootDir => {
                name.push(b'/');
                continue;
            }
            Component::Prefix(_) | Component::ParentDir | Component::Normal(_) => part.as_os_str(),
        };
        if !name.is_empty() && !name.ends_with(b"/") {
            name.push(b'/');
        }
        push_part(&mut name, part);
    }
    name
}

/// Appends one part of a path.
#[cfg(unix)]
pub(crate) fn push_part(name: &mut Vec<u8>, part: &OsStr) {
    use std::os::unix::ffi::OsStrExt;
    name.extend_from_slice(part.as_bytes());
}

/// Appends one part of a path. What is not Unicode has no bytes of its own here and is replaced.
#[cfg(not(unix))]
pub(crate) fn push_part(name: &mut Vec<u8>, part: &OsStr) {
    name.extend_from_slice(part.to_string_lossy().as_bytes());
}

/// The path of a name.
#[cfg(unix)]
pub(crate) fn from_bytes(name: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsStr::from_bytes(name))
}

/// The path of a name.
#[cfg(not(unix))]
pub(crate) fn from_bytes(name: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(name).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_no_dots_and_one_slash_between_parts() {
        for (path, name) in
            [(".", ""), ("./a//b/", "a/b"), ("a/./b", "a/b"), ("../a", "../a"), ("/a/b", "/a/b"), ("/", "/")]
        {
            assert_eq!(to_bytes(Path::new(path)), name.as_bytes(), "{path}");
        }
    }

    #[test]
    fn a_name_leads_back_to_its_file() {
        assert_eq!(Naming::AsGiven.resolve(b""), Path::new("."));
        assert_eq!(Naming::AsGiven.resolve(b"a/b"), Path::new("a/b"));
        assert_eq!(Naming::Below("/w".into()).resolve(b"a"), Path::new("/w/a"));
    }
}
