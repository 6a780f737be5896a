//! A template as what is written as it stands, and what is done.

use crate::error::At;
use crate::lexer::{self, Lexeme};

const OPEN: &str = "{{";
const CLOSE: &str = "}}";

/// A piece of a template.
#[derive(Clone, Debug)]
pub(crate) enum Piece<'t> {
    /// Written as it stands.
    Text(&'t str),
    /// What stands between `{{` and `}}`.
    Action { lexemes: Vec<Lexeme>, line: u32 },
}

/// Cuts a template up.
pub(crate) fn cut(text: &str) -> Result<Vec<Piece<'_>>, At> {
    let mut pieces = Vec::new();
    let (mut rest, mut line, mut trim) = (text, 1_u32, false);
    loop {
        let open = rest.find(OPEN);
        let before = &rest[..open.unwrap_or(rest.len())];
        let inside = open.map(|open| &rest[open + OPEN.len()..]);
        let trims = inside.is_some_and(|inside| {
            inside.strip_prefix('-').is_some_and(|inside| inside.starts_with(is_space))
        });
        let mut shown = if trim { before.trim_start_matches(is_space) } else { before };
        if trims {
            shown = shown.trim_end_matches(is_space);
        }
        if !shown.is_empty() {
            pieces.push(Piece::Text(shown));
        }
        line += newlines(before);
        let Some(inside) = inside else { return Ok(pieces) };
        let inside = if trims { &inside[1..] } else { inside };
        // A comment begins with the action.
        let after = match inside.trim_start_matches(is_space).strip_prefix("/*") {
            Some(comment) if trims || inside.starts_with("/*") => past_comment(comment, line)?,
            _ => {
                let mut lexemes = Vec::new();
                let after = lexer::read(inside, line, &mut lexemes)?;
                pieces.push(Piece::Action { lexemes, line });
                after
            }
        };
        line += newlines(&inside[..inside.len() - after.len()]);
        trim = after.starts_with('-');
        rest = after.trim_start_matches('-').strip_prefix(CLOSE).unwrap_or_default();
    }
}

/// What follows a comment: `}}` or `-}}`.
fn past_comment(comment: &str, line: u32) -> Result<&str, At> {
    let end = comment.find("*/").ok_or_else(|| At::new(line, "a comment without its end, `*/`"))?;
    let after = &comment[end + 2..];
    let closing = after.trim_start_matches(is_space);
    if after.starts_with(CLOSE) || (closing.len() < after.len() && closing.starts_with("-}}")) {
        return Ok(closing);
    }
    Err(At::new(line, "a comment ends before its closing `}}`"))
}

fn newlines(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX)
}

pub(crate) const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}
