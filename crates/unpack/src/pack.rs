//! Packs of git (`gitformat-pack(5)`): a repository that somebody copied has its whole history in them.
//!
//! Most objects are stored as what makes them from another one, so all of them are made again, each as it was.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::Arc;

use sha1::{Digest, Sha1};

use crate::codec::Codec;
use crate::{Budget, Compression, Expanded, Input, Inside, Trouble, whole};

/// How one of the versions that there are begins.
pub(crate) const MAGIC: [&[u8]; 2] = [b"PACK\0\0\0\x02", b"PACK\0\0\0\x03"];

/// The largest object that others are made from, and how much of objects is kept for that.
const LARGEST: u64 = 32 << 20;
const KEPT: usize = 32 << 20;

/// Hands over the objects of a pack, each named by its kind and what git calls it.
pub(crate) fn open<R: Read>(
    input: &mut Input<R>,
    budget: &Budget,
    inside: &mut dyn Inside,
) -> ControlFlow<()> {
    whole::open(input, "a git pack", budget, inside, |bytes, inside| Pack::new(bytes, budget).objects(inside))
}

/// What an object is.
type Kind = &'static str;

/// An object as it was.
type Object = (Kind, Arc<[u8]>);

/// How an object is stored.
enum Stored {
    Whole(Kind),
    /// It is made from the one that begins there.
    From(usize),
    /// It is made from the one of this name.
    FromNamed([u8; 20]),
}

/// The header of an object.
struct Header {
    stored: Stored,
    size: u64,
    /// Where its data begins.
    data: usize,
}

struct Pack<'a> {
    bytes: &'a [u8],
    budget: &'a Budget,
    codec: Codec,
    made: u64,
    /// Where the objects begin that have been made.
    places: HashMap<[u8; 20], usize>,
    /// Some of them, in the order in which they were made.
    kept: HashMap<usize, Object>,
    order: VecDeque<usize>,
    kept_bytes: usize,
}

impl<'a> Pack<'a> {
    fn new(bytes: &'a [u8], budget: &'a Budget) -> Self {
        let codec = Codec::zlib();
        let (places, kept, order) = (HashMap::new(), HashMap::new(), VecDeque::new());
        Self { bytes, budget, codec, made: 0, places, kept, order, kept_bytes: 0 }
    }

    fn objects(mut self, inside: &mut dyn Inside) -> ControlFlow<()> {
        let count = self
            .bytes
            .get(8..12)
            .map_or(0, |count| count.iter().fold(0, |all, byte| all << 8 | u32::from(*byte)));
        let (mut at, mut lost) = (12, 0_u64);
        for _ in 0..count {
            if let Err(trouble) = self.budget.entry() {
                inside.skipped(None, trouble.0);
                return ControlFlow::Continue(());
            }
            // Behind damage, nothing says where the next one begins.
            let (object, end) = match self.large(at, inside).unwrap_or_else(|| self.next(at)) {
                Ok(next) => next,
                Err(trouble) => {
                    inside.skipped(None, trouble.0);
                    return inside.loose(at as u64, &mut &self.bytes[at.min(self.bytes.len())..]);
                }
            };
            match object {
                Some((_, content)) if content.is_empty() => {}
                Some((kind, content)) => {
                    let id = name(kind, &content);
                    self.places.insert(id, at);
                    let hex: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
                    inside.entry(Some(format!("{kind}/{hex}").as_bytes()), &mut &*content)?;
                    self.keep(at, (kind, content));
                }
                None => lost += 1,
            }
            at = end;
        }
        if lost > 0 {
            let why = format!("{lost} objects of the pack are made from what is not in it, or are too large");
            inside.skipped(None, Trouble::unsupported(why).0);
        }
        ControlFlow::Continue(())
    }

    /// Hands over an object that is stored whole and too large to be kept, as it comes.
    fn large(&self, at: usize, inside: &mut dyn Inside) -> Option<Result<(Option<Object>, usize), Trouble>> {
        let Header { stored: Stored::Whole(kind), size, data } = self.header(at)? else { return None };
        let content = self.bytes.get(data..).filter(|_| size > LARGEST)?;
        let mut content = Expanded::new(Compression::Zlib, Input::new(content), self.budget.clone());
        let name = format!("{kind}/at {at}");
        let _ = inside.entry(Some(name.as_bytes()), &mut content);
        Some(match io::copy(&mut content, &mut io::sink()) {
            Ok(_) => {
                let end = data + usize::try_from(content.input().position()).unwrap_or(usize::MAX);
                Ok((Some((kind, Arc::default())), end))
            }
            Err(error) => Err(Trouble::of(&error)),
        })
    }

    /// Makes the object that begins somewhere, if that is possible, and says where it ends.
    fn next(&mut self, at: usize) -> Result<(Option<Object>, usize), Trouble> {
        let header = self.header(at).ok_or_else(damaged)?;
        let (data, end) = self.inflate(&header)?;
        let Some(data) = data else { return Ok((None, end)) };
        let base = match header.stored {
            Stored::Whole(kind) => return Ok((Some((kind, data.into())), end)),
            Stored::From(base) => self.object(base)?,
            Stored::FromNamed(name) => match self.places.get(&name) {
                Some(&base) => self.object(base)?,
                None => None,
            },
        };
        let Some((kind, base)) = base else { return Ok((None, end)) };
        Ok((Some((kind, self.apply(&base, &data)?.into())), end))
    }

    /// The object that begins somewhere, made again if it was not kept.
    fn object(&mut self, at: usize) -> Result<Option<Object>, Trouble> {
        let (mut deltas, mut next) = (Vec::new(), at);
        let (kind, mut content) = loop {
            if let Some(object) = self.kept.get(&next) {
                break object.clone();
            }
            let header = self.header(next).ok_or_else(damaged)?;
            let (Some(data), _) = self.inflate(&header)? else { return Ok(None) };
            match header.stored {
                Stored::Whole(kind) => break (kind, data.into()),
                Stored::From(base) => next = base,
                Stored::FromNamed(name) => match self.places.get(&name) {
                    // Each comes before what is made from it, so this ends.
                    Some(&base) if base < next => next = base,
                    _ => return Ok(None),
                },
            }
            deltas.push(data);
            if deltas.iter().map(Vec::len).sum::<usize>() > KEPT {
                return Ok(None);
            }
        };
        while let Some(delta) = deltas.pop() {
            content = self.apply(&content, &delta)?.into();
        }
        let object = (kind, content);
        self.keep(at, object.clone());
        Ok(Some(object))
    }

    fn keep(&mut self, at: usize, object: Object) {
        self.kept_bytes += object.1.len();
        if let Some(same) = self.kept.insert(at, object) {
            self.kept_bytes -= same.1.len();
        } else {
            self.order.push_back(at);
        }
        while self.kept_bytes > KEPT {
            let Some(first) = self.order.pop_front() else { return };
            self.kept_bytes -= self.kept.remove(&first).map_or(0, |object| object.1.len());
        }
    }

    fn header(&self, at: usize) -> Option<Header> {
        let mut next = at;
        let mut byte = || {
            let byte = self.bytes.get(next).copied();
            next += 1;
            byte
        };
        let first = byte()?;
        let (mut size, mut shift, mut last) = (u64::from(first & 0x0F), 4, first);
        while last & 0x80 != 0 {
            last = byte()?;
            size |= u64::from(last & 0x7F).checked_shl(shift)?;
            shift += 7;
        }
        let stored = match first >> 4 & 7 {
            1 => Stored::Whole("commit"),
            2 => Stored::Whole("tree"),
            3 => Stored::Whole("blob"),
            4 => Stored::Whole("tag"),
            6 => {
                let mut last = byte()?;
                let mut back = usize::from(last & 0x7F);
                while last & 0x80 != 0 {
                    last = byte()?;
                    back = back.checked_add(1)?.checked_mul(128)? + usize::from(last & 0x7F);
                }
                Stored::From(at.checked_sub(back).filter(|base| *base < at && *base >= 12)?)
            }
            7 => {
                let name = *self.bytes.get(next..)?.first_chunk()?;
                next += 20;
                Stored::FromNamed(name)
            }
            _ => return None,
        };
        Some(Header { stored, size, data: next })
    }

    /// What is stored of an object, unless it is too large, and where that ends.
    fn inflate(&mut self, header: &Header) -> Result<(Option<Vec<u8>>, usize), Trouble> {
        self.codec.again_zlib();
        let fits = header.size <= LARGEST;
        let mut out = vec![0; usize::try_from(header.size.min(64 << 10)).unwrap_or(0).max(64)];
        let (mut at, mut filled, mut made) = (header.data, 0, 0);
        loop {
            let step = self.codec.step(self.bytes.get(at..).unwrap_or_default(), &mut out[filled..])?;
            at += step.used;
            filled += step.made;
            self.budget.made(self.bytes.len() as u64, self.made, step.made as u64)?;
            self.made += step.made as u64;
            made += step.made as u64;
            if step.ended {
                break;
            }
            if step.damaged || step.used == 0 && step.made == 0 || made > header.size {
                return Err(damaged());
            }
            if !fits {
                filled = 0;
            } else if filled == out.len() {
                out.resize(out.len() * 2, 0);
            }
        }
        if made != header.size {
            return Err(damaged());
        }
        out.truncate(filled);
        Ok((fits.then_some(out), at))
    }

    /// Makes an object from another one.
    fn apply(&mut self, base: &[u8], delta: &[u8]) -> Result<Vec<u8>, Trouble> {
        let made = applied(base, delta).ok_or_else(damaged)?;
        self.budget.made(self.bytes.len() as u64, self.made, made.len() as u64)?;
        self.made += made.len() as u64;
        Ok(made)
    }
}

fn damaged() -> Trouble {
    Trouble::broken("the git pack is damaged")
}

/// What git calls an object.
fn name(kind: Kind, content: &[u8]) -> [u8; 20] {
    let mut hasher = Sha1::new();
    hasher.update(format!("{kind} {}\0", content.len()));
    hasher.update(content);
    hasher.finalize().into()
}

fn applied(base: &[u8], mut delta: &[u8]) -> Option<Vec<u8>> {
    let (base_size, size) = (size(&mut delta)?, size(&mut delta)?);
    if base_size != base.len() as u64 || size > LARGEST {
        return None;
    }
    let size = usize::try_from(size).ok()?;
    let mut made = Vec::with_capacity(size.min(base.len() + delta.len()));
    while let Some(first) = byte(&mut delta) {
        if first & 0x80 == 0 {
            // So many bytes that are new. None at all is reserved.
            let (new, rest) =
                delta.split_at_checked(usize::from(first)).filter(|(new, _)| !new.is_empty())?;
            made.extend_from_slice(new);
            delta = rest;
        } else {
            let mut number = |bits: u8, shift: u8| {
                let mut number = 0_usize;
                for at in 0..bits {
                    if first >> (shift + at) & 1 == 1 {
                        number |= usize::from(byte(&mut delta)?) << (8 * at);
                    }
                }
                Some(number)
            };
            let (from, length) = (number(4, 0)?, number(3, 4)?);
            let length = if length == 0 { 0x1_0000 } else { length };
            made.extend_from_slice(base.get(from..from.checked_add(length)?)?);
        }
        if made.len() > size {
            return None;
        }
    }
    (made.len() == size).then_some(made)
}

fn byte(bytes: &mut &[u8]) -> Option<u8> {
    let (first, rest) = bytes.split_first()?;
    *bytes = rest;
    Some(*first)
}

fn size(bytes: &mut &[u8]) -> Option<u64> {
    let (mut size, mut shift) = (0, 0);
    loop {
        let next = byte(bytes)?;
        size |= u64::from(next & 0x7F).checked_shl(shift)?;
        shift += 7;
        if next & 0x80 == 0 {
            return Some(size);
        }
    }
}
