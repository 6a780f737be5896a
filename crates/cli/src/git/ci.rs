//! What a build server says of the change that it builds.
//!
//! Each platform says it in its own variables; their documentation is named beside them. What they say of revisions is
//! believed only as far as it is here: a base that is not leads to an error, never to less being looked at.

use std::fs;

use anyhow::{Context as _, Result, bail};
use keysieve_report::Format;
use keysieve_source_git::{Range, Repository};
use serde_json::Value;

use crate::arguments::ReportArguments;

/// A build server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Platform {
    /// <https://docs.github.com/actions/reference/workflows-and-actions/variables>
    GitHub,
    /// <https://docs.gitlab.com/ci/variables/predefined_variables/>
    GitLab,
    /// <https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/>
    Bitbucket,
    /// <https://learn.microsoft.com/azure/devops/pipelines/build/variables>
    Azure,
    /// <https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables>
    Jenkins,
    /// <https://circleci.com/docs/reference/variables/>
    CircleCi,
    /// <https://buildkite.com/docs/pipelines/configure/environment-variables>
    Buildkite,
}

/// What is built, and what it is compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// The commit whose history is judged.
    pub(super) head: String,
    /// Commits of what was there before; those that are here count, and one must be, if there are any.
    pub(super) bases: Vec<String>,
    /// The branch that is merged into or pushed to, if it can be fetched to have a base.
    pub(super) target: Option<String>,
    /// Whether only a schedule or a person started the build: there is no change, and all of the history is judged.
    pub(super) none: bool,
}

/// How variables are asked for.
type Variables<'v> = &'v dyn Fn(&str) -> Option<String>;

/// Finds the platform; none if there is nothing that says so.
pub(super) fn platform(set: Variables<'_>) -> Result<Platform> {
    let is = |name: &str| set(name).is_some_and(|value| value != "false");
    let known = [
        ("GITHUB_ACTIONS", Platform::GitHub),
        ("GITLAB_CI", Platform::GitLab),
        ("BITBUCKET_BUILD_NUMBER", Platform::Bitbucket),
        ("TF_BUILD", Platform::Azure),
        ("BUILDKITE", Platform::Buildkite),
        ("CIRCLECI", Platform::CircleCi),
        ("JENKINS_URL", Platform::Jenkins),
    ];
    known.iter().find(|(name, _)| is(name)).map(|(_, platform)| *platform).context(
        "--ci: no build server is known here (GitHub Actions, GitLab, Bitbucket, Azure, Jenkins, CircleCI, Buildkite); \
         say what is to be judged with --range BASE..HEAD",
    )
}

impl Change {
    /// What a platform says.
    pub(super) fn of(platform: Platform, set: Variables<'_>) -> Result<Self> {
        let mut change = match platform {
            Platform::GitHub => return github(set),
            Platform::GitLab => gitlab(set),
            Platform::Bitbucket => bitbucket(set),
            Platform::Azure => azure(set),
            Platform::Jenkins => jenkins(set),
            Platform::CircleCi => circle(set),
            Platform::Buildkite => buildkite(set),
        };
        change.tidy();
        Ok(change)
    }

    fn at_head() -> Self {
        Self { head: "HEAD".to_owned(), ..Self::default() }
    }

    fn base(mut self, commit: Option<String>) -> Self {
        self.bases.extend(commit);
        self
    }

    /// Names the branch that a change is for.
    fn target(mut self, branch: Option<String>) -> Self {
        let branch = branch.map(|branch| branch.strip_prefix("refs/heads/").unwrap_or(&branch).to_owned());
        self.bases.extend(branch.iter().map(|branch| format!("refs/remotes/origin/{branch}")));
        self.target = self.target.or(branch);
        self
    }

    /// Leaves out what stands for nothing: a branch that was just made has zeros for what it was before.
    fn tidy(&mut self) {
        self.bases.retain(|base| !base.is_empty() && !base.bytes().all(|byte| byte == b'0'));
    }

    /// The commits that the change brings.
    pub(super) fn range(&self, repository: &Repository, platform: Platform) -> Result<Range> {
        repository.commit(&self.head).with_context(|| {
            format!("--ci: what is to be judged is not here; get it with: git fetch origin {}", self.head)
        })?;
        let mut range = Range { include: vec![self.head.clone()], unbroken: true, ..Range::default() };
        let here = |base: &String| repository.commit(base).is_ok();
        range.exclude_known = self.bases.iter().filter(|base| here(base)).cloned().collect();
        if range.exclude_known.is_empty() && !self.bases.is_empty() {
            if repository.is_shallow() {
                bail!("{}", platform.shallow());
            }
            let fetch = match &self.target {
                Some(branch) => format!("+refs/heads/{branch}:refs/remotes/origin/{branch}"),
                None => self.bases[0].clone(),
            };
            bail!(
                "--ci: what the change is to be compared with is not here; get it with: git fetch origin {fetch}"
            );
        }
        if range.exclude_known.is_empty() {
            range.exclude_known.push(format!("{}^1", self.head));
        }
        Ok(range)
    }
}

impl Platform {
    /// What is said where the clone is shallow.
    pub(super) fn shallow(self) -> String {
        let setting = match self {
            Self::GitHub => "`fetch-depth: 0` below `with:` of actions/checkout",
            Self::GitLab => "GIT_DEPTH: 0 in `variables:`",
            Self::Bitbucket => "`depth: full` below `clone:`",
            Self::Azure => "`fetchDepth: 0` of the checkout step",
            Self::Jenkins => "a checkout without `shallow clone`",
            Self::CircleCi => "`method: full` of the checkout step",
            Self::Buildkite => "BUILDKITE_GIT_CLONE_FLAGS without --depth",
        };
        format!(
            "--ci: the clone is shallow, so it cannot be told what is new; get the rest with: git fetch --unshallow origin \
             (or from the beginning with {setting})"
        )
    }

    /// What is written where nothing else is asked for: the annotations and the summary of the platform.
    pub(super) fn reports(self, set: Variables<'_>, asked: &mut ReportArguments) {
        if !asked.formats.is_empty() || !asked.outputs.is_empty() {
            return;
        }
        match self {
            Self::GitHub => {
                if let Some(summary) = set("GITHUB_STEP_SUMMARY") {
                    asked.formats.push(Format::Markdown);
                    asked.outputs.push(summary.into());
                }
                asked.formats.push(Format::Github);
            }
            Self::Azure => asked.formats.push(Format::Azure),
            // They show what a job writes into files that its configuration names.
            Self::GitLab | Self::Bitbucket | Self::Jenkins | Self::CircleCi | Self::Buildkite => {}
        }
    }
}

fn github(set: Variables<'_>) -> Result<Change> {
    let path = set("GITHUB_EVENT_PATH").context("--ci: GITHUB_EVENT_PATH is not set")?;
    let event = fs::read(&path).with_context(|| format!("--ci: {path}"))?;
    let event: Value = serde_json::from_slice(&event).with_context(|| format!("--ci: {path}: no JSON"))?;
    let mut change = of_event(&set("GITHUB_EVENT_NAME").unwrap_or_default(), &event, set);
    change.tidy();
    Ok(change)
}

/// <https://docs.github.com/webhooks/webhook-events-and-payloads>
fn of_event(name: &str, event: &Value, set: Variables<'_>) -> Change {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let change = Change::at_head();
    match name {
        "pull_request" => {
            // What is checked out is a merge of both sides, unless the workflow says otherwise.
            let merged = set("GITHUB_REF").is_some_and(|name| name.ends_with("/merge"));
            let merge = set("GITHUB_SHA").filter(|_| merged).map(|id| format!("{id}^1"));
            change.base(text("/pull_request/base/sha")).base(merge).target(text("/pull_request/base/ref"))
        }
        // Runs with the base checked out, and with its rights: only objects are read of the other side.
        "pull_request_target" => {
            let head = text("/pull_request/head/sha").unwrap_or(change.head.clone());
            let change = Change { head, ..change };
            change.base(text("/pull_request/base/sha")).target(text("/pull_request/base/ref"))
        }
        "merge_group" => change.base(text("/merge_group/base_sha")).target(text("/merge_group/base_ref")),
        "push" => {
            let default = text("/repository/default_branch");
            let to_default = default.as_ref().map(|branch| format!("refs/heads/{branch}")) == text("/ref");
            let change = change.base(text("/before"));
            if to_default { change } else { change.target(default) }
        }
        _ => Change { none: true, ..change },
    }
}

fn gitlab(set: Variables<'_>) -> Change {
    let change = Change::at_head();
    if set("CI_MERGE_REQUEST_IID").is_some() {
        // Of pipelines for merged results and merge trains, what is checked out holds the target branch, too.
        return change
            .base(set("CI_MERGE_REQUEST_DIFF_BASE_SHA"))
            .base(set("CI_MERGE_REQUEST_TARGET_BRANCH_SHA"))
            .target(set("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"));
    }
    if matches!(set("CI_PIPELINE_SOURCE").as_deref(), Some("schedule" | "web" | "api" | "trigger")) {
        return Change { none: true, ..change };
    }
    let default = set("CI_DEFAULT_BRANCH");
    let to_default = default == set("CI_COMMIT_BRANCH");
    let change = change.base(set("CI_COMMIT_BEFORE_SHA"));
    if to_default { change } else { change.target(default) }
}

fn bitbucket(set: Variables<'_>) -> Change {
    let change = Change::at_head().base(set("BITBUCKET_PR_DESTINATION_COMMIT"));
    let target = set("BITBUCKET_PR_DESTINATION_BRANCH");
    if target.is_some() { change.target(target) } else { beside_default(change, set("BITBUCKET_BRANCH")) }
}

fn azure(set: Variables<'_>) -> Change {
    let change = Change::at_head();
    let Some(target) = set("SYSTEM_PULLREQUEST_TARGETBRANCH") else {
        if matches!(set("BUILD_REASON").as_deref(), Some("Schedule" | "Manual")) {
            return Change { none: true, ..change };
        }
        return beside_default(change, set("BUILD_SOURCEBRANCHNAME"));
    };
    let merge = set("BUILD_SOURCEBRANCH").is_some_and(|name| name.ends_with("/merge"));
    let merge = set("BUILD_SOURCEVERSION").filter(|_| merge).map(|id| format!("{id}^1"));
    change.base(merge).target(Some(target))
}

fn jenkins(set: Variables<'_>) -> Change {
    let change = Change::at_head();
    if let Some(target) = set("CHANGE_TARGET") {
        return change.target(Some(target));
    }
    let previous = set("GIT_PREVIOUS_SUCCESSFUL_COMMIT").or_else(|| set("GIT_PREVIOUS_COMMIT"));
    if previous.is_some() {
        return change.base(previous);
    }
    beside_default(change, set("BRANCH_NAME"))
}

fn circle(set: Variables<'_>) -> Change {
    beside_default(Change::at_head(), set("CIRCLE_BRANCH"))
}

fn buildkite(set: Variables<'_>) -> Change {
    let change = Change::at_head().base(set("BUILDKITE_MERGE_QUEUE_BASE_COMMIT"));
    if let Some(target) = set("BUILDKITE_PULL_REQUEST_BASE_BRANCH") {
        return change.target(Some(target));
    }
    let default = set("BUILDKITE_PIPELINE_DEFAULT_BRANCH");
    if default == set("BUILDKITE_BRANCH") { change } else { change.target(default) }
}

/// Where the platform does not say what was there before: what the default branch has, if that is another one.
fn beside_default(mut change: Change, branch: Option<String>) -> Change {
    if !matches!(branch.as_deref(), None | Some("main" | "master")) && change.bases.is_empty() {
        for default in ["refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master"]
        {
            change.bases.push(default.to_owned());
        }
        change.target = Some("main".to_owned());
    }
    change
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set<'v>(variables: &'v [(&'v str, &'v str)]) -> impl Fn(&str) -> Option<String> + 'v {
        |name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    fn bases(platform: Platform, variables: &[(&str, &str)]) -> Vec<String> {
        let mut change = Change::of(platform, &set(variables)).expect("no file is needed");
        assert_eq!(change.head, "HEAD");
        change.bases.truncate(2);
        change.bases
    }

    #[test]
    fn platforms_are_known_by_what_they_set() {
        assert_eq!(platform(&set(&[("TF_BUILD", "True")])).expect("known"), Platform::Azure);
        assert_eq!(
            platform(&set(&[("JENKINS_URL", "http://x"), ("GITLAB_CI", "true")])).ok(),
            Some(Platform::GitLab)
        );
        assert!(platform(&set(&[("GITHUB_ACTIONS", "false")])).is_err());
    }

    #[test]
    fn events_of_github_name_their_base() {
        let event = serde_json::json!({
            "ref": "refs/heads/topic", "before": "0".repeat(40), "repository": {"default_branch": "trunk"},
            "pull_request": {"base": {"sha": "b1", "ref": "trunk"}, "head": {"sha": "h1"}},
            "merge_group": {"base_sha": "m1", "base_ref": "refs/heads/trunk"},
        });
        let of = |name: &str, variables: &[(&str, &str)]| {
            let mut change = of_event(name, &event, &set(variables));
            change.tidy();
            (change.head, change.bases)
        };
        let trunk = "refs/remotes/origin/trunk".to_owned();
        let merge = [("GITHUB_REF", "refs/pull/7/merge"), ("GITHUB_SHA", "c1")];
        assert_eq!(
            of("pull_request", &merge),
            ("HEAD".into(), vec!["b1".into(), "c1^1".into(), trunk.clone()])
        );
        assert_eq!(of("pull_request_target", &[]), ("h1".into(), vec!["b1".into(), trunk.clone()]));
        assert_eq!(of("merge_group", &[]), ("HEAD".into(), vec!["m1".into(), trunk.clone()]));
        assert_eq!(of("push", &[]), ("HEAD".into(), vec![trunk]), "a new branch");
        assert!(of_event("schedule", &event, &set(&[])).none);
    }

    #[test]
    fn others_name_it_in_variables() {
        let gitlab = [
            ("CI_MERGE_REQUEST_IID", "1"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "d1"),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", ""),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ];
        assert_eq!(bases(Platform::GitLab, &gitlab), ["d1", "refs/remotes/origin/main"]);
        let zeros = "0".repeat(40);
        let pushed = [
            ("CI_COMMIT_BEFORE_SHA", zeros.as_str()),
            ("CI_COMMIT_BRANCH", "x"),
            ("CI_DEFAULT_BRANCH", "main"),
        ];
        assert_eq!(bases(Platform::GitLab, &pushed), ["refs/remotes/origin/main"]);
        let azure = [
            ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
            ("BUILD_SOURCEBRANCH", "refs/pull/1/merge"),
            ("BUILD_SOURCEVERSION", "c1"),
        ];
        assert_eq!(bases(Platform::Azure, &azure), ["c1^1", "refs/remotes/origin/main"]);
        let bitbucket =
            [("BITBUCKET_PR_DESTINATION_COMMIT", "p1"), ("BITBUCKET_PR_DESTINATION_BRANCH", "main")];
        assert_eq!(bases(Platform::Bitbucket, &bitbucket), ["p1", "refs/remotes/origin/main"]);
        assert_eq!(bases(Platform::Jenkins, &[("CHANGE_TARGET", "main")]), ["refs/remotes/origin/main"]);
        assert_eq!(bases(Platform::Jenkins, &[("GIT_PREVIOUS_SUCCESSFUL_COMMIT", "j1")]), ["j1"]);
        assert_eq!(bases(Platform::CircleCi, &[("CIRCLE_BRANCH", "x")])[0], "refs/remotes/origin/HEAD");
        assert_eq!(bases(Platform::CircleCi, &[("CIRCLE_BRANCH", "main")]), Vec::<String>::new());
        let queue =
            [("BUILDKITE_MERGE_QUEUE_BASE_COMMIT", "q1"), ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main")];
        assert_eq!(bases(Platform::Buildkite, &queue), ["q1", "refs/remotes/origin/main"]);
    }
}
