//! The manual page.

use anyhow::Result;
use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::arguments::Arguments;

/// What the options do not say.
const EXIT: &str = r#".SH "EXIT STATUS"
.TP
.B 0
Everything that was asked for was looked at; there is nothing to report.
.TP
.B 1
There is at least one finding of the severity that \fB\-\-fail\-on\fR names, or any if it is not given.
.TP
.B 2
A wrong option, path or rule file; nothing was scanned.
.TP
.B 3
No finding, but something that was asked for could not be looked at: unreadable, vanished, timed out.
.TP
.B 4
An error of keysieve's own.
.TP
.B 130
Interrupted; what was found so far is reported and marked as incomplete.
"#;

/// What is not an option's variable.
const FILES: &str = r#".B NO_COLOR
If it is set, there are no colors.
.TP
.B SOURCE_DATE_EPOCH
The time, in seconds since 1970, for which expiry is judged.
.SH FILES
.TP
.B .keysieveignore
Findings that are not to be reported: one path pattern or fingerprint a line, and why. It is looked for from the
scanned path upwards to the directory that holds .git.
.TP
.B keysieve.toml, .keysieve.toml
Settings, rules and exceptions of a repository, looked for likewise; else .betterleaks.toml or .gitleaks.toml.
.TP
.B $XDG_CONFIG_HOME/keysieve/config.toml
The user's own settings, where there are no others.
"#;

/// The page of the command and all of its verbs, in roff.
pub(crate) fn page() -> Result<Vec<u8>> {
    let mut command = Arguments::command();
    command.build();
    let mut page = Vec::new();
    let man = Man::new(command.clone());
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    for verb in command.get_subcommands() {
        verb_section(verb, verb.get_name(), &mut page)?;
    }
    page.extend_from_slice(EXIT.as_bytes());
    page.extend_from_slice(environment(&command).as_bytes());
    page.extend_from_slice(FILES.as_bytes());
    man.render_version_section(&mut page)?;
    Ok(page)
}

/// The section of a verb, then those of its own verbs.
fn verb_section(verb: &Command, name: &str, page: &mut Vec<u8>) -> Result<()> {
    if name.ends_with("help") {
        return Ok(());
    }
    page.extend_from_slice(format!(".SH \"KEYSIEVE {}\"\n", name.to_uppercase()).as_bytes());
    if let Some(about) = verb.get_long_about().or(verb.get_about()) {
        let about = about.to_string().replace('\\', "\\\\").replace('-', "\\-");
        page.extend_from_slice(about.replace("\n\n", "\n.PP\n").as_bytes());
        page.push(b'\n');
    }
    let mut options = Vec::new();
    Man::new(verb.clone()).render_options_section(&mut options)?;
    // Its sections become parts of this one.
    let options = String::from_utf8(options)?;
    for line in options.lines().filter(|line| *line != ".SH OPTIONS") {
        page.extend_from_slice(line.replacen(".SH ", ".SS ", 1).as_bytes());
        page.push(b'\n');
    }
    for inner in verb.get_subcommands() {
        verb_section(inner, &format!("{name} {}", inner.get_name()), page)?;
    }
    Ok(())
}

/// The variables that options of `scan` take their value from where they are not given.
fn environment(command: &Command) -> String {
    let mut section = ".SH ENVIRONMENT\n".to_owned();
    for option in command.get_subcommands().flat_map(Command::get_arguments) {
        if let (Some(variable), Some(long)) = (option.get_env(), option.get_long()) {
            let (variable, long) = (variable.to_string_lossy(), long.replace('-', "\\-"));
            section.push_str(&format!(".TP\n.B {variable}\nThe value of \\fB\\-\\-{long}\\fR.\n"));
        }
    }
    section
}
