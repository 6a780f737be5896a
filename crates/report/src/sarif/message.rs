//! Sentences that every consumer takes.

use keysieve_finding::{Finding, Location};

use super::model::Text;
use crate::visible::visible;
use crate::words;

/// GitLab leaves out a result whose message is longer, and GitHub a description.
pub(super) const MAX_CHARACTERS: usize = 1024;

/// Plain text of any origin: controls written out, and never too long.
pub(super) fn text(text: &str) -> Text {
    Text { text: cut(visible(text), MAX_CHARACTERS) }
}

/// Cuts a text to a number of characters, marks that it did, and keeps a full stop at the end.
fn cut(text: String, most: usize) -> String {
    if text.len() <= most || text.chars().count() <= most {
        return text;
    }
    let mut kept: String = text.chars().take(most.saturating_sub(2)).collect();
    kept.push_str("….");
    kept
}

/// What is put into a message must not look like a part of it: braces stand for arguments there, and brackets for
/// links.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '{' | '}' | '[' | ']' | '\\' | '`') { '.' } else { c }).collect()
}

/// What a result says. Nothing in it changes when other results come or go, as DefectDojo tells findings apart by it.
/// `outer` is the URI of the file that the innermost container is in.
pub(super) fn of(finding: &Finding, location: &Location, outer: Option<&str>) -> Text {
    let secret = match plain(&finding.secret.masked()) {
        // A mask that shows nothing says nothing.
        mask if mask == keysieve_finding::MASK => String::new(),
        mask => format!(" '{mask}'"),
    };
    let mut said = vec![format!("{} confidence", finding.confidence)];
    said.extend(words::evidence(&finding.evidence, false));
    let mut sentence = format!("{}{secret} ({})", plain(&finding.rule.name), plain(&said.join(", ")));
    if location.binary {
        sentence.push_str(&format!(" at byte {}", location.byte_start));
    }
    if !location.decoded_by.is_empty() {
        sentence.push_str(&format!(" in {}", plain(&location.decoded_by.join(", "))));
    }
    if let Some(commit) = location.git.as_ref().and_then(|git| git.commit) {
        sentence.push_str(&format!(" since commit {}", commit.short()));
    }
    if let Some(place) = &location.layer {
        // The step is among the properties: it can be long, and an image that was built again words it otherwise.
        if let Some(layer) = &place.layer {
            sentence.push_str(&format!(" in layer {}", layer.index + 1));
        }
        sentence.extend(words::fate(place, false).map(|fate| format!(", {fate}")));
    }
    let inside = outer.map(|uri| format!(" inside [{uri}](1)")).unwrap_or_default();
    let sentence = cut(visible(&sentence), MAX_CHARACTERS.saturating_sub(inside.chars().count() + 1));
    // A link that does not fit is left out rather than cut in two.
    let inside = if sentence.chars().count() + inside.chars().count() < MAX_CHARACTERS {
        inside
    } else {
        String::new()
    };
    Text { text: format!("{}{inside}.", sentence.trim_end_matches('.')) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_and_still_ends_with_a_full_stop() {
        assert_eq!(cut("é".repeat(10), 10), "é".repeat(10));
        assert_eq!(cut("é".repeat(11), 10), format!("{}….", "é".repeat(8)));
        assert_eq!(text(&"x".repeat(5000)).text.chars().count(), MAX_CHARACTERS);
    }

    #[test]
    fn nothing_put_into_a_message_is_taken_for_its_syntax() {
        assert_eq!(plain("{0} [a](1)"), ".0. .a.(1)");
    }
}
