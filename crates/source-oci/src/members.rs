//! Where in an archive on disk its members are, so that each can be opened by itself.
//!
//! Archives of images are written by few programs, so this knows what those write: ustar, GNU's long names, pax
//! records. An archive that is anything else, or damaged, is read from its start to its end instead.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

const BLOCK: u64 = 512;

/// The longest name or set of records.
const LONGEST: u64 = 1 << 20;

/// The most members that an archive of an image has.
const MOST: usize = 200_000;

/// How many links are followed to a member.
const LINKS: usize = 8;

/// The members of an archive by name.
#[derive(Debug, Default)]
pub(crate) struct Members {
    files: HashMap<String, (u64, u64)>,
    links: HashMap<String, String>,
}

impl Members {
    /// Reads the headers; none if it is no archive, or not a plain one.
    pub(crate) fn of(file: &mut File) -> io::Result<Option<Self>> {
        let size = file.seek(SeekFrom::End(0))?;
        let mut members = Self::default();
        let (mut at, mut ahead) = (0, Ahead::default());
        let mut block = [0; BLOCK as usize];
        while at + BLOCK <= size {
            file.seek(SeekFrom::Start(at))?;
            file.read_exact(&mut block)?;
            at += BLOCK;
            if block.iter().all(|byte| *byte == 0) {
                continue;
            }
            let Some(length) = checked(&block).then(|| number(&block[124..136])).flatten() else {
                return Ok(None);
            };
            let length =
                ahead.size.filter(|_| !matches!(block[156], b'x' | b'g' | b'L' | b'K')).unwrap_or(length);
            if at.checked_add(length).is_none_or(|end| end > size) || members.files.len() > MOST {
                return Ok(None);
            }
            match block[156] {
                b'L' | b'K' | b'x' | b'g' => {
                    if length > LONGEST {
                        return Ok(None);
                    }
                    let mut record = vec![0; usize::try_from(length).unwrap_or_default()];
                    file.read_exact(&mut record)?;
                    ahead.take(block[156], &record);
                }
                kind => {
                    let name = ahead.path.take().unwrap_or_else(|| name(&block));
                    let link = ahead.link.take().unwrap_or_else(|| text(&block[157..257]));
                    ahead = Ahead::default();
                    match kind {
                        b'1' | b'2' => drop(members.links.insert(plain(&name), link)),
                        b'0' | 0 | b'7' => drop(members.files.insert(plain(&name), (at, length))),
                        b'S' => return Ok(None),
                        _ => {}
                    }
                }
            }
            at += length.div_ceil(BLOCK) * BLOCK;
        }
        Ok((!members.files.is_empty()).then_some(members))
    }

    /// Where a member begins, and its size. Older archives of Docker have links from one image's layer to another's.
    pub(crate) fn find(&self, name: &str) -> Option<(u64, u64)> {
        let mut name = plain(name);
        for _ in 0..LINKS {
            if let Some(found) = self.files.get(&name) {
                return Some(*found);
            }
            let target = self.links.get(&name)?;
            let directory = name.rsplit_once('/').map_or("", |(directory, _)| directory);
            // A symbolic link starts in its directory, a hard link at the top.
            let beside = plain(&format!("{directory}/{target}"));
            name = if self.files.contains_key(&beside) || self.links.contains_key(&beside) {
                beside
            } else {
                plain(target)
            };
        }
        None
    }
}

#[derive(Default)]
struct Ahead {
    path: Option<String>,
    link: Option<String>,
    size: Option<u64>,
}

impl Ahead {
    fn take(&mut self, kind: u8, record: &[u8]) {
        match kind {
            b'L' => self.path = Some(text(record)),
            b'K' => self.link = Some(text(record)),
            b'x' => {
                let mut rest = record;
                while let Some((key, value, after)) = pax(rest) {
                    match key {
                        b"path" => self.path = Some(String::from_utf8_lossy(value).into_owned()),
                        b"linkpath" => self.link = Some(String::from_utf8_lossy(value).into_owned()),
                        b"size" => {
                            self.size = std::str::from_utf8(value).ok().and_then(|size| size.parse().ok())
                        }
                        _ => {}
                    }
                    rest = after;
                }
            }
            _ => {}
        }
    }
}

/// One record, `LENGTH KEY=VALUE\n`, and what follows it (POSIX, `pax`).
fn pax(records: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let blank = records.iter().position(|byte| *byte == b' ')?;
    let length: usize = std::str::from_utf8(&records[..blank]).ok()?.parse().ok()?;
    let record = records.get(blank + 1..length)?;
    let record = record.strip_suffix(b"\n")?;
    let equals = record.iter().position(|byte| *byte == b'=')?;
    Some((&record[..equals], &record[equals + 1..], &records[length..]))
}

fn checked(block: &[u8; BLOCK as usize]) -> bool {
    let sum: u64 = block[..148].iter().chain(&block[156..]).map(|byte| u64::from(*byte)).sum();
    number(&block[148..156]) == Some(sum + 8 * 32)
}

/// A number in octal, or in base 256 where its first bit is set.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let (high, low) = field.split_at(field.len() - 8);
        // The checksum has no room for one.
        let (first, high) = high.split_first()?;
        (*first == 0x80 && high.iter().all(|byte| *byte == 0)).then_some(())?;
        return low.try_into().ok().map(u64::from_be_bytes);
    }
    let digits = text(field);
    let digits = digits.trim();
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

fn name(block: &[u8; BLOCK as usize]) -> String {
    let name = text(&block[..100]);
    let prefix = if &block[257..262] == b"ustar" { text(&block[345..500]) } else { String::new() };
    if prefix.is_empty() { name } else { format!("{prefix}/{name}") }
}

/// Up to the first NUL.
fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

/// A member's name as it is asked for.
fn plain(name: &str) -> String {
    String::from_utf8_lossy(&crate::overlay::clean(name.as_bytes())).into_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn members(bytes: &[u8]) -> Option<Members> {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).expect("written");
        Members::of(&mut file).expect("read")
    }

    #[test]
    fn what_is_no_plain_archive_has_no_members() {
        assert!(members(b"").is_none());
        for byte in [0x00, 0x1f, 0x80, 0xff] {
            assert!(members(&vec![byte; 4096]).is_none(), "{byte}");
        }
    }

    #[test]
    fn links_lead_to_members_and_never_round_in_circles() {
        let mut members = Members::default();
        members.files.insert("a/layer.tar".to_owned(), (512, 7));
        members.links.insert("b/layer.tar".to_owned(), "../a/layer.tar".to_owned());
        members.links.insert("x".to_owned(), "y".to_owned());
        members.links.insert("y".to_owned(), "x".to_owned());
        assert_eq!(members.find("./b/layer.tar"), Some((512, 7)));
        assert_eq!(members.find("x"), None);
        assert_eq!(members.find("z"), None);
    }

    #[test]
    fn numbers_are_octal_or_binary() {
        assert_eq!(number(b"0000644\0"), Some(0o644));
        assert_eq!(number(b"        "), Some(0));
        assert_eq!(number(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]), Some(256));
        assert_eq!(number(&[0x80; 8]), None);
        assert_eq!(number(b"9999999\0"), None);
    }
}
