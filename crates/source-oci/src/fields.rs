//! The texts in a document, each with its name.

use serde_json::Value;

/// A text in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// Where: `config.Env[1]`, `annotations["org.example.key"]`.
    pub(crate) name: String,
    /// What it says. A member of an object is written `key=value`, because its key tells what it is.
    pub(crate) text: String,
    /// The member or variable that it is the value of.
    pub(crate) key: Option<String>,
}

/// Members that are texts of their own.
const PROSE: &[&str] = &["created_by", "comment", "author", "description"];

/// Lists of words that are one command together: the word before a password tells what it is.
const COMMANDS: &[&str] = &["Cmd", "Entrypoint", "Test", "Shell", "OnBuild"];

/// Documents that are deeper than this are somebody's trick, and are not read as JSON in the first place.
const DEEPEST: usize = 128;

/// How much the names and texts of a document may come to: the name of a member begins with all that it is in.
const MOST: usize = 64 << 20;

/// The texts of a document, and how much they and all names come to.
#[derive(Default)]
struct Fields {
    list: Vec<Field>,
    bytes: usize,
}

impl Fields {
    fn push(&mut self, field: Field) {
        self.bytes += field.text.len();
        self.list.push(field);
    }
}

/// Every text in a document, whatever field it is in.
pub(crate) fn fields(document: &[u8]) -> Result<Vec<Field>, String> {
    let value: Value = crate::model::json(document)?;
    let mut fields = Fields::default();
    walk(&value, "", "", 0, &mut fields);
    if fields.bytes > MOST {
        return Err("its names are too long".to_owned());
    }
    Ok(fields.list)
}

fn walk(value: &Value, name: &str, key: &str, depth: usize, fields: &mut Fields) {
    fields.bytes += name.len();
    if fields.bytes > MOST {
        return;
    }
    let prose = |key: &str| key.is_empty() || PROSE.contains(&key);
    match value {
        Value::String(text) => {
            let variable = name.contains("Env[").then(|| text.split_once('=')).flatten();
            let field = match variable {
                Some((variable, _)) => {
                    Field { name: name.to_owned(), text: text.clone(), key: Some(variable.to_owned()) }
                }
                None if prose(key) => Field { name: name.to_owned(), text: text.clone(), key: None },
                None => {
                    Field { name: name.to_owned(), text: format!("{key}={text}"), key: Some(key.to_owned()) }
                }
            };
            fields.push(field);
        }
        // A number or a key without a value can hold something too: a bare numeric password, a token as a key.
        Value::Number(number) if !key.is_empty() => {
            fields.push(Field {
                name: name.to_owned(),
                text: format!("{key}={number}"),
                key: Some(key.to_owned()),
            });
        }
        Value::Array(list) if COMMANDS.contains(&key) && list.iter().all(Value::is_string) => {
            let words: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
            if !words.is_empty() {
                fields.push(Field { name: name.to_owned(), text: words.join(" "), key: None });
            }
        }
        Value::Array(list) if depth < DEEPEST => {
            for (at, value) in list.iter().enumerate() {
                walk(value, &format!("{name}[{at}]"), "", depth + 1, fields);
                if fields.bytes > MOST {
                    return;
                }
            }
        }
        Value::Object(members) if depth < DEEPEST => {
            for (key, value) in members {
                let name = member(name, key);
                // Volumes and ports are keys without values.
                if value.as_object().is_some_and(serde_json::Map::is_empty) || value.is_null() {
                    fields.push(Field { name: name.clone(), text: key.clone(), key: None });
                }
                walk(value, &name, key, depth + 1, fields);
                if fields.bytes > MOST {
                    return;
                }
            }
        }
        _ => {}
    }
}

/// The name of a member: with a dot where it is a plain word.
fn member(name: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match (plain, name.is_empty()) {
        (true, true) => key.to_owned(),
        (true, false) => format!("{name}.{key}"),
        (false, _) => format!("{name}[{}]", Value::from(key)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_repeated_for_each_member_do_not_fill_memory() {
        let members: Vec<String> = (0..50_000).map(|at| format!("\"{at}\":[]")).collect();
        let long = format!("{{\"{}\":{{{}}}}}", "k".repeat(100_000), members.join(","));
        assert!(fields(long.as_bytes()).is_err());
    }

    #[test]
    fn every_text_has_its_name() {
        let document = br#"{"config": {"Env": ["A=b"], "Cmd": ["sh", "-c", "x"], "Labels": {"a.b": "c"},
            "Volumes": {"/data": {}}}, "history": [{"created_by": "make"}], "x-other": [[{"k": "v"}]]}"#;
        let fields: Vec<(String, String)> =
            fields(document).expect("JSON").into_iter().map(|field| (field.name, field.text)).collect();
        let expected = [
            ("config.Cmd", "sh -c x"),
            ("config.Env[0]", "A=b"),
            ("config.Labels[\"a.b\"]", "a.b=c"),
            ("config.Volumes[\"/data\"]", "/data"),
            ("history[0].created_by", "make"),
            ("[\"x-other\"][0][0].k", "k=v"),
        ];
        for (name, text) in expected {
            assert!(fields.contains(&(name.to_owned(), text.to_owned())), "{name} {fields:?}");
        }
    }

    #[test]
    fn what_is_no_json_is_an_error_without_its_bytes() {
        assert!(fields(b"{hunter2").is_err_and(|error| !error.contains("hunter2")));
    }
}
