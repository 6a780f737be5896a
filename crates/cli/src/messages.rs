//! What goes to standard error.

use std::io::{self, IsTerminal, Write};

use clap::error::ErrorKind;
use keysieve_engine::Engine;
use keysieve_scan::mask_text;

use crate::exit::Exit;

/// Says what went wrong.
pub(crate) fn error(text: &str) {
    say("error: ", text);
}

/// Says what the user should know.
pub(crate) fn warning(text: &str) {
    say("warning: ", text);
}

/// Says how it went.
pub(crate) fn note(text: &str) {
    say("", text);
}

fn say(kind: &str, text: &str) {
    // If standard error is closed, there is nobody to tell.
    let _ = writeln!(io::stderr().lock(), "{kind}{}", visible(text));
}

/// Text without control characters other than line ends: a file's name must not steer the terminal.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() && character != '\n' {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// A message without the secrets in it: names and arguments can hold one. Line ends stay.
pub(crate) fn masked(engine: &Engine, text: &str) -> String {
    let masked = mask_text(engine, text);
    // What masking does to any text: one line, for a report.
    let flat = |character: char| match character {
        '\t' => ' ',
        control if control.is_control() => char::REPLACEMENT_CHARACTER,
        other => other,
    };
    if text.chars().map(flat).eq(masked.chars()) {
        return text.to_owned();
    }
    masked.replace(char::REPLACEMENT_CHARACTER, "\n")
}

/// Prints what the parser of the command line says: help, the version or an error. An error repeats what was written,
/// and that can be a secret.
pub(crate) fn usage(error: &clap::Error) -> Exit {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        // A closed pipe means that the reader has seen enough.
        let _ = error.print();
        return Exit::Clean;
    }
    let plain = error.render().to_string();
    let masked = masked(&Engine::builtin(), &plain);
    let colored = io::stderr().is_terminal() && masked == plain;
    if !colored || error.print().is_err() {
        let _ = write!(io::stderr().lock(), "{masked}");
    }
    Exit::Usage
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_keeps_its_lines_and_loses_its_secrets() {
        let engine = Engine::builtin();
        assert_eq!(masked(&engine, "a.toml:1: wrong\n  help: none\n"), "a.toml:1: wrong\n  help: none\n");
        let url = format!("cannot read\nhttps://ci:{}@host/x\n", ["hunter", "2-of-", "7kQ"].concat());
        assert_eq!(masked(&engine, &url), "cannot read\nhttps://ci:…@host/x\n");
    }

    #[test]
    fn a_name_does_not_steer_the_terminal() {
        assert_eq!(visible("a\x1b[2Jb\n"), "a\\u{1b}[2Jb\n");
    }
}
