//! What `keysieve git --staged` finds.

use std::fs;

use super::repository::{Repository, line, places, token};
use super::{code, keysieve, run, skips, stderr};

#[test]
fn what_is_staged_is_found_however_it_is_stored() {
    let mut repository = Repository::new(&[]);
    let old = line("old");
    repository.write("changed.env", format!("first\n{old}"));
    repository.write("renamed.env", format!("{}{}", "filling\n".repeat(30), line("renamed")));
    repository.write("dir/deep/kept.env", line("kept"));
    repository.write(".gitattributes", "*.hidden -diff binary filter=none\n");
    repository.write("type", "a file\n");
    repository.commit("first");
    repository.add("changed.env", format!("first\n{old}{}", line("changed")));
    repository.add("undiffed.hidden", line("undiffed"));
    let wide: Vec<u8> = line("wide").encode_utf16().flat_map(u16::to_le_bytes).collect();
    repository.add("wide.txt", [&[0xFF, 0xFE][..], &wide].concat());
    repository.add("binary", [b"\0\0\x01", line("binary").as_bytes(), b"\0"].concat());
    repository.add("partial.env", line("partial"));
    repository.write("partial.env", "cleaned in the work tree only\n");
    repository.add("gone.env", line("gone"));
    fs::remove_file(repository.root().join("gone.env")).expect("removed");
    repository.write("unstaged.env", line("unstaged"));
    repository.git(&["mv", "renamed.env", "elsewhere.env"]);
    repository.write("intended.env", line("intended"));
    repository.git(&["add", "--intent-to-add", "intended.env"]);
    repository.add("d\u{e9}p/with blank/x.env", line("path"));
    repository.add(&format!("name-{}", token("name")), "nothing\n");
    let mut expected = vec![
        ("changed", &["changed.env:3"][..]),
        ("undiffed", &["undiffed.hidden:1"]),
        ("wide", &["wide.txt:1"]),
        ("binary", &["binary:1"]),
        ("partial", &["partial.env:1"]),
        ("gone", &["gone.env:1"]),
        ("path", &["d\u{e9}p/with blank/x.env:1"]),
        ("name", &["name-glpa…:1"]),
    ];
    #[cfg(unix)]
    {
        fs::remove_file(repository.root().join("type")).expect("removed");
        std::os::unix::fs::symlink(token("link"), repository.root().join("type")).expect("made");
        repository.git(&["add", "type"]);
        expected.push(("link", &["type:1"]));
    }
    let names = [
        "changed", "undiffed", "wide", "binary", "partial", "gone", "path", "name", "link", "old", "renamed",
        "kept",
    ];
    let (found, report) = repository.found(&names, &["--staged"]);
    assert_eq!(found, places(&expected));
    assert_eq!(report["complete"], true, "{:#}", report["skips"]);
    // The whole of the files that are changed.
    expected.push(("old", &["changed.env:2"]));
    expected.push(("renamed", &["elsewhere.env:31"]));
    assert_eq!(repository.found(&names, &["--staged", "--whole-files"]).0, places(&expected));
}

#[test]
fn what_moves_is_not_new_and_what_is_copied_is() {
    let mut repository = Repository::new(&[]);
    repository.write("a.env", format!("{}{}", line("moved"), line("copied")));
    repository.write("dir/b.env", line("taken-along"));
    repository.commit("first");
    // Moved to another file and another line; copied to a second file; a whole directory renamed.
    repository.add("a.env", format!("# above\n{}", line("copied")));
    repository.add("new.env", format!("indented:\n    {}{}", line("moved"), line("copied")));
    repository.git(&["mv", "dir", "other"]);
    let (found, _) = repository.found(&["moved", "copied", "taken-along"], &["--staged"]);
    assert_eq!(found, places(&[("copied", &["new.env:3"])]));
}

#[test]
fn an_index_of_any_kind_is_read() {
    let mut repository = Repository::new(&[]);
    assert_eq!(repository.found(&[], &["--staged"]).0, [], "nothing at all");
    repository.add("new.env", line("unborn"));
    assert_eq!(repository.found(&["unborn"], &["--staged"]).0, places(&[("unborn", &["new.env:1"])]));
    for directory in ["in", "out"] {
        for file in 0..20 {
            repository.write(&format!("{directory}/{file}.txt"), format!("{file}\n"));
        }
    }
    repository.write("out/old.env", line("unborn"));
    repository.commit("first");
    let expected = places(&[("staged", &["in/x.env:1"])]);
    let check = |what: &str| {
        assert_eq!(repository.found(&["staged"], &["--staged"]).0, expected, "{what}");
    };
    repository.add("in/x.env", line("staged"));
    check("version 2");
    for version in ["3", "4"] {
        repository.git(&["update-index", "--index-version", version]);
        check(version);
    }
    repository.git(&["update-index", "--split-index"]);
    repository.add("in/y.txt", "y\n");
    check("split");
    repository.git(&["update-index", "--no-split-index"]);
    repository.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "in"]);
    check("sparse");
    // Another index, as `git commit -- PATH` makes one for its hooks.
    let index = repository.beside("index");
    fs::copy(repository.root().join(".git/index"), &index).expect("copied");
    repository.git(&["reset", "--quiet", "--hard"]);
    assert_eq!(repository.found(&[], &["--staged"]).0, []);
    let mut command = keysieve(&repository.root());
    command.env("GIT_INDEX_FILE", &index);
    assert_eq!(repository.found_by(command, &["staged"], &["--staged"]).0, expected);
    // Its name is one from the root of the work tree, wherever one is.
    let mut command = keysieve(&repository.root().join("in"));
    command.env("GIT_INDEX_FILE", "../index");
    assert_eq!(repository.found_by(command, &["staged"], &["--staged"]).0, expected);
    // A linked work tree has an index of its own.
    let linked = repository.beside("linked");
    repository.git(&["worktree", "add", "--quiet", "--detach", &linked.display().to_string()]);
    fs::create_dir_all(linked.join("in")).expect("made");
    fs::write(linked.join("in/x.env"), line("staged")).expect("written");
    repository.git_in(&linked, &["add", "in/x.env"]);
    assert_eq!(repository.found_by(keysieve(&linked), &["staged"], &["--staged"]).0, expected);
    assert_eq!(repository.found(&[], &["--staged"]).0, []);
    fs::write(repository.root().join(".git/index"), b"DIRC\0\0\0\x02\0\0\0\x09 damaged").expect("written");
    let output = run(&repository.root(), &["git", "--staged"]);
    assert_eq!(code(&output), 2, "a damaged index is an error");
    assert!(stderr(&output).contains("index"), "{}", stderr(&output));
}

#[test]
fn named_files_are_those_of_the_index() {
    let mut repository = Repository::new(&[]);
    repository.write("old.env", line("old"));
    repository.write("dir/other.env", line("other"));
    repository.commit("first");
    repository.write("old.env", "changed in the work tree only\n");
    let (found, _) = repository.found(&["old"], &["--staged", "old.env"]);
    assert_eq!(found, places(&[("old", &["old.env:1"])]), "unchanged: as a whole");
    repository.add("old.env", format!("{}{}", line("old"), line("new")));
    let (found, _) = repository.found(&["new"], &["--staged", "old.env"]);
    assert_eq!(found, places(&[("new", &["old.env:2"])]), "all are about to be committed: what is new");
    let both = ["--staged", "old.env", "dir/other.env"];
    let (found, _) = repository.found(&["old", "new", "other"], &both);
    let expected = [("old", &["old.env:1"][..]), ("new", &["old.env:2"]), ("other", &["dir/other.env:1"])];
    assert_eq!(found, places(&expected));
    let inside = keysieve(&repository.root().join("dir"));
    let (found, _) = repository.found_by(inside, &["other"], &["--staged", "./other.env"]);
    assert_eq!(found, places(&[("other", &["dir/other.env:1"])]));
    for wrong in
        [&["git", "--staged", "none.env"][..], &["git", "a", "b"], &["git", "--staged", "/etc/hostname"]]
    {
        assert_eq!(code(&run(&repository.root(), wrong)), 2, "{wrong:?}");
    }
}

#[test]
fn comments_and_ignore_files_count_in_what_is_staged() {
    let mut repository = Repository::new(&[]);
    repository.write(".keysieveignore", "ignored.env reason=test\n");
    repository.commit("first");
    repository.add("ignored.env", line("ignored"));
    repository.add("allowed.env", format!("{} # keysieve:allow\n", line("allowed").trim_end()));
    let (found, report) = repository.found(&[], &["--staged"]);
    assert_eq!((found.len(), &report["stats"]["suppressed"]["inline"]), (0, &1.into()));
    let (found, _) = repository.found(&["allowed", "ignored"], &["--staged", "--no-suppress"]);
    assert_eq!(found.len(), 2);
}

#[test]
fn what_is_staged_and_missing_is_a_gap() {
    let mut repository = Repository::new(&[]);
    repository.commit("first");
    repository.add("gone.env", line("gone"));
    let id = repository.git(&["rev-parse", ":gone.env"]);
    let object = repository.root().join(".git/objects").join(&id[..2]).join(&id[2..]);
    fs::remove_file(&object).expect("removed");
    let (found, report) = repository.found(&[], &["--staged"]);
    assert_eq!((found.len(), &report["complete"]), (0, &false.into()));
    assert_eq!(skips(&report), [(".git/objects".to_owned(), "missing".to_owned(), "gap".to_owned())]);
    fs::write(&object, b"no object").expect("written");
    let (_, report) = repository.found(&[], &["--staged"]);
    assert_eq!(skips(&report), [("gone.env".to_owned(), "unreadable".to_owned(), "gap".to_owned())]);
}

#[test]
fn a_submodule_is_named_and_both_sides_of_a_conflict_are_read() {
    let mut repository = Repository::new(&[]);
    repository.write("a.txt", "base\n");
    repository.commit("first");
    let head = repository.git(&["rev-parse", "HEAD"]);
    repository.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},sub")]);
    let (_, report) = repository.found(&[], &["--staged"]);
    assert_eq!(skips(&report), [("sub".to_owned(), "submodule".to_owned(), "excluded".to_owned())]);
    repository.git(&["reset", "--quiet", "--hard"]);
    repository.git(&["checkout", "--quiet", "-b", "side"]);
    repository.write("a.txt", line("theirs"));
    repository.commit("theirs");
    repository.git(&["checkout", "--quiet", "main"]);
    repository.write("a.txt", "ours\n");
    repository.commit("ours");
    let merge = repository.try_in(&repository.root(), &["merge", "side"]);
    assert!(!merge.status.success(), "a conflict");
    let (found, _) = repository.found(&["theirs"], &["--staged"]);
    assert_eq!(found, places(&[("theirs", &["a.txt:1"])]));
}

#[test]
fn names_of_32_bytes_work_and_reftables_are_refused_by_name() {
    let mut repository = Repository::new(&["--object-format=sha256"]);
    repository.write("dir/old.env", line("old"));
    repository.commit("first");
    repository.add("dir/new.env", line("new"));
    assert_eq!(repository.found(&["new"], &["--staged"]).0, places(&[("new", &["dir/new.env:1"])]));
    repository.commit("second");
    repository.git(&["repack", "-adfq"]);
    assert_eq!(
        repository.found(&["new"], &["--range", "HEAD~1.."]).0,
        places(&[("new", &["dir/new.env:1"])])
    );
    assert_eq!(repository.found(&["new", "old"], &["--branch", "main"]).0.len(), 2);
    let other = Repository::new(&[]);
    let config = fs::read_to_string(other.root().join(".git/config")).expect("read");
    let config = config + "[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\trefStorage = reftable\n";
    other.write(".git/config", config);
    for arguments in [&["git"][..], &["git", "--staged"], &["git", "--branch", "main"]] {
        let output = run(&other.root(), arguments);
        assert_eq!((code(&output), stderr(&output).contains("reftable")), (2, true), "{}", stderr(&output));
    }
}

#[test]
fn the_repository_is_the_one_that_git_means() {
    let mut repository = Repository::new(&[]);
    repository.commit("first");
    repository.add("a.env", line("a"));
    let (away, tree) = (repository.beside("away"), repository.root());
    fs::rename(tree.join(".git"), &away).expect("moved");
    let mut command = keysieve(&tree);
    command.env("GIT_DIR", &away).env("GIT_WORK_TREE", &tree);
    let expected = places(&[("a", &["a.env:1"])]);
    assert_eq!(repository.found_by(command, &["a"], &["--staged"]).0, expected);
    let mut command = keysieve(&tree);
    command.env("GIT_DIR", &away);
    assert_eq!(
        repository.found_by(command, &["a"], &["--staged"]).0,
        expected,
        "in its root, as git runs hooks"
    );
    let mut command = keysieve(&tree);
    let output =
        command.env("GIT_DIR", tree.join("nowhere")).args(["git", "--staged"]).output().expect("it runs");
    assert_eq!(code(&output), 2);
}
