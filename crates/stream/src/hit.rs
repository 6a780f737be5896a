//! What is to be masked, and why.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use keysieve_finding::{Confidence, RuleInfo, Secret, Severity};

/// Why something is masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Label {
    /// A rule found it.
    Rule(Arc<RuleInfo>),
    /// It is a known value; its name, if it has one.
    Known(Arc<str>),
    /// A line of a private key block.
    KeyBlock,
    /// The beginning of a token, of which the rest had not come when it had to be released.
    Incomplete,
    /// A value in the body of a Secret in a Kubernetes audit log.
    KubernetesSecret,
}

impl Label {
    /// What masks, alerts and metrics call it: a rule's id, or a word of the same form.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Rule(info) => &info.id,
            Self::Known(name) if name.is_empty() => "known-value",
            Self::Known(name) => name,
            Self::KeyBlock => "private-key",
            Self::Incomplete => "incomplete-token",
            Self::KubernetesSecret => "kubernetes-secret",
        }
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self {
            Self::Rule(info) => info.severity,
            Self::Known(_) | Self::KeyBlock => Severity::Critical,
            Self::Incomplete => Severity::Medium,
            Self::KubernetesSecret => Severity::High,
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// Something to be masked in a haystack.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The bytes that must not be shown.
    pub span: Range<usize>,
    /// Those of them, or of the encoded value that they are, that the secret itself is in.
    pub secret: Range<usize>,
    /// Where the evidence for it ends, which may be behind it.
    pub end: usize,
    /// Why.
    pub label: Label,
    /// How specific that is: of several that overlap, the one with the most names the mask.
    pub rank: u8,
    /// How sure it is.
    pub confidence: Confidence,
    /// The secret itself, all encodings undone.
    pub value: Secret,
    /// Whether `value` stands in the haystack as it is.
    pub plain: bool,
}
