//! `--log-opts` of gitleaks: options of `git log`, as far as they say which commits.

use anyhow::{Result, bail};
use keysieve_source_git::Range;

/// Options that say how commits are shown, or leave out some: without them nothing less is read.
const NEEDLESS: [&str; 14] = [
    "--no-merges",
    "--merges",
    "-m",
    "--first-parent",
    "--full-history",
    "--topo-order",
    "--date-order",
    "--reverse",
    "--no-decorate",
    "--source",
    "-p",
    "-U0",
    "--cc",
    "--ignore-missing",
];

/// Reads the options; none stands for all of the repository.
pub(super) fn read(text: &str) -> Result<Option<Range>> {
    let mut range = Range::default();
    let (mut excluded, mut all) = (false, false);
    let words = words(text);
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            "--all" => {
                all = true;
                add_refs(&mut range, "", excluded);
            }
            "--branches" => add_refs(&mut range, "refs/heads/", excluded),
            "--tags" => add_refs(&mut range, "refs/tags/", excluded),
            "--remotes" => add_refs(&mut range, "refs/remotes/", excluded),
            "--not" => excluded = !excluded,
            "-n" | "--max-count" => range.limit = Some(number(word, words.next())?),
            "--" if words.clone().next().is_none() => {}
            _ if NEEDLESS.contains(&word) => {}
            _ if word.starts_with("--max-count=") => {
                range.limit = Some(number(word, word.split('=').nth(1))?)
            }
            _ if word.starts_with("-n") && word.len() > 2 => range.limit = Some(number(word, word.get(2..))?),
            _ if word.starts_with('-')
                && word[1..].bytes().all(|byte| byte.is_ascii_digit())
                && word.len() > 1 =>
            {
                range.limit = Some(number(word, word.get(1..))?);
            }
            _ if word.starts_with('-') => bail!(
                "--log-opts: {word} is not supported; what is: A..B, names of commits, ^A, --not, --all, --branches, --tags, \
                 --remotes, -n N"
            ),
            _ => add(&mut range, word, excluded)?,
        }
    }
    // All commits, and what none leads to any more.
    if all
        && range.exclude.is_empty()
        && range.exclude_refs.is_empty()
        && range.limit.is_none()
        && !range.symmetric
    {
        return Ok(None);
    }
    if range.include.is_empty() && range.include_refs.is_empty() {
        range.include.push("HEAD".to_owned());
    }
    Ok(Some(range))
}

fn add_refs(range: &mut Range, prefix: &str, excluded: bool) {
    let list = if excluded { &mut range.exclude_refs } else { &mut range.include_refs };
    list.push(prefix.to_owned());
}

/// Adds the name of a commit, or two of them.
fn add(range: &mut Range, word: &str, excluded: bool) -> Result<()> {
    let (word, excluded) = match word.strip_prefix('^') {
        Some(rest) => (rest, !excluded),
        None => (word, excluded),
    };
    let parsed = match Range::parse(word) {
        Ok(parsed) => parsed,
        Err(problem) => bail!("--log-opts: {word}: {problem}"),
    };
    if excluded {
        range.exclude.extend(parsed.include);
        range.include.extend(parsed.exclude);
    } else {
        if parsed.symmetric && !range.include.is_empty() {
            bail!("--log-opts: {word}: A...B stands alone");
        }
        range.symmetric |= parsed.symmetric;
        range.include.extend(parsed.include);
        range.exclude.extend(parsed.exclude);
    }
    if range.symmetric && range.include.len() != 2 {
        bail!("--log-opts: {word}: A...B stands alone");
    }
    Ok(())
}

fn number(word: &str, digits: Option<&str>) -> Result<usize> {
    match digits.and_then(|digits| digits.parse().ok()) {
        Some(number) => Ok(number),
        None => bail!("--log-opts: {word}: expected a number of commits"),
    }
}

/// Words as a shell splits them: quotes hold them together.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut any) = (Vec::new(), String::new(), None, false);
    for character in text.chars() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(character);
                any = true;
            }
            (None, _) if character.is_whitespace() => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            _ => word.push(character),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {

    fn read(text: &str) -> Option<(Vec<String>, Vec<String>, Option<usize>)> {
        let range = super::read(text).expect("supported")?;
        Some((range.exclude, range.include, range.limit))
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn what_people_write_is_understood() {
        assert_eq!(read("--all"), None);
        assert_eq!(read("'a..b'"), Some((names(&["a"]), names(&["b"]), None)));
        assert_eq!(read("--no-merges  --first-parent a^..b"), Some((names(&["a^"]), names(&["b"]), None)));
        assert_eq!(read("b ^a"), Some((names(&["a"]), names(&["b"]), None)));
        assert_eq!(read("b --not a c"), Some((names(&["a", "c"]), names(&["b"]), None)));
        assert_eq!(read("-1"), Some((names(&[]), names(&["HEAD"]), Some(1))));
        assert_eq!(read("-n 3 main"), Some((names(&[]), names(&["main"]), Some(3))));
        let range = super::read("--all a..b").expect("supported").expect("a part");
        assert_eq!((range.include_refs, range.exclude), (names(&[""]), names(&["a"])));
    }

    #[test]
    fn what_is_not_is_named() {
        for text in ["--since=yesterday", "--author=x", "-n x", "a..b..c", "a...b c"] {
            assert!(super::read(text).is_err(), "{text}");
        }
    }
}
