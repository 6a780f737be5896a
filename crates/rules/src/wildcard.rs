//! Globs that need no more than stars, matched without being compiled.

/// A glob of literals, `*`, `?` and `**` between slashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wildcard<'a> {
    glob: &'a str,
    literal: &'a str,
}

/// What stands for any number of directories.
const ANY: &str = "**";

/// The shortest literal that is looked for.
pub(crate) const SHORTEST: usize = 3;

impl<'a> Wildcard<'a> {
    /// Reads a glob; `None` for one that needs more.
    pub(crate) fn parse(glob: &'a str) -> Option<Self> {
        if glob.contains(['[', ']', '{', '}', '\\']) || glob.starts_with('/') || glob.contains("//") {
            return None;
        }
        let whole = |part: &str| part == ANY || !part.is_empty() && !part.contains(ANY);
        if !glob.split('/').all(whole) {
            return None;
        }
        let pieces = glob.split(['*', '?', '/']);
        Some(Self { glob, literal: pieces.max_by_key(|piece| piece.len())? })
    }

    /// The longest literal of the glob, which every path that it matches contains.
    pub(crate) fn literal(&self) -> &'a [u8] {
        self.literal.as_bytes()
    }

    /// Whether it matches a path: in the name alone if it has no slash.
    pub(crate) fn matches(&self, path: &[u8]) -> bool {
        let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
        let last = self.glob.rsplit('/').next().unwrap_or(self.glob);
        // Most paths that have the literal have another name.
        if last != ANY && !part_matches(last.as_bytes(), name) {
            return false;
        }
        if !self.glob.contains('/') {
            return true;
        }
        let path: Vec<&[u8]> = path.split(|&byte| byte == b'/').collect();
        let mut parts = self.glob.split('/').peekable();
        // How many parts of the path the glob so far can have taken: one place of a row for each number.
        let mut reached = vec![false; path.len() + 1];
        reached[0] = true;
        while let Some(part) = parts.next() {
            let mut next = vec![false; path.len() + 1];
            if part == ANY {
                // In the end it stands for one part at least: what is below a directory, not the directory.
                let least = usize::from(parts.peek().is_none());
                let first = reached.iter().position(|&is| is).map(|first| first + least);
                if let Some(rest) = first.and_then(|first| next.get_mut(first..)) {
                    rest.fill(true);
                }
            } else {
                for (at, name) in path.iter().enumerate() {
                    next[at + 1] = reached[at] && part_matches(part.as_bytes(), name);
                }
            }
            reached = next;
        }
        reached[path.len()]
    }
}

/// Whether a part with stars matches a name: the last star alone is ever tried again, so this is quadratic at most.
fn part_matches(part: &[u8], name: &[u8]) -> bool {
    let (mut at, mut place) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while place < name.len() {
        match part.get(at) {
            Some(b'*') => {
                star = Some((at, place));
                at += 1;
            }
            Some(&byte) if byte == b'?' || byte == name[place] => {
                at += 1;
                place += 1;
            }
            _ => {
                let Some((before, taken)) = star else { return false };
                star = Some((before, taken + 1));
                at = before + 1;
                place = taken + 1;
            }
        }
    }
    part[at..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::glob;
    use crate::random::Random;

    #[test]
    fn it_matches_what_the_compiled_glob_matches() {
        let mut random = Random::new(7);
        let (mut matched, mut parsed) = (0, 0);
        for _ in 0..8000 {
            let length = 1 + random.below(6);
            let pieces = ["abc", "b", "a.b", "*", "?", "/", "/", "**/", "/**"];
            let text: String = (0..length).map(|_| *random.pick(&pieces)).collect();
            let Some(wildcard) = Wildcard::parse(&text) else { continue };
            let compiled = glob(&text).expect("a glob").compile_matcher();
            parsed += 1;
            for _ in 0..20 {
                let depth = 1 + random.below(4);
                let names = ["abc", "b", "a.b", "aabc", "abcb", "xabc", "a"];
                let path: Vec<&str> = (0..depth).map(|_| *random.pick(&names)).collect();
                let path = path.join("/");
                assert_eq!(wildcard.matches(path.as_bytes()), compiled.is_match(&path), "{text} {path}");
                matched += usize::from(compiled.is_match(&path));
            }
        }
        assert!(parsed > 500 && matched > 500, "{parsed} globs, {matched} matches");
    }
}
