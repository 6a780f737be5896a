//! `keysieve git --ci`, `--config-from`, and the options of gitleaks that choose a part of a repository.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::{Value, json};

use super::repository::{Repository, line, places, token};
use super::{code, keysieve, run, stderr, stdout};

/// The command without what the build server that runs this test has set.
fn quiet(directory: &Path) -> Command {
    let mut command = keysieve(directory);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let starts = [
            "GITHUB_",
            "CI_",
            "GITLAB_",
            "BITBUCKET_",
            "BUILD_",
            "SYSTEM_",
            "BUILDKITE",
            "CIRCLE",
            "JENKINS",
            "TF_",
        ];
        if starts.iter().any(|start| name.starts_with(start)) {
            command.env_remove(&name);
        }
    }
    command
}

/// A clone of a repository with a pull request: `main` went on, and `HEAD` is a merge of both, as GitHub checks it out.
fn with_pull_request() -> (Repository, String, String) {
    let mut repository = Repository::new(&[]);
    repository.write("old.env", format!("{}{}", line("old"), line("moved")));
    let fork = repository.commit("first");
    repository.git(&["checkout", "--quiet", "-b", "topic"]);
    repository.write("old.env", format!("# above\n{}", line("old")));
    repository.write("moved.env", line("moved"));
    repository.write("new.env", line("new"));
    repository.commit("topic");
    repository.write("brief.env", line("brief"));
    repository.commit("added");
    fs::remove_file(repository.root().join("brief.env")).expect("removed");
    repository.commit("and removed");
    repository.git(&["checkout", "--quiet", "main"]);
    repository.write("main.env", line("main"));
    let base = repository.commit("main went on");
    repository.git(&["checkout", "--quiet", "--detach"]);
    repository.git(&["merge", "--quiet", "--no-ff", "-m", "merge", "topic"]);
    (repository, fork, base)
}

const NEW: [(&str, &[&str]); 2] = [("new", &["new.env:1"]), ("brief", &["brief.env:1"])];
const NAMES: [&str; 2] = ["new", "brief"];

fn github(repository: &Repository, name: &str, event: &Value) -> Command {
    let path = repository.beside("event.json");
    fs::write(&path, event.to_string()).expect("written");
    let mut command = quiet(&repository.root());
    command.env("GITHUB_ACTIONS", "true").env("GITHUB_EVENT_NAME", name).env("GITHUB_EVENT_PATH", path);
    command.env("GITHUB_REF", "refs/pull/1/merge").env("GITHUB_SHA", repository.git(&["rev-parse", "HEAD"]));
    command
}

#[test]
fn a_pull_request_is_judged_by_what_it_brings() {
    let (repository, fork, base) = with_pull_request();
    let event =
        |sha: &str| json!({"pull_request": {"base": {"sha": sha, "ref": "main"}, "head": {"sha": "x"}}});
    for sha in [&fork, &base] {
        let command = github(&repository, "pull_request", &event(sha));
        assert_eq!(repository.found_by(command, &NAMES, &["--ci"]).0, places(&NEW), "base {sha}");
    }
    let queue = json!({"merge_group": {"base_sha": base, "base_ref": "refs/heads/main"}});
    let command = github(&repository, "merge_group", &queue);
    assert_eq!(repository.found_by(command, &NAMES, &["--ci"]).0, places(&NEW));
    let head = repository.git(&["rev-parse", "topic"]);
    let target = json!({"pull_request": {"base": {"sha": base, "ref": "main"}, "head": {"sha": head}}});
    repository.git(&["checkout", "--quiet", "main"]);
    let command = github(&repository, "pull_request_target", &target);
    assert_eq!(repository.found_by(command, &NAMES, &["--ci"]).0, places(&NEW));
    let away =
        json!({"pull_request": {"base": {"sha": base, "ref": "main"}, "head": {"sha": "1".repeat(40)}}});
    let output =
        github(&repository, "pull_request_target", &away).args(["git", "--ci"]).output().expect("it runs");
    assert_eq!((code(&output), stderr(&output).contains("git fetch")), (2, true), "{}", stderr(&output));
}

#[test]
fn github_gets_annotations_and_a_summary() {
    let (repository, _, base) = with_pull_request();
    let event = json!({"pull_request": {"base": {"sha": base, "ref": "main"}}});
    let summary = repository.beside("summary.md");
    fs::write(&summary, "# Of an earlier command\n").expect("written");
    let mut command = github(&repository, "pull_request", &event);
    let output =
        command.env("GITHUB_STEP_SUMMARY", &summary).args(["git", "--ci"]).output().expect("it runs");
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    assert!(
        stdout(&output).contains("::error ") && stdout(&output).contains("file=new.env"),
        "{}",
        stdout(&output)
    );
    let summary = fs::read_to_string(summary).expect("written");
    assert!(summary.starts_with("# Of an earlier") && summary.contains("new.env"), "{summary}");
    assert!(!summary.contains(&token("new")) && !stdout(&output).contains(&token("new")));
}

#[test]
fn reports_of_a_change_follow_the_schemas_of_who_reads_them_and_hold_no_secret() {
    let (repository, _, base) = with_pull_request();
    let range = format!("{base}..HEAD");
    for (format, schema) in [
        ("json", "report-1.schema.json"),
        ("sarif", "sarif-2.1.0.json"),
        ("gitlab", "gitlab-secret-detection-15.schema.json"),
        ("code-quality", "gitlab-code-quality.schema.json"),
        ("rdjson", "rdjson.schema.json"),
        ("gitleaks", "gitleaks-report.schema.json"),
    ] {
        let output = run(&repository.root(), &["git", "--range", &range, "-f", format]);
        assert_eq!(code(&output), 1, "{format}: {}", stderr(&output));
        super::follows(schema, &super::json(&output));
    }
    for format in
        ["text", "jsonl", "junit", "csv", "markdown", "github", "azure", "ocsf", "ecs", "html", "sarif"]
    {
        let output = run(&repository.root(), &["git", "--range", &range, "-f", format]);
        let said = stdout(&output);
        assert!(said.contains("new.env"), "{format}: {said}");
        let shown = NAMES.iter().filter(|name| said.contains(&token(name)[4..])).count();
        assert_eq!(shown, 0, "{format}");
    }
}

#[test]
fn other_platforms_say_it_in_variables() {
    let (repository, fork, base) = with_pull_request();
    repository.git(&["update-ref", "refs/remotes/origin/main", &base]);
    let head = repository.git(&["rev-parse", "HEAD"]);
    let platforms: [&[(&str, &str)]; 7] = [
        &[
            ("GITLAB_CI", "true"),
            ("CI_MERGE_REQUEST_IID", "1"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &fork),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", &base),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ],
        &[
            ("BITBUCKET_BUILD_NUMBER", "1"),
            ("BITBUCKET_PR_DESTINATION_COMMIT", &base[..12]),
            ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
        ],
        &[
            ("TF_BUILD", "True"),
            ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
            ("BUILD_SOURCEVERSION", &head),
            ("BUILD_SOURCEBRANCH", "refs/pull/1/merge"),
        ],
        &[("JENKINS_URL", "http://localhost"), ("CHANGE_TARGET", "main")],
        &[("CIRCLECI", "true"), ("CIRCLE_BRANCH", "topic")],
        &[("BUILDKITE", "true"), ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main")],
        &[
            ("GITLAB_CI", "true"),
            ("CI_COMMIT_BEFORE_SHA", &base),
            ("CI_COMMIT_BRANCH", "main"),
            ("CI_DEFAULT_BRANCH", "main"),
        ],
    ];
    for variables in platforms {
        let mut command = quiet(&repository.root());
        command.envs(variables.iter().copied());
        let (found, report) = repository.found_by(command, &NAMES, &["--ci"]);
        assert_eq!(found, places(&NEW), "{variables:?}");
        assert_eq!(report["complete"], true);
    }
    let output = quiet(&repository.root()).args(["git", "--ci"]).output().expect("it runs");
    assert_eq!((code(&output), stderr(&output).contains("--range")), (2, true), "no build server at all");
}

#[test]
fn a_shallow_clone_is_refused_with_what_mends_it() {
    let (repository, _, base) = with_pull_request();
    repository.git(&["branch", "merged"]);
    let clone = repository.beside("clone");
    let url = format!("file://{}", repository.root().display());
    for depth in ["--depth=1", "--depth=2"] {
        repository.git(&["clone", "--quiet", depth, "--branch=merged", &url, &clone.display().to_string()]);
        let event = json!({"pull_request": {"base": {"sha": base, "ref": "main"}}});
        let mut command = github(&repository, "pull_request", &event);
        let output = command.current_dir(&clone).args(["git", "--ci"]).output().expect("it runs");
        let said = stderr(&output);
        assert_eq!(code(&output), 2, "{depth}: {said}");
        assert!(said.contains("git fetch --unshallow") && said.contains("fetch-depth: 0"), "{said}");
        fs::remove_dir_all(&clone).expect("removed");
    }
}

#[test]
fn a_change_cannot_allow_itself() {
    let mut repository = Repository::new(&[]);
    repository.write(".keysieveignore", "known.env reason=old\n");
    repository
        .write("keysieve.toml", "[findings]\nmin_severity = \"low\"\nbaseline = [\".baseline.jsonl\"]\n");
    repository.write(".baseline.jsonl", "");
    repository.write("known.env", "nothing\n");
    repository.write("in-baseline.env", line("baseline"));
    assert_eq!(
        code(&run(&repository.root(), &["baseline", "create", "--force", "-o", ".baseline.jsonl"])),
        0
    );
    repository.commit("first");
    repository.git(&["checkout", "--quiet", "-b", "topic"]);
    repository.write("known.env", line("known"));
    repository.write("leaky.env", line("leaky"));
    repository.write("in-baseline.env", format!("# changed\n{}", line("baseline")));
    repository.write(".keysieveignore", "*.env reason=mine\n");
    repository.write("keysieve.toml", "[[allow]]\npaths = [\"*.env\"]\nreason = \"mine\"\n");
    repository.commit("allows itself");
    let (found, _) = repository.found(&[], &["--range", "main..topic"]);
    assert_eq!(found, [], "without a pin it counts");
    let (found, _) =
        repository.found(&["leaky"], &["--range", "main..topic", "--whole-files", "--config-from", "main"]);
    assert_eq!(found, places(&[("leaky", &["leaky.env:1"])]));
    let (found, _) = repository.found(&["leaky"], &["--config-from", "main", "--staged", "leaky.env"]);
    assert_eq!(found.len(), 1);
    for wrong in [&["git", "--config-from", "none"][..], &["git", "--config-from", "main", "--no-config"]] {
        assert_eq!(code(&run(&repository.root(), wrong)), 2, "{wrong:?}");
    }
}

/// What `keysieve compat gitleaks` reports: files and commits.
fn as_gitleaks(repository: &Repository, arguments: &[&str]) -> (i32, Vec<String>) {
    let mut command = keysieve(&repository.root());
    let output =
        command.args(["compat", "gitleaks"]).args(arguments).args(["-r", "-"]).output().expect("it runs");
    let mut files = Vec::new();
    if let Ok(Value::Array(list)) = serde_json::from_slice::<Value>(&output.stdout) {
        files.extend(list.iter().map(|it| it["File"].as_str().expect("a file").to_owned()));
    }
    files.sort();
    (code(&output), files)
}

#[test]
fn gitleaks_options_choose_a_part_of_a_repository() {
    let (repository, fork, base) = with_pull_request();
    let check = |arguments: &[&str], files: &[&str]| {
        let expected = (i32::from(!files.is_empty()), files.iter().map(|file| (*file).to_owned()).collect());
        assert_eq!(as_gitleaks(&repository, arguments), expected, "{arguments:?}");
    };
    check(&["git", "--log-opts", "main..HEAD"], &["brief.env", "new.env"]);
    check(&["git", ".", &format!("--log-opts=--no-merges {base}..topic")], &["brief.env", "new.env"]);
    check(&["detect", "--log-opts=-1 topic"], &[]);
    check(&["detect", "--source", ".", "--log-opts", &format!("{fork} --not topic")], &[]);
    check(
        &["git", "--log-opts=--all"],
        &["brief.env", "main.env", "moved.env", "new.env", "old.env", "old.env"],
    );
    assert_eq!(as_gitleaks(&repository, &["git", "--log-opts=--since=yesterday"]).0, 1, "an error");
    repository.add("staged.env", line("staged"));
    repository.write("old.env", format!("{}{}", line("old"), line("unstaged")));
    check(&["protect", "--staged"], &["staged.env"]);
    check(&["git", "--pre-commit", "--staged", "--redact", "-v"], &["staged.env"]);
    check(&["protect"], &["old.env"]);
    check(&["git", "--pre-commit"], &["old.env"]);
}
