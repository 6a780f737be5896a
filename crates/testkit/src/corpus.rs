//! The labelled corpus: lines as people write them, and which bytes of them are secrets.

mod fill;
mod score;
mod sheet;
mod subject;
mod words;

use std::path::{Path, PathBuf};

use keysieve_finding::{Origin, Span};

use crate::{Random, Tree};
use fill::Filler;
pub use score::{Hit, Score, Tally};
use sheet::{Section, Sheet, Template};
use subject::{Pairing, Tokens};
use words::Words;

/// Which half of the templates and of the words a corpus is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The half that may be looked at while the judgement is worked on.
    Open,
    /// The half that is looked at only by its figures: where it falls behind, the judgement has learnt the other half
    /// by heart.
    HeldBack,
}

impl Part {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Open, Self::HeldBack];

    /// Whether the `index`-th of several choices belongs to it.
    fn has(self, index: usize) -> bool {
        index.is_multiple_of(2) == (self == Self::Open)
    }
}

/// A labelled line, or a few that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// What it is a sample of: a group, a colon, a kind.
    pub class: String,
    /// The template's file and line.
    pub template: String,
    /// Where it stands in its file.
    pub span: Span,
    /// The secrets in it, as spans of the file.
    pub secrets: Vec<Span>,
    /// What may be reported or not: people who label such values disagree.
    pub either: Vec<Span>,
}

/// A file of samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleFile {
    /// Its path, with the name that such a file has.
    pub path: String,
    /// What it holds.
    pub text: String,
    /// Its samples, in order.
    pub samples: Vec<Sample>,
}

/// Labelled files, made from the templates below `fixtures/corpus` and a fixed seed.
///
/// The templates hold no secret, only placeholders for them; `fixtures/corpus/README.md` describes their language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corpus {
    /// The files.
    pub files: Vec<SampleFile>,
}

/// A template that cannot be read or filled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CorpusError {
    /// A file cannot be read.
    #[error("{0}: {1}")]
    Unreadable(PathBuf, std::io::Error),
    /// The rules cannot be read.
    #[error("{0}")]
    Rules(#[from] keysieve_rules::Errors),
    /// A template is not well-formed.
    #[error("{place}: {what}")]
    Template {
        /// Its file and line.
        place: String,
        /// What is wrong.
        what: String,
    },
}

/// How many samples a file holds at most.
const SAMPLES: usize = 40;

impl Corpus {
    /// The corpus of this repository.
    ///
    /// # Errors
    /// If a template or a rule cannot be read or filled.
    pub fn committed(part: Part) -> Result<Self, CorpusError> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        Self::of(&root.join("fixtures/corpus"), &root.join("rules"), part)
    }

    /// The corpus of a directory of templates, with the tokens of a directory of rules.
    ///
    /// # Errors
    /// If a template or a rule cannot be read or filled.
    pub fn of(templates: &Path, rules: &Path, part: Part) -> Result<Self, CorpusError> {
        let mut words = Words::read(&templates.join("words"))?;
        let pairings = subject::pairings(&templates.join("pairings.txt"))?;
        let tokens = Tokens::read(rules)?;
        words.add("provider", tokens.providers());
        let mut corpus = Self { files: Vec::new() };
        for sheet in Sheet::read_all(&templates.join("lines"))? {
            for section in &sheet.sections {
                let making = Making { words: &words, pairings: &pairings, tokens: &tokens, part };
                making.section(section, &mut corpus.files)?;
            }
        }
        Ok(corpus)
    }

    /// The files, as a scan reads them.
    #[must_use]
    pub fn objects(&self) -> Vec<(Origin, Vec<u8>)> {
        let object = |file: &SampleFile| (Origin::file(file.path.as_bytes()), file.text.clone().into_bytes());
        self.files.iter().map(object).collect()
    }

    /// The files, as a tree.
    #[must_use]
    pub fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        for file in &self.files {
            tree.add(&file.path, file.text.clone());
        }
        tree
    }
}

/// What samples are made of.
struct Making<'a> {
    words: &'a Words,
    pairings: &'a [Pairing],
    tokens: &'a Tokens,
    part: Part,
}

impl Making<'_> {
    fn section(&self, section: &Section, files: &mut Vec<SampleFile>) -> Result<(), CorpusError> {
        let mut samples = Vec::new();
        for template in &section.templates {
            let seed = seed(&template.text);
            // Frames are for both parts: what is put into them is told apart.
            if template.frame {
                self.frame(template, seed, &mut samples)?;
            } else if self.part.has(usize::from(seed & 0x100 != 0)) {
                let mut filler = Filler::new(self.words, self.part, seed);
                for _ in 0..template.times {
                    let text = filler.fill(&template.text).map_err(|what| template.error(what))?;
                    samples.push((template.class.clone(), template, text));
                }
            }
        }
        let mut random = Random::new(seed(&section.paths.concat()));
        shuffle(&mut samples, &mut random);
        let per_file = if section.alone { 1 } else { SAMPLES };
        for chunk in samples.chunks(per_file) {
            let path = section.paths[files.len() % section.paths.len()].as_str();
            files.push(file(&format!("{:03}/{path}", files.len()), chunk, &mut random)?);
        }
        Ok(())
    }

    /// A frame with every pairing of a name and a value in it.
    fn frame<'t>(
        &self,
        template: &'t Template,
        seed: u64,
        samples: &mut Vec<(String, &'t Template, String)>,
    ) -> Result<(), CorpusError> {
        let mut filler = Filler::new(self.words, self.part, seed);
        for pairing in self.pairings {
            for _ in 0..filler.times(pairing.often) {
                let subject =
                    pairing.subject(&mut filler, self.tokens).map_err(|what| template.error(what))?;
                filler.subject = Some(subject);
                let text = filler.fill(&template.text).map_err(|what| template.error(what))?;
                samples.push((pairing.class.clone(), template, text));
            }
        }
        Ok(())
    }
}

/// Lays samples out, takes their markers out and notes where they were.
fn file(
    path: &str,
    samples: &[(String, &Template, String)],
    random: &mut Random,
) -> Result<SampleFile, CorpusError> {
    let mut file = SampleFile { path: path.to_owned(), text: String::new(), samples: Vec::new() };
    for (class, template, text) in samples {
        let start = file.text.len();
        let (mut secrets, mut either) = (Vec::new(), Vec::new());
        let mut open = None;
        for letter in text.chars() {
            match (letter, open) {
                ('«' | '‹', None) => open = Some((letter, file.text.len())),
                ('»', Some(('«', from))) => secrets.push(Span::new(from, file.text.len())),
                ('›', Some(('‹', from))) => either.push(Span::new(from, file.text.len())),
                ('«' | '»' | '‹' | '›', _) => {
                    return Err(template.error("markers do not pair".to_owned()));
                }
                _ => file.text.push(letter),
            }
            if matches!(letter, '»' | '›') {
                open = None;
            }
        }
        if open.is_some() || secrets.iter().chain(&either).any(Span::is_empty) {
            return Err(template.error("markers do not pair".to_owned()));
        }
        let span = Span::new(start, file.text.len());
        let (class, template) = (class.clone(), template.place.clone());
        file.samples.push(Sample { class, template, span, secrets, either });
        file.text.push_str(if random.one_in(3) { "\n\n" } else { "\n" });
    }
    Ok(file)
}

fn shuffle<T>(items: &mut [T], random: &mut Random) {
    for last in (1..items.len()).rev() {
        items.swap(last, random.below(last + 1));
    }
}

/// A seed of a text (FNV-1a), so that a new template changes none of the others.
fn seed(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_share_no_template_line_and_a_part_is_always_the_same() {
        let open = Corpus::committed(Part::Open).expect("templates");
        assert!(open == Corpus::committed(Part::Open).expect("templates"), "not the same twice");
        let held = Corpus::committed(Part::HeldBack).expect("templates");
        let samples = |corpus: &Corpus| corpus.files.iter().map(|file| file.samples.len()).sum::<usize>();
        assert!(samples(&open) > 2000 && samples(&held) > 2000);
    }

    #[test]
    fn most_samples_hold_no_secret() {
        for part in Part::ALL {
            let corpus = Corpus::committed(part).expect("templates");
            let samples = corpus.files.iter().flat_map(|file| &file.samples);
            let secrets: usize = samples.clone().map(|sample| sample.secrets.len()).sum();
            let misses = samples.filter(|sample| sample.secrets.is_empty()).count();
            assert!(misses >= 2 * secrets, "{secrets} secrets, {misses} near misses");
        }
    }

    #[test]
    fn markers_become_spans() {
        let template = Template {
            class: "a: b".into(),
            text: String::new(),
            times: 1,
            frame: false,
            place: "x:1".into(),
        };
        let samples = [("a: b".to_owned(), &template, "né «s»‹e›".to_owned())];
        let file = file("p", &samples, &mut Random::new(1)).expect("well-formed");
        assert_eq!(file.samples[0].secrets, [Span::new(4, 5)]);
        assert_eq!(file.samples[0].either, [Span::new(5, 6)]);
        assert_eq!(file.text.trim_end(), "né se");
        let broken = [("a: b".to_owned(), &template, "«s".to_owned())];
        assert!(super::file("p", &broken, &mut Random::new(1)).is_err());
    }
}
