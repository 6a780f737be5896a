//! Pages, and the cells in them.

use std::ops::Range;

/// A database in memory.
pub(super) struct Database<'a> {
    bytes: &'a [u8],
    page_size: usize,
    /// Bytes of a page that are its own, without what is reserved at its end.
    usable: usize,
    pub(super) encoding: Encoding,
    /// What was read of each page, as places in the file: what is left is free.
    pub(super) used: Vec<Option<Vec<Range<usize>>>>,
}

/// How text is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// A page of a tree.
pub(super) struct Page {
    /// Whether its cells are rows.
    pub(super) rows: bool,
    /// The pages below it, in their order.
    pub(super) below: Vec<u32>,
    /// The rows in it: the row's number, if it has one, and its record.
    pub(super) records: Vec<(Option<i64>, Vec<u8>)>,
}

/// What a page of a tree is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    IndexInterior,
    TableInterior,
    IndexLeaf,
    TableLeaf,
}

impl<'a> Database<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Option<Self> {
        let page_size = match u16::from_be_bytes([*bytes.get(16)?, *bytes.get(17)?]) {
            1 => 1 << 16,
            size if size.is_power_of_two() && size >= 512 => usize::from(size),
            _ => return None,
        };
        let usable = page_size - usize::from(*bytes.get(20)?);
        let encoding = match bytes.get(56..60)? {
            [0, 0, 0, 2] => Encoding::Utf16Le,
            [0, 0, 0, 3] => Encoding::Utf16Be,
            _ => Encoding::Utf8,
        };
        let pages = bytes.len().div_ceil(page_size);
        (usable >= 480).then(|| Self { bytes, page_size, usable, encoding, used: vec![None; pages] })
    }

    pub(super) const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Where a page is in the file, whole or cut off.
    pub(super) fn place(&self, index: usize) -> Range<usize> {
        let start = index * self.page_size;
        start..self.bytes.len().min(start + self.page_size)
    }

    /// A page that nobody has read yet, and none after that: so that all of it costs time in proportion to the file.
    fn claim(&mut self, number: u32) -> Option<usize> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        let used = self.used.get_mut(index)?;
        used.is_none().then(|| *used = Some(Vec::new()))?;
        Some(index)
    }

    fn uses(&mut self, index: usize, range: Range<usize>) {
        if let Some(used) = &mut self.used[index] {
            used.push(range);
        }
    }

    /// Takes a page of a tree.
    pub(super) fn page(&mut self, number: u32) -> Option<Page> {
        let index = self.claim(number)?;
        let place = self.place(index);
        let start = place.start + if index == 0 { 100 } else { 0 };
        let bytes = self.bytes;
        let kind = match bytes.get(start)? {
            2 => Kind::IndexInterior,
            5 => Kind::TableInterior,
            10 => Kind::IndexLeaf,
            13 => Kind::TableLeaf,
            // It belongs to no tree, whatever said so.
            _ => {
                self.used[index] = None;
                return None;
            }
        };
        let is_interior = matches!(kind, Kind::IndexInterior | Kind::TableInterior);
        let pointers = start + if is_interior { 12 } else { 8 };
        let count = usize::from(u16::from_be_bytes([*bytes.get(start + 3)?, *bytes.get(start + 4)?]));
        let end = (pointers + 2 * count).min(place.end);
        self.uses(index, place.start..end);
        let mut page = Page { rows: kind != Kind::TableInterior, below: Vec::new(), records: Vec::new() };
        for pointer in bytes.get(pointers..end)?.chunks_exact(2) {
            let cell = place.start + usize::from(u16::from_be_bytes([pointer[0], pointer[1]]));
            // A damaged cell is what others are not.
            let _ = self.cell(kind, index, cell, place.end, &mut page);
        }
        if is_interior {
            page.below.push(number_at(bytes, start + 8)?);
        }
        Some(page)
    }

    fn cell(&mut self, kind: Kind, index: usize, at: usize, end: usize, page: &mut Page) -> Option<()> {
        let bytes = self.bytes;
        let mut next = at;
        if matches!(kind, Kind::IndexInterior | Kind::TableInterior) {
            page.below.push(number_at(bytes, at)?);
            next += 4;
        }
        if kind == Kind::TableInterior {
            let (_, length) = varint(bytes.get(next..end)?)?;
            self.uses(index, at..next + length);
            return Some(());
        }
        let (size, length) = varint(bytes.get(next..end)?)?;
        next += length;
        let row = match kind {
            Kind::TableLeaf => {
                let (row, length) = varint(bytes.get(next..end)?)?;
                next += length;
                Some(row.cast_signed())
            }
            _ => None,
        };
        let size = usize::try_from(size).ok().filter(|size| *size <= bytes.len())?;
        let local = self.local(kind, size);
        let whole = bytes.get(next..(next + local).min(end))?;
        let mut record = whole.to_vec();
        next += whole.len();
        if local < size && whole.len() == local {
            let first = number_at(bytes, next)?;
            next += 4;
            self.overflow(first, size, &mut record);
        }
        self.uses(index, at..next);
        page.records.push((row, record));
        Some(())
    }

    /// How much of a record is in its cell.
    fn local(&self, kind: Kind, size: usize) -> usize {
        let least = (self.usable - 12) * 32 / 255 - 23;
        let most = match kind {
            Kind::TableLeaf => self.usable - 35,
            _ => (self.usable - 12) * 64 / 255 - 23,
        };
        if size <= most {
            return size;
        }
        let local = least + (size - least) % (self.usable - 4);
        if local <= most { local } else { least }
    }

    /// Appends what a record has in other pages.
    fn overflow(&mut self, first: u32, size: usize, record: &mut Vec<u8>) {
        let mut number = first;
        while record.len() < size {
            let Some(index) = self.claim(number) else { return };
            let place = self.place(index);
            let Some(next) = number_at(self.bytes, place.start) else { return };
            let from = place.start + 4;
            let to = place.end.min(from + (self.usable - 4).min(size - record.len()));
            record.extend_from_slice(self.bytes.get(from..to).unwrap_or_default());
            self.uses(index, place.start..to);
            number = next;
        }
    }

    /// Takes a tree without looking at what is in it.
    pub(super) fn pass_over(&mut self, root: u32) {
        let mut left = vec![root];
        while let Some(number) = left.pop() {
            left.extend(self.page(number).into_iter().flat_map(|page| page.below));
        }
    }
}

fn number_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// A number of one to nine bytes, and how many it has.
pub(super) fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for (at, byte) in bytes.iter().enumerate().take(8) {
        value = value << 7 | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((value, at + 1));
        }
    }
    Some((value << 8 | u64::from(*bytes.get(8)?), 9))
}
