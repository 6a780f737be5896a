//! A filter that is read.

use regex::bytes::Regex;

/// An expression.
#[derive(Clone, Debug)]
pub(crate) enum Expression {
    Nil,
    Bool(bool),
    Number(f64),
    Text(Vec<u8>),
    List(Vec<Expression>),
    /// What is known of the finding.
    Fact(Fact),
    /// A variable that `let` sets, by its place among those that are known.
    Variable(usize),
    /// `let x = …; …`
    Let(Box<Expression>, Box<Expression>),
    Not(Box<Expression>),
    Minus(Box<Expression>),
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    /// `a ?? b`
    Else(Box<Expression>, Box<Expression>),
    /// `a ? b : c`
    If(Box<[Expression; 3]>),
    Two(Operator, Box<Expression>, Box<Expression>),
    /// Whether any expression is found in a text.
    Matches(Box<Expression>, Vec<Regex>),
    /// The first place where an expression is found in a text, or nothing of it.
    Find(Box<Expression>, Regex),
    Call(Function, Vec<Expression>),
    /// `a[1]`
    At(Box<Expression>, Box<Expression>),
    /// `a[1:3]`
    Slice(Box<Expression>, Option<Box<Expression>>, Option<Box<Expression>>),
}

impl Expression {
    /// Whether it is never true.
    pub(crate) fn is_no_condition(&self) -> bool {
        let value =
            matches!(self, Self::Nil | Self::Number(_) | Self::Text(_) | Self::List(_) | Self::Fact(_));
        value || matches!(self, Self::Minus(_) | Self::Slice(..) | Self::Find(..))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    Secret,
    Match,
    Line,
    Rule,
    Path,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Contains,
    StartsWith,
    EndsWith,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Entropy,
    ContainsAny,
    Len,
    Min,
    Max,
    Lower,
    Upper,
    Trim,
    HasPrefix,
    HasSuffix,
}

impl Function {
    /// A function by its name, and how many arguments it takes.
    pub(crate) fn named(name: &str) -> Option<(Self, std::ops::RangeInclusive<usize>)> {
        Some(match name {
            "entropy" => (Self::Entropy, 1..=1),
            "containsAny" => (Self::ContainsAny, 2..=2),
            "len" => (Self::Len, 1..=1),
            "min" => (Self::Min, 1..=usize::MAX),
            "max" => (Self::Max, 1..=usize::MAX),
            "lower" => (Self::Lower, 1..=1),
            "upper" => (Self::Upper, 1..=1),
            "trim" => (Self::Trim, 1..=1),
            "hasPrefix" => (Self::HasPrefix, 2..=2),
            "hasSuffix" => (Self::HasSuffix, 2..=2),
            _ => return None,
        })
    }
}
