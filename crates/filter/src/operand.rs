//! What operators stand between.

use regex::bytes::{Regex, RegexBuilder};

use crate::Error;
use crate::lexer::Token;
use crate::parser::Parser;
use crate::tree::{Expression, Fact, Function};

/// The greatest size of a compiled expression, in bytes.
const MAX_COMPILED: usize = 32 << 20;

impl Parser<'_> {
    /// A value, a call, or an expression in parentheses.
    pub(crate) fn primary(&mut self) -> Result<Expression, Error> {
        let at = self.at();
        let token = self.peek().clone();
        self.next += 1;
        Ok(match token {
            Token::Number(number) => Expression::Number(number),
            Token::Text(text) => Expression::Text(text.into_bytes()),
            Token::Sign("(") => {
                let inner = self.sequence()?;
                self.wants(")")?;
                inner
            }
            Token::Sign("[") => Expression::List(self.rigid(|parser| parser.list("]"))?),
            Token::Name(name) => match name.as_str() {
                "true" => Expression::Bool(true),
                "false" => Expression::Bool(false),
                "nil" => Expression::Nil,
                "finding" | "attributes" => self.fact(&name)?,
                _ if *self.peek() == Token::Sign("(") => self.call(&name, at)?,
                _ => match self.variables.iter().rposition(|(known, _)| *known == name) {
                    Some(place) => Expression::Variable(place),
                    None => return Err(Error { at, what: format!("`{name}` is not known") }),
                },
            },
            _ => {
                self.next -= 1;
                return Err(self.error("means nothing here"));
            }
        })
    }

    /// `finding["secret"]`, `finding.secret`.
    fn fact(&mut self, of: &str) -> Result<Expression, Error> {
        let at = self.at();
        let key = if self.takes("[") {
            let Token::Text(key) = self.peek().clone() else {
                return Err(self.error("is not the name of a field in quotes"));
            };
            self.next += 1;
            self.wants("]")?;
            key
        } else if self.takes(".") || self.takes("?.") {
            self.name("the name of a field")?
        } else {
            return Err(self.error(&format!("follows `{of}`, of which only fields are known")));
        };
        self.known(of, &key, at)
    }

    fn known(&mut self, of: &str, key: &str, at: usize) -> Result<Expression, Error> {
        let fact = match (of, key) {
            ("finding", "secret") => Fact::Secret,
            ("finding", "match") => Fact::Match,
            ("finding", "line") => Fact::Line,
            ("finding", "rule_id") => Fact::Rule,
            ("attributes", "path") => {
                self.path = true;
                Fact::Path
            }
            _ => return Err(Error { at, what: format!("`{of}[\"{key}\"]` is not known here") }),
        };
        Ok(Expression::Fact(fact))
    }

    fn call(&mut self, name: &str, at: usize) -> Result<Expression, Error> {
        self.wants("(")?;
        match name {
            "get" => {
                let of = self.name("`finding` or `attributes`")?;
                self.wants(",")?;
                let Token::Text(key) = self.peek().clone() else {
                    return Err(self.error("is not the name of a field in quotes"));
                };
                self.next += 1;
                self.wants(")")?;
                self.known(&of, &key, at)
            }
            "matchesAny" => {
                let text = self.rigid(Self::ternary)?;
                self.wants(",")?;
                let place = self.at();
                let list = self.rigid(Self::ternary)?;
                self.wants(")")?;
                let known = match &list {
                    Expression::Variable(place) => self.variables[*place].1.clone(),
                    list => texts(list),
                };
                let what = "the expressions are no list of texts".to_owned();
                let known = known.ok_or(Error { at: place, what })?;
                let regexes =
                    known.iter().map(|text| self.compiled(text, place)).collect::<Result<_, _>>()?;
                Ok(Expression::Matches(Box::new(text), regexes))
            }
            "findMatch" => {
                let text = self.rigid(Self::ternary)?;
                self.wants(",")?;
                let regex = self.regex()?;
                self.wants(")")?;
                Ok(Expression::Find(Box::new(text), regex))
            }
            "failsTokenEfficiency" => {
                self.rigid(|parser| parser.list(")"))?;
                if !self.harmless {
                    let what = format!("the function `{name}` is not supported where it keeps a finding");
                    return Err(Error { at, what });
                }
                self.left_out.push("failsTokenEfficiency");
                Ok(Expression::Bool(false))
            }
            _ => {
                let Some((function, count)) = Function::named(name) else {
                    return Err(Error { at, what: format!("the function `{name}` is not supported") });
                };
                let arguments = self.rigid(|parser| parser.list(")"))?;
                if !count.contains(&arguments.len()) {
                    let what = format!("`{name}` is given {} arguments", arguments.len());
                    return Err(Error { at, what });
                }
                Ok(Expression::Call(function, arguments))
            }
        }
    }

    fn list(&mut self, end: &'static str) -> Result<Vec<Expression>, Error> {
        let mut items = Vec::new();
        while !self.takes(end) {
            if !items.is_empty() {
                self.wants(",")?;
                if self.takes(end) {
                    break;
                }
            }
            items.push(self.ternary()?);
        }
        Ok(items)
    }

    /// A regular expression in quotes.
    pub(crate) fn regex(&mut self) -> Result<Regex, Error> {
        let at = self.at();
        let Token::Text(text) = self.peek().clone() else {
            return Err(self.error("is not an expression in quotes"));
        };
        self.next += 1;
        self.compiled(&text, at)
    }

    fn compiled(&self, text: &str, at: usize) -> Result<Regex, Error> {
        let ours =
            (self.translate)(text).map_err(|what| Error { at, what: format!("an expression: {what}") })?;
        let built = RegexBuilder::new(&ours).unicode(false).size_limit(MAX_COMPILED).build();
        built.map_err(|_| Error { at, what: "an expression does not compile".to_owned() })
    }
}

/// A list of texts as such.
pub(crate) fn texts(list: &Expression) -> Option<Vec<String>> {
    let Expression::List(items) = list else { return None };
    let text = |item: &Expression| match item {
        Expression::Text(text) => String::from_utf8(text.clone()).ok(),
        _ => None,
    };
    items.iter().map(text).collect()
}
