//! Expressions of Go's `regexp` (RE2 syntax) as expressions of ours.
//!
//! The two languages are near: what differs is what counts as literal, what `\s` is, and how escapes are written. What
//! is said of letters beyond ASCII cannot be said of bytes: `\pL` and its like become their ASCII parts, and `(?i)`
//! folds ASCII only. <https://pkg.go.dev/regexp/syntax>

/// Translates an expression. The error says what has no translation.
pub(crate) fn translate(go: &str) -> Result<String, String> {
    let mut translation =
        Translation { go: go.chars().collect(), at: 0, out: String::with_capacity(go.len() + 16) };
    while translation.at < translation.go.len() {
        translation.step()?;
    }
    Ok(translation.out)
}

struct Translation {
    go: Vec<char>,
    at: usize,
    out: String,
}

/// The classes that have a name in brackets.
const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

const SPACES: &str = r"\t\n\f\r ";

impl Translation {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.go.get(self.at + ahead).copied()
    }

    fn rest(&self) -> String {
        self.go[self.at..].iter().take(16).collect()
    }

    /// Translates one element outside of classes.
    fn step(&mut self) -> Result<(), String> {
        match self.go[self.at] {
            '\\' => self.escape(false).map(|_| ()),
            '[' => self.class(),
            '{' if !self.is_repetition() => {
                self.out.push_str(r"\{");
                self.at += 1;
                Ok(())
            }
            '(' if self.is_look_around() => {
                Err(format!("look-around at `{}`, which neither Go nor keysieve has", self.rest()))
            }
            other => {
                self.out.push(other);
                self.at += 1;
                Ok(())
            }
        }
    }

    /// Whether a brace begins `{n}`, `{n,}` or `{n,m}`. Others are literal.
    fn is_repetition(&self) -> bool {
        let inside: String = self.go[self.at + 1..].iter().take_while(|c| **c != '}').collect();
        let closed = self.go.get(self.at + 1 + inside.chars().count()) == Some(&'}');
        let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        closed
            && match inside.split_once(',') {
                None => number(&inside),
                Some((least, most)) => number(least) && (most.is_empty() || number(most)),
            }
    }

    fn is_look_around(&self) -> bool {
        self.peek(1) == Some('?')
            && match self.peek(2) {
                Some('=' | '!') => true,
                Some('<') => matches!(self.peek(3), Some('=' | '!')),
                _ => false,
            }
    }

    /// Translates an escape. Says whether it stands for many characters.
    fn escape(&mut self, in_class: bool) -> Result<bool, String> {
        let Some(escaped) = self.peek(1) else { return Err("a backslash at the end".to_owned()) };
        let digits = |this: &Self| {
            (1..=3).take_while(|&ahead| this.peek(ahead).is_some_and(|c| ('0'..='7').contains(&c))).count()
        };
        match escaped {
            'Q' if !in_class => {
                self.quoted();
                return Ok(false);
            }
            'C' => return Err(r"`\C`, a single byte whatever it is part of".to_owned()),
            's' => self.out.push_str(&if in_class { SPACES.to_owned() } else { format!("[{SPACES}]") }),
            'S' if !in_class => self.out.push_str(&format!("[^{SPACES}]")),
            'p' | 'P' => {
                self.property(in_class)?;
                return Ok(true);
            }
            // These would be the boundaries of words.
            '<' | '>' | '_' => self.out.push(escaped),
            '1'..='7' if digits(self) == 1 => {
                return Err(format!(r"`\{escaped}`, which asks for what a group has matched"));
            }
            '0'..='7' => {
                let length = digits(self);
                let octal: String = self.go[self.at + 1..=self.at + length].iter().collect();
                let value = u32::from_str_radix(&octal, 8).unwrap_or_default();
                self.out.push_str(&format!(r"\x{{{value:x}}}"));
                self.at += 1 + length;
                return Ok(false);
            }
            other => self.out.extend(['\\', other]),
        }
        self.at += 2;
        Ok(matches!(escaped, 's' | 'S' | 'w' | 'W' | 'd' | 'D'))
    }

    /// `\Q…\E`: everything between is literal.
    fn quoted(&mut self) {
        self.at += 2;
        while let Some(c) = self.peek(0) {
            if c == '\\' && self.peek(1) == Some('E') {
                self.at += 2;
                return;
            }
            self.out.push_str(&regex_syntax::escape(&c.to_string()));
            self.at += 1;
        }
    }

    /// A class of Unicode: its part in ASCII.
    fn property(&mut self, in_class: bool) -> Result<(), String> {
        let negated = self.go[self.at + 1] == 'P';
        let name: String = match self.peek(2) {
            Some('{') => self.go[self.at + 3..].iter().take_while(|c| **c != '}').collect(),
            Some(letter) => letter.to_string(),
            None => String::new(),
        };
        let ranges = match name.as_str() {
            "L" | "Latin" => "A-Za-z",
            "Lu" => "A-Z",
            "Ll" => "a-z",
            "N" | "Nd" => "0-9",
            _ => return Err(format!(r"the class `{}`, for which bytes have no like", self.rest())),
        };
        if negated && in_class {
            return Err(format!(r"the class `{}` inside of another", self.rest()));
        }
        let inverse = if negated { "^" } else { "" };
        self.out.push_str(&if in_class { ranges.to_owned() } else { format!("[{inverse}{ranges}]") });
        self.at += if self.peek(2) == Some('{') { name.chars().count() + 4 } else { 3 };
        Ok(())
    }

    /// Translates a class in brackets.
    fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        self.at += 1;
        if self.peek(0) == Some('^') {
            self.out.push('^');
            self.at += 1;
        }
        let (mut first, mut after_many) = (true, false);
        loop {
            let Some(c) = self.peek(0) else { return Err("a class that does not end".to_owned()) };
            let many = match c {
                ']' if !first => break,
                '\\' => self.escape(true)?,
                '[' if self.peek(1) == Some(':') => {
                    let name: String = self.go[self.at..].iter().take_while(|c| **c != ']').collect();
                    let known = POSIX.contains(&name.trim_matches(['[', ':', '^']));
                    if !known || !name.ends_with(':') {
                        return Err(format!("the class `{}`, which there is not", self.rest()));
                    }
                    self.at += name.chars().count() + 1;
                    self.out.push_str(&name);
                    self.out.push(']');
                    true
                }
                // A range cannot begin with many characters, so this is a literal.
                '-' if after_many => self.literal('-'),
                '[' | ']' => self.literal(c),
                '&' | '~' | '-' if self.peek(1) == Some(c) => self.literal(c),
                '&' | '~' if self.out.ends_with(c) => self.literal(c),
                other => {
                    self.out.push(other);
                    self.at += 1;
                    false
                }
            };
            (first, after_many) = (false, many);
        }
        self.out.push(']');
        self.at += 1;
        Ok(())
    }

    fn literal(&mut self, c: char) -> bool {
        self.out.extend(['\\', c]);
        self.at += 1;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_translated() {
        for (go, ours) in [
            (r"a{2}b{3,}c{4,5}", r"a{2}b{3,}c{4,5}"),
            (r"a{x} {,3} ${VAR}", r"a\{x} \{,3} $\{VAR}"),
            (r"\Qa.b\E.c", r"a\.b.c"),
            (r"\07\x41\x{42}\101", r"\x{7}\x41\x{42}\x{41}"),
            (r"a\s\S[\s\w]", r"a[\t\n\f\r ][^\t\n\f\r ][\t\n\f\r \w]"),
            (r"[\w-.]+[a-z-][.-\d]", r"[\w\-.]+[a-z-][.-\d]"),
            (r"[[a]b]", r"[\[a]b]"),
            (r"[]a][^]b]", r"[\]a][^\]b]"),
            (r"[&&~~]", r"[\&\&\~\~]"),
            (r"[[:alnum:]_]", r"[[:alnum:]_]"),
            (r"\<a\>\_", r"<a>_"),
            (r"\pL\p{Lu}\P{N}[\p{L}_]", r"[A-Za-z][A-Z][^0-9][A-Za-z_]"),
            (r"(?i)(?P<x>a)(?:b)\z", r"(?i)(?P<x>a)(?:b)\z"),
        ] {
            assert_eq!(translate(go).as_deref(), Ok(ours), "{go}");
        }
    }

    #[test]
    fn a_translation_compiles() {
        for go in [
            r"[\w-.]+\Q{\E",
            r"x{a}[&&]",
            r"[\s=:|>]{0,5}(a|b)",
            r"[--x]",
            r"\C",
            r"a(?=b)",
            r"(?<!a)b",
            r"\p{Greek}",
        ] {
            match translate(go) {
                Ok(ours) => {
                    let built = regex::bytes::RegexBuilder::new(&ours).unicode(false).build();
                    assert!(built.is_ok(), "{go}: {ours}");
                }
                Err(why) => assert!(!why.is_empty()),
            }
        }
        assert!(
            translate(r"\C").is_err() && translate(r"a(?=b)").is_err() && translate(r"\p{Greek}").is_err()
        );
    }
}
