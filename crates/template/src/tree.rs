//! A template that is read.

use std::rc::Rc;

use crate::functions::Function;
use crate::value::Value;

/// A part of a template.
#[derive(Debug)]
pub(crate) enum Node {
    /// Written as it stands; the line is that of the action before it.
    Text(Rc<str>, u32),
    /// `{{ pipeline }}`
    Action(Pipe),
    If(Branch),
    With(Branch),
    Range(Branch),
    /// `{{ template "name" pipeline }}`
    Call {
        name: Rc<str>,
        with: Option<Pipe>,
        line: u32,
    },
    Break,
    Continue,
}

/// A block with an `else`.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) pipe: Pipe,
    pub(crate) then: Vec<Node>,
    pub(crate) otherwise: Vec<Node>,
}

/// Commands, each of which is given what the one before it returns.
#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) line: u32,
    /// The variables that it sets.
    pub(crate) variables: Vec<Rc<str>>,
    /// Whether they were there before.
    pub(crate) assigns: bool,
    pub(crate) commands: Vec<Command>,
}

/// A function and what it is given, or a value.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) line: u32,
    pub(crate) operands: Vec<Operand>,
}

/// A part of a command.
#[derive(Debug)]
pub(crate) enum Operand {
    Value(Value),
    Dot,
    Variable(Rc<str>),
    Function(&'static Function),
    Pipe(Box<Pipe>),
    /// Fields of something: of `.`, if it is nothing else.
    Fields(Box<Operand>, Vec<Rc<str>>),
}
