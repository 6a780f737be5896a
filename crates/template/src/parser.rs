//! Reads a template.

use std::collections::HashMap;
use std::rc::Rc;

use crate::error::At;
use crate::lexer::{Lexeme, Token};
use crate::pieces::Piece;
use crate::pipeline::{Words, shown};
use crate::tree::{Branch, Node, Pipe};

/// How deep blocks and parentheses may be in one another.
pub(crate) const MAX_DEPTH: u32 = 100;

/// Reads the pieces of a template.
pub(crate) struct Parser<'p, 't> {
    pieces: std::slice::Iter<'p, Piece<'t>>,
    /// The variables that are known, the innermost last.
    variables: Vec<Rc<str>>,
    depth: u32,
    loops: u32,
    /// The line that was reached.
    line: u32,
    pub(crate) defined: HashMap<Rc<str>, Vec<Node>>,
}

/// What ends a block.
#[derive(Debug)]
enum Ending {
    /// The end of the template.
    Text,
    End,
    /// `else`, with what follows the word.
    Else(Vec<Lexeme>, u32),
}

impl<'p, 't> Parser<'p, 't> {
    pub(crate) fn new(pieces: &'p [Piece<'t>]) -> Self {
        Self {
            pieces: pieces.iter(),
            variables: vec!["".into()],
            depth: 0,
            loops: 0,
            line: 1,
            defined: HashMap::new(),
        }
    }

    /// Reads all of it.
    pub(crate) fn read(&mut self) -> Result<Vec<Node>, At> {
        match self.nodes()? {
            (nodes, Ending::Text) => Ok(nodes),
            (_, Ending::End) => Err(At::new(self.line, "`end` without a block")),
            (_, Ending::Else(_, line)) => Err(At::new(line, "`else` without a block")),
        }
    }

    fn nodes(&mut self) -> Result<(Vec<Node>, Ending), At> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(At::new(self.line, format!("blocks are more than {MAX_DEPTH} deep in one another")));
        }
        let mut nodes = Vec::new();
        while let Some(piece) = self.pieces.next() {
            let (lexemes, line) = match piece {
                Piece::Text(text) => {
                    nodes.push(Node::Text((*text).into(), self.line));
                    continue;
                }
                Piece::Action { lexemes, line } => (lexemes.as_slice(), *line),
            };
            self.line = line;
            let word = match lexemes.first() {
                Some(Lexeme { token: Token::Word(word), .. }) => word,
                Some(_) => &Rc::from(""),
                None => return Err(At::new(line, "an action without anything in it")),
            };
            let rest = &lexemes[1..];
            match &**word {
                "end" => {
                    nothing_after(rest, "end")?;
                    self.depth -= 1;
                    return Ok((nodes, Ending::End));
                }
                "else" => {
                    self.depth -= 1;
                    return Ok((nodes, Ending::Else(rest.to_vec(), line)));
                }
                "define" => self.define(rest, line)?,
                _ => nodes.push(self.node(word, lexemes, line)?),
            }
        }
        self.depth -= 1;
        Ok((nodes, Ending::Text))
    }

    fn node(&mut self, word: &str, lexemes: &[Lexeme], line: u32) -> Result<Node, At> {
        let rest = &lexemes[1..];
        Ok(match word {
            "if" => Node::If(self.branch("if", rest, line)?),
            "with" => Node::With(self.branch("with", rest, line)?),
            "range" => Node::Range(self.branch("range", rest, line)?),
            "block" => {
                let (name, rest) = name_of(rest, "block", line)?;
                let with = self.whole(rest, line)?;
                let body = self.body(line)?;
                self.defined.entry(name.clone()).or_insert(body);
                Node::Call { name, with: Some(with), line }
            }
            "template" => {
                let (name, rest) = name_of(rest, "template", line)?;
                let with = if rest.is_empty() { None } else { Some(self.whole(rest, line)?) };
                Node::Call { name, with, line }
            }
            "break" | "continue" => {
                nothing_after(rest, word)?;
                if self.loops == 0 {
                    return Err(At::new(line, format!("`{word}` outside of a `range`")));
                }
                if word == "break" { Node::Break } else { Node::Continue }
            }
            _ => Node::Action(self.whole(lexemes, line)?),
        })
    }

    /// `define`: as a template of its own, it knows no variable and no loop.
    fn define(&mut self, rest: &[Lexeme], line: u32) -> Result<(), At> {
        let (name, rest) = name_of(rest, "define", line)?;
        nothing_after(rest, "define")?;
        if self.depth > 1 {
            return Err(At::new(line, "`define` inside of a block"));
        }
        let body = self.body(line)?;
        self.defined.insert(name, body);
        Ok(())
    }

    /// What stands up to an `end`, and is rendered on its own.
    fn body(&mut self, line: u32) -> Result<Vec<Node>, At> {
        let variables = std::mem::replace(&mut self.variables, vec!["".into()]);
        let loops = std::mem::take(&mut self.loops);
        let body = match self.nodes()? {
            (body, Ending::End) => body,
            (_, Ending::Text) => return Err(At::new(line, "a block without its `end`")),
            (_, Ending::Else(_, line)) => return Err(At::new(line, "`else` in a block that has none")),
        };
        (self.variables, self.loops) = (variables, loops);
        Ok(body)
    }

    fn branch(&mut self, word: &str, rest: &[Lexeme], line: u32) -> Result<Branch, At> {
        let known = self.variables.len();
        let pipe = self.pipe_of(word, rest, line)?;
        let inside = self.variables.len();
        self.loops += u32::from(word == "range");
        let (then, end) = self.nodes()?;
        self.loops -= u32::from(word == "range");
        self.variables.truncate(inside);
        let otherwise = match end {
            Ending::Text => return Err(At::new(line, format!("`{word}` without its `end`"))),
            Ending::End => Vec::new(),
            Ending::Else(rest, at) => self.otherwise(word, &rest, at, line)?,
        };
        self.variables.truncate(known);
        Ok(Branch { pipe, then, otherwise })
    }

    /// What follows `else`: more of the block, or another one that shares its `end`.
    fn otherwise(&mut self, word: &str, rest: &[Lexeme], at: u32, line: u32) -> Result<Vec<Node>, At> {
        if let Some(Lexeme { token: Token::Word(next), .. }) = rest.first()
            && **next == *word
            && word != "range"
        {
            self.depth += 1;
            let branch = self.branch(word, &rest[1..], at)?;
            self.depth -= 1;
            return Ok(vec![if word == "if" { Node::If(branch) } else { Node::With(branch) }]);
        }
        nothing_after(rest, "else")?;
        match self.nodes()? {
            (nodes, Ending::End) => Ok(nodes),
            (_, Ending::Text) => Err(At::new(line, format!("`{word}` without its `end`"))),
            (_, Ending::Else(_, at)) => Err(At::new(at, "a second `else`")),
        }
    }

    /// A pipeline that is all of an action.
    fn whole(&mut self, lexemes: &[Lexeme], line: u32) -> Result<Pipe, At> {
        self.pipe_of("", lexemes, line)
    }

    fn pipe_of(&mut self, word: &str, lexemes: &[Lexeme], line: u32) -> Result<Pipe, At> {
        let mut words = Words { rest: lexemes, line, depth: self.depth };
        let (variables, assigns) = words.declared(word == "range")?;
        if assigns && let Some(unknown) = variables.iter().find(|name| !self.variables.contains(name)) {
            return Err(At::new(line, format!("no variable ${unknown}")));
        }
        let mut pipe = words.pipe(&self.variables)?;
        if let Some(left) = words.rest.first() {
            return Err(At::new(left.line, format!("{} is one too many", shown(&left.token))));
        }
        if !assigns {
            self.variables.extend(variables.iter().cloned());
        }
        (pipe.variables, pipe.assigns) = (variables, assigns);
        Ok(pipe)
    }
}

/// The name that a block or a call gives.
fn name_of<'l>(rest: &'l [Lexeme], word: &str, line: u32) -> Result<(Rc<str>, &'l [Lexeme]), At> {
    match rest.split_first() {
        Some((Lexeme { token: Token::Text(name), .. }, rest)) => Ok((name.clone(), rest)),
        _ => Err(At::new(line, format!("`{word}` without a name in quotes"))),
    }
}

fn nothing_after(rest: &[Lexeme], word: &str) -> Result<(), At> {
    match rest.first() {
        None => Ok(()),
        Some(left) => Err(At::new(left.line, format!("{} after `{word}`", shown(&left.token)))),
    }
}
