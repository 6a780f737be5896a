//! What can be wrong with an ignore file or a baseline.

/// A line of an ignore file or a baseline that cannot be read. It names the place and never repeats what stands there: people paste
/// secrets into ignore files.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
#[non_exhaustive]
pub struct Error {
    /// The file, as it was named to whoever read it.
    pub file: String,
    /// The line, from 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with a line, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// An entry without anything in it, or one that would allow everything by accident, such as a lone `/`.
    #[error("the path pattern is empty; write a path, or `**` for everything")]
    Empty,
    /// A pattern that starts with `!`.
    #[error(
        "a pattern cannot be negated; narrow the patterns that allow too much, or write `\\!` for a name that starts so"
    )]
    Negated,
    /// A pattern that is not a glob.
    #[error("not a path pattern: {0}")]
    Glob(String),
    /// `ks1:` and something else than a fingerprint.
    #[error("not a fingerprint; one is `ks1:` and 32 hexadecimal digits, as reports print it")]
    Fingerprint,
    /// Something after the entry that is no attribute.
    #[error(
        "after the entry only `expires=YYYY-MM-DD`, `owner=…`, `reason=\"…\"` and a `# comment` may follow; \
         a space inside a path is written `\\ `"
    )]
    Attribute,
    /// The same attribute twice.
    #[error("`{0}=` is given twice")]
    Repeated(&'static str),
    /// An attribute without a value.
    #[error("`{0}=` has no value")]
    NoValue(&'static str),
    /// `expires=` and something else than a day.
    #[error("`expires=` wants a day of the calendar as YYYY-MM-DD")]
    Date,
    /// A quote that does not end on its line.
    #[error("a quote is opened and not closed; a quote inside one is written `\\\"`")]
    Unclosed,
    /// A baseline of a form that comes later, or that never was one.
    #[error("not a baseline that this version can read; `keysieve baseline create` makes one")]
    BaselineVersion,
    /// A baseline whose fingerprints were made with another key.
    #[error(
        "this baseline was made with another fingerprint key; give the same one with --fingerprint-key or \
         KEYSIEVE_FINGERPRINT_KEY"
    )]
    OtherKey,
    /// A line of a baseline that is no entry.
    #[error(
        "not an entry; one is `{{\"path\":…,\"rule\":…,\"fingerprint\":\"ks1:…\",\"count\":1}}`, where also \
         `expires`, `owner` and `reason` may stand"
    )]
    BaselineEntry,
    /// What git leaves where two versions do not go together.
    #[error("a merge conflict; keep the lines of both sides, then run `keysieve baseline prune`")]
    Conflict,
    /// A baseline that is no JSON.
    #[error("not JSON, and so no baseline")]
    BaselineJson,
    /// JSON that is no baseline.
    #[error(
        "not a baseline; keysieve reads its own, its JSON reports, SARIF, JSON reports of gitleaks and betterleaks, \
         and .secrets.baseline"
    )]
    BaselineFormat,
    /// A line of a `.gitleaksignore` that is no fingerprint.
    #[error("not a fingerprint of gitleaks; one is `file:rule:line` or `commit:file:rule:line`")]
    GitleaksIgnore,
    /// An expression that does not compile.
    #[error(
        "an expression does not compile; expressions match bytes, with ASCII classes and without look-around"
    )]
    Expression,
    /// The patterns are too many or too large to match together.
    #[error("the path patterns cannot be compiled together: {0}")]
    TooLarge(String),
}
