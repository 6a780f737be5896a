//! The `git` command, for what only it knows: where its configuration says that hooks are.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context as _, Result, bail};

/// Runs git; gives what it prints on one line, and none if it prints nothing or fails.
pub(super) fn ask(arguments: &[&str]) -> Result<Option<String>> {
    let output = output(Command::new("git").args(arguments))?;
    let said = String::from_utf8_lossy(&output.stdout).trim_end_matches(['\n', '\r']).to_owned();
    Ok(Some(said).filter(|said| output.status.success() && !said.is_empty()))
}

/// Runs git, which must not fail; gives what it prints. If it fails it says why: that there is no repository, or that it
/// belongs to somebody else and is not trusted.
pub(super) fn tell(arguments: &[&str]) -> Result<String> {
    let output = output(Command::new("git").args(arguments))?;
    if !output.status.success() {
        // Messages show what is a control character, and git indents with tabs.
        let said = String::from_utf8_lossy(&output.stderr).trim_end().replace('\t', "    ");
        bail!("git {}: {said}", arguments.join(" "));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end_matches(['\n', '\r']).to_owned())
}

/// Runs git in a directory without the settings of anybody, with hooks from one place.
pub(super) fn alone(directory: &Path, hooks: &Path, arguments: &[&str]) -> Result<Output> {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(name);
    }
    let none = if cfg!(windows) { "NUL" } else { "/dev/null" };
    let hooks = format!("core.hooksPath={}", hooks.display());
    command
        .args(["-c", "user.name=keysieve", "-c", "user.email=keysieve@localhost", "-c", &hooks])
        .args(["-c", "commit.gpgSign=false", "-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", none)
        .env("GIT_CONFIG_NOSYSTEM", "1");
    output(&mut command)
}

fn output(command: &mut Command) -> Result<Output> {
    command.output().context("cannot run git, which is needed for its hooks")
}

/// A path that git prints.
pub(super) fn path(said: &str) -> PathBuf {
    PathBuf::from(said)
}
