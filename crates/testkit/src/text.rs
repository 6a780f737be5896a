//! Texts that look like something.

use crate::Random;

/// What a text looks like. All of them are made up from a seed and hold no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// Source code with short lines.
    Code,
    /// Log lines with times, numbers and words like `key=`.
    Log,
    /// JSON on one endless line.
    Json,
    /// Base64 without line ends.
    Base64,
    /// Bytes of any value.
    Binary,
}

const WORDS: &[&str] = &[
    "user", "key", "value", "token", "index", "cache", "auth", "node", "path", "secret", "state", "buffer",
    "the", "request", "pass", "api", "config", "von", "naïve", "length", "x", "password", "data", "on",
    "error",
];

impl Text {
    /// Every kind.
    pub const ALL: &'static [Self] = &[Self::Code, Self::Log, Self::Json, Self::Base64, Self::Binary];

    /// A text of exactly `length` bytes; one of words may be cut inside a character.
    pub fn make(self, random: &mut Random, length: usize) -> Vec<u8> {
        let mut text = Vec::with_capacity(length + 128);
        while text.len() < length {
            match self {
                Self::Code => text.extend_from_slice(code(random).as_bytes()),
                Self::Log => text.extend_from_slice(log(random).as_bytes()),
                Self::Json => text.extend_from_slice(json(random).as_bytes()),
                Self::Base64 => text
                    .push(*random.pick(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")),
                Self::Binary => text.extend(random.bytes(64)),
            }
        }
        text.truncate(length);
        text
    }
}

fn word(random: &mut Random) -> &'static str {
    random.pick::<&str>(WORDS)
}

fn code(random: &mut Random) -> String {
    let (a, b, c) = (word(random), word(random), word(random));
    match random.below(4) {
        0 => format!("    let {a}_{b} = {c}[{}];\n", random.below(1000)),
        1 => format!("// {a} {b}: {c}\n"),
        2 => format!("fn {a}({b}: &str) -> {c} {{\r\n"),
        _ => format!("    {a}.{b}(\"{c}\", {});\n\n", random.below(100)),
    }
}

fn log(random: &mut Random) -> String {
    let (a, b) = (word(random), word(random));
    let (time, number) = (random.below(86_400), random.bits());
    format!("2026-11-23T{time:05}Z INFO {a}: {b}={number:016x} took {}ms\n", number % 997)
}

fn json(random: &mut Random) -> String {
    let (a, b, number) = (word(random), word(random), random.bits());
    format!("{{\"{a}\":\"{b}\",\"id\":\"{number:x}\",\"n\":{}}},", number % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_the_length_asked_for_and_repeat_with_their_seed() {
        for kind in Text::ALL {
            for length in [0, 1, 1000] {
                let text = kind.make(&mut Random::new(9), length);
                assert_eq!(text.len(), length);
                assert_eq!(text, kind.make(&mut Random::new(9), length));
            }
            assert_ne!(kind.make(&mut Random::new(1), 500), kind.make(&mut Random::new(2), 500));
        }
    }
}
