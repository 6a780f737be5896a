//! What of another tool's file counts for nothing here, or for something else, said in few lines.

use std::collections::BTreeMap;

use keysieve_rules::Problem;

/// How many rules are named of those about which the same is said.
const NAMED: usize = 3;

/// How many lines a scan takes for it.
const BRIEF: usize = 6;

/// One line for each thing that is said, however many rules it is said of.
pub(super) fn all(notes: &[Problem]) -> Vec<String> {
    let mut said: BTreeMap<(&str, &str, &str), Vec<&Problem>> = BTreeMap::new();
    for note in notes {
        said.entry((&note.file, &note.what, &note.help)).or_default().push(note);
    }
    let mut lines: Vec<(usize, String)> = said
        .into_iter()
        .map(|((file, what, help), notes)| {
            let first = notes.iter().map(|note| note.line).min().unwrap_or_default();
            let mut names: Vec<&str> = notes.iter().filter_map(|note| note.rule.as_deref()).collect();
            names.dedup();
            let rules = match names.len() {
                0 => String::new(),
                1 => format!("`{}`: ", names[0]),
                many if many <= NAMED => format!("`{}`: ", names.join("`, `")),
                many => format!("`{}` and {} more: ", names[..NAMED].join("`, `"), many - NAMED),
            };
            let place = if first == 0 { file.to_owned() } else { format!("{file}:{first}") };
            (first, format!("{place}: {rules}{what}; {help}"))
        })
        .collect();
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

/// The first lines of it, and where the rest is.
pub(super) fn brief(notes: &[Problem]) -> Vec<String> {
    let mut lines = all(notes);
    let more = lines.len().saturating_sub(BRIEF);
    if more > 0 {
        lines.truncate(BRIEF);
        let file = notes.first().map_or("", |note| note.file.as_str());
        lines.push(format!("{file}: {more} more remarks: `keysieve config check {file}` says all"));
    }
    lines
}
