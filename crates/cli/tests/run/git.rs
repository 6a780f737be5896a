//! What `keysieve git` finds in a repository that has a secret in every place that can hold one.

mod cached;
mod rarer;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use super::repository::token;
use super::{code, json, run, stderr, stdout};

/// What is to be found of a token: where, in which part, since which commit, in which state.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Expected {
    path: String,
    part: &'static str,
    commit: Option<String>,
    state: &'static str,
}

/// A repository, and what is to be found in it.
struct Planted {
    directory: TempDir,
    clock: u64,
    expected: BTreeMap<String, Expected>,
}

impl Planted {
    fn root(&self) -> PathBuf {
        self.directory.path().join("repo")
    }

    fn git_as(&self, directory: &Path, people: &[(&str, &str)], arguments: &[&str]) -> String {
        let date = format!("{} +0100", self.clock);
        let mut command = Command::new("git");
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
            command.env_remove(name);
        }
        for person in ["GIT_AUTHOR", "GIT_COMMITTER"] {
            command.env(format!("{person}_NAME"), "Ada").env(format!("{person}_EMAIL"), "ada@example.org");
            command.env(format!("{person}_DATE"), &date);
        }
        let output = command
            .args(["-c", "gc.auto=0", "-c", "advice.detachedHead=false"])
            .args(arguments)
            .current_dir(directory)
            .envs(people.iter().copied())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .output()
            .expect("git is installed");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {errors}");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    fn git(&self, arguments: &[&str]) -> String {
        self.git_as(&self.root(), &[], arguments)
    }

    fn commit(&mut self, message: &str) -> String {
        self.clock += 60;
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        fs::write(path, bytes).expect("written");
    }

    /// Writes a file with the token of a name in it.
    fn plant(&self, name: &str, path: &str) {
        self.write(path, format!("first\ntoken = {}\n", token(name)).as_bytes());
    }

    fn expect(
        &mut self,
        name: &str,
        path: &str,
        part: &'static str,
        commit: Option<&str>,
        state: &'static str,
    ) {
        let expected = Expected { path: path.to_owned(), part, commit: commit.map(str::to_owned), state };
        assert_eq!(self.expected.insert(name.to_owned(), expected), None, "{name}");
    }

    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut planted = Self { directory, clock: 1_700_000_000, expected: BTreeMap::new() };
        fs::create_dir(planted.root()).expect("made");
        planted.git(&["init", "--quiet", "--initial-branch=main"]);
        planted.files();
        planted.history();
        planted.texts();
        planted.names();
        planted.stashes();
        planted.unreachable();
        planted.rarer();
        planted.beside();
        planted.work_trees();
        planted.rarer_files();
        planted
    }

    /// Files of all kinds that are checked out.
    fn files(&mut self) {
        self.plant("plain", "a.env");
        self.plant("deep", "d\u{e9}ep/with blank/x/y/z/file.txt");
        self.plant("undiffed", "undiffed.bin.txt");
        self.write(".gitattributes", b"undiffed.bin.txt -diff binary\n");
        let wide: Vec<u8> =
            format!("key={}\r\n", token("utf-16")).encode_utf16().flat_map(u16::to_le_bytes).collect();
        self.write("utf16.txt", &[&[0xFF, 0xFE][..], &wide].concat());
        self.write("image.bin", format!("\0\0\x01key={}\0", token("binary")).as_bytes());
        #[cfg(unix)]
        std::os::unix::fs::symlink(format!("/nowhere/{}", token("symlink")), self.root().join("link"))
            .expect("made");
        self.write(
            ".gitmodules",
            format!("[submodule \"s\"]\n\turl = https://x:{}@host/s\n", token("submodule")).as_bytes(),
        );
        self.write(&format!("dir-{}/file", token("directory")), b"nothing\n");
        self.write(&format!("name-{}.txt", token("file-name")), b"nothing\n");
        let first = self.commit("first");
        for (name, path) in [
            ("plain", "a.env"),
            ("deep", "d\u{e9}ep/with blank/x/y/z/file.txt"),
            ("undiffed", "undiffed.bin.txt"),
            ("utf-16", "utf16.txt"),
            ("binary", "image.bin"),
            ("symlink", "link"),
            ("submodule", ".gitmodules"),
        ] {
            self.expect(name, path, "blob", Some(&first), "live");
        }
        self.expect("directory", "dir-glpa…", "file-name", Some(&first), "live");
        self.expect("file-name", "name-glpa….txt", "file-name", Some(&first), "live");
    }

    /// Files that are not checked out any more, or never were.
    fn history(&mut self) {
        self.plant("removed", "gone.env");
        let added = self.commit("added");
        self.git(&["rm", "--quiet", "gone.env"]);
        self.commit("removed");
        self.expect("removed", "gone.env", "blob", Some(&added), "other-ref");
        self.git(&["repack", "-adfq"]);
        self.git(&["checkout", "--quiet", "-b", "side"]);
        self.plant("branch", "side.env");
        let side = self.commit("on a branch");
        self.expect("branch", "side.env", "blob", Some(&side), "other-ref");
        self.git(&["checkout", "--quiet", "main"]);
        self.write("main.txt", b"main\n");
        self.commit("on main");
        self.git(&["merge", "--quiet", "--no-commit", "--no-ff", "side"]);
        self.git(&["rm", "--quiet", "-f", "side.env"]);
        self.plant("merge", "merge.env");
        let merge = self.commit("a merge that adds something of its own");
        self.expect("merge", "merge.env", "blob", Some(&merge), "live");
        self.git(&["checkout", "--quiet", "--orphan", "orphan"]);
        self.git(&["rm", "-rfq", "."]);
        self.plant("orphan", "orphan.env");
        let orphan = self.commit("without parents");
        self.expect("orphan", "orphan.env", "blob", Some(&orphan), "other-ref");
        self.git(&["checkout", "--quiet", "--detach"]);
        self.plant("tagged", "tagged.env");
        let tagged = self.commit("kept by a tag");
        let about = format!("tag of {}", token("tag-message"));
        let people = [("GIT_COMMITTER_NAME", token("tagger"))];
        let people: Vec<(&str, &str)> = people.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.git_as(&self.root(), &people, &["tag", "-a", "v1", "-m", &about]);
        let tag = self.git(&["rev-parse", "refs/tags/v1"]);
        self.expect("tagged", "tagged.env", "blob", Some(&tagged), "other-ref");
        self.expect("tag-message", &format!(".git/tags/{tag}"), "tag-message", Some(&tagged), "other-ref");
        self.expect("tagger", &format!(".git/tags/{tag}"), "tag-header", Some(&tagged), "other-ref");
        self.git(&["checkout", "--quiet", "main"]);
        self.git(&["repack", "-dq"]);
    }

    /// What commits say.
    fn texts(&mut self) {
        let id = self.commit(&format!("use {}", token("message")));
        self.expect("message", &format!(".git/commits/{id}"), "commit-message", Some(&id), "live");
        for (name, variable) in [
            ("author", "GIT_AUTHOR_NAME"),
            ("author-mail", "GIT_AUTHOR_EMAIL"),
            ("committer", "GIT_COMMITTER_NAME"),
            ("committer-mail", "GIT_COMMITTER_EMAIL"),
        ] {
            self.clock += 60;
            let value = token(name);
            self.git_as(
                &self.root(),
                &[(variable, &value)],
                &["commit", "--quiet", "--allow-empty", "-m", "x"],
            );
            let id = self.git(&["rev-parse", "HEAD"]);
            self.expect(name, &format!(".git/commits/{id}"), "commit-header", Some(&id), "live");
        }
        let raw = self.git(&["cat-file", "commit", "HEAD"]);
        let (people, _) = raw.split_once("\n\n").expect("a message");
        self.write(".git/raw", format!("{people}\nx-key {}\n\nsaid\n", token("header")).as_bytes());
        let id = self.git(&["hash-object", "-t", "commit", "-w", ".git/raw"]);
        fs::remove_file(self.root().join(".git/raw")).expect("removed");
        self.git(&["update-ref", "refs/heads/headers", &id]);
        self.expect("header", &format!(".git/commits/{id}"), "commit-header", Some(&id), "other-ref");
        let noted = self.git(&["rev-parse", "HEAD"]);
        self.git(&["notes", "add", "-m", &format!("note {}", token("note"))]);
        let notes = self.git(&["rev-parse", "refs/notes/commits"]);
        self.expect("note", &noted, "blob", Some(&notes), "other-ref");
    }

    /// References.
    fn names(&mut self) {
        let head = self.git(&["rev-parse", "HEAD"]);
        self.git(&["branch", &format!("b-{}", token("packed-branch"))]);
        self.git(&["pack-refs", "--all"]);
        self.git(&["branch", &format!("b-{}", token("loose-branch"))]);
        self.git(&["tag", &format!("t-{}", token("tag-name"))]);
        for (name, path) in [
            ("packed-branch", ".git/refs/heads/b-glpa…"),
            ("loose-branch", ".git/refs/heads/b-glpa…"),
            ("tag-name", ".git/refs/tags/t-glpa…"),
        ] {
            self.expect(name, path, "ref-name", Some(&head), "other-ref");
        }
        let blob = self.blob("blob-ref");
        self.git(&["update-ref", "refs/blobs/one", &blob]);
        self.expect("blob-ref", &format!(".git/blobs/{blob}"), "blob", None, "other-ref");
    }

    /// An object that no tree names.
    fn blob(&self, name: &str) -> String {
        self.plant(name, ".git/raw");
        let id = self.git(&["hash-object", "-w", ".git/raw"]);
        fs::remove_file(self.root().join(".git/raw")).expect("removed");
        id
    }

    fn stashes(&mut self) {
        for name in ["older-stash", "stash"] {
            self.clock += 60;
            self.plant(name, "a.env");
            self.git(&["stash", "push", "--quiet"]);
            let id = self.git(&["rev-parse", "stash@{0}"]);
            self.expect(name, "a.env", "blob", Some(&id), "other-ref");
        }
        self.clock += 60;
        self.plant("untracked-stash", "new.env");
        self.git(&["stash", "push", "--quiet", "--include-untracked"]);
        let id = self.git(&["rev-parse", "stash@{0}^3"]);
        self.expect("untracked-stash", "new.env", "blob", Some(&id), "other-ref");
    }

    fn unreachable(&mut self) {
        self.plant("amended", "amended.env");
        let id = self.commit("to be amended");
        self.git(&["rm", "--quiet", "--cached", "amended.env"]);
        fs::remove_file(self.root().join("amended.env")).expect("removed");
        self.git(&["commit", "--quiet", "--amend", "--allow-empty", "-m", "amended"]);
        self.expect("amended", "amended.env", "blob", Some(&id), "unreachable");
        let blob = self.blob("dangling");
        self.expect("dangling", &format!(".git/blobs/{blob}"), "blob", None, "unreachable");
    }

    /// Files of the git directory, and another repository that objects are borrowed from.
    fn beside(&mut self) {
        self.git(&["remote", "add", "origin", &format!("https://ci:{}@host.example/x", token("config"))]);
        let head = self.git(&["rev-parse", "HEAD"]);
        self.git(&["update-ref", "-m", &format!("moved {}", token("reflog")), "refs/heads/side", &head]);
        for (name, path) in [
            ("hook", ".git/hooks/pre-commit"),
            ("fetch-head", ".git/FETCH_HEAD"),
            ("edit-message", ".git/MERGE_MSG"),
            ("exclude", ".git/info/exclude"),
            ("rebase", ".git/rebase-merge/message"),
            ("lfs", ".git/lfs/objects/ab/cd/abcd"),
        ] {
            self.plant(name, path);
            self.expect(name, path, "file", None, "file");
        }
        self.expect("config", ".git/config", "file", None, "file");
        self.expect("reflog", ".git/logs/refs/heads/side", "file", None, "file");
        let other = self.directory.path().join("other");
        fs::create_dir(&other).expect("made");
        self.git_as(&other, &[], &["init", "--quiet"]);
        fs::write(other.join("x"), format!("token = {}\n", token("alternate"))).expect("written");
        let id = self.git_as(&other, &[], &["hash-object", "-w", "x"]);
        self.expect("alternate", &format!(".git/blobs/{id}"), "blob", None, "unreachable");
        let further = self.directory.path().join("further");
        fs::create_dir(&further).expect("made");
        self.git_as(&further, &[], &["init", "--quiet"]);
        fs::write(further.join("x"), format!("token = {}\n", token("borrowed-twice"))).expect("written");
        let id = self.git_as(&further, &[], &["hash-object", "-w", "x"]);
        self.expect("borrowed-twice", &format!(".git/blobs/{id}"), "blob", None, "unreachable");
        let objects = |directory: &Path| format!("{}\n", directory.join(".git/objects").display());
        fs::write(other.join(".git/objects/info/alternates"), objects(&further)).expect("written");
        self.write(".git/objects/info/alternates", objects(&other).as_bytes());
    }

    /// What is not committed.
    fn work_trees(&mut self) {
        let linked = self.directory.path().join("linked");
        self.git(&["worktree", "add", "--quiet", "--detach", &linked.display().to_string()]);
        fs::write(linked.join("linked.env"), format!("token = {}\n", token("linked"))).expect("written");
        self.git_as(&linked, &[], &["add", "--all"]);
        self.clock += 60;
        self.git_as(&linked, &[], &["commit", "--quiet", "-m", "detached"]);
        let id = self.git_as(&linked, &[], &["rev-parse", "HEAD"]);
        self.expect("linked", "linked.env", "blob", Some(&id), "live");
        fs::write(linked.join("new.env"), format!("token = {}\n", token("linked-new"))).expect("written");
        self.expect("linked-new", "new.env", "file", None, "file");
        self.plant("modified", "main.txt");
        self.plant("untracked", "untracked.env");
        self.expect("modified", "main.txt", "file", None, "file");
        self.expect("untracked", "untracked.env", "file", None, "file");
        self.plant("staged", "staged.env");
        self.git(&["add", "staged.env"]);
        let id = self.git(&["hash-object", "staged.env"]);
        fs::remove_file(self.root().join("staged.env")).expect("removed");
        self.expect("staged", &format!(".git/blobs/{id}"), "blob", None, "unreachable");
    }
}

/// Every place of every token that a report names.
fn places(report: &Value) -> BTreeMap<String, Vec<Expected>> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut places: BTreeMap<String, Vec<Expected>> = BTreeMap::new();
    for finding in report["findings"].as_array().expect("a list") {
        let secret = text(&finding["secret_raw"]).expect("asked for");
        for location in finding["locations"].as_array().expect("a list") {
            let git = &location["git"];
            let word = |name: &str| match git[name].as_str() {
                Some(word) => &*word.to_owned().leak(),
                None => "file",
            };
            places.entry(secret.clone()).or_default().push(Expected {
                path: text(&location["path"]).expect("a path"),
                part: word("part"),
                commit: text(&git["commit"]),
                state: word("state"),
            });
        }
    }
    places
}

#[test]
fn every_place_that_can_hold_a_secret_is_found_with_its_commit() {
    let planted = Planted::new();
    assert!(planted.expected.len() >= 70);
    let mut reports = Vec::new();
    for threads in ["1", "3"] {
        let output = run(
            &planted.root(),
            &["git", "--format", "json", "--show-secrets", "--rule", "gitlab-pat", "-j", threads],
        );
        assert_eq!((code(&output), stderr(&output)), (1, String::new()));
        let report = json(&output);
        assert_eq!(report["complete"], true, "{:#}", report["skips"]);
        let found = places(&report);
        for (name, expected) in &planted.expected {
            let places = found.get(&token(name)).unwrap_or_else(|| panic!("{name} is not found"));
            assert!(places.contains(expected), "{name}: {expected:#?} is not among {places:#?}");
        }
        assert_eq!(found.len(), planted.expected.len(), "nothing else is found");
        reports.push(output.stdout);
    }
    assert!(reports[0] == reports[1], "the same report, whatever the number of threads");
    let masked = run(&planted.root(), &["git", "--rule", "gitlab-pat"]);
    for name in planted.expected.keys() {
        assert!(!stdout(&masked).contains(&token(name)[6..]), "{name} is shown");
    }
}
