//! `.gitleaksignore`: one fingerprint of that tool a line.

use super::{BaselineEntry, gitleaks};
use crate::Problem;

/// Its entries, or what is wrong with which lines. A commit before the path does not matter to files.
pub(super) fn entries(text: &str) -> Result<Vec<BaselineEntry>, Vec<(usize, Problem)>> {
    let (mut entries, mut errors) = (Vec::new(), Vec::new());
    for (at, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match entry(line) {
            Some(entry) => entries.push(entry),
            None => errors.push((at, Problem::GitleaksIgnore)),
        }
    }
    if errors.is_empty() { Ok(entries) } else { Err(errors) }
}

fn entry(line: &str) -> Option<BaselineEntry> {
    let (rest, number) = line.rsplit_once(':')?;
    let (file, rule) = rest.rsplit_once(':')?;
    let number = number.parse().ok()?;
    let file = match file.split_once(':') {
        Some((commit, file)) if is_commit(commit) => file,
        _ => file,
    };
    (!file.is_empty() && !rule.is_empty())
        .then(|| BaselineEntry::new(gitleaks::at(number), rule, &gitleaks::path(file), u64::MAX))
}

fn is_commit(word: &str) -> bool {
    matches!(word.len(), 40 | 64) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::super::What;
    use super::*;

    #[test]
    fn fingerprints_with_and_without_a_commit_are_read() {
        let text = format!(
            "# known\n\nsrc\\a.env:acme-key:3\n{}:b:c.txt:acme-key:12\nk.p12:store:0\n",
            "ab".repeat(20)
        );
        let entries = entries(&text).expect("well-formed");
        let read: Vec<_> = entries.iter().map(|entry| (entry.path(), entry.what.clone())).collect();
        assert_eq!(
            read,
            [("src/a.env", What::Line(3)), ("b:c.txt", What::Line(12)), ("k.p12", What::Line(1))]
        );
        assert_eq!(super::entries("a.env:3\nb:c:d\n").expect_err("no rule, no line").len(), 2);
    }
}
