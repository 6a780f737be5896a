//! What files are called, and the way back.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};

use crate::seen::{Seen, git, plant, visit};
use keysieve_finding::Origin;
use keysieve_source::SourceError;
use keysieve_source_fs::{Error, FileSource};

fn source(paths: &[PathBuf]) -> FileSource {
    FileSource::builder().paths(paths).build().unwrap()
}

/// Visits, and checks that every name leads back to a file that holds its own path from `top`.
fn resolved(source: &FileSource, top: &Path) -> Seen {
    let seen = visit(source);
    for (name, bytes) in &seen.files {
        let path = source.resolve(&Origin::file(name.as_bytes())).unwrap();
        assert_eq!(fs::read(&path).unwrap(), *bytes, "{name}");
        let from_top = fs::canonicalize(&path).unwrap();
        assert_eq!(from_top.strip_prefix(top).unwrap().to_str().unwrap().as_bytes(), bytes, "{name}");
    }
    seen
}

fn tree(files: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    plant(dir.path(), files);
    let top = fs::canonicalize(dir.path()).unwrap();
    (dir, top)
}

#[test]
fn names_start_at_the_one_directory_that_was_asked_for() {
    let (_dir, top) = tree(&["a/b", "c"]);
    let source = source(&[top.join("./a/..")]);
    assert_eq!(resolved(&source, &top).names(), ["a/b", "c"]);
    assert_eq!(source.resolve(&Origin::stdin()), None);
}

#[test]
fn a_single_file_elsewhere_goes_by_its_name() {
    let (_dir, top) = tree(&["a/b"]);
    assert_eq!(resolved(&source(&[top.join("a/b")]), &top).names(), ["b"]);
}

#[test]
fn names_start_at_the_root_of_the_work_tree() {
    let (_dir, top) = tree(&["tree/a/b", "tree/a/c/d", "tree/e"]);
    let in_tree = |names: &[&str]| names.iter().map(|name| top.join("tree").join(name)).collect::<Vec<_>>();
    git(&top, &["init", "-q", "tree"]);
    assert_eq!(resolved(&source(&in_tree(&["a"])), &top).names(), ["a/b", "a/c/d"]);
    assert_eq!(resolved(&source(&in_tree(&["a/b", "e"])), &top).names(), ["a/b", "e"]);
    assert_eq!(source(&in_tree(&["a/c"])).base(), Some(top.join("tree").as_path()));
}

#[test]
fn several_places_keep_their_arguments_as_prefixes() {
    let (_dir, top) = tree(&["one/x", "two/x"]);
    git(&top, &["init", "-q", "one"]);
    git(&top, &["init", "-q", "two"]);
    let source = source(&[top.join("one/."), top.join("two")]);
    let named = ["one/x", "two/x"].map(|name| top.join(name).to_str().unwrap().to_owned());
    assert_eq!(resolved(&source, &top).names(), named);
    assert_eq!(source.base(), None);
}

#[test]
fn what_is_asked_for_twice_is_seen_once() {
    let (_dir, top) = tree(&["a/b/c", "a/d"]);
    std::os::unix::fs::symlink(top.join("a"), top.join("link")).unwrap();
    let paths = ["a", "a/b", "a/b/c", "a/", "link", "link/b", "a/./d"].map(|path| top.join(path));
    let seen = resolved(&source(&paths), &top);
    assert_eq!((seen.files.len(), seen.skips.len()), (2, 0));
}

#[test]
fn a_link_that_was_asked_for_is_followed() {
    let (_dir, top) = tree(&["real/a", "file"]);
    std::os::unix::fs::symlink("real", top.join("dir")).unwrap();
    std::os::unix::fs::symlink("file", top.join("alias")).unwrap();
    assert_eq!(resolved(&source(&[top.join("dir")]), &top).names(), ["a"]);
    assert_eq!(resolved(&source(&[top.join("alias")]), &top).names(), ["alias"]);
}

#[test]
fn what_is_not_there_is_an_error_unless_it_was_listed() {
    let (_dir, top) = tree(&["a"]);
    let paths = [top.join("a"), top.join("gone")];
    let error = FileSource::builder().paths(&paths).build().unwrap_err();
    assert!(matches!(&error, Error::Path(SourceError::NotFound { path }) if path.ends_with("/gone")));
    let seen = visit(&FileSource::builder().listed(&paths).build().unwrap());
    assert_eq!((seen.files.len(), seen.skips.len()), (1, 1));
    let why = seen.skips.values().next().unwrap();
    assert_eq!(why.reason, keysieve_finding::SkipReason::Vanished);
}

#[test]
fn names_that_are_not_unicode_stay_as_they_are() {
    use std::os::unix::ffi::OsStrExt;
    let dir = tempfile::tempdir().unwrap();
    let odd = std::ffi::OsStr::from_bytes(b"a\xff\n!");
    fs::create_dir(dir.path().join(odd)).unwrap();
    fs::write(dir.path().join(odd).join("x"), "odd").unwrap();
    let source = source(&[dir.path().to_owned()]);
    assert_eq!(visit(&source).names(), ["a\\xff\\n%21/x"]);
    let back = source.resolve(&Origin::file(b"a\xff\n!/x")).unwrap();
    assert_eq!(fs::read(back).unwrap(), b"odd");
}
