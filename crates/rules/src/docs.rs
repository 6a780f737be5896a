//! The reference of a pack's rules, as Markdown.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::Pack;
use crate::rule::Rule;

/// The page `rules/README.md`: the format, then the [table].
#[must_use]
pub fn readme(pack: &Pack) -> String {
    format!("{}\n{}", include_str!("format.md"), table(pack))
}

/// The reference table of a pack: a section for each provider, a row for each rule.
#[must_use]
pub fn table(pack: &Pack) -> String {
    let mut providers: BTreeMap<String, Vec<&Rule>> = BTreeMap::new();
    for rule in &pack.rules {
        providers.entry(rule.info.provider.to_lowercase()).or_default().push(rule);
    }
    let mut text = format!("{} rules of {} providers.\n", pack.rules.len(), providers.len());
    for rules in providers.values_mut() {
        rules.sort_by(|a, b| a.info.id.cmp(&b.info.id));
        let provider = &rules[0].info.provider;
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n### {}\n\n| id | name | severity | confidence | what to do |\n|---|---|---|---|---|\n",
            cell(provider)
        );
        for rule in rules {
            let info = &rule.info;
            let docs = if info.docs.is_empty() { String::new() } else { format!(" [Docs]({})", info.docs) };
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} | {}{docs} |",
                info.id,
                cell(&info.name),
                info.severity,
                info.confidence,
                cell(&info.about),
            );
        }
    }
    text
}

/// Text for a cell: on one line, without the characters that Markdown would take for its own.
fn cell(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !escaped.is_empty() {
            escaped.push(' ');
        }
        for character in word.chars() {
            if matches!(character, '|' | '<' | '>' | '*' | '_' | '`' | '[' | ']' | '\\') {
                escaped.push('\\');
            }
            escaped.push(character);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::Strictness;

    #[test]
    fn a_table_groups_rules_by_provider_and_escapes_what_markdown_would_read() {
        let text = "provider = 'Ümlaut_Co'\n[[rule]]\nid = 'u-b'\nname = 'B | b'\nabout = \"Two\\nlines.\"\n\
                    docs = 'https://docs.example.com/b'\nregex = 'uuu_[0-9]{30}'\n\
                    [[rule]]\nid = 'u-a'\nseverity = 'low'\nregex = 'vvv_[0-9]{30}'\n";
        let texts = vec![(PathBuf::from("u.toml"), text.to_owned())];
        let pack = Pack::from_texts(texts, Strictness::User).unwrap_or_else(|errors| panic!("{errors}"));
        assert_eq!(
            table(&pack),
            "2 rules of 1 providers.\n\n### Ümlaut\\_Co\n\n\
             | id | name | severity | confidence | what to do |\n|---|---|---|---|---|\n\
             | `u-a` | u-a | low | high |  |\n\
             | `u-b` | B \\| b | high | high | Two lines. [Docs](https://docs.example.com/b) |\n"
        );
    }
}
