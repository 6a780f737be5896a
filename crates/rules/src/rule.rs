//! A validated rule.

use std::borrow::Cow;

use keysieve_finding::RuleInfo;
use serde::{Deserialize, Serialize};

use crate::{NamedPattern, Plan, paths};

/// A rule that obeys every law of the format: the expression compiles, the examples are well-formed, the extent is
/// known. This is what the built-in pack stores; the examples stay behind in the rule file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rule {
    /// What reports say of it.
    pub info: RuleInfo,
    /// What it looks for.
    pub pattern: Pattern,
    /// What a match must also satisfy.
    pub gates: Gates,
    /// How far past its own bytes a match must look to be sure.
    pub lookahead: Lookahead,
    /// Globs in lower case, of which the object's path must match one; empty for a rule that holds everywhere. See
    /// [`Paths`](crate::Paths).
    pub paths: Vec<String>,
    /// Strings in lower case one of which is in every match, in either case, but for `keywords_anywhere`. Where no driver
    /// fits, and for rules with paths, the engine looks for these first; empty if the file names none.
    pub keywords: Vec<String>,
    /// Whether the keywords may stand anywhere in an object that has a match, and not in the match: so other tools have it.
    pub keywords_anywhere: bool,
    /// The ids of rules that this one's findings are a part of: where one of those finds something near in the same
    /// object, that says it all.
    pub part_of: Vec<String>,
    /// Whether it finds no secret but what says something of one, as a certificate does of a private key: no finding, and
    /// never masked.
    pub witness: bool,
    /// How the engine finds its candidates.
    pub plan: Plan,
}

impl Rule {
    /// The expression of a match, without what stands before it: the plan's, or that of the rule's names.
    #[must_use]
    pub fn expression(&self) -> Cow<'_, str> {
        match &self.pattern {
            Pattern::Named(named) => named.to_expression().into(),
            _ => self.plan.body.as_str().into(),
        }
    }

    /// Where the rule's examples stand: at a path that the first of its globs matches. `None` for a rule that holds
    /// everywhere.
    #[must_use]
    pub fn example_path(&self) -> Option<String> {
        self.paths.first().map(|glob| paths::example(glob))
    }
}

/// What a rule looks for.
///
/// Expressions are `regex::bytes` with Unicode off. `(?P<secret>…)` is the secret; without it, the whole match is.
/// A leading `\b` means: the start of the object, a byte that is no word byte, or the end of an escape sequence
/// (`\n`, `\x22`, `\u0022`, `%3D`) before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pattern {
    /// An expression that says it all: a token with a form of its own.
    Regex(String),
    /// A value without a form of its own, told by the words near it.
    Context(ContextPattern),
    /// Values told by the name that they are assigned to, in files of certain names.
    Named(NamedPattern),
    /// Whatever is assigned to a name of this kind, judged by name, value and place together.
    Assignment(NameKind),
}

/// What a name says of the value that is assigned to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NameKind {
    /// A password or passphrase: a person may have chosen it.
    Password,
    /// A secret, or credentials.
    Secret,
    /// A token.
    Token,
    /// A key.
    Key,
}

/// A value without a form of its own, told by the words near it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextPattern {
    /// The value: an expression without boundaries of its own. On the left it must touch neither a
    /// token byte (`[A-Za-z0-9+/_.~-]`; an escape sequence may end there) nor a byte that it could begin with, and on
    /// the right neither a word byte nor a byte that it could end with.
    pub value: String,
    /// Lower-case words, of which one must stand to the left of the value, at most `within` bytes before it, on the
    /// same line, in either case, and at the start of a part of a name: after a byte that is no letter or digit, or
    /// where camelCase begins a new part. A `-`, `_`, `.` or space in a word stands for any one of these four or for
    /// nothing (`api_key` is also `api-key`, `apiKey` and `apikey`).
    pub words: Vec<String>,
    /// How far before the value a word may start, in bytes.
    pub within: u16,
    /// Whether something that assigns must stand directly before the value, but for blanks, quotes and backslashes:
    /// `=`, `:`, `>`, `(`, `,` or `|`; or blanks alone after a command-line flag (`--token VALUE`) or a header's scheme
    /// (`Authorization: Bearer VALUE`).
    pub operator: bool,
}

/// What a match must also satisfy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Gates {
    /// The least Shannon entropy of the secret, in bits per byte.
    pub entropy: Option<f64>,
    /// Whether the secret must hold a digit; a context rule's among the token bytes that it begins with.
    pub digit: bool,
    /// The checksum inside the token.
    pub checksum: Option<ChecksumGate>,
    /// What proves or disproves it by its inner structure.
    pub structure: Option<Structure>,
    /// Expressions one of which, found in the secret, makes it no secret.
    pub allow_regexes: Vec<String>,
    /// Lower-case words one of which, contained in the secret in either case, makes it no secret.
    pub stopwords: Vec<String>,
    /// Whether placeholders (`your_token_here`, `xxxxxxxx`, `${TOKEN}`, `1234567890`…) are kept all the same.
    pub keep_placeholders: bool,
}

/// A checksum and what follows when it is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecksumGate {
    /// Its name in the `checksum` crate.
    pub name: String,
    /// What follows when it is wrong.
    pub on_invalid: OnInvalid,
}

/// What follows when a proof fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnInvalid {
    /// The finding's confidence is low.
    Low,
    /// There is no finding. Only where the provider documents the algorithm.
    Drop,
}

/// A structure that the engine can parse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Structure {
    /// A JSON Web Token (RFC 7519): the header is base64url of a JSON object with `alg`.
    Jwt,
    /// A private key in a text block (PEM, OpenSSH, PuTTY, PGP): has a body of key material.
    PrivateKey,
    /// Base64 (standard alphabet) of text `user:password`.
    BasicAuth,
    /// A phrase of 12, 15, 18, 21 or 24 words whose checksum is right (BIP-39, English).
    Mnemonic,
    /// Base64 (standard alphabet) of anything.
    Base64,
    /// A value that a machine made up, of a rule of words before it: between the word and the value stand only words of
    /// keys. Digits of base 16 and UUIDs need one of them.
    NamedKey,
}

/// How far past its own bytes a match must look to be sure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lookahead {
    /// The byte after it, at most.
    #[default]
    Zero,
    /// The rest of its line.
    Line,
    /// Further lines: a block that ends with an end of its own.
    Open,
}
