//! Repositories made by the `git` command, in a temporary directory, the same on every machine.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A repository that a test makes.
pub(crate) struct Repository {
    directory: TempDir,
    /// Seconds since 1970 of the next commit.
    clock: u64,
}

impl Repository {
    /// An empty one with a branch `main`; `options` are those of `git init`.
    pub(crate) fn new(options: &[&str]) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let repository = Self { directory, clock: 1_700_000_000 };
        repository.git(&[&["init", "--quiet", "--initial-branch=main"], options].concat());
        repository
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Runs git in it; gives what it prints.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        git_in(self.path(), self.clock, arguments)
    }

    /// Writes a file of the work tree.
    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        std::fs::write(path, bytes).expect("written");
    }

    /// Commits all of the work tree; gives the commit's name. Each commit is a minute later than the last.
    pub(crate) fn commit(&mut self, message: &str) -> String {
        self.clock += 60;
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }
}

/// Runs git in a directory, whatever the settings of the user are.
pub(crate) fn git_in(directory: &Path, clock: u64, arguments: &[&str]) -> String {
    let date = format!("{clock} +0100");
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(name);
    }
    let output = command
        .args(["-c", "gc.auto=0", "-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env("GIT_AUTHOR_NAME", "Ada")
        .env("GIT_AUTHOR_EMAIL", "ada@example.org")
        .env("GIT_COMMITTER_NAME", "Ada")
        .env("GIT_COMMITTER_EMAIL", "ada@example.org")
        .env("GIT_AUTHOR_DATE", &date)
        .env("GIT_COMMITTER_DATE", &date)
        .output()
        .expect("git is installed");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}
