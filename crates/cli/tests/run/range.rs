//! What `keysieve git` finds in a part of the history.

use std::fs;

use super::repository::{Repository, line, places, token};
use super::{code, keysieve, run, skips, stderr};

/// A branch `topic` beside `main`, with things that come, go and move.
fn with_topic() -> Repository {
    let mut repository = Repository::new(&[]);
    repository.write("old.env", format!("{}{}", line("old"), "filling\n".repeat(20)));
    repository.write("dir/moved.env", line("moved"));
    repository.commit("first");
    repository.git(&["checkout", "--quiet", "-b", "topic"]);
    repository.write("new.env", line("new"));
    repository.commit("new");
    repository.write("removed.env", line("removed"));
    repository.commit("to be removed");
    repository.git(&["rm", "--quiet", "removed.env"]);
    repository.commit("removed");
    repository.write("old.env", format!("# changed\n{}{}", line("old"), "filling\n".repeat(21)));
    repository.git(&["mv", "dir/moved.env", "elsewhere.env"]);
    repository.commit("moved");
    repository.write("new.env", format!("# one\n# two\n{}", line("new")));
    repository.commit(&format!("says {}", token("message")));
    repository.git(&["checkout", "--quiet", "main"]);
    repository.write("main.env", line("main"));
    repository.commit("on main");
    repository.git(&["checkout", "--quiet", "topic"]);
    repository.git(&["merge", "--quiet", "--no-commit", "--no-ff", "main"]);
    repository.write("merge.env", line("merge"));
    repository.commit("a merge that adds something of its own");
    repository
}

#[test]
fn what_a_branch_brings_is_found_and_nothing_else() {
    let repository = with_topic();
    let message = repository.git(&["rev-parse", "HEAD~1"]);
    let said = format!(".git/commits/{message}:1");
    let expected = places(&[
        ("new", &["new.env:3"]),
        ("removed", &["removed.env:1"]),
        ("message", &[said.as_str()]),
        ("merge", &["merge.env:1"]),
    ]);
    let names = ["new", "removed", "message", "merge"];
    for range in [&["--range", "main..topic"][..], &["--range", "main.."], &["--since-commit", "main"]] {
        assert_eq!(repository.found(&names, range).0, expected, "{range:?}");
    }
    repository.git(&["checkout", "--quiet", "main"]);
    let since = ["--since-commit", "main", "--branch", "topic", "-j", "1"];
    let (found, report) = repository.found(&names, &since);
    assert_eq!(found, expected);
    assert_eq!(report["complete"], true, "{:#}", report["skips"]);
    let new =
        report["findings"].as_array().expect("a list").iter().find(|it| it["secret_raw"] == *token("new"));
    let git = &new.expect("found")["locations"][0]["git"];
    let commit = |name: &str| repository.git(&["rev-parse", name]);
    assert_eq!(git["commit"], commit("topic~5"), "{git:#}");
    assert_eq!((&git["last_commit"], &git["refs"][0]), (&commit("topic").into(), &"refs/heads/topic".into()));
    repository.git(&["repack", "-adfq"]);
    assert_eq!(repository.found(&names, &since).0, expected, "packed");
    let names = ["new", "removed", "message", "merge", "old", "moved", "main"];
    let (whole, _) = repository.found(&names, &["--range", "main..topic", "--whole-files"]);
    let whole: Vec<&str> = whole.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(whole, ["merge", "message", "moved", "new", "old", "removed"]);
    let (both, _) = repository.found(&names, &["--range", "main~1...topic"]);
    assert_eq!(both.len(), 5, "without what both have: {both:?}");
    assert_eq!(repository.found(&names, &["--branch", "topic"]).0.len(), 7, "all that it leads to");
}

#[test]
fn names_of_commits_are_those_of_git() {
    let repository = with_topic();
    repository.git(&["tag", "-a", "v1", "-m", "tagged", "main"]);
    let id = repository.git(&["rev-parse", "main"]);
    let short = &id[..9];
    for name in
        [short, "v1", "refs/tags/v1", "v1^{commit}", "heads/main", "topic^2", "HEAD^2", "@^2", "topic~0^2"]
    {
        let (found, _) = repository.found(&["main"], &["--range", &format!("topic^1..{name}")]);
        assert_eq!(found, places(&[("main", &["main.env:1"])]), "{name}");
        let range = format!("{name}..topic");
        let output = run(&repository.root(), &["git", "--range", &range, "--rule", "gitlab-pat"]);
        assert_eq!(code(&output), 1, "{range}: {}", stderr(&output));
    }
    repository.git(&["pack-refs", "--all"]);
    let wrong =
        ["none..topic", "topic~99..topic", "topic^3..", "dead..topic", "topic@{1}..", "HEAD:new.env.."];
    for range in wrong {
        let output = run(&repository.root(), &["git", "--range", range]);
        assert_eq!(
            (code(&output), stderr(&output).contains("revision")),
            (2, true),
            "{range}: {}",
            stderr(&output)
        );
    }
    for arguments in
        [&["git", "--range", "a..b..c"][..], &["git", "--whole-files"], &["git", "--staged", "--pre-push"]]
    {
        assert_eq!(code(&run(&repository.root(), arguments)), 2, "{arguments:?}");
    }
}

#[test]
fn a_shallow_clone_is_incomplete_where_it_matters() {
    let repository = with_topic();
    let clone = repository.beside("clone");
    let url = format!("file://{}", repository.root().display());
    repository.git(&["clone", "--quiet", "--depth=2", "--branch=topic", &url, &clone.display().to_string()]);
    let check = |range: &str| {
        let (_, report) = repository.found_by(
            keysieve(&clone),
            &["new", "old", "main", "merge", "message", "moved"],
            &["--range", range],
        );
        (report["complete"].as_bool(), skips(&report).iter().map(|skip| skip.0.clone()).collect::<Vec<_>>())
    };
    assert_eq!(check("HEAD~1..HEAD^2"), (Some(false), vec![".git/shallow".to_owned()]));
    assert_eq!(check("HEAD"), (Some(false), vec![".git/shallow".to_owned()]));
    for name in ["HEAD~9", "main"] {
        let output = run(&clone, &["git", "--since-commit", name]);
        assert_eq!(
            (code(&output), stderr(&output).contains("--unshallow")),
            (2, true),
            "{}",
            stderr(&output)
        );
    }
}

#[test]
fn a_push_is_judged_by_what_the_remote_does_not_have() {
    let repository = with_topic();
    let remote = repository.beside("remote.git");
    repository.git(&["init", "--quiet", "--bare", &remote.display().to_string()]);
    repository.git(&["remote", "add", "origin", &remote.display().to_string()]);
    repository.git(&["push", "--quiet", "origin", "topic~2:refs/heads/topic"]);
    let id = |name: &str| repository.git(&["rev-parse", name]);
    let zero = "0".repeat(40);
    let lines = format!(
        "refs/heads/topic {} refs/heads/topic {}\n(delete) {zero} refs/heads/gone {}\n",
        id("topic"),
        id("topic~2"),
        id("main")
    );
    let pushed = |lines: &str, more: &[&str]| {
        let mut command = keysieve(&repository.root());
        command.write_stdin(lines.to_owned());
        let arguments = [&["--pre-push"], more].concat();
        repository.found_by(command, &["message", "merge", "main", "new"], &arguments).0
    };
    let names =
        |found: Vec<(String, Vec<String>)>| found.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    // The remote has not seen what is merged from main, either.
    assert_eq!(names(pushed(&lines, &["--remote", "origin"])), ["main", "merge", "message"]);
    assert_eq!(
        names(pushed(&lines, &["--remote", "https://host.example/x.git"])),
        ["main", "merge", "message"]
    );
    let new = format!("HEAD {} refs/heads/fresh {zero}\n", id("topic"));
    assert_eq!(names(pushed(&new, &["--remote", "origin"])), ["main", "merge", "message"]);
    assert_eq!(names(pushed("", &[])), Vec::<String>::new());
    let name = format!("refs/heads/{}", token("message"));
    let named = format!("HEAD {} {name} {zero}\n", id("topic~2"));
    assert_eq!(pushed(&named, &["--remote", "origin"]), places(&[("message", &[".git/refs/heads/glpa…:1"])]));
    // As the pre-commit framework says it.
    let mut command = keysieve(&repository.root());
    command.env("PRE_COMMIT_FROM_REF", id("topic~1")).env("PRE_COMMIT_TO_REF", id("topic"));
    command.env("PRE_COMMIT_REMOTE_NAME", "origin");
    assert_eq!(names(repository.found_by(command, &["main", "merge"], &["--pre-push"]).0), ["main", "merge"]);
    let mut command = keysieve(&repository.root());
    command.env("PRE_COMMIT", "1").env("PRE_COMMIT_REMOTE_NAME", "new");
    command.env("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/main");
    let (found, _) = repository.found_by(command, &["main", "old", "moved"], &["--pre-push"]);
    assert_eq!(names(found), ["main", "moved", "old"], "from the very beginning");
    let mut command = keysieve(&repository.root());
    let output = command.args(["git", "--pre-push"]).write_stdin("what is this\n").output().expect("it runs");
    assert_eq!(code(&output), 2);
}

#[test]
fn a_push_that_cannot_be_judged_in_time_is_refused_unless_that_is_allowed() {
    let repository = with_topic();
    let id = repository.git(&["rev-parse", "topic"]);
    let lines = format!("{} {id} refs/heads/new\n", "0".repeat(40));
    repository.git(&["update-ref", "--no-deref", "-d", "refs/heads/topic"]);
    repository.git(&["update-ref", "--no-deref", "HEAD", "main"]);
    for (allowed, expected) in [(&["--allow-partial"][..], 0), (&[], 3)] {
        let mut command = keysieve(&repository.root());
        command
            .args(["git", "--pre-receive", "--deadline", "0.000001"])
            .args(allowed)
            .write_stdin(lines.clone());
        let output = command.output().expect("it runs");
        assert_eq!(code(&output), expected, "{allowed:?}: {}", stderr(&output));
    }
}

#[cfg(unix)]
#[test]
fn a_server_refuses_a_push_by_what_is_in_quarantine() {
    use std::os::unix::fs::PermissionsExt;

    let mut repository = with_topic();
    let server = repository.beside("server.git");
    repository.git(&["init", "--quiet", "--bare", &server.display().to_string()]);
    repository.git(&["push", "--quiet", &server.display().to_string(), "topic:refs/heads/main"]);
    let hook = server.join("hooks/pre-receive");
    let program = env!("CARGO_BIN_EXE_keysieve");
    let script = format!(
        "#!/bin/sh\nexec '{program}' git --pre-receive --deadline 60 --no-progress --rule gitlab-pat\n"
    );
    fs::create_dir_all(server.join("hooks")).expect("made");
    fs::write(&hook, script).expect("written");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("allowed");
    let push = |repository: &Repository, what: &str| {
        let url = server.display().to_string();
        let output = repository.try_in(&repository.root(), &["push", &url, what]);
        (output.status.success(), stderr(&output))
    };
    let (pushed, said) = push(&repository, "topic:refs/heads/again");
    assert!(pushed, "what is known is no reason: {said}");
    repository.write("clean.txt", "clean\n");
    repository.commit("clean");
    assert!(push(&repository, "topic:refs/heads/main").0);
    repository.write("pushed.env", line("pushed"));
    repository.commit("leaky");
    repository.git(&["rm", "--quiet", "pushed.env"]);
    repository.commit("removed again");
    let (pushed, said) = push(&repository, "topic:refs/heads/main");
    assert!(!pushed && said.contains("pushed.env:1") && !said.contains(&token("pushed")), "{said}");
}
