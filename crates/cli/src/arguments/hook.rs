//! The arguments of `keysieve hook`.

use clap::{Args, Subcommand, ValueEnum};

/// What to do with hooks.
#[derive(Debug, Subcommand)]
pub(crate) enum HookVerb {
    /// Let git look for secrets before each commit and each push
    ///
    /// A hook that is there already goes on working: it runs after keysieve. Where pre-commit, husky or lefthook
    /// manage the hooks, nothing is written, and what to add to their configuration is said instead.
    Install {
        #[command(flatten)]
        asked: HookArguments,
    },
    /// Take the hooks away, and put back what was there before
    Uninstall {
        #[command(flatten)]
        asked: HookArguments,
    },
    /// Say which hooks are there, and prove that they work
    ///
    /// A made-up secret is committed and pushed in a temporary repository, which the hook must refuse, and then
    /// something clean. Exits 2 if there is no hook, or one does not do what it should.
    Status {
        #[command(flatten)]
        asked: HookArguments,
    },
}

/// Which hooks, and where.
#[derive(Args, Debug)]
pub(crate) struct HookArguments {
    /// Which hooks [default: both]
    #[arg(value_name = "HOOK", value_enum)]
    pub(crate) hooks: Vec<HookName>,
    /// For every repository of this user, rather than the one here
    #[arg(long)]
    pub(crate) global: bool,
}

impl HookArguments {
    /// The hooks that are meant.
    pub(crate) fn hooks(&self) -> Vec<HookName> {
        if self.hooks.is_empty() { vec![HookName::PreCommit, HookName::PrePush] } else { self.hooks.clone() }
    }
}

/// A hook of git.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HookName {
    /// Runs before each commit
    PreCommit,
    /// Runs before each push
    PrePush,
}

impl HookName {
    /// As git calls it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PrePush => "pre-push",
        }
    }
}
