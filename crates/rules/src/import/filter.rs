//! betterleaks' filters: expressions that say which findings do not count.

use keysieve_filter::{Error, Filter};

use super::ImportedAllow;
use super::dialect::Dialect;
use super::reading::Fields;

/// Reads a filter as betterleaks writes it, whose regular expressions are Go's.
///
/// # Errors
/// The first thing in it that is not supported, and where.
pub fn foreign_filter(text: &str) -> Result<Filter, Error> {
    Filter::translated(text, &|expression| Dialect::Go.translate(expression))
}

/// What a filter lets pass, of these rules or of all.
pub(super) fn read(fields: &Fields<'_>, key: &'static str, rules: &[String]) -> Option<ImportedAllow> {
    let (node, text) = (fields.get(key)?, fields.text(key)?);
    match foreign_filter(text) {
        Ok(filter) => {
            for function in filter.left_out() {
                let what = format!("`{key}`: the function `{function}` counts as false");
                fields.note(node.line, what, "what it drops in its tool is reported");
            }
            Some(ImportedAllow {
                rules: rules.to_vec(),
                filter: Some(filter),
                filter_text: text.to_owned(),
                ..ImportedAllow::default()
            })
        }
        Err(error) => {
            let help = "write `allowlists` in its place, or leave it out";
            fields.problem(node.line, format!("`{key}`: {error}"), help);
            None
        }
    }
}

/// The entropy at or below which a filter lets a finding go, if it says nothing else:
/// `entropy(finding["secret"]) <= 3.5`.
pub(super) fn entropy(filter: &str) -> Option<f64> {
    let compact: String = filter.chars().filter(|c| !c.is_whitespace()).collect();
    let compact = compact.replace('\'', "\"");
    let rest = compact
        .strip_prefix("entropy(finding[\"secret\"])")
        .or_else(|| compact.strip_prefix("entropy(finding.secret)"))?;
    let number = rest.strip_prefix("<=")?;
    number.parse().ok().filter(|number| (0.0..=8.0).contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_entropy_is_read_and_nothing_else() {
        assert_eq!(entropy("entropy(finding[\"secret\"]) <= 3.5"), Some(3.5));
        assert_eq!(entropy("entropy(finding['secret'])<=3"), Some(3.0));
        // At that entropy, it counts.
        assert_eq!(entropy("entropy(finding['secret'])<3"), None);
        assert_eq!(entropy("entropy(finding[\"secret\"]) <= 3.5 || true"), None);
        assert_eq!(entropy("len(finding[\"secret\"]) < 3"), None);
    }
}
