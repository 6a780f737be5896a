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

/// Prints what the parser of the command line says: help, the version or an error. An error repeats what was written,
/// and that can be a secret.
pub(crate) fn usage(error: &clap::Error) -> Exit {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        // A closed pipe means that the reader has seen enough.
        let _ = error.print();
        return Exit::Clean;
    }
    let plain = error.render().to_string();
    let masked = mask_text(&Engine::builtin(), &plain);
    let colored = io::stderr().is_terminal() && masked == plain;
    if !colored || error.print().is_err() {
        let _ = write!(io::stderr().lock(), "{masked}");
    }
    Exit::Usage
}
