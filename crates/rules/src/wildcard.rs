//! Globs that need no more than stars, matched without being compiled.

/// A glob of literals, `*`, `?` and `**` between slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wildcard {
    parts: Vec<Box<[u8]>>,
    literal: Box<[u8]>,
}

/// What stands for any number of directories.
const ANY: &[u8] = b"**";

/// The shortest literal that is worth looking for.
const SHORTEST: usize = 2;

impl Wildcard {
    /// Reads a glob; `None` for one that needs more, or has next to nothing in it that can be looked for.
    pub(crate) fn parse(glob: &str) -> Option<Self> {
        if glob.contains(['[', ']', '{', '}', '\\']) || glob.starts_with('/') || glob.contains("//") {
            return None;
        }
        let mut parts: Vec<Box<[u8]>> = glob.split('/').map(|part| part.as_bytes().into()).collect();
        let whole = |part: &[u8]| part == ANY || !part.windows(2).any(|two| two == ANY);
        if parts.iter().any(|part| part.is_empty() || !whole(part)) {
            return None;
        }
        if parts.len() == 1 {
            parts.insert(0, ANY.into());
        }
        let pieces = parts.iter().flat_map(|part| part.split(|byte| matches!(byte, b'*' | b'?')));
        let literal = pieces.max_by_key(|piece| piece.len()).filter(|piece| piece.len() >= SHORTEST)?;
        Some(Self { literal: literal.into(), parts })
    }

    /// The longest literal of the glob, which every path that it matches contains.
    pub(crate) fn literal(&self) -> &[u8] {
        &self.literal
    }

    /// Whether it matches a path.
    pub(crate) fn matches(&self, path: &[u8]) -> bool {
        let path: Vec<&[u8]> = path.split(|&byte| byte == b'/').collect();
        // How many parts of the path the glob so far can have taken: one bit of a row for each number.
        let mut reached = vec![false; path.len() + 1];
        reached[0] = true;
        for (index, part) in self.parts.iter().enumerate() {
            let mut next = vec![false; path.len() + 1];
            if **part == *ANY {
                // In the end it stands for one part at least: what is below a directory, not the directory.
                let least = usize::from(index + 1 == self.parts.len());
                let first = reached.iter().position(|&is| is).map(|first| first + least);
                if let Some(rest) = first.and_then(|first| next.get_mut(first..)) {
                    rest.fill(true);
                }
            } else {
                for (at, name) in path.iter().enumerate() {
                    next[at + 1] = reached[at] && part_matches(part, name);
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
        for _ in 0..4000 {
            let length = 1 + random.below(6);
            let pieces = ["ab", "b", "a.b", "*", "?", "/", "/", "**/", "/**"];
            let text: String = (0..length).map(|_| *random.pick(&pieces)).collect();
            let Some(wildcard) = Wildcard::parse(&text) else { continue };
            let compiled = glob(&text).expect("a glob").compile_matcher();
            parsed += 1;
            for _ in 0..20 {
                let depth = 1 + random.below(4);
                let names = ["ab", "b", "a.b", "aab", "abb", "xab", "a"];
                let path: Vec<&str> = (0..depth).map(|_| *random.pick(&names)).collect();
                let path = path.join("/");
                assert_eq!(wildcard.matches(path.as_bytes()), compiled.is_match(&path), "{text} {path}");
                matched += usize::from(compiled.is_match(&path));
            }
        }
        assert!(parsed > 500 && matched > 500, "{parsed} globs, {matched} matches");
    }
}
