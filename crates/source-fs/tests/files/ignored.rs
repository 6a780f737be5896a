//! What git ignores, and what the user leaves out.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::seen::{Seen, git, plant, visit, write};
use ignore::WalkBuilder;
use keysieve_finding::SkipReason::{GitDirectory, Ignored};
use keysieve_source_fs::{Error, FileSource};

/// A work tree with every kind of rule.
fn work_tree() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    git(at, &["init", "-q"]);
    write(
        at,
        ".gitignore",
        "\u{feff}# first\n*.log\r\n!keep.log\n/only-here\nbuild/\n\\#odd\n[\ndoc/**/*.pdf\n",
    );
    write(at, "sub/.gitignore", "!loud.log\n*.tmp\nonly-here\n");
    write(at, "sub/deep/.gitignore", "*\n!.gitignore\n!yes\n");
    write(at, ".git/info/exclude", "excluded\n!a.log\n");
    plant(
        at,
        &[
            "a.log",
            "keep.log",
            "only-here",
            "sub/only-here",
            "build/x/y",
            "sub/build/z",
            "#odd",
            ".hidden",
            "sub/loud.log",
            "sub/b.tmp",
            "b.tmp",
            "sub/deep/yes",
            "sub/deep/no",
            "sub/deep/er/yes",
            "excluded",
            "sub/excluded",
            "doc/a.pdf",
            "doc/b/c.pdf",
            "other/build",
            ".ignore",
            ".rgignore",
            "src/main.rs",
        ],
    );
    write(at, ".ignore", "src\n");
    write(at, ".rgignore", "src\n");
    dir
}

fn scan(path: &Path) -> Seen {
    visit(&FileSource::builder().path(path).build().unwrap())
}

#[test]
fn the_files_of_a_work_tree_are_those_that_git_would_add() {
    let dir = work_tree();
    let listed = git(dir.path(), &["ls-files", "--cached", "--others", "--exclude-standard"]);
    let listed: BTreeSet<&str> = listed.lines().collect();
    let seen = scan(dir.path());
    assert_eq!(seen.names().into_iter().collect::<BTreeSet<_>>(), listed);
    assert!(listed.contains("sub/loud.log") && !listed.contains("a.log"), "the rules bite");
    assert_eq!(
        seen.skipped(),
        [
            ("#odd", Ignored),
            (".git", GitDirectory),
            ("a.log", Ignored),
            ("build", Ignored),
            ("doc/a.pdf", Ignored),
            ("doc/b/c.pdf", Ignored),
            ("excluded", Ignored),
            ("only-here", Ignored),
            ("sub/b.tmp", Ignored),
            ("sub/build", Ignored),
            ("sub/deep/er", Ignored),
            ("sub/deep/no", Ignored),
            ("sub/excluded", Ignored),
            ("sub/only-here", Ignored),
        ]
    );
}

/// What the walker of the `ignore` crate keeps with its own filters on, by its path from the work tree's root.
fn ripgrep(root: &Path, below: &str) -> BTreeSet<String> {
    let mut builder = WalkBuilder::new(root.join(below));
    builder.hidden(false).ignore(false).git_global(false).parents(true).require_git(true);
    builder
        .build()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| entry.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned())
        .filter(|path| !path.starts_with(".git/"))
        .collect()
}

#[test]
fn rules_mean_what_they_mean_to_ripgrep_wherever_the_walk_starts() {
    let dir = work_tree();
    git(dir.path(), &["init", "-q", "nested"]);
    plant(dir.path(), &["nested/a.log", "nested/b.tmp", "nested/in/c.tmp"]);
    write(dir.path(), "nested/.gitignore", "*.tmp\n");
    for below in ["", "sub", "sub/deep", "sub/deep/er", "doc", "build", "nested/in"] {
        let seen = scan(&dir.path().join(below));
        let kept: BTreeSet<String> = seen.names().into_iter().map(str::to_owned).collect();
        let strip = |kept: &BTreeSet<String>, by: &str| -> BTreeSet<String> {
            kept.iter().filter(|path| !path.contains("/.git/")).map(|path| path.replacen(by, "", 1)).collect()
        };
        let by = if below.starts_with("nested") { "nested/" } else { "" };
        assert_eq!(strip(&kept, by), strip(&ripgrep(dir.path(), below), by), "{below}");
    }
}

#[test]
fn outside_of_a_work_tree_ignore_files_mean_nothing() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), ".gitignore", "*\n");
    plant(dir.path(), &["a", "b/c"]);
    let seen = scan(dir.path());
    assert_eq!(seen.names(), [".gitignore", "a", "b/c"]);
    assert!(seen.skips.is_empty());
}

#[test]
fn a_work_tree_below_the_start_has_its_own_rules() {
    let dir = tempfile::tempdir().unwrap();
    git(dir.path(), &["init", "-q", "tree"]);
    write(dir.path(), ".gitignore", "*\n");
    write(dir.path(), "tree/.gitignore", "*.log\n");
    plant(dir.path(), &["a.log", "tree/a.log", "tree/b"]);
    let seen = scan(dir.path());
    assert_eq!(seen.names(), [".gitignore", "a.log", "tree/.gitignore", "tree/b"]);
    assert_eq!(seen.skipped(), [("tree/.git", GitDirectory), ("tree/a.log", Ignored)]);
}

#[test]
fn no_ignore_brings_back_all_but_git_s_own_files() {
    let dir = work_tree();
    let seen = visit(&FileSource::builder().path(dir.path()).no_ignore(true).build().unwrap());
    assert_eq!(seen.skipped(), [(".git", GitDirectory)]);
    assert!(seen.files.contains_key("build/x/y") && seen.files.contains_key("a.log"));
}

#[test]
fn what_was_asked_for_by_name_is_not_ignored() {
    let dir = work_tree();
    let at = dir.path();
    let seen = visit(&FileSource::builder().paths([at.join("a.log"), at.join("build")]).build().unwrap());
    assert_eq!(seen.names(), ["a.log", "build/x/y"]);
    let both = visit(&FileSource::builder().paths([at.to_owned(), at.join("build")]).build().unwrap());
    assert!(both.files.contains_key("build/x/y") && !both.skips.contains_key("build"));
    let inside = visit(&FileSource::builder().path(at.join(".git")).build().unwrap());
    assert!(inside.files.contains_key(".git/config") && inside.skips.is_empty());
}

#[test]
fn a_git_directory_that_is_no_repository_is_scanned() {
    let dir = tempfile::tempdir().unwrap();
    plant(dir.path(), &[".git/config", "a/.git"]);
    write(dir.path(), ".gitignore", "*");
    assert_eq!(scan(dir.path()).names(), [".git/config", ".gitignore", "a/.git"]);
}

#[test]
fn linked_work_trees_and_submodules_are_work_trees() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    for name in ["main", "lib"] {
        git(at, &["init", "-q", name]);
        write(at, &format!("{name}/.gitignore"), "*.log\n");
        git(&at.join(name), &["add", "."]);
        git(&at.join(name), &["commit", "-qm", "first"]);
    }
    let main = at.join("main");
    write(&main, ".git/info/exclude", "mine\n");
    git(&main, &["worktree", "add", "-q", "../linked"]);
    git(&main, &["submodule", "--quiet", "add", "../lib", "lib"]);
    plant(at, &["linked/a.log", "linked/mine", "linked/b", "main/lib/a.log", "main/lib/b"]);

    let linked = scan(&at.join("linked"));
    assert_eq!(linked.names(), [".gitignore", "b"]);
    assert_eq!(linked.skipped(), [(".git", GitDirectory), ("a.log", Ignored), ("mine", Ignored)]);
    let main = scan(&main);
    assert_eq!(main.names(), [".gitignore", ".gitmodules", "lib/.gitignore", "lib/b"]);
    assert_eq!(main.skipped(), [(".git", GitDirectory), ("lib/.git", GitDirectory), ("lib/a.log", Ignored)]);
}

#[test]
fn ignore_files_that_are_no_files_do_no_harm() {
    let dir = tempfile::tempdir().unwrap();
    git(dir.path(), &["init", "-q"]);
    fs::create_dir(dir.path().join(".gitignore")).unwrap();
    write(dir.path(), "a/.gitignore", b"\xff\xfe\n*.log\n");
    plant(dir.path(), &["a/x.log", "a/y"]);
    let seen = scan(dir.path());
    assert_eq!(seen.names(), ["a/.gitignore", "a/y"]);
    assert_eq!(seen.skipped(), [(".git", GitDirectory), ("a/x.log", Ignored)]);
}

#[test]
fn globs_and_the_size_limit_hold_for_everything() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    plant(at, &["a.rs", "b.lock", "vendor/c.rs", "long-name.rs"]);
    let build = |exclude: &str| FileSource::builder().exclude(exclude).max_file_size(11);
    let seen = visit(&build("vendor/").exclude("*.lock").path(at).build().unwrap());
    assert_eq!(seen.names(), ["a.rs"]);
    assert_eq!(seen.skips["long-name.rs"].detail, "12 bytes, more than the limit of 11");
    assert_eq!((seen.skips["vendor"].reason, seen.skips["b.lock"].reason), (Ignored, Ignored));

    let named = visit(&build("*.lock").paths([at.join("b.lock"), at.join("a.rs")]).build().unwrap());
    assert_eq!((named.files.len(), named.skips.len()), (1, 1));
    let included = visit(&FileSource::builder().path(at).include("*.lock").build().unwrap());
    assert_eq!((included.names(), included.skips.len()), (vec!["b.lock"], 3));
    assert!(matches!(build("a[").path(at).build(), Err(Error::Glob { .. })));
}
