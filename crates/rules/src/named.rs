//! Values told by the name that they are assigned to, in any of the grammars that configuration is written in.
//!
//! A rule says in which files, and to which names; how a name and its value are joined is one mechanism for all:
//!
//! | grammar | example |
//! |---|---|
//! | INI, properties, shell, TOML | `name = value`, `name="value"` |
//! | YAML, JSON | `name: value`, `"name": "value"` |
//! | PHP, Ruby, Perl | `'name' => 'value'`, `define('name', 'value')`, `["name"] = "value"` |
//! | XML | `<name>value</name>`, `<x name="value"/>`, `<x name="name">value</x>` |
//! | pairs | `<add key="name" value="value"/>`, `<name>name</name><value>value</value>`, `name: name`, `value: value` |
//! | directives | `name value`, where the rule allows it |

use serde::{Deserialize, Serialize};

/// Values told by the name that they are assigned to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedPattern {
    /// Lower-case names, found in either case. A `-`, `_`, `.` or space stands for any one of these or, but for
    /// one beside a `*`, for nothing; `*` for up to 64 bytes of a name.
    pub names: Vec<String>,
    /// How a name and its value are joined.
    pub assigned: Assigned,
    /// What the value looks like; `None` for anything of four bytes or more.
    pub value: Option<String>,
}

/// How a name and its value are joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Assigned {
    /// In any grammar but directives.
    #[default]
    Any,
    /// In any grammar, and by blanks alone: `requirepass VALUE`.
    Blank,
    /// In any grammar, but the value is in quotes: in code, where a value without them is a name of something.
    Quoted,
}

/// What separates the parts of a name.
const SEPARATORS: [char; 4] = ['-', '_', '.', ' '];

/// After a name: what may close it.
const CLOSED: &str = r#"["'\]\\]{0,4}"#;
/// What assigns.
const OPERATOR: &str = r#"[ \t]{0,60}(?:=>|:=|[=:])[ \t]{0,60}"#;
/// An argument after the name.
const ARGUMENT: &str = r#"["'`][ \t]{0,8},[ \t]{0,40}"#;
/// A value in the attribute, or the member, after the one with the name.
const MEMBER: &str = r#"(?:["'][^<>"'\r\n=]{0,40}|[ \t,]{0,8}\r?\n[ \t]{0,60}["']?|["'],[ \t\r\n]{0,60}["'])\b(?:value|val)["']?[ \t]{0,8}[=:][ \t]{0,8}"#;
/// The end of an element's first tag.
const TAG: &str = r"(?:[ \t\r\n][^<>]{0,200})?>[ \t\r\n]{0,60}(?:<!\[CDATA\[)?";
/// An element of a name, or with one, and the one of its value.
const ELEMENTS: &str = r"(?:[ \t]{0,8}</[a-z-]{1,20}>|[ \t][^<>]{0,100}>)[ \t\r\n]{0,80}<(?:value|string|param-value|env-entry-value)(?:[ \t][^<>]{0,80})?>[ \t\r\n]{0,60}";

/// A value in each kind of quotes.
const QUOTED: &str = concat!(
    r#"(?-i:[ubrN@$])?(?:\\?"((?:[^"\\\r\n]|\\[^"\r\n]|\\"(?-i:[^,}\]\s])){4,300})\\?""#,
    r"|'((?:[^'\\\r\n]|\\.|''){4,300})'|`([^`\r\n]{4,300})`)"
);
/// A value without quotes: to the next blank, without the punctuation that ends it.
const BARE: &str = r#"([^\s"'`<>{(\[,;|&=][^\s<>"'`]{3,299}?)[,;)}\]]{0,4}(?:[\s<>"'`]|$)"#;
/// An element's text.
const TEXT: &str = r"([^<>\r\n]{4,512}?)[ \t\r\n]{0,60}(?:\]\]>)?</";

impl NamedPattern {
    /// The expression of it all, in which the one group that takes part is the secret.
    #[must_use]
    pub(crate) fn to_expression(&self) -> String {
        let names: Vec<String> = self.names.iter().map(|name| name_expression(name)).collect();
        let name = format!("(?i)(?:(?m:^)|[^0-9a-z_])(?:{})", names.join("|"));
        let mut joined = format!("{CLOSED}(?:{OPERATOR}|{MEMBER}|{ARGUMENT}");
        if self.assigned == Assigned::Blank {
            joined.push_str(r"|[ \t]{1,60}");
        }
        joined.push(')');
        let element = format!("{CLOSED}(?:{TAG}|{ELEMENTS})");
        if let Some(value) = &self.value {
            let before = r#"(?:(?-i:[ubrN@$])?[\\"'`]{1,4})?"#;
            return format!("{name}(?:{joined}|{element}){before}(?-i:({value}))(?:[^0-9A-Za-z_+/=-]|$)");
        }
        match self.assigned {
            Assigned::Quoted => format!("{name}{joined}{QUOTED}"),
            _ => format!("{name}(?:{joined}(?:{QUOTED}|{BARE})|{element}{TEXT})"),
        }
    }
}

fn name_expression(name: &str) -> String {
    let mut expression = String::new();
    let chars: Vec<char> = name.chars().collect();
    let is_star = |at: Option<usize>| at.and_then(|at| chars.get(at)) == Some(&'*');
    for (at, &char) in chars.iter().enumerate() {
        match char {
            '*' => expression.push_str("[0-9a-z_.-]{0,64}"),
            // Else `*_key` would be found in `monkey`.
            separator
                if SEPARATORS.contains(&separator)
                    && (is_star(at.checked_sub(1)) || is_star(Some(at + 1))) =>
            {
                expression.push_str("[-_. ]");
            }
            separator if SEPARATORS.contains(&separator) => expression.push_str("[-_. ]?"),
            other => expression.push_str(&regex_syntax::escape(&other.to_string())),
        }
    }
    expression
}

#[cfg(test)]
mod tests {
    use regex::bytes::RegexBuilder;

    use super::*;

    fn found(assigned: Assigned, text: &str) -> Option<String> {
        let names = vec!["db_password".to_owned(), "*pass".to_owned()];
        let expression = NamedPattern { names, assigned, value: None }.to_expression();
        let regex = RegexBuilder::new(&expression).unicode(false).build().expect("compiles");
        let captures = regex.captures(text.as_bytes())?;
        let group = captures.iter().skip(1).flatten().next().expect("one group takes part");
        Some(String::from_utf8_lossy(group.as_bytes()).into_owned())
    }

    #[test]
    fn a_value_is_found_in_every_grammar() {
        for (text, value) in [
            ("db_password=moon,light\n", "moon,light"), // keysieve:allow generic-password -- made up
            ("db.password: lantern # old", "lantern"),
            ("{\"dbPassword\": \"moon light\"}", "moon light"),
            ("{\"dbPassword\":4711,\"x\":1}", "4711"),
            ("define('DB_PASSWORD', 'it''s moon');", "it''s moon"),
            ("$db['db_password'] = \"moon$light\";", "moon$light"), // keysieve:allow
            ("'db_password' => 'lantern',", "lantern"),
            ("<DbPassword>moon light</DbPassword>", "moon light"),
            ("<Pass encoding=\"base64\">bW9vbg==</Pass>", "bW9vbg=="),
            ("<x userPass='lantern'/>", "lantern"),
            ("<add key=\"DbPassword\" value=\"lantern\"/>", "lantern"),
            ("<property name=\"dbPassword\">lantern</property>", "lantern"),
            ("<name>db.password</name>\n  <value>lantern</value>", "lantern"),
            ("<key>db_password</key><string>lantern</string>", "lantern"),
            ("- name: DB_PASSWORD\n  value: lantern\n", "lantern"),
            ("{\"name\": \"db_password\", \"value\": \"lantern\"}", "lantern"),
            ("conn(smtp_pass='lantern', port=25)", "lantern"),
            ("x {\\\"db_password\\\": \\\"lantern\\\"}", "lantern"),
        ] {
            assert_eq!(found(Assigned::Any, text).as_deref(), Some(value), "{text}");
        }
        assert_eq!(found(Assigned::Blank, "smtppass lantern\n").as_deref(), Some("lantern"));
    }

    #[test]
    fn every_one_of_consecutive_lines_is_found() {
        let names = vec!["*pass".to_owned()];
        let expression = NamedPattern { names, assigned: Assigned::Any, value: None }.to_expression();
        let regex = RegexBuilder::new(&expression).unicode(false).build().expect("compiles");
        let text = b"db_pass=lantern\nmail_pass=moonlight\nftp_pass=harbour\n"; // keysieve:allow -- made up
        assert_eq!(regex.find_iter(text).count(), 3);
    }

    #[test]
    fn what_is_no_value_is_not_found() {
        for text in [
            "db_password=\n",
            "db_password = \"\"",
            "db_password_file=/run/x",
            "<DbPassword></DbPassword>",
            "the db_password lantern",
            "mydb_password=lantern",
        ] {
            assert_eq!(found(Assigned::Any, text), None, "{text}");
        }
        assert_eq!(found(Assigned::Quoted, "db_password = lantern"), None);
    }
}
