//! The values that context rules look for, told apart by how long a run of bytes is.

use keysieve_rules::{ByteSet, ContextPattern, Shape};

use crate::boundary::is_word;
use crate::context::is_token;

/// How many different values there can be.
const MOST: usize = 320;

/// The longest run that the tables tell apart.
const LONGEST: usize = 160;

/// A set of values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ValueSet([u64; MOST / 64]);

impl ValueSet {
    fn insert(&mut self, value: usize) {
        self.0[value >> 6] |= 1 << (value & 63);
    }

    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.0.iter().all(|&bits| bits == 0)
    }

    #[inline]
    pub(crate) fn and(self, other: Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] & other.0[word]))
    }

    #[inline]
    fn without(self, other: Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] & !other.0[word]))
    }

    #[inline]
    fn or(self, other: Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] | other.0[word]))
    }

    fn iter(self) -> impl Iterator<Item = usize> {
        self.0.into_iter().enumerate().flat_map(|(word, bits)| {
            std::iter::successors((bits != 0).then_some(bits), |bits| {
                let rest = bits & (bits - 1);
                (rest != 0).then_some(rest)
            })
            .map(move |bits| word * 64 + bits.trailing_zeros() as usize)
        })
    }
}

/// A table from the length of a run to values; the last entry stands for every longer run.
type Lengths = Box<[ValueSet; LONGEST + 1]>;

/// The different values that rules look for; many rules share one.
///
/// A value ends before a byte that is neither a word byte nor in its last set. So if the byte after the run of word
/// bytes is in none of a value's sets, the value is that run exactly, and its length decides. If it is in one, the run
/// of the value's own bytes decides in the same way, where the value has but one set; otherwise it must at least be
/// long enough.
#[derive(Debug)]
pub(crate) struct Values {
    shapes: Vec<Shape>,
    /// How far before each value the words of its rules may start, at most.
    within: Box<[usize; MOST]>,
    exact: Lengths,
    /// For each byte the values that can go on over it.
    over: Box<[ValueSet; 256]>,
    groups: Vec<Group>,
    /// For each byte the groups that can go on over it, as bits.
    groups_over: Box<[u64; 256]>,
    /// The values that must hold a digit, and can hold it only in the run that they begin.
    digit: ValueSet,
    /// The values that some rule wants without an operator before it.
    free: ValueSet,
    /// What can stand at a start at all: by whether there is a digit, and whether an operator may stand before it.
    open: [[ValueSet; 2]; 2],
}

/// Values with the same bytes.
#[derive(Debug)]
struct Group {
    bytes: ByteSet,
    lengths: Lengths,
}

impl Default for Values {
    fn default() -> Self {
        Self {
            shapes: Vec::new(),
            within: Box::new([0; MOST]),
            exact: Box::new([ValueSet::default(); LONGEST + 1]),
            over: Box::new([ValueSet::default(); 256]),
            groups: Vec::new(),
            groups_over: Box::new([0; 256]),
            digit: ValueSet::default(),
            free: ValueSet::default(),
            open: Default::default(),
        }
    }
}

impl Values {
    /// Adds a rule's values, and says which they are; `None` if there is no more room.
    pub(crate) fn add(
        &mut self,
        shapes: &[Shape],
        digit: bool,
        pattern: &ContextPattern,
    ) -> Option<ValueSet> {
        let mut values = ValueSet::default();
        for shape in shapes {
            let known = self.shapes.iter().position(|known| known == shape);
            let value = match known {
                Some(value) => value,
                None if self.shapes.len() == MOST || self.groups.len() == 64 => return None,
                None => {
                    self.shapes.push(shape.clone());
                    self.note(shape, self.shapes.len() - 1);
                    self.shapes.len() - 1
                }
            };
            values.insert(value);
            let in_one_run =
                shape.elements.iter().all(|element| element.set.is_subset(&ByteSet::of(is_token)));
            let mut this = ValueSet::default();
            this.insert(value);
            let wants_digit = digit && in_one_run;
            self.digit = match (known, wants_digit) {
                (None, true) => self.digit.or(this),
                (_, false) => self.digit.without(this),
                (Some(_), true) => self.digit,
            };
            self.within[value] = self.within[value].max(usize::from(pattern.within));
            if !pattern.operator {
                self.free = self.free.or(this);
            }
        }
        let all = self.open[1][1].or(values);
        self.open = [[all.without(self.digit).and(self.free), all.without(self.digit)], [self.free, all]];
        Some(values)
    }

    fn note(&mut self, shape: &Shape, value: usize) {
        let (mut least, mut most) = (0_usize, 0_usize);
        let mut bytes = ByteSet::of(is_word);
        for element in &shape.elements {
            least = least.saturating_add(element.min as usize);
            most = most.saturating_add(element.max as usize);
            bytes = bytes.union(&element.set);
        }
        note_lengths(&mut self.exact, value, least, most);
        for byte in bytes.iter().filter(|&byte| !is_word(byte)) {
            self.over[usize::from(byte)].insert(value);
        }
        let one_set = shape.elements.windows(2).all(|pair| pair[0].set == pair[1].set);
        let group = self.groups.iter().position(|group| group.bytes == bytes).unwrap_or_else(|| {
            let lengths = Box::new([ValueSet::default(); LONGEST + 1]);
            self.groups.push(Group { bytes, lengths });
            self.groups.len() - 1
        });
        for byte in bytes.iter().filter(|&byte| !is_word(byte)) {
            self.groups_over[usize::from(byte)] |= 1 << group;
        }
        let most = if one_set { most } else { usize::MAX };
        note_lengths(&mut self.groups[group].lengths, value, least, most);
    }

    /// The values that can stand at a start with or without a digit in its run of token bytes, and with or without a
    /// byte before it after which something may be assigned.
    #[inline]
    pub(crate) fn open(&self, digit: bool, assignable: bool) -> ValueSet {
        self.open[usize::from(digit)][usize::from(assignable)]
    }

    /// Those of `open` that could stand at `at`, where a run of `word` word bytes begins.
    #[inline]
    pub(crate) fn fitting(&self, open: ValueSet, haystack: &[u8], at: usize, word: usize) -> ValueSet {
        let next = usize::from(haystack.get(at + word).copied().unwrap_or(0));
        let over = self.over[next];
        let mut fitting = self.exact[word.min(LONGEST)].without(over);
        let over = over.and(open);
        if !over.is_empty() {
            fitting = fitting.or(self.longer(haystack, at, word, self.groups_over[next]).and(over));
        }
        fitting.and(open)
    }

    /// The values whose run goes on over the word bytes, by the length of the run of their own bytes: one walk for all
    /// groups, which end one after the other.
    fn longer(&self, haystack: &[u8], at: usize, word: usize, groups: u64) -> ValueSet {
        let end = haystack.len().min(at + LONGEST);
        let from = (at + word).min(end);
        let mut going = groups;
        let mut fitting = ValueSet::default();
        let mut ended = |groups: u64, length: usize| {
            let mut groups = groups;
            while groups != 0 {
                let group = &self.groups[groups.trailing_zeros() as usize];
                groups &= groups - 1;
                fitting = fitting.or(group.lengths[length.min(LONGEST)]);
            }
        };
        for (more, &byte) in haystack[from..end].iter().enumerate() {
            if is_word(byte) {
                continue;
            }
            let over = self.groups_over[usize::from(byte)];
            if going & !over != 0 {
                ended(going & !over, from + more - at);
                going &= over;
                if going == 0 {
                    return fitting;
                }
            }
        }
        ended(going, end - at);
        fitting
    }

    /// How far before one of these values the words of its rules may start, at most.
    pub(crate) fn within(&self, values: ValueSet) -> usize {
        values.iter().map(|value| self.within[value]).max().unwrap_or(0)
    }

    /// Of these values, those that some rule wants without an operator before it.
    pub(crate) fn without_operator(&self, values: ValueSet) -> ValueSet {
        values.and(self.free)
    }
}

fn note_lengths(lengths: &mut Lengths, value: usize, least: usize, most: usize) {
    for (length, values) in lengths.iter_mut().enumerate() {
        let longer = length == LONGEST && most >= LONGEST;
        if least <= length && length <= most || longer {
            values.insert(value);
        }
    }
}
