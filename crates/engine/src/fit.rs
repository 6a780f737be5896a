//! What a run of bytes must be like, at least, for a context rule's value to begin with it: told from a few of its
//! bytes, before the value is compared.

use std::sync::LazyLock;

use keysieve_rules::{ByteSet, Rule, Shape};

use crate::boundary::is_word;

/// A run of word bytes of this length or more is not measured further.
const LONGEST: usize = 160;

/// What a rule's value asks of the place where it begins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fits {
    forms: Box<[Fit]>,
    /// Whether a digit must stand among the token bytes that the value begins with.
    digit: bool,
    /// Whether something that assigns must stand before it.
    operator: bool,
}

#[derive(Clone, Debug)]
struct Fit {
    least: usize,
    most: usize,
    /// The bytes after a run of word bytes over which the value can go on.
    over: ByteSet,
    /// How far into the value its rarest byte is that has a fixed place, and what it can be.
    probe: Option<(usize, ByteSet)>,
}

/// What stands at a token start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    pub(crate) at: usize,
    /// Whether there is a digit among the token bytes.
    pub(crate) digit: bool,
    /// Whether something is assigned to it.
    pub(crate) assigned: bool,
    /// How many word bytes, once it has been asked for.
    word: Option<usize>,
}

impl Start {
    pub(crate) const fn new(at: usize, digit: bool, assigned: bool) -> Self {
        Self { at, digit, assigned, word: None }
    }

    fn word(&mut self, haystack: &[u8]) -> usize {
        *self.word.get_or_insert_with(|| {
            haystack[self.at..].iter().take(LONGEST).take_while(|&&byte| is_word(byte)).count()
        })
    }
}

impl Fits {
    /// Of a context rule.
    pub(crate) fn of(rule: &Rule, operator: bool) -> Self {
        Self { forms: rule.plan.shapes.iter().map(Fit::of).collect(), digit: rule.gates.digit, operator }
    }

    /// Whether a value can begin where there is no digit, or nothing is assigned.
    #[inline]
    pub(crate) fn takes(&self, digit: bool, assigned: bool) -> bool {
        (digit || !self.digit) && (assigned || !self.operator)
    }

    /// Whether a value may begin so.
    ///
    /// A value ends before a byte that is neither a word byte nor in its last set. So if the byte after the run of word
    /// bytes is in none of a form's sets, the value is that run exactly; if it is in one, it is at least that long.
    #[inline]
    pub(crate) fn may(&self, haystack: &[u8], start: &mut Start) -> bool {
        self.takes(start.digit, start.assigned) && self.forms.iter().any(|form| form.may(haystack, start))
    }
}

/// The bytes of words.
static WORD_BYTES: LazyLock<ByteSet> = LazyLock::new(|| ByteSet::of(is_word));

impl Fit {
    #[inline]
    fn may(&self, haystack: &[u8], start: &mut Start) -> bool {
        let byte = |offset: usize| haystack.get(start.at + offset).copied();
        if self
            .probe
            .as_ref()
            .is_some_and(|(offset, set)| !byte(*offset).is_some_and(|byte| set.contains(byte)))
        {
            return false;
        }
        let word = start.word(haystack);
        let next = haystack.get(start.at + word).copied().unwrap_or(0);
        let longer = word >= self.least || self.over.contains(next);
        longer && word <= self.most || word >= LONGEST
    }

    fn of(shape: &Shape) -> Self {
        let (mut least, mut most) = (0_usize, 0_usize);
        let mut over = ByteSet::default();
        let mut probe: Option<(usize, ByteSet)> = None;
        for element in &shape.elements {
            let size = element.set.len();
            if element.min > 0 && least == most && probe.is_none_or(|(_, best)| size < best.len()) {
                probe = Some((least, element.set));
            }
            least = least.saturating_add(element.min as usize);
            most = most.saturating_add(element.max as usize);
            over = over.union(&element.set);
        }
        let over = over.without(&WORD_BYTES);
        Self { least, most, over, probe }
    }
}
