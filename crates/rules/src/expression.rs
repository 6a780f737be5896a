//! The laws of expressions.

use regex_syntax::ast::{self, Ast};
use regex_syntax::hir::{Hir, HirKind};

use crate::file::Strictness;

/// What an expression is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// `regex`: the whole rule.
    Regex,
    /// `value`: between implied boundaries.
    Value,
    /// `allow.regexes`: searched in the secret.
    Allow,
}

/// What is wrong with an expression, and what to do.
pub(crate) type Complaint = (String, String);

const BYTES_HELP: &str = "expressions match bytes: write ASCII classes such as [A-Za-z] in place of \\p{…} or (?u), and \
                          name letters beyond ASCII outside of classes; (?i) folds ASCII only";

/// Checks an expression; `open` means that unbounded repetitions are allowed.
pub(crate) fn check(
    text: &str,
    role: Role,
    open: bool,
    strictness: Strictness,
) -> Result<Hir, Vec<Complaint>> {
    let tree = ast::parse::Parser::new().parse(text).map_err(|error| {
        let at = &text[error.span().start.offset..error.span().end.offset];
        let at = if at.is_empty() { String::new() } else { format!(" at `{at}`") };
        vec![(
            format!("the expression does not compile: {}{at}", error.kind()),
            "correct the expression".to_owned(),
        )]
    })?;
    let laws = Laws { text, role, open: open || role == Role::Allow, strict: strictness == Strictness::Pack };
    let Ok(mut complaints) = ast::visit(&tree, Visit { laws, complaints: Vec::new() });
    let hir = regex_syntax::hir::translate::TranslatorBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .translate(text, &tree);
    match hir {
        Ok(hir) => {
            whole(&hir, text, role, &mut complaints);
            if complaints.is_empty() { Ok(hir) } else { Err(complaints) }
        }
        Err(error) => {
            use regex_syntax::hir::ErrorKind;
            let unicode = matches!(
                error.kind(),
                ErrorKind::UnicodeNotAllowed
                    | ErrorKind::UnicodePropertyNotFound
                    | ErrorKind::UnicodePropertyValueNotFound
                    | ErrorKind::UnicodePerlClassNotFound
                    | ErrorKind::UnicodeCaseUnavailable
            );
            let at = &text[error.span().start.offset..error.span().end.offset];
            let help = if unicode { BYTES_HELP } else { "correct the expression" };
            if !(unicode && complaints.iter().any(|(_, help)| help == BYTES_HELP)) {
                let kind = if unicode { "Unicode is off".to_owned() } else { error.kind().to_string() };
                complaints
                    .push((format!("the expression does not compile: {kind} at `{at}`"), help.to_owned()));
            }
            Err(complaints)
        }
    }
}

/// The laws that concern the expression as a whole.
fn whole(hir: &Hir, text: &str, role: Role, complaints: &mut Vec<Complaint>) {
    if let Err(error) = regex::bytes::RegexBuilder::new(text).unicode(false).build() {
        let what = format!("the expression does not compile: {error}");
        complaints.push((what, "make it smaller: repetitions of large groups multiply".to_owned()));
    }
    if role == Role::Allow {
        return;
    }
    if hir.properties().minimum_len() == Some(0) {
        complaints
            .push(("the expression matches the empty string".into(), "ask for at least one byte".into()));
    }
    if role != Role::Regex {
        return;
    }
    match secret(hir) {
        Some(group) if group.properties().minimum_len() == Some(0) => complaints.push((
            "the group `secret` can be empty".into(),
            "ask for at least one byte inside of it".into(),
        )),
        Some(_) if !captures(hir) => complaints.push((
            "the group `secret` is not in every match".into(),
            "write it once, outside of alternatives and optional parts".into(),
        )),
        _ => {}
    }
}

/// What the group `secret` captures.
pub(crate) fn secret(hir: &Hir) -> Option<&Hir> {
    match hir.kind() {
        HirKind::Capture(capture) if capture.name.as_deref() == Some("secret") => Some(&capture.sub),
        HirKind::Capture(capture) => secret(&capture.sub),
        HirKind::Repetition(repetition) => secret(&repetition.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().find_map(secret),
        _ => None,
    }
}

/// Whether every match captures `secret`.
fn captures(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) => capture.name.as_deref() == Some("secret") || captures(&capture.sub),
        HirKind::Repetition(repetition) => repetition.min > 0 && captures(&repetition.sub),
        HirKind::Concat(parts) => parts.iter().any(captures),
        HirKind::Alternation(parts) => parts.iter().all(captures),
        _ => false,
    }
}

struct Laws<'t> {
    text: &'t str,
    role: Role,
    open: bool,
    strict: bool,
}

struct Visit<'t> {
    laws: Laws<'t>,
    complaints: Vec<Complaint>,
}

impl Visit<'_> {
    fn complain(&mut self, span: &ast::Span, what: &str, help: &str) {
        let part = &self.laws.text[span.start.offset..span.end.offset];
        self.complaints.push((format!("`{part}` {what}"), help.to_owned()));
    }

    fn flags(&mut self, flags: &ast::Flags) {
        if flags.flag_state(ast::Flag::Unicode) == Some(true) {
            self.complain(&flags.span, "turns Unicode on", BYTES_HELP);
        }
    }

    fn repetition(&mut self, repetition: &ast::Repetition) {
        use ast::RepetitionKind::{OneOrMore, Range, ZeroOrMore};
        let unbounded =
            matches!(repetition.op.kind, ZeroOrMore | OneOrMore | Range(ast::RepetitionRange::AtLeast(_)));
        if unbounded && !self.laws.open && self.laws.strict {
            self.complain(
                &repetition.span,
                "has no upper bound",
                "write one, such as {1,200}; a block that runs over lines takes lookahead = \"open\"",
            );
        }
    }

    fn assertion(&mut self, assertion: &ast::Assertion) {
        use ast::AssertionKind::{
            EndLine, StartLine, WordBoundary, WordBoundaryEndHalf, WordBoundaryStartHalf,
        };
        if self.laws.role == Role::Value {
            self.complain(
                &assertion.span,
                "is a boundary, and a value's boundaries are implied",
                "take it out, or write a `regex` rule",
            );
        } else if self.laws.role == Role::Regex
            && self.laws.strict
            && !matches!(
                assertion.kind,
                WordBoundary | WordBoundaryStartHalf | WordBoundaryEndHalf | StartLine | EndLine
            )
        {
            self.complain(
                &assertion.span,
                "is not among the boundaries that rules may use",
                r"use \b, \b{start-half}, \b{end-half}, ^ or $",
            );
        }
    }

    fn group(&mut self, group: &ast::Group) {
        match &group.kind {
            ast::GroupKind::CaptureName { name, .. } if self.laws.role == Role::Value => self.complain(
                &name.span,
                "is a group, and a value is the secret as a whole",
                "write (?:…) in place of the named group",
            ),
            ast::GroupKind::CaptureName { name, .. } if name.name != "secret" && self.laws.strict => {
                self.complain(
                    &name.span,
                    "is not a group that means anything",
                    "name it `secret`, or write (?:…)",
                );
            }
            ast::GroupKind::NonCapturing(flags) => self.flags(flags),
            _ => {}
        }
    }
}

impl ast::Visitor for Visit<'_> {
    type Output = Vec<Complaint>;
    type Err = std::convert::Infallible;

    fn finish(self) -> Result<Self::Output, Self::Err> {
        Ok(self.complaints)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Self::Err> {
        match ast {
            Ast::Flags(flags) => self.flags(&flags.flags),
            Ast::Repetition(repetition) => self.repetition(repetition),
            Ast::Assertion(assertion) => self.assertion(assertion),
            Ast::Group(group) => self.group(group),
            _ => {}
        }
        Ok(())
    }
}
