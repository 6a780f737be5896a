//! A template, from its text to what it renders.

use std::collections::HashMap;
use std::rc::Rc;

use crate::budget::Limits;
use crate::error::Error;
use crate::parser::Parser;
use crate::pieces;
use crate::run::Run;
use crate::tree::Node;
use crate::value::Value;

/// A template that is read and can be rendered.
#[derive(Debug)]
pub struct Template {
    name: String,
    main: Vec<Node>,
    /// Templates that it defines, by name.
    defined: HashMap<Rc<str>, Vec<Node>>,
}

impl Template {
    /// Reads a template; errors call it by `name`.
    ///
    /// # Errors
    /// What is wrong with it first: what Go's parser refuses, or a function that is not known here.
    pub fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let read = || {
            let pieces = pieces::cut(text)?;
            let mut parser = Parser::new(&pieces);
            let main = parser.read()?;
            Ok((main, parser.defined))
        };
        let (main, defined) = read().map_err(|at: crate::error::At| at.of(name))?;
        Ok(Self { name: name.to_owned(), main, defined })
    }

    /// What it makes of `data`, which is its `.`; `now` is in seconds since the beginning of 1970.
    ///
    /// # Errors
    /// What cannot be done with the data, or a limit that is reached.
    pub fn render(&self, data: Value, now: i64, limits: Limits) -> Result<String, Error> {
        Run::new(&self.defined, now, limits).all(data, &self.main).map_err(|at| at.of(&self.name))
    }
}
