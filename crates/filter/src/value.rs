//! What expressions become.

use std::borrow::Cow;

/// A value.
#[derive(Clone, Debug)]
pub(crate) enum Value<'a> {
    Nil,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, [u8]>),
    List(Vec<Value<'a>>),
}

/// Something cannot be done with the values that there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unfit;

impl<'a> Value<'a> {
    pub(crate) fn bool(self) -> Result<bool, Unfit> {
        match self {
            Self::Bool(truth) => Ok(truth),
            _ => Err(Unfit),
        }
    }

    pub(crate) fn number(self) -> Result<f64, Unfit> {
        match self {
            Self::Number(number) => Ok(number),
            _ => Err(Unfit),
        }
    }

    pub(crate) fn text(self) -> Result<Cow<'a, [u8]>, Unfit> {
        match self {
            Self::Text(text) => Ok(text),
            _ => Err(Unfit),
        }
    }

    pub(crate) fn list(self) -> Result<Vec<Self>, Unfit> {
        match self {
            Self::List(items) => Ok(items),
            _ => Err(Unfit),
        }
    }

    /// Values of two kinds are not equal.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nil, Self::Nil) => true,
            (Self::Bool(one), Self::Bool(other)) => one == other,
            #[allow(clippy::float_cmp)] // as the language says
            (Self::Number(one), Self::Number(other)) => one == other,
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::List(one), Self::List(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.equals(other))
            }
            _ => false,
        }
    }
}
