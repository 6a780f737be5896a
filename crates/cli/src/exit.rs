//! How a run ends.

use std::process::ExitCode;

use keysieve_finding::Outcome;
use keysieve_policy::Policy;

use crate::arguments::VerdictArguments;

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was looked at, and there is nothing to report.
    Clean,
    /// Something was found.
    Found,
    /// What `--exit-code` says instead.
    Chosen(u8),
    /// A wrong option, path or rule file; nothing was scanned.
    Usage,
    /// Nothing was found, but not everything was looked at.
    Partial,
    /// An error of keysieve's own.
    Internal,
    /// A signal ended it.
    Interrupted,
}

impl Exit {
    /// The number that the caller sees.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Found => 1,
            Self::Chosen(code) => code,
            Self::Usage => 2,
            Self::Partial => 3,
            Self::Internal => 4,
            Self::Interrupted => 130,
        }
    }

    /// What a scan's outcome leads to.
    pub(crate) fn of(outcome: &Outcome, policy: &Policy, asked: &VerdictArguments) -> Self {
        if outcome.interrupted {
            return Self::Interrupted;
        }
        if outcome.findings.iter().any(|finding| policy.fails(finding.severity)) {
            return match asked.exit_code {
                _ if asked.exit_zero => Self::Clean,
                Some(code) => Self::Chosen(code),
                None => Self::Found,
            };
        }
        if outcome.complete() || asked.allow_partial { Self::Clean } else { Self::Partial }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}
