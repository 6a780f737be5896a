//! Languages of expressions, translated to ours.

use regex_syntax::ast::{self, Ast, Flag, FlagsItemKind, GroupKind};

use super::go_regex;

/// In which language a file's expressions are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Go's `regexp`: gitleaks, betterleaks, trufflehog.
    Go,
    /// Python's `re`: detect-secrets.
    Python,
    /// That of the `regex` crate, often with `(?x)`: kingfisher, noseyparker.
    Rust,
}

/// The greatest size of a compiled expression, in bytes.
const MAX_COMPILED: usize = 32 << 20;

impl Dialect {
    /// The expression in our language, known to compile. The error says what has no translation.
    pub(super) fn translate(self, theirs: &str) -> Result<String, String> {
        let ours = match self {
            Self::Go => go_regex::translate(theirs)?,
            Self::Python => go_regex::translate(&python(theirs)?)?,
            Self::Rust => plain(theirs)?,
        };
        let built = regex::bytes::RegexBuilder::new(&ours).unicode(false).size_limit(MAX_COMPILED).build();
        // The message shows the expression over many lines; its last one says what is wrong.
        built.map(|_| ours).map_err(|error| last_line(&error.to_string()))
    }
}

fn last_line(error: &str) -> String {
    let line = error.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or(error).trim();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

/// What Python writes in another way than Go. <https://docs.python.org/3/library/re.html>
fn python(theirs: &str) -> Result<String, String> {
    let mut ours = String::with_capacity(theirs.len());
    let mut chars = theirs.chars();
    while let Some(c) = chars.next() {
        match (c, chars.as_str().chars().next()) {
            ('\\', Some('Z')) => ours.push_str(r"\z"),
            ('\\', Some(digit @ '1'..='9')) => {
                return Err(format!(r"`\{digit}`, which asks for what a group has matched"));
            }
            ('\\', Some(other)) => ours.extend(['\\', other]),
            _ => {
                ours.push(c);
                continue;
            }
        }
        chars.next();
    }
    if ours.contains("(?P=") {
        return Err("`(?P=`, which asks for what a group has matched".to_owned());
    }
    Ok(ours)
}

/// An expression without the blanks and comments of `(?x)`, so that it can be cut and put together.
pub(super) fn plain(theirs: &str) -> Result<String, String> {
    let mut tree =
        ast::parse::Parser::new().parse(theirs.trim()).map_err(|error| error.kind().to_string())?;
    unmark(&mut tree);
    Ok(printed(&tree))
}

fn printed(tree: &Ast) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ = ast::print::Printer::new().print(tree, &mut text);
    text
}

/// Takes the flag `x` out. Recursion is as deep as the parser lets groups be.
fn unmark(tree: &mut Ast) {
    match tree {
        Ast::Flags(flags) => {
            unflag(&mut flags.flags);
            if flags.flags.items.is_empty() {
                *tree = Ast::empty(*tree.span());
            }
        }
        Ast::Group(group) => {
            if let GroupKind::NonCapturing(flags) = &mut group.kind {
                unflag(flags);
            }
            unmark(&mut group.ast);
        }
        Ast::Repetition(repetition) => unmark(&mut repetition.ast),
        Ast::Alternation(alternation) => alternation.asts.iter_mut().for_each(unmark),
        Ast::Concat(concat) => concat.asts.iter_mut().for_each(unmark),
        _ => {}
    }
}

fn unflag(flags: &mut ast::Flags) {
    flags.items.retain(|item| item.kind != FlagsItemKind::Flag(Flag::IgnoreWhitespace));
    // A sign that nothing follows.
    if flags.items.last().is_some_and(|item| item.kind == FlagsItemKind::Negation) {
        flags.items.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_blanks_go_and_what_they_stood_between_stays() {
        for (theirs, ours) in [
            ("(?x)\n  a b   # (comment\n  [ c d ] \\  e", "ab[cd]\\ e"),
            ("(?xi) \\b ( KEY ) {2} (?: \\s | = )", r"(?i)\b(KEY){2}(?:\s|=)"),
            ("(?x: a b ) c d", "(?:ab) c d"),
            ("(?i-x)a", "(?i)a"),
            ("plain # text", "plain # text"),
        ] {
            assert_eq!(Dialect::Rust.translate(theirs).as_deref(), Ok(ours), "{theirs}");
        }
        assert!(Dialect::Rust.translate(r"(?x) a (?= b )").is_err_and(|error| error.contains("look-around")));
    }

    #[test]
    fn python_ends_texts_in_its_own_way_and_cannot_refer_back() {
        assert_eq!(Dialect::Python.translate(r"\Aa\\Z{x}\Z").as_deref(), Ok(r"\Aa\\Z\{x}\z"));
        assert!(Dialect::Python.translate(r"(a)\1").is_err());
        assert!(Dialect::Python.translate("(?P<x>a)(?P=x)").is_err());
    }

    #[test]
    fn an_error_says_what_is_wrong_in_one_line() {
        let error = Dialect::Go.translate("a(b").expect_err("no expression");
        assert_eq!(error, "unclosed group");
    }
}
