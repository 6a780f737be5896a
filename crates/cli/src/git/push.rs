//! What git tells the hooks of a push: <https://git-scm.com/docs/githooks>.

use std::env;
use std::io::{self, Read};

use anyhow::{Context as _, Result, anyhow, bail};
use keysieve_finding::ObjectId;
use keysieve_source_git::{Range, Update};

/// How much is read at most: a push of a million references.
const MOST: u64 = 256 << 20;

/// What a push to a remote would bring that it does not have.
pub(super) fn to_remote(remote: Option<&str>) -> Result<Range> {
    let mut range = Range::default();
    // The pre-commit framework reads the lines itself, and says what it read.
    let said = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let named = remote.map(str::to_owned).or_else(|| said("PRE_COMMIT_REMOTE_NAME"));
    range.exclude_refs = vec![match named.filter(|name| !name.contains(':') && !name.contains("//")) {
        Some(name) => format!("refs/remotes/{name}/"),
        // A URL has no references here; what any remote has was published before.
        None => "refs/remotes/".to_owned(),
    }];
    if let Some(to) = said("PRE_COMMIT_TO_REF") {
        range.include = vec![to];
        range.exclude_known.extend(said("PRE_COMMIT_FROM_REF"));
        return Ok(range);
    }
    if said("PRE_COMMIT").is_some() {
        // It pushes a branch from its very beginning, which it has no names for.
        range.include = vec![said("PRE_COMMIT_LOCAL_BRANCH").unwrap_or_else(|| "HEAD".to_owned())];
        return Ok(range);
    }
    for line in lines()?.lines().filter(|line| !line.is_empty()) {
        let [_, new, name, old] = words(line)?;
        range.updates.extend(update(name, old, new)?);
    }
    Ok(range)
}

/// What a push brings to this repository.
pub(super) fn to_here() -> Result<Range> {
    let mut range = Range { exclude_refs: vec![String::new()], ..Range::default() };
    for line in lines()?.lines().filter(|line| !line.is_empty()) {
        let [old, new, name] = words(line)?;
        range.updates.extend(update(name, old, new)?);
    }
    Ok(range)
}

fn lines() -> Result<String> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(MOST + 1).read_to_end(&mut bytes).context("standard input")?;
    if bytes.len() as u64 > MOST {
        bail!("standard input: these are more references than a push can have");
    }
    // Names of references are bytes; what is not UTF-8 in them does not matter.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn words<const N: usize>(line: &str) -> Result<[&str; N]> {
    let words: Vec<&str> = line.splitn(N, ' ').collect();
    words.try_into().map_err(|_| anyhow!("standard input: expected lines as git writes them for this hook"))
}

/// What happens to a reference; none if it is deleted.
fn update(name: &str, old: &str, new: &str) -> Result<Option<Update>> {
    let id = |digits: &str| {
        let id = ObjectId::from_hex(digits.trim().as_bytes());
        id.with_context(|| format!("standard input: {digits:?} is not the name of an object"))
    };
    let known = |id: ObjectId| Some(id).filter(|id| id.as_bytes().iter().any(|byte| *byte != 0));
    let (old, new) = (known(id(old)?), known(id(new)?));
    Ok(new.map(|new| Update { name: name.trim().to_owned(), old, new: Some(new) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_git() {
        let (zero, one) = ("0".repeat(40), "1".repeat(40));
        let line = format!("refs/heads/a {one} refs/heads/b {zero}");
        assert!(words::<4>(&line).is_ok() && words::<4>("x").is_err());
        assert_eq!(update("refs/heads/a", &one, &zero).unwrap(), None, "deleted");
        let made = update("refs/heads/a", &zero, &one).unwrap().expect("made");
        assert_eq!((made.old, made.new.map(|id| id.to_string())), (None, Some(one)));
        assert!(update("refs/heads/a", "main", &zero).is_err());
    }
}
