//! What was found of a corpus, and what was found that is none.

use std::collections::BTreeMap;
use std::fmt;

use keysieve_finding::{Outcome, Span};

use super::{Corpus, Sample, SampleFile};

/// How many secrets there were, and what was made of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Samples, with secrets or without.
    pub samples: usize,
    /// Secrets.
    pub secrets: usize,
    /// Secrets that a finding overlaps.
    pub found: usize,
    /// Findings that overlap no secret.
    pub alarms: usize,
}

impl Tally {
    /// The share of findings that are secrets; 1 if there are none.
    #[must_use]
    pub fn precision(&self) -> f64 {
        share(self.found, self.found + self.alarms)
    }

    /// The share of secrets that are found; 1 if there are none.
    #[must_use]
    pub fn recall(&self) -> f64 {
        share(self.found, self.secrets)
    }

    /// The harmonic mean of the two.
    #[must_use]
    pub fn f1(&self) -> f64 {
        let (precision, recall) = (self.precision(), self.recall());
        if precision + recall == 0.0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) }
    }

    fn add(&mut self, other: &Self) {
        self.samples += other.samples;
        self.secrets += other.secrets;
        self.found += other.found;
        self.alarms += other.alarms;
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// A secret that was missed, or a finding that is none.
#[derive(Clone, Debug)]
pub struct Hit {
    /// What it is a sample of.
    pub class: String,
    /// The template's file and line.
    pub template: String,
    /// The file it stands in.
    pub path: String,
    /// The sample's text.
    pub text: String,
    /// What was missed or reported, as a span of the text.
    pub span: Span,
    /// The rule that reported it; none, if it was missed.
    pub rule: Option<String>,
}

impl Hit {
    /// The text with what was missed or reported hidden, but for its first and last letter and its length.
    #[must_use]
    pub fn masked(&self) -> String {
        let value = &self.text[self.span.range()];
        let ends = |letters: Option<char>| letters.map(String::from).unwrap_or_default();
        let (first, last) = (ends(value.chars().next()), ends(value.chars().next_back()));
        let mask = format!("{first}…{}…{last}", value.chars().count());
        format!("{}{mask}{}", &self.text[..self.span.start], &self.text[self.span.end..])
    }
}

/// What a scan made of a corpus.
#[derive(Clone, Debug, Default)]
pub struct Score {
    /// By class.
    pub classes: BTreeMap<String, Tally>,
    /// By the name's extension.
    pub formats: BTreeMap<String, Tally>,
    /// Secrets that no finding overlaps.
    pub misses: Vec<Hit>,
    /// Findings that overlap no secret.
    pub alarms: Vec<Hit>,
}

impl Score {
    /// Holds the outcome of a scan of [`Corpus::objects`] against the labels. A secret is found when a finding overlaps
    /// it; a finding that overlaps none is an alarm, unless it may be reported or not.
    #[must_use]
    pub fn of(corpus: &Corpus, outcome: &Outcome) -> Self {
        let mut reported: BTreeMap<Vec<u8>, Vec<(Span, &str)>> = BTreeMap::new();
        for finding in &outcome.findings {
            for location in &finding.locations {
                let at = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX);
                let span = Span::new(at(location.byte_start), at(location.byte_end));
                reported.entry(location.origin.path()).or_default().push((span, &finding.rule.id));
            }
        }
        let mut score = Self::default();
        for file in &corpus.files {
            let spans = reported.get(file.path.as_bytes()).map_or(&[][..], Vec::as_slice);
            for sample in &file.samples {
                score.sample(file, sample, spans);
            }
        }
        score
    }

    fn sample(&mut self, file: &SampleFile, sample: &Sample, reported: &[(Span, &str)]) {
        let hit = |span: Span, rule: Option<&str>| {
            // A finding may reach over the sample's ends.
            let (start, end) = (span.start.max(sample.span.start), span.end.min(sample.span.end));
            Hit {
                class: sample.class.clone(),
                template: sample.template.clone(),
                path: file.path.clone(),
                text: file.text[sample.span.range()].to_owned(),
                span: Span::new(start - sample.span.start, end - sample.span.start),
                rule: rule.map(str::to_owned),
            }
        };
        let mut tally = Tally { samples: 1, secrets: sample.secrets.len(), ..Tally::default() };
        for secret in &sample.secrets {
            if reported.iter().any(|(span, _)| span.overlaps(secret)) {
                tally.found += 1;
            } else {
                self.misses.push(hit(*secret, None));
            }
        }
        let labelled =
            |span: &Span| sample.secrets.iter().chain(&sample.either).any(|label| label.overlaps(span));
        for (span, rule) in reported.iter().filter(|(span, _)| span.overlaps(&sample.span)) {
            if !labelled(span) {
                tally.alarms += 1;
                self.alarms.push(hit(*span, Some(rule)));
            }
        }
        self.classes.entry(sample.class.clone()).or_default().add(&tally);
        self.formats.entry(format(&file.path)).or_default().add(&tally);
    }

    /// The whole.
    #[must_use]
    pub fn total(&self) -> Tally {
        sum(self.classes.values())
    }

    /// By what stands before the colon of the class.
    #[must_use]
    pub fn groups(&self) -> BTreeMap<String, Tally> {
        let mut groups: BTreeMap<String, Tally> = BTreeMap::new();
        for (class, tally) in &self.classes {
            groups.entry(class.split(':').next().unwrap_or_default().to_owned()).or_default().add(tally);
        }
        groups
    }
}

fn sum<'a>(tallies: impl Iterator<Item = &'a Tally>) -> Tally {
    let mut total = Tally::default();
    tallies.for_each(|tally| total.add(tally));
    total
}

/// What comes after the last dot of a file's name; the name, if it has none.
fn format(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit('.').next().unwrap_or_default().to_lowercase()
}

impl fmt::Display for Tally {
    /// `SAMPLES | SECRETS | FOUND | MISSED | ALARMS | PRECISION | RECALL | F1`; without secrets there are no shares.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { samples, secrets, found, alarms } = self;
        write!(f, "{samples} | {secrets} | {found} | {} | {alarms}", secrets - found)?;
        if *secrets == 0 {
            return write!(f, " | – | – | –");
        }
        write!(f, " | {:.3} | {:.3} | {:.3}", self.precision(), self.recall(), self.f1())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_the_textbook() {
        let tally = Tally { samples: 20, secrets: 10, found: 6, alarms: 2 };
        assert!((tally.precision() - 0.75).abs() < 1e-9 && (tally.recall() - 0.6).abs() < 1e-9);
        assert!((tally.f1() - 2.0 / 3.0).abs() < 1e-9);
        assert_eq!(tally.to_string(), "20 | 10 | 6 | 4 | 2 | 0.750 | 0.600 | 0.667");
        let nothing = Tally::default();
        assert!(nothing.precision() >= 1.0 && nothing.recall() >= 1.0);
    }

    #[test]
    fn a_masked_hit_keeps_what_stands_around_it() {
        let hit = Hit {
            class: String::new(),
            template: String::new(),
            path: String::new(),
            text: "key = 'abcdef'".to_owned(),
            span: Span::new(7, 13),
            rule: None,
        };
        assert_eq!(hit.masked(), "key = 'a…6…f'");
    }
}
