//! What is in the file of a hook.

use std::env;

use anyhow::{Context as _, Result};

use super::BEFORE;
use crate::arguments::HookName;

/// What says that a hook is ours.
const MARK: &str = "# keysieve hook 1\n";

/// Hooks that a directory for all repositories passes on to the repository that they are run for. Not
/// `reference-transaction`, which runs for every reference that changes and would be felt.
pub(super) const PASSED_ON: [&str; 17] = [
    "applypatch-msg",
    "pre-applypatch",
    "post-applypatch",
    "pre-merge-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "pre-rebase",
    "post-checkout",
    "post-merge",
    "post-rewrite",
    "pre-receive",
    "update",
    "post-receive",
    "post-update",
    "pre-auto-gc",
    "sendemail-validate",
];

/// Whether the text of a hook is one that we wrote.
pub(super) fn is_ours(text: &str) -> bool {
    text.lines().nth(1).is_some_and(|line| line == MARK.trim_end())
}

/// A hook of ours.
pub(super) struct Hook {
    name: HookName,
    /// Whether it stands for the hooks of all repositories.
    global: bool,
}

impl Hook {
    pub(super) fn of(name: HookName, global: bool) -> Self {
        Self { name, global }
    }

    /// The script. It fails if keysieve is not there: what was not looked at is not clean.
    pub(super) fn text(&self) -> Result<String> {
        let program = env::current_exe().context("cannot tell where keysieve is")?;
        let program = quoted(program.to_str().context("keysieve lies at a path that is not UTF-8")?);
        let name = self.name.as_str();
        let (what, verb, check) = match self.name {
            HookName::PreCommit => {
                ("what is about to be committed", "commit", "\"$keysieve\" git --staged --no-progress")
            }
            HookName::PrePush => (
                "what is about to be pushed",
                "push",
                "lines | \"$keysieve\" git --pre-push --remote \"$1\" --no-progress",
            ),
        };
        let input = match self.name {
            HookName::PreCommit => "",
            HookName::PrePush => {
                "lines=$(cat)\nlines() { if [ -n \"$lines\" ]; then printf '%s\\n' \"$lines\"; fi; }\n"
            }
        };
        let next = next(name, self.global, self.name == HookName::PrePush);
        Ok(format!(
            "#!/bin/sh\n{MARK}\
             # Looks for secrets in {what}. `keysieve hook uninstall` takes this file away.\n\
             keysieve={program}\n\
             [ -x \"$keysieve\" ] || keysieve=$(command -v keysieve) || {{\n    \
             echo 'keysieve is not installed any more, so nothing was looked at; `git {verb} --no-verify` goes on all the same' >&2\n    \
             exit 1\n\
             }}\n\
             {input}\
             {check} >&2 || {{\n    \
             code=$?\n    \
             [ \"$code\" != 1 ] || echo 'keysieve stopped this {verb}. Take the secret out, or say in its line why it is none: keysieve:allow' >&2\n    \
             [ \"$code\" = 1 ] || echo 'keysieve could not look at everything, so it stopped this {verb}' >&2\n    \
             exit \"$code\"\n\
             }}\n\
             {next}"
        ))
    }
}

/// A hook that does nothing but run that of the repository.
pub(super) fn passed_on(name: &str) -> String {
    format!(
        "#!/bin/sh\n{MARK}# Runs the {name} hook of the repository, which git does not look for where core.hooksPath is set.\n{}",
        next(name, true, false)
    )
}

/// What runs afterwards: what was there before, or the repository's own hook.
fn next(name: &str, global: bool, lines: bool) -> String {
    let before = format!("\"$(dirname \"$0\")/{name}{BEFORE}\"");
    let run = |file: &str, last: bool| match (lines, last) {
        (true, true) => format!("if [ -x {file} ]; then lines | {file} \"$@\"; fi\n"),
        (true, false) => format!("if [ -x {file} ]; then lines | {file} \"$@\" || exit; fi\n"),
        (false, true) => format!("if [ -x {file} ]; then exec {file} \"$@\"; fi\n"),
        (false, false) => format!("if [ -x {file} ]; then {file} \"$@\" || exit; fi\n"),
    };
    if !global {
        return run(&before, true);
    }
    format!(
        "{}own=$(git rev-parse --git-common-dir)/hooks/{name}\n{}",
        run(&before, false),
        run("\"$own\"", true)
    )
}

/// A word of the shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_known_again_and_quotes_what_it_names() {
        for global in [false, true] {
            for name in [HookName::PreCommit, HookName::PrePush] {
                assert!(is_ours(&Hook::of(name, global).text().unwrap()));
            }
        }
        assert!(is_ours(&passed_on("commit-msg")));
        assert!(!is_ours("#!/bin/sh\nkeysieve git --staged\n"));
        assert_eq!(quoted("/a b/it's"), "'/a b/it'\\''s'");
    }
}
