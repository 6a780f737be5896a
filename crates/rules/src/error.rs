//! What is wrong with rule files, all of it at once.

use std::fmt;

/// One thing that is wrong in a rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, as the caller named it.
    pub file: String,
    /// The line of the offending key or value, from 1; 0 where the file could not be read at all.
    pub line: usize,
    /// The rule, where it is known.
    pub rule: Option<String>,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub help: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        f.write_str(": ")?;
        if let Some(rule) = &self.rule {
            write!(f, "rule `{rule}`: ")?;
        }
        write!(f, "{}\n  help: {}", self.what, self.help)
    }
}

/// Everything that is wrong in one or more rule files: at least one [`Problem`], in the order of files and lines.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
#[non_exhaustive]
pub struct Errors {
    /// The problems.
    pub problems: Vec<Problem>,
}

impl Errors {
    pub(crate) fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
    }
}

/// The closest of `known` to a mistyped word, if it is close enough to be meant.
pub(crate) fn closest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let folded = word.to_ascii_lowercase().replace('_', "-");
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&folded, &candidate.replace('_', "-")), candidate))
        .filter(|(score, _)| *score >= 0.84)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// The advice for a word that is none of `known`.
pub(crate) fn one_of(word: &str, known: &[&str]) -> String {
    match closest(word, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("known are: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognized_and_another_word_is_not() {
        assert_eq!(closest("keyword", ["keywords", "kind", "regex"]), Some("keywords"));
        assert_eq!(closest("stop_words", ["regexes", "stopwords"]), Some("stopwords"));
        assert_eq!(closest("colour", ["keywords", "kind", "regex"]), None);
    }

    #[test]
    fn a_problem_says_where_what_and_what_to_do() {
        let problem = Problem {
            file: "rules/a.toml".into(),
            line: 3,
            rule: Some("a-b".into()),
            what: "`about` is empty".into(),
            help: "say what the secret opens".into(),
        };
        assert_eq!(
            problem.to_string(),
            "rules/a.toml:3: rule `a-b`: `about` is empty\n  help: say what the secret opens"
        );
    }
}
