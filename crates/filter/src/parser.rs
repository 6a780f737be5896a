//! Reads a filter.

use crate::Error;
use crate::lexer::{self, Token};
use crate::operand::texts;
use crate::tree::{Expression, Operator};

/// How deep expressions may be in one another.
const MAX_DEPTH: usize = 60;

/// What reads a filter.
pub(crate) struct Parser<'t> {
    words: Vec<(Token, usize)>,
    pub(crate) next: usize,
    depth: usize,
    pub(crate) translate: &'t dyn Fn(&str) -> Result<String, String>,
    /// Variables, and the list of texts that each of them is, if it is one.
    pub(crate) variables: Vec<(String, Option<Vec<String>>)>,
    /// Whether what is read may be false where it should be true, and the worst is that a finding counts.
    pub(crate) harmless: bool,
    pub(crate) path: bool,
    pub(crate) left_out: Vec<&'static str>,
}

impl<'t> Parser<'t> {
    pub(crate) fn new(
        text: &str,
        translate: &'t dyn Fn(&str) -> Result<String, String>,
    ) -> Result<Self, Error> {
        Ok(Self {
            words: lexer::read(text)?,
            next: 0,
            depth: 0,
            translate,
            variables: Vec::new(),
            harmless: true,
            path: false,
            left_out: Vec::new(),
        })
    }

    pub(crate) fn all(&mut self) -> Result<Expression, Error> {
        let (at, expression) = (self.at(), self.sequence()?);
        if *self.peek() != Token::End {
            return Err(self.error("is one too many"));
        }
        if expression.is_no_condition() {
            return Err(Error { at, what: "it is neither true nor false".to_owned() });
        }
        Ok(expression)
    }

    /// `let x = …; …`
    pub(crate) fn sequence(&mut self) -> Result<Expression, Error> {
        if !self.takes_name("let") {
            return self.ternary();
        }
        let name = self.name("a name after `let`")?;
        self.wants("=")?;
        let value = self.rigid(Self::ternary)?;
        self.wants(";")?;
        let texts = texts(&value);
        self.deeper()?;
        self.variables.push((name, texts));
        let then = self.sequence()?;
        self.variables.pop();
        self.depth -= 1;
        Ok(Expression::Let(Box::new(value), Box::new(then)))
    }

    pub(crate) fn ternary(&mut self) -> Result<Expression, Error> {
        self.deeper()?;
        let condition = self.or()?;
        let expression = if self.takes("?") {
            // A condition that is false where it should be true leads elsewhere.
            if !self.left_out.is_empty() {
                return Err(self.error("follows what is not known here"));
            }
            let then = self.ternary()?;
            self.wants(":")?;
            Expression::If(Box::new([condition, then, self.ternary()?]))
        } else {
            condition
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn or(&mut self) -> Result<Expression, Error> {
        let mut one = self.and()?;
        while self.takes("||") || self.takes_name("or") {
            one = Expression::Or(Box::new(one), Box::new(self.and()?));
        }
        Ok(one)
    }

    fn and(&mut self) -> Result<Expression, Error> {
        let mut one = self.compared()?;
        while self.takes("&&") || self.takes_name("and") {
            one = Expression::And(Box::new(one), Box::new(self.compared()?));
        }
        Ok(one)
    }

    fn compared(&mut self) -> Result<Expression, Error> {
        let known = self.left_out.len();
        let mut one = self.sum()?;
        loop {
            let negated = *self.peek() == Token::Name("not".to_owned());
            self.next += usize::from(negated);
            let operator = match self.peek() {
                Token::Sign("==") if !negated => Operator::Equal,
                Token::Sign("!=") if !negated => Operator::NotEqual,
                Token::Sign("<") if !negated => Operator::Less,
                Token::Sign("<=") if !negated => Operator::LessOrEqual,
                Token::Sign(">") if !negated => Operator::Greater,
                Token::Sign(">=") if !negated => Operator::GreaterOrEqual,
                Token::Name(name) => match name.as_str() {
                    "in" => Operator::In,
                    "contains" => Operator::Contains,
                    "startsWith" => Operator::StartsWith,
                    "endsWith" => Operator::EndsWith,
                    "matches" => {
                        self.next += 1;
                        let regexes = vec![self.regex()?];
                        one = Expression::Matches(Box::new(one), regexes);
                        one = if negated { Expression::Not(Box::new(one)) } else { one };
                        continue;
                    }
                    _ if negated => return Err(self.error("follows `not`")),
                    _ => return Ok(one),
                },
                _ if negated => return Err(self.error("follows `not`")),
                _ => return Ok(one),
            };
            if self.left_out.len() > known {
                return Err(self.error("follows what is not known here"));
            }
            self.next += 1;
            let other = self.rigid(Self::sum)?;
            one = Expression::Two(operator, Box::new(one), Box::new(other));
            one = if negated { Expression::Not(Box::new(one)) } else { one };
        }
    }

    fn sum(&mut self) -> Result<Expression, Error> {
        let mut one = self.product()?;
        loop {
            let operator = match self.peek() {
                Token::Sign("+") => Operator::Add,
                Token::Sign("-") => Operator::Subtract,
                _ => return Ok(one),
            };
            self.next += 1;
            one = Expression::Two(operator, Box::new(one), Box::new(self.rigid(Self::product)?));
        }
    }

    fn product(&mut self) -> Result<Expression, Error> {
        let mut one = self.unary()?;
        loop {
            let operator = match self.peek() {
                Token::Sign("*") => Operator::Multiply,
                Token::Sign("/") => Operator::Divide,
                Token::Sign("%") => Operator::Remainder,
                _ => return Ok(one),
            };
            self.next += 1;
            one = Expression::Two(operator, Box::new(one), Box::new(self.rigid(Self::unary)?));
        }
    }

    fn unary(&mut self) -> Result<Expression, Error> {
        self.deeper()?;
        let expression = if self.takes("!") || self.takes_name("not") {
            Expression::Not(Box::new(self.rigid(Self::unary)?))
        } else if self.takes("-") {
            Expression::Minus(Box::new(self.rigid(Self::unary)?))
        } else {
            let one = self.postfix()?;
            if self.takes("??") {
                Expression::Else(Box::new(one), Box::new(self.rigid(Self::unary)?))
            } else {
                one
            }
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn postfix(&mut self) -> Result<Expression, Error> {
        let mut one = self.primary()?;
        while self.takes("[") {
            let from = if *self.peek() == Token::Sign(":") { None } else { Some(self.rigid(Self::ternary)?) };
            one = if self.takes(":") {
                let to =
                    if *self.peek() == Token::Sign("]") { None } else { Some(self.rigid(Self::ternary)?) };
                Expression::Slice(Box::new(one), from.map(Box::new), to.map(Box::new))
            } else {
                let index = from.ok_or_else(|| self.error("is no place"))?;
                Expression::At(Box::new(one), Box::new(index))
            };
            self.wants("]")?;
        }
        match self.peek() {
            Token::Sign("." | "?.") => Err(self.error("asks for a field of what has none")),
            _ => Ok(one),
        }
    }

    /// Reads something that must be what it is, because it does not only add to what is dropped.
    pub(crate) fn rigid<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        let before = std::mem::replace(&mut self.harmless, false);
        let read = read(self);
        self.harmless = before;
        read
    }

    pub(crate) fn deeper(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(&format!("is more than {MAX_DEPTH} deep in other expressions")));
        }
        Ok(())
    }

    pub(crate) fn peek(&self) -> &Token {
        self.words.get(self.next).map_or(&Token::End, |(token, _)| token)
    }

    pub(crate) fn at(&self) -> usize {
        self.words.get(self.next).map_or(0, |(_, at)| *at)
    }

    pub(crate) fn takes(&mut self, sign: &'static str) -> bool {
        let found = *self.peek() == Token::Sign(sign);
        self.next += usize::from(found);
        found
    }

    pub(crate) fn takes_name(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Token::Name(name) if name == word);
        self.next += usize::from(found);
        found
    }

    pub(crate) fn wants(&mut self, sign: &'static str) -> Result<(), Error> {
        if self.takes(sign) { Ok(()) } else { Err(self.error(&format!("stands where `{sign}` is wanted"))) }
    }

    pub(crate) fn name(&mut self, what: &str) -> Result<String, Error> {
        match self.peek().clone() {
            Token::Name(name) => {
                self.next += 1;
                Ok(name)
            }
            _ => Err(self.error(&format!("stands where {what} is wanted"))),
        }
    }

    /// What is wrong with the next word.
    pub(crate) fn error(&self, what: &str) -> Error {
        let word = match self.peek() {
            Token::Name(name) => format!("`{name}`"),
            Token::Text(_) => "a text".to_owned(),
            Token::Number(number) => format!("`{number}`"),
            Token::Sign(sign) => format!("`{sign}`"),
            Token::End => "the end".to_owned(),
        };
        Error { at: self.at(), what: format!("{word} {what}") }
    }
}
