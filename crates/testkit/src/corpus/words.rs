//! Lists of words.

use std::collections::BTreeMap;
use std::path::Path;

use super::{CorpusError, Part, sheet};
use crate::Random;

/// Lists to choose from, by name. An entry may hold placeholders itself.
#[derive(Debug, Default)]
pub(super) struct Words(BTreeMap<String, Vec<String>>);

impl Words {
    /// Every `*.txt` of a directory: `[name]`, then an entry a line.
    pub(super) fn read(directory: &Path) -> Result<Self, CorpusError> {
        let mut words = Self::default();
        for path in sheet::texts(directory)? {
            let mut list = String::new();
            for line in sheet::read(&path)?.lines().filter(|line| !line.is_empty() && !line.starts_with("# "))
            {
                match line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                    Some(name) => name.clone_into(&mut list),
                    None => words.0.entry(list.clone()).or_default().push(line.to_owned()),
                }
            }
        }
        Ok(words)
    }

    pub(super) fn add(&mut self, list: &str, entries: Vec<String>) {
        self.0.insert(list.to_owned(), entries);
    }

    pub(super) fn has(&self, list: &str) -> bool {
        self.0.contains_key(list)
    }

    #[cfg(test)]
    pub(super) fn of(lists: &[(&str, &[&str])]) -> Self {
        let owned = |entries: &[&str]| entries.iter().map(|&entry| entry.to_owned()).collect();
        Self(lists.iter().map(|(name, entries)| ((*name).to_owned(), owned(entries))).collect())
    }

    pub(super) fn pick(&self, list: &str, part: Part, random: &mut Random) -> Option<&str> {
        let entries: Vec<&str> = self.0.get(list)?.iter().map(String::as_str).collect();
        Some(pick(&entries, part, random))
    }
}

/// One of a part's choices; of all, if the part has none.
pub(super) fn pick<'a>(choices: &[&'a str], part: Part, random: &mut Random) -> &'a str {
    let own: Vec<&str> =
        (0..).zip(choices).filter(|(index, _)| part.has(*index)).map(|(_, choice)| *choice).collect();
    random.pick::<&str>(if own.is_empty() { choices } else { &own })
}

/// How names are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Snake,
    Camel,
    Pascal,
    Screaming,
    Kebab,
    Dotted,
    Spaced,
    Sentence,
    Joined,
}

impl Style {
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "snake" => Self::Snake,
            "camel" => Self::Camel,
            "pascal" | "capital" => Self::Pascal,
            "screaming" => Self::Screaming,
            "kebab" => Self::Kebab,
            "dotted" => Self::Dotted,
            "spaced" => Self::Spaced,
            "sentence" => Self::Sentence,
            "joined" => Self::Joined,
            _ => return None,
        })
    }

    /// Writes words, which blanks divide, as one name.
    pub(super) fn write(self, words: &str) -> String {
        let words: Vec<String> = words.split(' ').map(str::to_lowercase).collect();
        let capital = |word: &String| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_uppercase().chain(letters).collect::<String>())
                .unwrap_or_default()
        };
        match self {
            Self::Snake => words.join("_"),
            Self::Kebab => words.join("-"),
            Self::Dotted => words.join("."),
            Self::Spaced => words.join(" "),
            Self::Joined => words.concat(),
            Self::Screaming => words.join("_").to_uppercase(),
            Self::Pascal => words.iter().map(capital).collect(),
            Self::Sentence => std::iter::once(capital(&words[0]))
                .chain(words[1..].iter().cloned())
                .collect::<Vec<_>>()
                .join(" "),
            Self::Camel => words[..1].iter().cloned().chain(words[1..].iter().map(capital)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_in_every_style() {
        let styles =
            ["snake", "camel", "pascal", "screaming", "kebab", "dotted", "spaced", "sentence", "joined"];
        let written: Vec<_> =
            styles.iter().map(|style| Style::of(style).expect("a style").write("db Api key")).collect();
        let expected = [
            "db_api_key",
            "dbApiKey",
            "DbApiKey",
            "DB_API_KEY",
            "db-api-key",
            "db.api.key",
            "db api key",
            "Db api key",
            "dbapikey",
        ];
        assert_eq!(written, expected);
    }

    #[test]
    fn the_parts_choose_apart() {
        let mut random = Random::new(1);
        for _ in 0..20 {
            assert!(["a", "c"].contains(&pick(&["a", "b", "c"], Part::Open, &mut random)));
            assert_eq!(pick(&["a", "b", "c"], Part::HeldBack, &mut random), "b");
            assert_eq!(pick(&["a"], Part::HeldBack, &mut random), "a");
        }
    }
}
