//! What the first bytes of a match can be, told by a few look-ups before anything is matched.

use keysieve_rules::{Element, Plan};

/// How many bytes are looked at.
const PLACES: usize = 16;

/// How many of them are compared with literals.
const LITERAL: usize = 8;

/// What a match of a plan can begin with.
#[derive(Debug)]
pub(crate) struct Begin {
    /// Per byte, one bit for each place where it may stand.
    places: Box<[u16; 256]>,
    /// The literal beginnings of the forms, if there are several and all have one.
    literals: Box<[Literal]>,
}

/// The first bytes of a form, as far as they are certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Literal {
    key: u64,
    /// Which of the bytes count.
    mask: u64,
    /// The bit that tells small letters from capitals, where either may stand.
    fold: u64,
}

/// The forms of a plan: its shapes, or its gate if it has none.
fn forms(plan: &Plan) -> impl Iterator<Item = &[Element]> {
    let gate = plan.shapes.is_empty().then_some(plan.gate.as_slice());
    plan.shapes.iter().map(|shape| shape.elements.as_slice()).chain(gate)
}

impl Begin {
    /// Of a plan.
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut places = Box::new([0; 256]);
        forms(plan).for_each(|form| add(&mut places, form));
        let mut literals = Literal::all(plan);
        if literals.len() == 1 || literals.iter().any(|literal| literal.mask == 0) {
            literals.clear();
        }
        Self { places, literals: literals.into() }
    }

    /// Whether a match may begin at a place.
    #[inline]
    pub(crate) fn may(&self, haystack: &[u8], at: usize) -> bool {
        let Some(bytes) = haystack[at..].first_chunk::<PLACES>() else { return true };
        let allowed = |place: usize| self.places[usize::from(bytes[place])] | !(1 << place);
        let all = |places: std::ops::Range<usize>| places.fold(u16::MAX, |all, place| all & allowed(place));
        let head = bytes.first_chunk().map_or(0, |head| u64::from_le_bytes(*head));
        all(0..LITERAL) == u16::MAX
            && all(LITERAL..PLACES) == u16::MAX
            && (self.literals.is_empty()
                || self.literals.iter().any(|literal| (head | literal.fold) & literal.mask == literal.key))
    }
}

/// Adds where each byte may stand in a form. What is followed are all ways in which its elements can share the places
/// out among them.
fn add(places: &mut [u16; 256], form: &[Element]) {
    // For each element how many bytes of it there are so far, as bits.
    let mut taken = vec![0_u32; form.len() + 1];
    taken[0] = 1;
    for place in 0..PLACES {
        for (index, element) in form.iter().enumerate() {
            if taken[index] >> element.min.min(31) != 0 {
                taken[index + 1] |= 1;
            }
        }
        if taken[form.len()] != 0 {
            places.iter_mut().for_each(|byte| *byte |= u16::MAX << place);
            return;
        }
        for (element, taken) in form.iter().zip(&mut taken) {
            let more = *taken & ((1_u64 << element.max.min(32)) - 1) as u32;
            if more != 0 {
                element.set.iter().for_each(|byte| places[usize::from(byte)] |= 1 << place);
            }
            *taken = more << 1;
        }
    }
}

impl Literal {
    /// Of all forms of a plan.
    pub(crate) fn all(plan: &Plan) -> Vec<Self> {
        let mut all: Vec<Self> = forms(plan).map(Self::of).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The bytes of which there is but one form, and which of them those are.
    pub(crate) const fn exact(self) -> (u64, u64) {
        let either_case = (self.fold >> 5) * 0xFF;
        (self.key & !either_case, self.mask & !either_case)
    }

    fn of(form: &[Element]) -> Self {
        let mut literal = Self { key: 0, mask: 0, fold: 0 };
        let mut place = 0;
        for element in form {
            let mut bytes = element.set.iter();
            let certain = match (bytes.next(), bytes.next(), bytes.next()) {
                (Some(byte), None, _) => Some((byte, 0)),
                (Some(capital), Some(small), None)
                    if capital | 0x20 == small && small.is_ascii_lowercase() =>
                {
                    Some((small, 0x20))
                }
                _ => None,
            };
            for _ in 0..element.min.min(LITERAL as u32) {
                if place == LITERAL {
                    return literal;
                }
                if let Some((byte, fold)) = certain {
                    literal.key |= u64::from(byte) << (8 * place);
                    literal.mask |= 0xFF << (8 * place);
                    literal.fold |= fold << (8 * place);
                }
                place += 1;
            }
            if element.min != element.max {
                break;
            }
        }
        literal
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Engine;

    fn begin(id: &str) -> Begin {
        let rules = Engine::builtin_rules();
        let rule = rules.iter().find(|rule| rule.info.id == id).expect("a built-in rule");
        Begin::of(&rule.plan)
    }

    #[test]
    fn what_cannot_go_on_is_none() {
        let auth = begin("docker-config-auth");
        for text in [&b"auth\": \"AAAAAAAAAAAAAAAA"[..], b"AUTH : AAAAAAAAAAAA", b"auth"] {
            assert!(auth.may(text, 0), "{text:?}");
        }
        for text in [&b"author of the file"[..], b"AUTHORIZED BY ADA", b"authenticate(user)"] {
            assert!(!auth.may(text, 0), "{text:?}");
        }
    }

    #[test]
    fn each_form_has_its_own_beginning() {
        let connect = begin("call-connect");
        assert!(!connect.may(b"SEQUENTIAL ACCESS", 0) && !connect.may(b"connected(to, x)", 0));
        assert!(connect.may(b"new Sequelize(db, user", 4) && connect.may(b"connect(a, 'ada', x", 0));
    }

    #[test]
    fn elements_share_the_places_out_in_every_way() {
        use keysieve_rules::ByteSet;
        let element = |byte: u8, min, max| Element { set: ByteSet::of(|other| other == byte), min, max };
        let mut places = [0; 256];
        add(&mut places, &[element(b'a', 1, 2), element(b'b', 0, 1), element(b'c', 3, 3)]);
        assert_eq!(places[usize::from(b'a')], 0xFF00 | 0b1111_0011);
        assert_eq!(places[usize::from(b'b')], 0xFF00 | 0b1111_0110);
        assert_eq!(places[usize::from(b'c')], 0xFF00 | 0b1111_1110);
        // The shortest such match has four bytes, and what follows it can be anything.
        assert_eq!(places[usize::from(b'z')], 0xFF00 | 0b1111_0000);
    }
}
