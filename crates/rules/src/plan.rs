//! How the engine finds a rule's candidates.

use serde::{Deserialize, Serialize};

use crate::Pattern;

/// How the engine finds a rule's candidates.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// The longest match in bytes; `None` for an open block.
    pub extent: Option<u32>,
}

/// A pattern that cannot be planned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The expression does not compile.
    #[error("{0}")]
    Syntax(String),
}

/// Plans a pattern.
///
/// # Errors
/// If the expression does not compile or breaks a law.
pub fn plan(pattern: &Pattern) -> Result<Plan, PlanError> {
    let _ = pattern;
    Ok(Plan { extent: Some(0) })
}
