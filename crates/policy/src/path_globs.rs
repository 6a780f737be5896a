//! Paths in the syntax of gitignore.

use globset::{Candidate, Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::Problem;

/// A pattern made ready: one glob for what it names, and one for what lies below that.
#[derive(Debug)]
pub(crate) struct PathGlob {
    itself: Glob,
    below: Glob,
    directories_only: bool,
}

impl PathGlob {
    /// Reads a pattern as gitignore does, but for `!`: without a slash before its end it matches at any depth, else
    /// from the top; one that ends with `/` matches directories; and what matches a directory matches all in it.
    pub(crate) fn parse(pattern: &str) -> Result<Self, Problem> {
        if pattern.contains("//") {
            return Err(Problem::Glob("two slashes in a row match nothing".to_owned()));
        }
        // `dir/**` is all that lies in `dir`, which is what `dir/` comes to, but for `dir` itself: there are no
        // findings in a directory as such.
        let (stem, within) = match pattern.strip_suffix("/**") {
            Some(stem) => (stem, true),
            None => (pattern.strip_suffix('/').unwrap_or(pattern), false),
        };
        let directories_only = within || stem.len() < pattern.len();
        let anchored = within || stem.contains('/');
        let stem = stem.strip_prefix("./").unwrap_or(stem);
        let stem = stem.strip_prefix('/').unwrap_or(stem);
        if stem.is_empty() || stem == "." {
            return Err(Problem::Empty);
        }
        let mut stem = escape_braces(stem);
        // `**/` at the end is every directory, and what is below every one is below those on top.
        if directories_only && !within && (stem == "**" || stem.ends_with("/**")) {
            stem.pop();
        }
        let stem = if anchored { stem } else { format!("**/{stem}") };
        let below = glob(&format!("{stem}/**"))?;
        Ok(Self { itself: glob(&stem)?, below, directories_only })
    }
}

fn glob(pattern: &str) -> Result<Glob, Problem> {
    // The error's kind alone: the error itself repeats the pattern.
    GlobBuilder::new(pattern)
        .literal_separator(true)
        .backslash_escape(true)
        .build()
        .map_err(|error| Problem::Glob(error.kind().to_string()))
}

/// Takes the meaning from `{` and `}`, which gitignore does not know.
fn escape_braces(pattern: &str) -> String {
    let mut escaped = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    // Whether inside `[…]`, and whether anything but a negation has been seen there: a `]` in first place is one of
    // the class.
    let mut class = None;
    while let Some(char) = chars.next() {
        match (char, class) {
            ('\\', None) => {
                escaped.push(char);
                escaped.extend(chars.next());
                continue;
            }
            ('[', None) => class = Some(false),
            ('!' | '^', Some(false)) => {}
            (']', Some(true)) => class = None,
            (_, Some(_)) => class = Some(true),
            ('{' | '}', None) => escaped.push('\\'),
            _ => {}
        }
        escaped.push(char);
    }
    escaped
}

/// Patterns matched together.
#[derive(Debug, Default)]
pub(crate) struct PathGlobs {
    set: GlobSet,
    directories_only: Vec<bool>,
}

impl PathGlobs {
    pub(crate) fn new(patterns: Vec<PathGlob>) -> Result<Self, Problem> {
        let mut builder = GlobSetBuilder::new();
        let mut directories_only = Vec::with_capacity(patterns.len());
        for pattern in patterns {
            builder.add(pattern.itself).add(pattern.below);
            directories_only.push(pattern.directories_only);
        }
        let set = builder.build().map_err(|error| Problem::TooLarge(error.kind().to_string()))?;
        Ok(Self { set, directories_only })
    }

    /// Which patterns match a file at this path, in their order.
    pub(crate) fn of_file(&self, path: &[u8]) -> Vec<usize> {
        self.matching(path, false)
    }

    /// Which patterns match a directory at this path as a whole, in their order.
    pub(crate) fn of_directory(&self, path: &[u8]) -> Vec<usize> {
        self.matching(path, true)
    }

    fn matching(&self, path: &[u8], directory: bool) -> Vec<usize> {
        // Two globs each: even ones match the thing itself, odd ones what is above it.
        let globs = self.set.matches_candidate(&Candidate::from_bytes(path));
        let counts = |glob: &usize| glob % 2 == 1 || directory || !self.directories_only[glob / 2];
        let mut patterns: Vec<usize> =
            globs.iter().filter(|glob| counts(glob)).map(|glob| glob / 2).collect();
        patterns.dedup();
        patterns
    }
}

#[cfg(test)]
mod tests {
    use ignore::gitignore::GitignoreBuilder;
    use keysieve_testkit::Random;

    use super::*;

    fn globs(pattern: &str) -> PathGlobs {
        PathGlobs::new(vec![PathGlob::parse(pattern).expect("a pattern")]).expect("compiles")
    }

    fn matches(pattern: &str, path: &str) -> bool {
        !globs(pattern).of_file(path.as_bytes()).is_empty()
    }

    #[test]
    fn patterns_match_as_in_gitignore() {
        for (pattern, path) in [
            ("*.pem", "a.pem"),
            ("*.pem", "x/y/a.pem"),
            ("/a.pem", "a.pem"),
            ("./a.pem", "a.pem"),
            ("x/a.pem", "x/a.pem"),
            ("data", "data"),
            ("data", "x/data/y/z"),
            ("data/", "x/data/y"),
            ("x/data/", "x/data/y/z"),
            ("x/**", "x/y/z"),
            ("**/y/a", "y/a"),
            ("**/y/a", "x/y/a"),
            ("x/**/a", "x/a"),
            ("x/**/a", "x/y/z/a"),
            ("x/*/a", "x/y/a"),
            ("a?c", "abc"),
            ("[!b]x", "ax"),
            ("[]]x", "]x"),
            ("a{b,c}", "a{b,c}"),
            (r"a\*", "a*"),
            (r"\#a", "#a"),
            ("**", "x/y"),
        ] {
            assert!(matches(pattern, path), "{pattern} should match {path}");
        }
    }

    #[test]
    fn patterns_do_not_match_more_than_in_gitignore() {
        for (pattern, path) in [
            ("/a.pem", "x/a.pem"),
            ("x/a.pem", "y/x/a.pem"),
            ("data/", "data"),
            ("data/", "x/data"),
            ("data", "mydata"),
            ("*.pem", "a.pem.txt"),
            ("x/*", "y/x/a"),
            ("x/*.a", "x/y/b.a"),
            ("x/**", "x"),
            ("x/**", "y/x/z"),
            ("[!b]x", "bx"),
            ("a{b,c}", "ab"),
            (r"a\*", "ab"),
            ("A", "a"),
        ] {
            assert!(!matches(pattern, path), "{pattern} should not match {path}");
        }
    }

    #[test]
    fn names_that_are_not_utf8_are_matched() {
        assert_eq!(globs("x/*.key").of_file(b"x/\xff\xfe.key"), [0]);
    }

    #[test]
    fn a_directory_is_matched_as_a_whole_by_itself_or_from_above() {
        for pattern in ["fixtures/example/", "fixtures/example/**", "fixtures", "example", "fixtures/*"] {
            assert_eq!(globs(pattern).of_directory(b"fixtures/example"), [0], "{pattern}");
        }
        for pattern in ["fixtures/example/*", "*.env", "fixtures/example/.env"] {
            assert!(globs(pattern).of_directory(b"fixtures/example").is_empty(), "{pattern}");
        }
    }

    #[test]
    fn patterns_that_are_none_are_refused() {
        for pattern in ["/", "", "./"] {
            assert_eq!(PathGlob::parse(pattern).expect_err("empty"), Problem::Empty, "{pattern:?}");
        }
        for pattern in ["a[b", "a//b"] {
            assert!(matches!(PathGlob::parse(pattern), Err(Problem::Glob(_))), "{pattern}");
        }
    }

    #[test]
    fn patterns_match_what_gitignore_says_they_match() {
        let mut random = Random::new(2026);
        let mut matched = 0;
        for _ in 0..3000 {
            let parts = 1 + random.below(5);
            let pattern: String = (0..parts)
                .map(|_| *random.pick(&["a", "b", "ab", "*", "?", "**", "/", "/", "[ab]", "[!a]"]))
                .collect();
            let Ok(glob) = PathGlob::parse(&pattern) else { continue };
            let ours = PathGlobs::new(vec![glob]).expect("compiles");
            let mut builder = GitignoreBuilder::new("");
            builder.add_line(None, &pattern).expect("a pattern");
            let theirs = builder.build().expect("compiles");
            for _ in 0..20 {
                let depth = 1 + random.below(4);
                let path: Vec<&str> = (0..depth).map(|_| *random.pick(&["a", "b", "ab", "ba"])).collect();
                let is_ignored =
                    (1..=depth).any(|end| theirs.matched(path[..end].join("/"), end < depth).is_ignore());
                let path = path.join("/");
                assert_eq!(!ours.of_file(path.as_bytes()).is_empty(), is_ignored, "{pattern} {path}");
                matched += usize::from(is_ignored);
            }
        }
        assert!(matched > 1000, "the patterns match too little to prove anything: {matched}");
    }
}
