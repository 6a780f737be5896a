//! What a run of bytes must be like, at least, for a context rule's value to begin with it: told before any byte of it is
//! compared.

use keysieve_rules::{ByteSet, Rule, Shape};

use crate::boundary::is_word;

/// A run of word bytes of this length or more is not measured further.
pub(crate) const LONGEST: usize = 160;

/// What the forms of a rule's value ask of the run of word bytes that they begin with.
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
}

/// What stands at a token start: how many word bytes, which byte after them, whether there is a digit among the token
/// bytes, and whether something is assigned to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    pub(crate) word: usize,
    pub(crate) next: u8,
    pub(crate) digit: bool,
    pub(crate) assigned: bool,
}

impl Fits {
    /// Of a context rule.
    pub(crate) fn of(rule: &Rule, operator: bool) -> Self {
        Self {
            forms: rule.plan.shapes.iter().map(Fit::of).collect(),
            digit: rule.gates.digit,
            operator,
        }
    }

    /// Whether a value can begin where there is no digit, or nothing is assigned.
    pub(crate) fn takes(&self, digit: bool, assigned: bool) -> bool {
        (digit || !self.digit) && (assigned || !self.operator)
    }

    /// Whether a value may begin so.
    ///
    /// A value ends before a byte that is neither a word byte nor in its last set. So if the byte after the run of word
    /// bytes is in none of a form's sets, the value is that run exactly; if it is in one, it is at least that long.
    #[inline]
    pub(crate) fn may(&self, start: Start) -> bool {
        self.takes(start.digit, start.assigned)
            && self.forms.iter().any(|form| {
                let longer = form.over.contains(start.next) || form.least <= start.word;
                longer && start.word <= form.most || start.word >= LONGEST
            })
    }
}

impl Fit {
    fn of(shape: &Shape) -> Self {
        let (mut least, mut most) = (0_usize, 0_usize);
        let mut over = ByteSet::default();
        for element in &shape.elements {
            least = least.saturating_add(element.min as usize);
            most = most.saturating_add(element.max as usize);
            over = over.union(&element.set);
        }
        let over = over.iter().filter(|&byte| !is_word(byte)).collect::<Vec<u8>>();
        Self { least, most, over: ByteSet::of(|byte| over.contains(&byte)) }
    }
}
