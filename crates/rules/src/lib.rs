//! Rule files to validated rules.

mod plan;
mod rule;

pub use plan::{Plan, PlanError, plan};
pub use rule::{ChecksumGate, ContextPattern, Gates, Lookahead, OnInvalid, Pattern, Rule, Structure};
