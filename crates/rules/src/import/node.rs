//! A configuration file as a tree, whatever its syntax, each part with its line.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A part of a configuration file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// Where it begins, from 1.
    pub(super) line: usize,
    pub(super) value: Value,
}

/// What a part holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// A text, a number or a truth value, as it is written.
    Text(String),
    List(Vec<Node>),
    /// Keys in order, none of them twice.
    Map(Vec<(String, Node)>),
    Nothing,
}

/// What is wrong with the syntax, and in which line.
pub(super) type SyntaxError = (usize, String);

impl Node {
    /// Reads TOML. Keys become lower case, as their reader folds them.
    pub(super) fn from_toml(text: &str) -> Result<Self, SyntaxError> {
        let lines = Lines::of(text);
        let table = DeTable::parse(text).map_err(|error| {
            (error.span().map_or(0, |span| lines.of_byte(span.start)), error.message().to_owned())
        })?;
        Ok(Self { line: 1, value: from_table(table.get_ref(), &lines)? })
    }

    /// Reads JSON; lines are not known.
    pub(super) fn from_json(text: &str) -> Result<Self, SyntaxError> {
        let value = serde_json::from_str(text);
        // The message says what was expected, and nothing of what is there.
        value.map(from_json).map_err(|error| (error.line(), error.to_string()))
    }

    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let Value::Map(fields) = &self.value else { return None };
        fields.iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    pub(super) fn text(&self) -> Option<&str> {
        let Value::Text(text) = &self.value else { return None };
        Some(text)
    }

    pub(super) fn list(&self) -> Option<&[Self]> {
        let Value::List(items) = &self.value else { return None };
        Some(items)
    }

    pub(super) fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }
}

fn from_table(table: &DeTable<'_>, lines: &Lines) -> Result<Value, SyntaxError> {
    let mut fields: Vec<(String, Node)> = Vec::with_capacity(table.len());
    for (key, value) in table {
        let mut node = from_value(value, lines)?;
        // A table's own span is its heading, an array of tables has none.
        node.line = lines.of_byte(key.span().start);
        let key = key.get_ref().to_ascii_lowercase();
        if fields.iter().any(|(known, _)| *known == key) {
            return Err((node.line, format!("the key `{key}` is there twice, in different case")));
        }
        fields.push((key, node));
    }
    Ok(Value::Map(fields))
}

fn from_value(value: &Spanned<DeValue<'_>>, lines: &Lines) -> Result<Node, SyntaxError> {
    let line = lines.of_byte(value.span().start);
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => Value::Text(
            i64::from_str_radix(number.as_str(), number.radix())
                .map_or_else(|_| number.as_str().to_owned(), |number| number.to_string()),
        ),
        DeValue::Float(number) => Value::Text(number.as_str().to_owned()),
        DeValue::Boolean(truth) => Value::Text(truth.to_string()),
        DeValue::Datetime(time) => Value::Text(time.to_string()),
        DeValue::Array(items) => {
            Value::List(items.iter().map(|item| from_value(item, lines)).collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => from_table(table, lines)?,
    };
    Ok(Node { line, value })
}

fn from_json(value: serde_json::Value) -> Node {
    use serde_json::Value as Json;
    let value = match value {
        Json::Null => Value::Nothing,
        Json::Bool(truth) => Value::Text(truth.to_string()),
        Json::Number(number) => Value::Text(number.to_string()),
        Json::String(text) => Value::Text(text),
        Json::Array(items) => Value::List(items.into_iter().map(from_json).collect()),
        Json::Object(fields) => {
            Value::Map(fields.into_iter().map(|(key, value)| (key, from_json(value))).collect())
        }
    };
    Node { line: 0, value }
}

/// Where lines begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect())
    }

    fn of_byte(&self, at: usize) -> usize {
        1 + self.0.partition_point(|&newline| newline < at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_folded_and_lines_are_known() {
        let text = "Title = 'x'\n[[rules]]\nID = 'a'\nentropy = 3.5\n[[rules]]\nkeywords = [\n'k',\n'l']\n";
        let node = Node::from_toml(text).expect("TOML");
        let rules = node.get("rules").and_then(Node::list).expect("a list");
        assert_eq!(rules[0].get("id").map(|id| (id.line, id.text())), Some((3, Some("a"))));
        assert_eq!(rules[0].get("entropy").and_then(Node::text), Some("3.5"));
        let words = rules[1].get("keywords").and_then(Node::list).expect("a list");
        assert_eq!((rules[1].line, words[1].line), (5, 8));
        assert!(Node::from_toml("a = 1\nA = 2\n").expect_err("twice").1.contains("twice"));
        assert_eq!(Node::from_toml("a = 1\nb = = 2\n").expect_err("not TOML").0, 2);
    }
}
