//! Packs of git, put together here.

use keysieve_unpack::{Compression, Container};

use crate::packages::list;
use crate::tools::compress;

/// What git calls `hello` and a newline.
const HELLO: &str = "ce013625030ba8dba906f756967f9e9ca394464a";

const BLOB: u8 = 3;
const FROM: u8 = 6;
const FROM_NAMED: u8 = 7;

fn object(kind: u8, base: &[u8], content: &[u8]) -> Vec<u8> {
    let size = content.len();
    let mut bytes = vec![kind << 4 | (size & 15) as u8];
    let mut rest = size >> 4;
    while rest > 0 {
        *bytes.last_mut().expect("one") |= 0x80;
        bytes.push((rest & 0x7F) as u8);
        rest >>= 7;
    }
    [&bytes, base, &compress(Compression::Zlib, content)].concat()
}

fn pack(objects: &[Vec<u8>]) -> Vec<u8> {
    [&b"PACK\0\0\0\x02"[..], &(objects.len() as u32).to_be_bytes(), &objects.concat(), &[7; 20]].concat()
}

/// What makes `hello, world` and a newline from `hello` and a newline.
const WORLD: &[u8] = b"\x06\x0d\x90\x05\x07, world\x91\x05\x01";

fn id(name: &str) -> Vec<u8> {
    (0..20).map(|at| u8::from_str_radix(&name[2 * at..2 * at + 2], 16).expect("hex")).collect()
}

#[test]
fn objects_are_made_again_and_called_as_git_calls_them() {
    let base = object(BLOB, &[], b"hello\n");
    let from = object(FROM, &[base.len() as u8], WORLD);
    let named = object(FROM_NAMED, &id(HELLO), b"\x06\x06\x90\x06");
    let seen = list(Container::Pack, &pack(&[base, from, named]));
    assert_eq!(seen[0], format!("blob/{HELLO}: hello\n"));
    assert!(seen[1].ends_with(": hello, world\n"), "{}", seen[1]);
    assert_eq!(seen[2], seen[0]);
    assert_eq!(seen.len(), 3);
}

#[test]
fn what_cannot_be_made_is_named() {
    let base = object(BLOB, &[], b"hello\n");
    let elsewhere = object(FROM_NAMED, &[1; 20], WORLD);
    let seen = list(Container::Pack, &pack(&[elsewhere, base.clone()]));
    assert_eq!(seen, [format!("blob/{HELLO}: hello\n"), "? unsupported-compression".to_owned()]);
    let circle = object(FROM, &[0], WORLD);
    let seen = list(Container::Pack, &pack(&[base.clone(), circle]));
    assert_eq!(seen[1], "? archive-broken");
    let lie = object(FROM, &[base.len() as u8], b"\x06\xFF\x01\x90\x05");
    assert_eq!(list(Container::Pack, &pack(&[base, lie]))[1], "? archive-broken");
}

#[test]
fn any_damage_is_survived() {
    let base = object(BLOB, &[], b"hello\n");
    let bytes = pack(&[base.clone(), object(FROM, &[base.len() as u8], WORLD)]);
    for at in 8..bytes.len() {
        for value in 0..=255 {
            let mut damaged = bytes.clone();
            damaged[at] = value;
            list(Container::Pack, &damaged);
        }
    }
    for cut in 8..bytes.len() {
        list(Container::Pack, &bytes[..cut]);
    }
}
