//! Repositories made by the `git` command, the same on every machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use keysieve_testkit::Random;
use serde_json::Value;
use tempfile::TempDir;

use super::{json, keysieve, stderr};

/// A secret of nobody, a different one for each name.
pub(crate) fn token(name: &str) -> String {
    let seed = name.bytes().fold(7_u64, |seed, byte| seed.wrapping_mul(1_000_003) ^ u64::from(byte));
    let alphabet = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    format!("glpat-{}", Random::new(seed).chars(alphabet, 20))
}

/// A line with the token of a name in it.
pub(crate) fn line(name: &str) -> String {
    format!("{name} = {}\n", token(name))
}

/// A repository in a temporary directory.
pub(crate) struct Repository {
    directory: TempDir,
    clock: u64,
}

impl Repository {
    /// An empty one with a branch `main`; `options` are those of `git init`.
    pub(crate) fn new(options: &[&str]) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let repository = Self { directory, clock: 1_700_000_000 };
        fs::create_dir(repository.root()).expect("made");
        repository.git(&[&["init", "--quiet", "--initial-branch=main"], options].concat());
        repository
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.directory.path().join("repo")
    }

    /// A path beside the repository.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// What git does in a directory, whatever the settings of the user are.
    pub(crate) fn try_in(&self, directory: &Path, arguments: &[&str]) -> Output {
        let date = format!("{} +0100", self.clock);
        let mut command = Command::new("git");
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
            command.env_remove(name);
        }
        for person in ["GIT_AUTHOR", "GIT_COMMITTER"] {
            command.env(format!("{person}_NAME"), "Ada").env(format!("{person}_EMAIL"), "ada@example.org");
            command.env(format!("{person}_DATE"), &date);
        }
        command
            .args(["-c", "gc.auto=0", "-c", "advice.detachedHead=false", "-c", "protocol.file.allow=always"])
            .args(arguments)
            .current_dir(directory)
            .env("GIT_CONFIG_GLOBAL", self.beside("gitconfig"))
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .output()
            .expect("git is installed")
    }

    pub(crate) fn git_in(&self, directory: &Path, arguments: &[&str]) -> String {
        let output = self.try_in(directory, arguments);
        assert!(output.status.success(), "git {arguments:?}: {}", stderr(&output));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.git_in(&self.root(), arguments)
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        fs::write(path, text).expect("written");
    }

    /// Writes a file and stages it.
    pub(crate) fn add(&self, path: &str, text: impl AsRef<[u8]>) {
        self.write(path, text);
        self.git(&["add", "--", path]);
    }

    /// Commits all of the work tree; gives the commit's name.
    pub(crate) fn commit(&mut self, message: &str) -> String {
        self.clock += 60;
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// What `keysieve git` reports, with the names of the tokens among `names` that it finds, each with its places.
    pub(crate) fn found(&self, names: &[&str], arguments: &[&str]) -> (Vec<(String, Vec<String>)>, Value) {
        self.found_by(keysieve(&self.root()), names, arguments)
    }

    /// The same, by a command that is prepared.
    pub(crate) fn found_by(
        &self,
        mut command: assert_cmd::Command,
        names: &[&str],
        arguments: &[&str],
    ) -> (Vec<(String, Vec<String>)>, Value) {
        let fixed = ["git", "--format", "json", "--show-secrets", "--rule", "gitlab-pat"];
        let output = command.args(fixed).args(arguments).output().expect("the command runs");
        assert!(matches!(output.status.code(), Some(0 | 1 | 3)), "{arguments:?}: {}", stderr(&output));
        let report = json(&output);
        let mut found = Vec::new();
        for finding in report["findings"].as_array().expect("a list") {
            let secret = finding["secret_raw"].as_str().expect("asked for");
            let name = names.iter().find(|name| token(name) == secret);
            let name = name.unwrap_or_else(|| panic!("a secret that is not expected: {finding:#}"));
            let places = finding["locations"].as_array().expect("a list").iter();
            let places = places.map(|place| {
                format!(
                    "{}:{}",
                    place["path"].as_str().expect("a path"),
                    place["line"].as_u64().expect("a line")
                )
            });
            found.push(((*name).to_owned(), places.collect()));
        }
        found.sort();
        (found, report)
    }
}

/// What is expected: names with their places.
pub(crate) fn places(expected: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
    let mut all: Vec<(String, Vec<String>)> = expected
        .iter()
        .map(|(name, places)| ((*name).to_owned(), places.iter().map(|place| (*place).to_owned()).collect()))
        .collect();
    all.sort();
    all
}
