//! What one action says.

use std::rc::Rc;

use crate::error::At;
use crate::functions;
use crate::lexer::{Lexeme, Token};
use crate::parser::MAX_DEPTH;
use crate::tree::{Command, Operand, Pipe};
use crate::value::Value;

/// The words of one action.
pub(crate) struct Words<'a> {
    pub(crate) rest: &'a [Lexeme],
    pub(crate) line: u32,
    pub(crate) depth: u32,
}

impl Words<'_> {
    /// `$a :=`, `$a =`, and for a range `$i, $e :=`.
    pub(crate) fn declared(&mut self, two: bool) -> Result<(Vec<Rc<str>>, bool), At> {
        let token = |at: usize| self.rest.get(at).map(|lexeme| &lexeme.token);
        let (names, end) = match (token(0), token(1), token(2)) {
            (Some(Token::Variable(one)), Some(Token::Comma), Some(Token::Variable(other))) if two => {
                (vec![one.clone(), other.clone()], 3)
            }
            (Some(Token::Variable(_)), Some(Token::Comma), _) => {
                return Err(At::new(self.line, "two variables are for `range` only"));
            }
            (Some(Token::Variable(one)), ..) => (vec![one.clone()], 1),
            _ => return Ok((Vec::new(), false)),
        };
        let assigns = match token(end) {
            Some(Token::Declare) => false,
            Some(Token::Assign) => true,
            _ if names.len() == 1 => return Ok((Vec::new(), false)),
            _ => return Err(At::new(self.line, "`:=` is missing after the variables")),
        };
        self.rest = &self.rest[end + 1..];
        Ok((names, assigns))
    }

    /// Commands up to the end, or to a `)`.
    pub(crate) fn pipe(&mut self, variables: &[Rc<str>]) -> Result<Pipe, At> {
        let line = self.line;
        let mut commands = vec![self.command(variables)?];
        while let Some(Lexeme { token: Token::Pipe, .. }) = self.rest.first() {
            self.rest = &self.rest[1..];
            let command = self.command(variables)?;
            if !matches!(command.operands[0], Operand::Function(_) | Operand::Fields(..)) {
                return Err(At::new(command.line, "what follows `|` is no function"));
            }
            commands.push(command);
        }
        Ok(Pipe { line, variables: Vec::new(), assigns: false, commands })
    }

    fn command(&mut self, variables: &[Rc<str>]) -> Result<Command, At> {
        let mut operands = Vec::new();
        let mut line = self.line;
        while let Some(lexeme) = self.rest.first() {
            if matches!(lexeme.token, Token::Pipe | Token::Close) {
                break;
            }
            if operands.is_empty() {
                line = lexeme.line;
            }
            operands.push(self.operand(variables)?);
        }
        if operands.is_empty() {
            return Err(At::new(line, "a value or a function is missing"));
        }
        Ok(Command { line, operands })
    }

    fn operand(&mut self, variables: &[Rc<str>]) -> Result<Operand, At> {
        let Some((lexeme, rest)) = self.rest.split_first() else {
            return Err(At::new(self.line, "a value is missing"));
        };
        self.rest = rest;
        self.line = lexeme.line;
        let mut fields = Vec::new();
        let operand = match &lexeme.token {
            Token::Dot => Operand::Dot,
            Token::Field(name) => {
                fields.push(name.clone());
                Operand::Dot
            }
            Token::Variable(name) if variables.contains(name) => Operand::Variable(name.clone()),
            Token::Variable(name) => return Err(At::new(lexeme.line, format!("no variable ${name}"))),
            Token::Word(word) => word_operand(word, lexeme.line)?,
            Token::Text(text) => Operand::Value(Value::Text(text.clone())),
            Token::Int(number) => Operand::Value(Value::Int(*number)),
            Token::Float(number) => Operand::Value(Value::Float(*number)),
            Token::Open => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(At::new(
                        lexeme.line,
                        format!("more than {MAX_DEPTH} parentheses in one another"),
                    ));
                }
                let pipe = self.pipe(variables)?;
                match self.rest.split_first() {
                    Some((Lexeme { token: Token::Close, .. }, rest)) => self.rest = rest,
                    _ => return Err(At::new(lexeme.line, "`(` without its `)`")),
                }
                self.depth -= 1;
                Operand::Pipe(Box::new(pipe))
            }
            other => return Err(At::new(lexeme.line, format!("{} means nothing here", shown(other)))),
        };
        while let Some((Lexeme { token: Token::Field(name), spaced: false, .. }, rest)) =
            self.rest.split_first()
        {
            fields.push(name.clone());
            self.rest = rest;
        }
        if fields.is_empty() {
            return Ok(operand);
        }
        if matches!(operand, Operand::Value(_)) {
            return Err(At::new(lexeme.line, format!("{} has no fields", shown(&lexeme.token))));
        }
        Ok(Operand::Fields(Box::new(operand), fields))
    }
}

fn word_operand(word: &str, line: u32) -> Result<Operand, At> {
    Ok(match word {
        "true" => Operand::Value(Value::Bool(true)),
        "false" => Operand::Value(Value::Bool(false)),
        "nil" => Operand::Value(Value::Nil),
        _ => Operand::Function(functions::find(word).map_err(|what| At::new(line, what))?),
    })
}

/// A word as errors show it.
pub(crate) fn shown(token: &Token) -> String {
    match token {
        Token::Dot => "`.`".to_owned(),
        Token::Field(name) => format!("`.{name}`"),
        Token::Variable(name) => format!("`${name}`"),
        Token::Word(word) => format!("`{word}`"),
        Token::Text(_) => "a text".to_owned(),
        Token::Int(number) => format!("`{number}`"),
        Token::Float(number) => format!("`{number}`"),
        Token::Pipe => "`|`".to_owned(),
        Token::Open => "`(`".to_owned(),
        Token::Close => "`)`".to_owned(),
        Token::Declare => "`:=`".to_owned(),
        Token::Assign => "`=`".to_owned(),
        Token::Comma => "`,`".to_owned(),
    }
}
