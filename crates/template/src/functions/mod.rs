//! The functions that templates may call.

mod compare;
mod encode;
mod expressions;
mod lists;
mod logic;
mod maps;
mod numbers;
mod print;
mod texts;
mod words;

use crate::budget::Budget;
use crate::error::Problem;
use crate::show;
use crate::value::{Maps, Value};

/// What functions work with.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) maps: Maps,
    pub(crate) budget: Budget,
    /// Seconds since the beginning of 1970.
    pub(crate) now: i64,
}

/// A function.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    least: usize,
    most: usize,
    pub(crate) call: Call,
}

/// How a function is called.
#[derive(Debug)]
pub(crate) enum Call {
    All(fn(&mut Host, &[Value]) -> Result<Value, Problem>),
    /// `and`, `or`: arguments are looked at while they are as true as this.
    While(bool),
}

/// Any number of arguments.
const ANY: usize = usize::MAX;

const fn function(
    name: &'static str,
    least: usize,
    most: usize,
    call: fn(&mut Host, &[Value]) -> Result<Value, Problem>,
) -> Function {
    Function { name, least, most, call: Call::All(call) }
}

static TABLES: &[&[Function]] = &[
    compare::TABLE,
    encode::TABLE,
    expressions::TABLE,
    lists::TABLE,
    logic::TABLE,
    maps::TABLE,
    numbers::TABLE,
    print::TABLE,
    texts::TABLE,
    words::TABLE,
];

/// Functions that reach outside of the template, or give another result each time.
const REFUSED: &[&str] = &[
    "env",
    "expandenv",
    "getHostByName",
    "uuidv4",
    "randAlpha",
    "randAlphaNum",
    "randAscii",
    "randNumeric",
    "randBytes",
    "randInt",
    "shuffle",
    "genPrivateKey",
    "genCA",
    "genSelfSignedCert",
    "genSignedCert",
    "htpasswd",
    "bcrypt",
    "derivePassword",
    "osBase",
    "osDir",
    "osExt",
    "osClean",
    "osIsAbs",
];

/// The function of this name.
pub(crate) fn find(name: &str) -> Result<&'static Function, Problem> {
    let known = TABLES.iter().flat_map(|table| table.iter());
    match known.into_iter().find(|function| function.name == name) {
        Some(function) => Ok(function),
        None if REFUSED.contains(&name) => Err(format!(
            "function \"{name}\" is refused: a template reaches nothing outside, and gives the same each time"
        )),
        None => Err(format!("function \"{name}\" is not supported")),
    }
}

impl Function {
    /// Whether it takes so many arguments.
    pub(crate) fn takes(&self, count: usize) -> Result<(), Problem> {
        let wanted = match (self.least, self.most) {
            (least, most) if (least..=most).contains(&count) => return Ok(()),
            (least, ANY) => format!("at least {least}"),
            (least, most) if least == most => least.to_string(),
            (least, most) => format!("{least} to {most}"),
        };
        Err(format!("wants {wanted} arguments, and has {count}"))
    }
}

impl Host {
    /// A value as text.
    fn string(&self, value: &Value) -> Result<String, Problem> {
        match value {
            Value::Text(text) => {
                self.budget.bytes(text.len())?;
                Ok(text.to_string())
            }
            other => show::string(other, self),
        }
    }

    /// A text that a function returns.
    fn text(&self, text: String) -> Result<Value, Problem> {
        self.budget.bytes(text.len())?;
        Ok(Value::text(text))
    }

    /// A list that a function returns.
    fn list(&self, items: Vec<Value>) -> Result<Value, Problem> {
        self.budget.steps(items.len())?;
        Value::listed(items)
    }
}

/// An argument that must be a text.
fn text(value: &Value) -> Result<&str, Problem> {
    match value {
        Value::Text(text) => Ok(text),
        other => Err(one_of("a string", other)),
    }
}

/// An argument that must be a list.
fn list(value: &Value) -> Result<&[Value], Problem> {
    match value {
        Value::List(list) => Ok(&list.items),
        other => Err(one_of("a list", other)),
    }
}

/// Something else was given.
fn one_of(wanted: &str, given: &Value) -> Problem {
    format!("wants {wanted}, and is given {}", given.kind())
}
