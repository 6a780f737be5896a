//! A rule's examples.

use keysieve_finding::Span;

use crate::placeholder::{PlaceholderError, fill};
use crate::random::seed;

/// A rule's examples, as its file has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examples {
    /// Texts in which the rule finds exactly what stands between `«` and `»`.
    pub positive: Vec<Template>,
    /// Near misses: texts in which the rule finds nothing.
    pub negative: Vec<Template>,
}

impl Examples {
    /// The positive examples of the rule, filled.
    ///
    /// # Errors
    /// If a template is not well-formed.
    pub fn positives(&self, rule: &str) -> Result<Vec<Example>, ExampleError> {
        filled(&self.positive, rule, "positive")
    }

    /// The negative examples of the rule, filled.
    ///
    /// # Errors
    /// If a template is not well-formed.
    pub fn negatives(&self, rule: &str) -> Result<Vec<Example>, ExampleError> {
        filled(&self.negative, rule, "negative")
    }
}

/// The seed depends on the rule's id and the example's place alone, so an example keeps its text.
fn filled(templates: &[Template], rule: &str, side: &str) -> Result<Vec<Example>, ExampleError> {
    let each = templates.iter().enumerate();
    each.map(|(index, template)| Example::from_template(&template.text, seed(&[rule, side], index))).collect()
}

/// A text with placeholders and, in a positive example, the secret between `«` and `»`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The text as the file has it.
    pub text: String,
    /// Its line in the file, from 1.
    pub line: usize,
}

/// An example, filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The text, without markers.
    pub text: String,
    /// Where the secret is; `None` in a negative example.
    pub secret: Option<Span>,
}

impl Example {
    /// Fills a template and takes the markers out.
    ///
    /// # Errors
    /// If a placeholder cannot be filled, or the markers are not one `«` and one `»` around something.
    pub fn from_template(template: &str, seed: u64) -> Result<Self, ExampleError> {
        let filled = fill(template, seed)?;
        let (opens, closes) = (filled.matches('«').count(), filled.matches('»').count());
        match (filled.split_once('«'), opens, closes) {
            (None, 0, 0) => Ok(Self { text: filled, secret: None }),
            (Some((before, rest)), 1, 1) => {
                let Some((secret, after)) = rest.split_once('»') else { return Err(ExampleError::Markers) };
                if secret.is_empty() {
                    return Err(ExampleError::Empty);
                }
                let span = Span::new(before.len(), before.len() + secret.len());
                Ok(Self { text: format!("{before}{secret}{after}"), secret: Some(span) })
            }
            _ => Err(ExampleError::Markers),
        }
    }
}

/// A template that is not well-formed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExampleError {
    /// A placeholder cannot be filled.
    #[error(transparent)]
    Placeholder(#[from] PlaceholderError),
    /// Not one `«` and then one `»`.
    #[error("the secret must stand once between « and »")]
    Markers,
    /// Nothing between the markers.
    #[error("nothing stands between « and »")]
    Empty,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_become_a_span_of_bytes() {
        let example = Example::from_template("né «{{hex:8}}» ok", 3).unwrap();
        let span = example.secret.unwrap();
        assert_eq!(span, Span::new(4, 12));
        assert_eq!(&example.text[..4], "né ");
        assert_eq!(&example.text[12..], " ok");
    }

    #[test]
    fn markers_must_be_one_pair_around_something() {
        for template in ["«a» «b»", "«a", "a»", "»a«"] {
            assert_eq!(Example::from_template(template, 0), Err(ExampleError::Markers), "{template}");
        }
        assert_eq!(Example::from_template("a «»", 0), Err(ExampleError::Empty));
        assert_eq!(Example::from_template("a", 0).unwrap().secret, None);
    }

    #[test]
    fn an_example_keeps_its_text_when_others_change() {
        let template = |text: &str| Template { text: text.to_owned(), line: 1 };
        let one = Examples { positive: vec![template("«{{hex:16}}»")], negative: vec![] };
        let two = Examples {
            positive: vec![template("«{{hex:16}}»"), template("«{{hex:16}}»")],
            negative: vec![],
        };
        let (one, two) = (one.positives("a-b").unwrap(), two.positives("a-b").unwrap());
        assert_eq!(one[0], two[0]);
        assert_ne!(two[0], two[1]);
    }
}
