//! Just enough of bbolt to read what containerd calls its images: a file of pages, in which trees of keys lie in one
//! another as buckets (<https://github.com/etcd-io/bbolt>, `internal/common/page.go`, `meta.go` and `bucket.go`). It may be
//! written to meanwhile: what is not as it should be is not there.

use std::cell::Cell;

const MAGIC: u32 = 0xED0C_DAED;
const VERSION: u32 = 2;
const BRANCH: u16 = 0x01;
const LEAF: u16 = 0x02;
/// A value that is a bucket.
const BUCKET: u32 = 0x01;
/// How a page begins, and an element of one.
const HEADER: usize = 16;
/// How many pages may lie above one another.
const DEEPEST: usize = 32;

/// A database in memory.
pub(crate) struct Bolt<'a> {
    bytes: &'a [u8],
    page_size: usize,
    root: u64,
    /// How many more pages are looked at: so that none that leads to itself is for ever.
    budget: Cell<usize>,
}

/// Keys and values: on a page, or in the value that it is itself.
#[derive(Clone, Copy)]
pub(crate) enum Bucket<'a> {
    Page(u64),
    Inline(&'a [u8]),
}

/// What stands under a key.
pub(crate) enum Value<'a> {
    Bytes(&'a [u8]),
    Bucket(Bucket<'a>),
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn part(bytes: &[u8], at: usize, length: u32) -> Option<&[u8]> {
    bytes.get(at..)?.get(..usize::try_from(length).ok()?)
}

/// FNV-1a, of 64 bits.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// What the first or second page says: the number of what was written last, the size of pages, the root.
fn meta(bytes: &[u8], at: usize) -> Option<(u64, usize, u64)> {
    let meta = bytes.get(at.checked_add(HEADER)?..)?.get(..64)?;
    let right =
        word(meta, 0)? == MAGIC && word(meta, 4)? == VERSION && long(meta, 56)? == checksum(&meta[..56]);
    let size = usize::try_from(word(meta, 8)?).ok().filter(|size| size.is_power_of_two() && *size >= 512)?;
    right.then_some((long(meta, 48)?, size, long(meta, 16)?))
}

impl<'a> Bolt<'a> {
    /// Opens one; `None` if it is none.
    pub(crate) fn open(bytes: &'a [u8]) -> Option<Self> {
        // Where the second one is, only the first one says, unless that was being written.
        let first = meta(bytes, 0);
        let sizes = first.map_or_else(|| (9..=16).map(|bits| 1 << bits).collect(), |(_, size, _)| vec![size]);
        let second = sizes.into_iter().find_map(|size| meta(bytes, size).filter(|meta| meta.1 == size));
        let (_, page_size, root) = first.into_iter().chain(second).max_by_key(|(number, ..)| *number)?;
        Some(Self { bytes, page_size, root, budget: Cell::new(bytes.len() / page_size + 1) })
    }

    /// What all others are in.
    pub(crate) const fn root(&self) -> Bucket<'a> {
        Bucket::Page(self.root)
    }

    /// What a bucket has under a key that leads to another one.
    pub(crate) fn bucket(&self, bucket: Bucket<'a>, key: &[u8]) -> Option<Bucket<'a>> {
        self.all(bucket)?.into_iter().find_map(|(own, value)| match value {
            Value::Bucket(inner) if own == key => Some(inner),
            _ => None,
        })
    }

    /// What a bucket holds, in the order of its keys.
    pub(crate) fn all(&self, bucket: Bucket<'a>) -> Option<Vec<(&'a [u8], Value<'a>)>> {
        let mut found = Vec::new();
        match bucket {
            Bucket::Page(page) => self.page(page, 0, &mut found)?,
            Bucket::Inline(bytes) => self.elements(bytes, 0, &mut found)?,
        }
        Some(found)
    }

    fn page(&self, page: u64, depth: usize, found: &mut Vec<(&'a [u8], Value<'a>)>) -> Option<()> {
        self.budget.set(self.budget.get().checked_sub(1)?);
        let at = usize::try_from(page).ok()?.checked_mul(self.page_size)?;
        let bytes = self.bytes.get(at..)?;
        let length = (word(bytes, 12)? as usize).checked_add(1)?.checked_mul(self.page_size)?;
        self.elements(bytes.get(..length)?, depth, found)
    }

    fn elements(&self, page: &'a [u8], depth: usize, found: &mut Vec<(&'a [u8], Value<'a>)>) -> Option<()> {
        let (flags, count) = (half(page, 8)?, usize::from(half(page, 10)?));
        for at in (0..count).map(|nth| HEADER + nth * HEADER) {
            if flags & BRANCH != 0 && depth < DEEPEST {
                self.page(long(page, at + 8)?, depth + 1, found)?;
            } else if flags & LEAF != 0 {
                let key_at = at.checked_add(word(page, at + 4)? as usize)?;
                let length = word(page, at + 8)?;
                let key = part(page, key_at, length)?;
                let value = part(page, key_at.checked_add(length as usize)?, word(page, at + 12)?)?;
                let value = match word(page, at)? & BUCKET {
                    0 => Value::Bytes(value),
                    _ => Value::Bucket(match long(value, 0)? {
                        0 => Bucket::Inline(value.get(HEADER..)?),
                        page => Bucket::Page(page),
                    }),
                };
                found.push((key, value));
            } else {
                return None;
            }
        }
        Some(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A database as bbolt writes it, with everything in inline buckets but the root.
    pub(crate) enum Tree {
        Bytes(Vec<u8>),
        Bucket(Vec<(String, Tree)>),
    }

    fn leaf(tree: &[(String, Tree)]) -> Vec<u8> {
        let (mut elements, mut data) = (Vec::new(), Vec::new());
        for (nth, (key, value)) in tree.iter().enumerate() {
            let (flags, value) = match value {
                Tree::Bytes(bytes) => (0_u32, bytes.clone()),
                Tree::Bucket(inner) => (1, [&[0; 16][..], &leaf(inner)].concat()),
            };
            let position = (tree.len() - nth) * 16 + data.len();
            for number in [flags, position as u32, key.len() as u32, value.len() as u32] {
                elements.extend_from_slice(&number.to_le_bytes());
            }
            data.extend_from_slice(key.as_bytes());
            data.extend_from_slice(&value);
        }
        let mut page = vec![0; 8];
        page.extend_from_slice(&LEAF.to_le_bytes());
        page.extend_from_slice(&(tree.len() as u16).to_le_bytes());
        page.extend_from_slice(&[0; 4]);
        [page, elements, data].concat()
    }

    pub(crate) fn database(tree: &[(String, Tree)]) -> Vec<u8> {
        const SIZE: usize = 4096;
        let meta = |number: u64, root: u64| {
            let mut meta = Vec::new();
            [MAGIC, VERSION, SIZE as u32, 0].iter().for_each(|it| meta.extend_from_slice(&it.to_le_bytes()));
            [root, 0, 0, 0, number].iter().for_each(|it: &u64| meta.extend_from_slice(&it.to_le_bytes()));
            meta.extend_from_slice(&checksum(&meta).to_le_bytes());
            let mut page = [&[0; HEADER][..], &meta].concat();
            page.resize(SIZE, 0);
            page
        };
        // The root is a branch with one leaf below it.
        let mut branch = vec![0; 8];
        branch.extend_from_slice(&BRANCH.to_le_bytes());
        branch.extend_from_slice(&[1, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0]);
        branch.extend_from_slice(&4_u64.to_le_bytes());
        branch.resize(SIZE, 0);
        let mut leaf = leaf(tree);
        let overflow = leaf.len() / SIZE;
        leaf[12..16].copy_from_slice(&(overflow as u32).to_le_bytes());
        leaf.resize((overflow + 1) * SIZE, 0);
        [meta(1, 2), meta(2, 3), vec![0xFF; SIZE], branch, leaf].concat()
    }

    fn tree() -> Vec<u8> {
        let inner = vec![("key".to_owned(), Tree::Bytes(b"value".to_vec()))];
        database(&[("a".to_owned(), Tree::Bytes(vec![7; 5000])), ("b".to_owned(), Tree::Bucket(inner))])
    }

    fn value(bytes: &[u8]) -> Option<Vec<u8>> {
        let bolt = Bolt::open(bytes)?;
        let all = bolt.all(bolt.bucket(bolt.root(), b"b")?)?;
        match all.first()? {
            (b"key", Value::Bytes(value)) => Some(value.to_vec()),
            _ => None,
        }
    }

    #[test]
    fn buckets_are_read_through_branches_and_long_pages() {
        let whole = tree();
        assert_eq!(value(&whole), Some(b"value".to_vec()));
        // The one that was written last counts, and the other one if that is damaged.
        let mut damaged = whole.clone();
        damaged[20] ^= 1;
        assert_eq!(value(&damaged), Some(b"value".to_vec()));
        damaged[4096 + 20] ^= 1;
        assert_eq!(value(&damaged), None);
    }

    #[test]
    fn what_is_damaged_is_not_there_and_ends() {
        let whole = tree();
        for length in (0..whole.len()).step_by(97) {
            let _ = value(&whole[..length]);
        }
        let mut circle = whole.clone();
        // The branch leads to itself.
        circle[3 * 4096 + 24..3 * 4096 + 32].copy_from_slice(&3_u64.to_le_bytes());
        assert_eq!(value(&circle), None);
        for at in 3 * 4096..3 * 4096 + 200 {
            let mut wrong = whole.clone();
            wrong[at] = 0xFF;
            let _ = value(&wrong);
            wrong[at + 4096] = 0xFF;
            let _ = value(&wrong);
        }
    }
}
