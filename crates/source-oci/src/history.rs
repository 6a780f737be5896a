//! Which step of the build made a layer.

use crate::model::Step;

/// The instruction of each of so many layers: the n-th step that has a layer made the n-th one. If the two do not come
/// to the same number, none is claimed.
pub(crate) fn instructions(history: &[Step], layers: usize) -> Vec<Option<String>> {
    let made: Vec<&Step> = history.iter().filter(|step| !step.empty_layer).collect();
    if made.len() != layers {
        return vec![None; layers];
    }
    made.iter().map(|step| Some(instruction(&step.created_by)).filter(|said| !said.is_empty())).collect()
}

/// A step as a Dockerfile has it. Builders write it in three ways: `/bin/sh -c #(nop) COPY …` and `/bin/sh -c make`,
/// `RUN /bin/sh -c make # buildkit`, and with build arguments `|1 NAME=value /bin/sh -c make`.
pub(crate) fn instruction(created_by: &str) -> String {
    let said = created_by.trim();
    let said = said.strip_suffix("# buildkit").unwrap_or(said).trim_end();
    if let Some(said) = said.strip_prefix("/bin/sh -c #(nop)") {
        return said.trim_start().to_owned();
    }
    if let Some(command) = said.strip_prefix("/bin/sh -c ") {
        return format!("RUN {}", command.trim_start());
    }
    if let Some(command) = said.strip_prefix("RUN /bin/sh -c ") {
        return format!("RUN {}", command.trim_start());
    }
    if said.starts_with('|') && said.contains(" /bin/sh -c ") {
        return format!("RUN {}", said.replacen(" /bin/sh -c ", " ", 1));
    }
    said.to_owned()
}

/// The variable, label or build argument whose value a byte of a field belongs to: the last `NAME=` before it, with no
/// blank in between unless it is a build argument, whose values can have some.
pub(crate) fn key_at(text: &str, at: usize) -> Option<String> {
    let before = text.get(..at)?;
    let arguments = text.starts_with('|') || text.starts_with("RUN |");
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/');
    for (equals, _) in before.rmatch_indices('=') {
        let name_start = before[..equals].rfind(|c| !is_part(c)).map_or(0, |at| at + 1);
        let name = before.get(name_start..equals)?;
        let value = &before[equals + 1..];
        let near =
            !value.contains(char::is_whitespace) || value.trim_start_matches(['"', '\'']).trim().is_empty();
        let argument = arguments && !value.contains("/bin/sh");
        if !name.is_empty() && (near || argument) {
            return Some(name.to_owned());
        }
        if !near && !argument {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(created_by: &str, empty_layer: bool) -> Step {
        Step { created_by: created_by.to_owned(), empty_layer }
    }

    #[test]
    fn steps_without_a_layer_are_passed_over() {
        let history = [
            step("/bin/sh -c #(nop) ADD x /", false),
            step("ENV A=b", true),
            step("RUN /bin/sh -c make # buildkit", false),
        ];
        let said = instructions(&history, 2);
        assert_eq!(said, [Some("ADD x /".to_owned()), Some("RUN make".to_owned())]);
        assert_eq!(instructions(&history, 3), [None, None, None], "none rather than a wrong one");
    }

    #[test]
    fn instructions_read_like_a_dockerfile() {
        assert_eq!(instruction("/bin/sh -c apt-get update"), "RUN apt-get update");
        assert_eq!(instruction("COPY . /app # buildkit"), "COPY . /app");
        assert_eq!(instruction("|1 KEY=v /bin/sh -c make all"), "RUN |1 KEY=v make all");
    }

    #[test]
    fn a_byte_belongs_to_the_name_before_it() {
        let at = |text: &str, secret: &str| key_at(text, text.find(secret).expect("there"));
        assert_eq!(at("NPM_TOKEN=abc", "abc").as_deref(), Some("NPM_TOKEN"));
        assert_eq!(at("|2 A=1 B=x abc /bin/sh -c make", "abc").as_deref(), Some("B"));
        assert_eq!(at("|1 A=1 /bin/sh -c login abc", "abc"), None);
        assert_eq!(at("RUN KEY=abc make", "abc").as_deref(), Some("KEY"));
        assert_eq!(at("RUN KEY=1 make abc", "abc"), None);
        assert_eq!(at("com.acme/key=\"abc\"", "abc").as_deref(), Some("com.acme/key"));
    }
}
