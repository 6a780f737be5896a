//! YAML as a tree.
//!
//! Anchors and aliases are read, up to a limit: a few lines could else stand for any number of nodes.
//! <https://yaml.org/spec/1.2.2/>

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::node::{Node, SyntaxError, Value};

/// How deep lists and maps may be in one another.
const MAX_DEPTH: usize = 64;

/// How many nodes aliases may stand for.
const MAX_REPEATED: usize = 100_000;

/// Reads the first document of a text.
pub(super) fn read(text: &str) -> Result<Node, SyntaxError> {
    let mut tree = Tree::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| (error.marker().line(), error.info().to_owned()))?;
        tree.event(event, span.start.line())?;
        if tree.whole.is_some() {
            break;
        }
    }
    Ok(tree.whole.unwrap_or(Node { line: 1, value: Value::Nothing }))
}

/// A list or map that has not ended.
struct Open {
    node: Node,
    /// The key that waits for its value, and its line.
    key: Option<(String, usize)>,
    anchor: usize,
}

#[derive(Default)]
struct Tree {
    open: Vec<Open>,
    anchors: Vec<(usize, Node)>,
    repeated: usize,
    whole: Option<Node>,
}

impl Tree {
    fn event(&mut self, event: Event<'_>, line: usize) -> Result<(), SyntaxError> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let nothing = style == ScalarStyle::Plain
                    && matches!(text.as_ref(), "" | "~" | "null" | "Null" | "NULL");
                let value = if nothing { Value::Nothing } else { Value::Text(text.into_owned()) };
                self.put(Node { line, value }, anchor)
            }
            Event::SequenceStart(anchor, _) => self.begin(line, Value::List(Vec::new()), anchor),
            Event::MappingStart(anchor, _) => self.begin(line, Value::Map(Vec::new()), anchor),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(open) => self.put(open.node, open.anchor),
                None => Ok(()),
            },
            Event::Alias(anchor) => {
                let known = self.anchors.iter().rev().find(|(known, _)| *known == anchor);
                let Some((_, node)) = known else {
                    return Err((line, "an alias of what is not known yet".to_owned()));
                };
                let node = node.clone();
                self.repeated += size(&node);
                if self.repeated > MAX_REPEATED {
                    return Err((line, "aliases stand for too many nodes".to_owned()));
                }
                self.put(node, 0)
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, line: usize, value: Value, anchor: usize) -> Result<(), SyntaxError> {
        if self.open.len() == MAX_DEPTH {
            return Err((line, format!("lists and maps are more than {MAX_DEPTH} deep in one another")));
        }
        self.open.push(Open { node: Node { line, value }, key: None, anchor });
        Ok(())
    }

    fn put(&mut self, mut node: Node, anchor: usize) -> Result<(), SyntaxError> {
        if anchor != 0 {
            self.anchors.push((anchor, node.clone()));
        }
        let Some(open) = self.open.last_mut() else {
            self.whole = Some(node);
            return Ok(());
        };
        let line = node.line;
        match (&mut open.node.value, open.key.take()) {
            (Value::List(items), _) => items.push(node),
            (Value::Map(fields), Some((key, _))) if fields.iter().any(|(known, _)| *known == key) => {
                return Err((line, format!("the key `{key}` is there twice")));
            }
            (Value::Map(fields), Some((key, line))) => {
                node.line = line;
                fields.push((key, node));
            }
            (_, _) => match node.value {
                Value::Text(key) => open.key = Some((key, line)),
                _ => return Err((line, "a key that is no text".to_owned())),
            },
        }
        Ok(())
    }
}

fn size(node: &Node) -> usize {
    match &node.value {
        Value::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Map(fields) => 1 + fields.iter().map(|(_, node)| size(node)).sum::<usize>(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_lists_and_aliases_are_read_with_their_lines() {
        let text = "rules:\n  - name: One\n    words: &w [a, 'b c']\n    pattern: |\n      (?x)\n      a  # one\n  - words: *w\n    on: ~\n";
        let node = read(text).expect("YAML");
        let rules = node.get("rules").and_then(Node::list).expect("a list");
        assert_eq!((rules[0].line, rules[1].line), (2, 7));
        assert_eq!(rules[0].get("pattern").and_then(Node::text), Some("(?x)\na  # one\n"));
        let words = rules[1].get("words").and_then(Node::list).expect("a list");
        assert_eq!(words[1].text(), Some("b c"));
        assert_eq!(rules[1].get("on").map(|node| &node.value), Some(&Value::Nothing));
    }

    #[test]
    fn what_is_broken_or_endless_is_an_error() {
        assert!(read("a: [1\nb: 2\n").is_err());
        assert_eq!(read("a: 1\na: 2\n").expect_err("twice").0, 2);
        assert!(read(&"[".repeat(100_000)).is_err());
        let mut bomb = "a0: &a0 [x, x]\n".to_owned();
        for level in 1..40 {
            let below = level - 1;
            bomb.push_str(&format!("a{level}: &a{level} [*a{below}, *a{below}]\n"));
        }
        assert!(read(&bomb).expect_err("endless").1.contains("too many"));
    }
}
