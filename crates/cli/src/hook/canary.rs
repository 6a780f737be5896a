//! The proof that a hook works.

use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};

use super::git;
use crate::arguments::HookName;

/// Commits or pushes a made-up secret in a temporary repository, which the hook must refuse, and then something clean,
/// which it must let through.
pub(super) fn prove(hook: &Path, name: HookName) -> Result<()> {
    let place = tempfile::tempdir().context("cannot make a temporary directory")?;
    let (repository, hooks) = (place.path().join("repository"), place.path().join("hooks"));
    fs::create_dir(&repository)?;
    fs::create_dir(&hooks)?;
    // Alone, without what was there before it.
    fs::copy(hook, hooks.join(name.as_str()))?;
    let run = |arguments: &[&str]| git::alone(&repository, &hooks, arguments);
    must(run(&["init", "--quiet"])?)?;
    let file = repository.join("canary.env");
    let remote = place.path().join("remote.git").display().to_string();
    if name == HookName::PrePush {
        must(run(&["init", "--quiet", "--bare", &remote])?)?;
    }
    let try_it = |text: &str| -> Result<Output> {
        fs::write(&file, text)?;
        must(run(&["add", "canary.env"])?)?;
        let commit = run(&["commit", "--quiet", "--message", "canary"])?;
        if name == HookName::PreCommit {
            return Ok(commit);
        }
        must(commit)?;
        run(&["push", "--quiet", &remote, "HEAD:refs/heads/canary"])
    };
    let refused = try_it(&format!("token = {}\n", canary()))?;
    let said = String::from_utf8_lossy(&refused.stderr);
    if refused.status.success() {
        bail!("it let a made-up secret through");
    }
    if !said.contains("canary.env") {
        bail!("it fails, but not because of the made-up secret: {}", said.trim_end());
    }
    if name == HookName::PrePush {
        must(run(&["checkout", "--quiet", "--orphan", "clean"])?)?;
    }
    let passed = try_it("nothing\n")?;
    if !passed.status.success() {
        bail!("it refuses what is clean: {}", String::from_utf8_lossy(&passed.stderr).trim_end());
    }
    Ok(())
}

fn must(output: Output) -> Result<()> {
    if !output.status.success() {
        bail!("git: {}", String::from_utf8_lossy(&output.stderr).trim_end());
    }
    Ok(())
}

/// A secret of nobody, in the form of a GitLab token.
fn canary() -> String {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let random = blake3::hash(format!("{now} {}", std::process::id()).as_bytes());
    let digits = random.as_bytes().iter().take(20).map(|byte| char::from(ALPHABET[usize::from(*byte) % 62]));
    format!("glpat-{}", digits.collect::<String>())
}
