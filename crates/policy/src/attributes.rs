//! What every suppression can say of itself.

use crate::{Date, Problem};

/// What every suppression can say of itself, whether it is a comment, an entry of an ignore file or one of a baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attributes {
    /// The last day on which it counts, if it does not count for ever.
    pub expires: Option<Date>,
    /// Whom to ask about it.
    pub owner: Option<String>,
    /// Why it is there.
    pub reason: Option<String>,
}

impl Attributes {
    /// Whether it no longer counts.
    #[must_use]
    pub fn expired(&self, today: Date) -> bool {
        self.expires.is_some_and(|last| today > last)
    }

    /// Takes an attribute as it is written: `expires=YYYY-MM-DD`, `owner=…`, `reason=…`.
    pub(crate) fn add(&mut self, word: &str) -> Result<(), Problem> {
        let (name, value) = word.split_once('=').ok_or(Problem::Attribute)?;
        let (name, twice) = match name {
            "expires" => ("expires", self.expires.is_some()),
            "owner" => ("owner", self.owner.is_some()),
            "reason" => ("reason", self.reason.is_some()),
            _ => return Err(Problem::Attribute),
        };
        if twice {
            return Err(Problem::Repeated(name));
        }
        if value.trim_matches([' ', '\t']).is_empty() {
            return Err(Problem::NoValue(name));
        }
        match name {
            "expires" => self.expires = Some(value.parse()?),
            "owner" => self.owner = Some(value.to_owned()),
            _ => self.reason = Some(value.to_owned()),
        }
        Ok(())
    }
}
