//! What goes wrong with a watch itself, of which receivers hear as of a secret.

/// What goes wrong with a watch itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Rules and values could not be read anew; the old ones stay.
    Reload,
    /// Lines could not be looked at, and were withheld.
    Withheld,
    /// Lines could not be looked at, and went through as they were.
    LetThrough,
}

impl Trouble {
    const ALL: [Self; 3] = [Self::Reload, Self::Withheld, Self::LetThrough];

    /// What events call it where they name a rule.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Reload => "reload-failed",
            Self::Withheld => "line-withheld",
            Self::LetThrough => "line-let-through",
        }
    }

    /// What is to be done.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Reload => "Correct the configuration, the rules or the known values, and reload again.",
            Self::Withheld => "Report it; until then the lines can be read where they were written.",
            Self::LetThrough => {
                "Report it; look at the lines in the masked copy, in which a secret may stand."
            }
        }
    }

    /// What happened, in a place.
    pub(crate) fn summary(self, place: &str) -> String {
        match self {
            Self::Reload => {
                format!("keysieve goes on with its old configuration, the new one is broken: {place}")
            }
            Self::Withheld => format!("keysieve withheld lines that it could not look at: {place}"),
            Self::LetThrough => format!("keysieve let lines through that it could not look at: {place}"),
        }
    }

    /// That which events call so.
    pub(crate) fn of(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trouble| trouble.id() == id)
    }
}
