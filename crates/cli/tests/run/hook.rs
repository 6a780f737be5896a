//! `keysieve hook`: git asks keysieve.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use super::repository::{Repository, line, token};
use super::{code, keysieve, stderr, stdout};

/// What `keysieve hook` does, with a home directory of its own.
fn hook(repository: &Repository, arguments: &[&str]) -> Output {
    let mut command = keysieve(&repository.root());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(name);
    }
    command.env("GIT_CONFIG_GLOBAL", repository.beside("gitconfig")).env("GIT_CONFIG_SYSTEM", "/dev/null");
    command.env("XDG_CONFIG_HOME", repository.beside("config"));
    command.arg("hook").args(arguments).output().expect("the command runs")
}

/// Whether a commit of what is staged goes through, and what is said.
fn commit(repository: &Repository) -> (bool, String) {
    let output = repository.try_in(&repository.root(), &["commit", "--quiet", "-m", "x"]);
    (output.status.success(), stderr(&output))
}

fn script(repository: &Repository, path: &str, text: &str) {
    repository.write(path, text);
    fs::set_permissions(repository.root().join(path), fs::Permissions::from_mode(0o755)).expect("allowed");
}

#[test]
fn a_hook_stops_a_secret_and_runs_what_was_there_before() {
    let repository = Repository::new(&[]);
    assert_eq!(code(&hook(&repository, &["status"])), 2, "there is none yet");
    script(&repository, ".git/hooks/pre-commit", "#!/bin/sh\necho chained \"$@\" >>before\n");
    script(&repository, ".git/hooks/pre-push", "#!/bin/sh\ncat >>before; echo pushed \"$1\" >>before\n");
    for _ in 0..2 {
        let installed = hook(&repository, &["install"]);
        assert_eq!((code(&installed), stderr(&installed)), (0, String::new()));
    }
    let status = hook(&repository, &["status"]);
    assert_eq!(code(&status), 0, "{}{}", stdout(&status), stderr(&status));
    assert_eq!(stdout(&status).matches("it refused a made-up secret").count(), 2);
    repository.add("clean.txt", "clean\n");
    assert!(commit(&repository).0);
    repository.add("leaky.env", line("leak"));
    let (passed, said) = commit(&repository);
    assert!(!passed && said.contains("leaky.env:1") && !said.contains(&token("leak")), "{said}");
    // Git then makes an index of its own for the hook.
    let only = repository.try_in(&repository.root(), &["commit", "--quiet", "-m", "x", "--", "leaky.env"]);
    assert!(!only.status.success() && stderr(&only).contains("leaky.env:1"), "{}", stderr(&only));
    let only = repository
        .try_in(&repository.root(), &["commit", "--quiet", "--allow-empty", "-m", "x", "--", "clean.txt"]);
    assert!(!stderr(&only).contains("leaky.env:1"), "it is not committed: {}", stderr(&only));
    let linked = repository.beside("linked");
    repository.git(&["worktree", "add", "--quiet", "--detach", &linked.display().to_string()]);
    fs::write(linked.join("other.env"), line("leak")).expect("written");
    repository.git_in(&linked, &["add", "other.env"]);
    let refused = repository.try_in(&linked, &["commit", "--quiet", "-m", "x"]);
    assert!(!refused.status.success() && stderr(&refused).contains("other.env:1"), "{}", stderr(&refused));
    let before = || fs::read_to_string(repository.root().join("before")).expect("it ran");
    assert_eq!(before(), "chained\n".repeat(2), "not after a refusal");
    repository.git(&["commit", "--quiet", "--no-verify", "-m", "leaky"]);
    let remote = repository.beside("remote.git").display().to_string();
    repository.git(&["init", "--quiet", "--bare", &remote]);
    let push = |what: &str| repository.try_in(&repository.root(), &["push", "--quiet", &remote, what]);
    let refused = push("main");
    assert!(!refused.status.success() && stderr(&refused).contains("leaky.env:1"), "{}", stderr(&refused));
    assert!(push("main~1:refs/heads/main").status.success());
    assert!(before().ends_with(&format!("{}\npushed {remote}\n", "0".repeat(40))), "its lines: {}", before());
    assert_eq!(code(&hook(&repository, &["uninstall"])), 0);
    let text = fs::read_to_string(repository.root().join(".git/hooks/pre-commit")).expect("it is back");
    assert!(text.contains("chained"));
    assert_eq!(code(&hook(&repository, &["status"])), 2);
}

#[test]
fn hooks_for_all_repositories_pass_on_to_their_own() {
    let repository = Repository::new(&[]);
    script(&repository, ".git/hooks/commit-msg", "#!/bin/sh\necho message >>ran\n");
    script(&repository, ".git/hooks/pre-commit", "#!/bin/sh\necho own >>ran\n");
    let installed = hook(&repository, &["install", "--global", "pre-commit"]);
    assert_eq!(code(&installed), 0, "{}", stderr(&installed));
    assert_eq!(code(&hook(&repository, &["status", "--global", "pre-commit"])), 0);
    assert_eq!(
        code(&hook(&repository, &["install"])),
        2,
        "where all repositories look it is not for one alone"
    );
    repository.add("clean.txt", "clean\n");
    assert!(commit(&repository).0);
    assert_eq!(fs::read_to_string(repository.root().join("ran")).expect("it ran"), "own\nmessage\n");
    repository.add("leaky.env", line("leak"));
    assert!(!commit(&repository).0);
    assert_eq!(code(&hook(&repository, &["uninstall", "--global"])), 0);
    assert!(!repository.beside("config/keysieve/hooks").exists());
    assert!(commit(&repository).0, "nothing is left");
    // Where somebody's own hooks stand for all repositories, git did not run those of each before either.
    let shared = repository.beside("shared");
    fs::create_dir(&shared).expect("made");
    repository.git(&["config", "--global", "core.hooksPath", &shared.display().to_string()]);
    assert_eq!(code(&hook(&repository, &["install", "--global", "pre-commit"])), 0);
    assert_eq!(shared.read_dir().expect("read").count(), 1, "nothing is passed on");
    fs::remove_file(repository.root().join("ran")).expect("there");
    repository.add("clean.txt", "still clean\n");
    assert!(commit(&repository).0 && !repository.root().join("ran").exists());
}

#[test]
fn where_others_manage_hooks_it_is_said_what_to_do() {
    let repository = Repository::new(&[]);
    for (text, advice) in [
        ("#!/bin/sh\n# File generated by pre-commit: https://pre-commit.com\n", ".pre-commit-config.yaml"),
        ("#!/bin/sh\ncall_lefthook run \"pre-commit\" \"$@\"\n", "lefthook.yml"),
    ] {
        script(&repository, ".git/hooks/pre-commit", text);
        let output = hook(&repository, &["install"]);
        assert_eq!((code(&output), stderr(&output).contains(advice)), (2, true), "{}", stderr(&output));
        let kept = fs::read_to_string(repository.root().join(".git/hooks/pre-commit")).expect("still there");
        assert_eq!(kept, text);
    }
    fs::remove_file(repository.root().join(".git/hooks/pre-commit")).expect("there");
    for (path, advice) in [
        (".pre-commit-config.yaml", "repo: local"),
        (".husky/x", ".husky/pre-commit"),
        ("lefthook.yml", "jobs:"),
    ] {
        repository.write(path, "");
        let output = hook(&repository, &["install", "pre-commit"]);
        assert_eq!(code(&output), 0, "it does not manage hooks yet");
        assert!(
            stderr(&output).contains("when it is set up") && stderr(&output).contains(advice),
            "{advice}"
        );
    }
    repository.git(&["config", "core.hooksPath", ".husky/_"]);
    let output = hook(&repository, &["install"]);
    assert_eq!((code(&output), stderr(&output).contains("husky")), (2, true));
    repository.git(&["config", "core.hooksPath", "hooks-of-ours"]);
    assert_eq!(code(&hook(&repository, &["install", "pre-commit"])), 0);
    assert!(repository.root().join("hooks-of-ours/pre-commit").is_file());
}

#[test]
fn a_hook_that_does_not_work_is_told() {
    let repository = Repository::new(&[]);
    assert_eq!(code(&hook(&repository, &["install", "pre-commit"])), 0);
    let path = repository.root().join(".git/hooks/pre-commit");
    let text = fs::read_to_string(&path).expect("installed");
    script(&repository, ".git/hooks/pre-commit", &text.replace("--staged", "--staged --exit-zero"));
    let output = hook(&repository, &["status", "pre-commit"]);
    assert_eq!((code(&output), stdout(&output).contains("let a made-up secret through")), (2, true));
    script(&repository, ".git/hooks/pre-commit", &text.replace("keysieve='", "keysieve='/nowhere"));
    let mut command = keysieve(&repository.root());
    let output = command.args(["hook", "status", "pre-commit"]).env("PATH", "/usr/bin:/bin").output();
    let output = output.expect("it runs");
    assert_eq!(code(&output), 2, "{}", stdout(&output));
}

#[test]
fn it_is_said_why_git_knows_of_no_hooks() {
    let repository = Repository::new(&[]);
    let away = tempfile::tempdir().expect("a directory");
    let output = keysieve(away.path()).args(["hook", "install"]).output().expect("it runs");
    assert_eq!((code(&output), stderr(&output).contains("not a git repository")), (2, true));
    let mut command = keysieve(&repository.root());
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
    let output = command.args(["hook", "install"]).output().expect("it runs");
    assert_eq!((code(&output), stderr(&output).contains("safe.directory")), (2, true), "{}", stderr(&output));
}
