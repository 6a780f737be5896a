//! Placeholders of templates.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Part;
use super::subject::Subject;
use super::words::{Style, Words, pick};
use crate::Random;

/// How deep lists of words may name each other.
const DEPTH: usize = 8;

/// Fills templates with one part's words, from a seed.
#[derive(Debug)]
pub(super) struct Filler<'a> {
    words: &'a Words,
    part: Part,
    pub(super) random: Random,
    /// What stands in a frame: the name of `{{name}}` and its styles, and `{{value}}`.
    pub(super) subject: Option<Subject>,
}

impl<'a> Filler<'a> {
    pub(super) fn new(words: &'a Words, part: Part, seed: u64) -> Self {
        // The parts draw other numbers too, else a frame would hold the same digits in both.
        let random = Random::new(seed ^ if part == Part::Open { 0 } else { 0x5bd1_e995_7b7d_159d });
        Self { words, part, random, subject: None }
    }

    /// A whole number of times, of a number in tenths.
    pub(super) fn times(&mut self, tenths: usize) -> usize {
        tenths / 10 + usize::from(self.random.below(10) < tenths % 10)
    }

    /// Fills the placeholders of a template. Braces before anything but a letter are text.
    pub(super) fn fill(&mut self, template: &str) -> Result<String, String> {
        self.fill_at(template, 0)
    }

    fn fill_at(&mut self, template: &str, depth: usize) -> Result<String, String> {
        if depth > DEPTH {
            return Err(format!("lists name each other without end: {template}"));
        }
        let mut filled = String::with_capacity(template.len() + 64);
        let mut rest = template;
        while let Some(open) = rest.find("{{") {
            let (before, from) = rest.split_at(open + 2);
            if !from.starts_with(|first: char| first.is_ascii_alphabetic() || first == '|') {
                filled.push_str(&before[..=open]);
                rest = &rest[open + 1..];
                continue;
            }
            filled.push_str(&before[..open]);
            let close = from.find("}}").ok_or_else(|| "a placeholder is not closed".to_owned())?;
            filled.push_str(&self.placeholder(&from[..close], depth)?);
            rest = &from[close + 2..];
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn placeholder(&mut self, inside: &str, depth: usize) -> Result<String, String> {
        let (name, argument) = inside.split_once(':').unwrap_or((inside, ""));
        if let Some(style) = Style::of(name) {
            let words = if argument.is_empty() { self.name()? } else { self.listed(argument, depth)? };
            return Ok(style.write(&words));
        }
        if let Some(alphabet) = alphabet(name) {
            let length = self.length(argument)?;
            return Ok(self.random.chars(alphabet.as_bytes(), length));
        }
        match name {
            "value" => {
                let subject = self.subject.clone().ok_or_else(|| "`value` is for frames".to_owned())?;
                Ok(subject.value)
            }
            // `{{value}}` as it stands inside of base64: the secret's markers go around the whole.
            "value64" => {
                let subject = self.subject.clone().ok_or_else(|| "`value64` is for frames".to_owned())?;
                let marked = |left, right| subject.value.strip_prefix(left)?.strip_suffix(right);
                Ok(match (marked('«', '»'), marked('‹', '›')) {
                    (Some(inner), _) => format!("«{}»", STANDARD.encode(inner)),
                    (_, Some(inner)) => format!("‹{}›", STANDARD.encode(inner)),
                    _ => STANDARD.encode(subject.value),
                })
            }
            "uuid" => Ok(self.uuid()),
            "b64" => {
                let inner = argument.replace('(', "{{").replace(')', "}}");
                Ok(STANDARD.encode(self.fill_at(&inner, depth + 1)?))
            }
            "binary64" => {
                let length = self.length(argument)?;
                Ok(STANDARD.encode(self.random.bytes(length)))
            }
            "number" => {
                let (least, most) = argument.split_once('-').ok_or_else(|| "two numbers".to_owned())?;
                let number = |text: &str| text.parse::<usize>().map_err(|_| format!("no number: {text}"));
                let (least, most) = (number(least)?, number(most)?);
                Ok((least + self.random.below(most - least + 1)).to_string())
            }
            _ if inside.contains('|') => {
                let choices: Vec<&str> = inside.split('|').collect();
                Ok(pick(&choices, self.part, &mut self.random).to_owned())
            }
            _ if argument.is_empty() && self.words.has(name) => self.listed(name, depth),
            _ => keysieve_rules::fill(&format!("{{{{{inside}}}}}"), self.random.bits())
                .map_err(|error| error.to_string()),
        }
    }

    fn name(&self) -> Result<String, String> {
        let subject = self.subject.as_ref();
        Ok(subject.ok_or_else(|| "a style without a list is for frames".to_owned())?.name.clone())
    }

    fn listed(&mut self, list: &str, depth: usize) -> Result<String, String> {
        let entry = self.words.pick(list, self.part, &mut self.random);
        let entry = entry.ok_or_else(|| format!("there is no list `{list}`"))?.to_owned();
        self.fill_at(&entry, depth + 1)
    }

    /// `12`, or `8-16` for any length from 8 to 16.
    fn length(&mut self, argument: &str) -> Result<usize, String> {
        let number = |text: &str| text.parse::<usize>().map_err(|_| format!("no length: {text}"));
        match argument.split_once('-') {
            None => number(argument),
            Some((least, most)) => {
                let (least, most) = (number(least)?, number(most)?);
                Ok(least + self.random.below(most - least + 1))
            }
        }
    }

    fn uuid(&mut self) -> String {
        let hex = self.random.chars(b"0123456789abcdef", 30);
        let variant = self.random.pick(&["8", "9", "a", "b"]);
        format!("{}-{}-4{}-{variant}{}-{}", &hex[..8], &hex[8..12], &hex[12..15], &hex[15..18], &hex[18..])
    }
}

/// As the rules' placeholders, but with every string of the alphabet as likely as the next.
fn alphabet(name: &str) -> Option<&'static str> {
    Some(match name {
        "alnum" => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "alnumlower" => "0123456789abcdefghijklmnopqrstuvwxyz",
        "alnumupper" => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "hex" => "0123456789abcdef",
        "HEX" => "0123456789ABCDEF",
        "digit" => "0123456789",
        "lower" => "abcdefghijklmnopqrstuvwxyz",
        "upper" => "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "base64" => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        "base64url" => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-",
        "base32" => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
        "symbols" => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#%*+-=?@^_",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(template: &str) -> Result<String, String> {
        let words = Words::of(&[("greeting", &["hello {{greeted}}"]), ("greeted", &["world"])]);
        Filler::new(&words, Part::Open, 7).fill(template)
    }

    #[test]
    fn lists_name_lists_and_styles_write_them() {
        assert_eq!(fill("<{{greeting}}>").unwrap(), "<hello world>");
        assert_eq!(fill("{{screaming:greeting}}").unwrap(), "HELLO_WORLD");
        assert_eq!(fill("{{b64:a(greeted)}}").unwrap(), STANDARD.encode("aworld"));
        assert!(["a", "c"].contains(&fill("{{a|b|c}}").unwrap().as_str()));
    }

    #[test]
    fn lengths_may_be_ranges() {
        let length = fill("{{hex:8-10}}").unwrap().len();
        assert!((8..=10).contains(&length));
        assert_eq!(fill("{{uuid}}").unwrap().len(), 36);
    }

    #[test]
    fn braces_of_other_languages_are_text_and_what_is_unknown_is_said() {
        assert_eq!(fill("${{ secrets.X }} {{.Values}} {{{").unwrap(), "${{ secrets.X }} {{.Values}} {{{");
        assert!(fill("{{nothing}}").is_err() && fill("{{value}}").is_err() && fill("{{hex:3").is_err());
    }
}
