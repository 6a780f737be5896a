//! A finding in one sentence.

use keysieve_finding::{Finding, Location, MASK};

use crate::visible::visible;
use crate::words;

/// What a finding says at a place, without the place: `GitHub token 'ghp_…' (high confidence, checksum valid).`
/// Nothing in it changes when other findings come or go.
pub(crate) fn of(finding: &Finding, location: &Location) -> String {
    let secret = match finding.secret.masked() {
        // A mask that shows nothing says nothing.
        mask if mask == MASK => String::new(),
        mask => format!(" '{mask}'"),
    };
    let mut said = vec![format!("{} confidence", finding.confidence)];
    said.extend(words::evidence(&finding.evidence, false));
    let mut sentence = format!("{}{secret} ({})", finding.rule.name, said.join(", "));
    if location.binary {
        sentence.push_str(&format!(" at byte {}", location.byte_start));
    }
    if !location.decoded_by.is_empty() {
        sentence.push_str(&format!(" in {}", location.decoded_by.join(", ")));
    }
    if let Some(git) = &location.git {
        sentence.push_str(&format!(", {}", words::history(git)));
    }
    if let Some(place) = &location.layer {
        let at =
            place.layer.as_ref().map_or_else(String::new, |layer| format!("layer {} of ", layer.index + 1));
        sentence.push_str(&format!(", in {at}{}", words::image(&place.image)));
        sentence.extend(words::fate(place, false).map(|fate| format!(", {fate}")));
    }
    sentence.push('.');
    visible(&sentence)
}

/// What to do about it; empty where the rule does not say.
pub(crate) fn advice(finding: &Finding) -> String {
    visible(finding.rule.about.trim())
}

/// Cuts a text to a number of characters and marks that it did.
pub(crate) fn cut(text: String, most: usize) -> String {
    if text.len() <= most || text.chars().count() <= most {
        return text;
    }
    let mut kept: String = text.chars().take(most.saturating_sub(1)).collect();
    kept.push('…');
    kept
}

/// A link that is one, and can stand in any format as it is.
pub(crate) fn link(docs: &str) -> Option<&str> {
    let web = docs.starts_with("https://") || docs.starts_with("http://");
    let clean = docs.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"{}|\\^`[]()'".contains(&byte));
    (web && clean && docs.len() <= MAX_LINK).then_some(docs)
}

/// GitLab leaves out a result whose link is longer.
const MAX_LINK: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_and_says_so() {
        assert_eq!(cut("é".repeat(10), 10), "é".repeat(10));
        assert_eq!(cut("é".repeat(11), 10), format!("{}…", "é".repeat(9)));
    }

    #[test]
    fn only_a_link_is_a_link() {
        assert!(link("https://docs.example.com/a?b#c").is_some());
        for text in
            ["see the wiki", "javascript:alert(1)", "https://example.com/a b", "https://e.com/\"onload=1"]
        {
            assert_eq!(link(text), None, "{text}");
        }
    }
}
