//! The masks against their definition, and every implementation against the scalar one.

use keysieve_kernel::{BLOCK, Block, ByteSet, Implementation, Kernel, Stem};
use proptest::prelude::*;

fn typical_stems() -> Vec<Stem> {
    let words = [
        b"pass", b"pwd=", b"pwd_", b"secr", b"toke", b"cred", b"auth", b"api_", b"apik", b"key=", b"priv",
        b"conn", b"bear",
    ];
    let mut stems = words.map(|word| Stem::word(*word)).to_vec();
    stems.push(Stem::exact(*b"----"));
    stems.push(Stem([ByteSet::of(b":"), ByteSet::of(b"/"), ByteSet::of(b"/"), ByteSet::ANY]));
    stems.push(Stem([ByteSet::DIGITS, ByteSet::of(b":"), ByteSet::of(b"A"), ByteSet::of(b"A")]));
    stems
}

/// The masks of the whole haystack, straight from their definition; of `stem`, what it must hold at least.
fn define(stems: &[Stem], haystack: &[u8]) -> Vec<Block> {
    let byte = |at: usize| haystack.get(at).copied().unwrap_or(0);
    let word = |at: usize| byte(at).is_ascii_alphanumeric() || byte(at) == b'_';
    let token = |at: usize| word(at) || b"+/.~-".contains(&byte(at));
    let part = |at: usize| {
        let here = byte(at);
        if !here.is_ascii_alphanumeric() || at == 0 || !byte(at - 1).is_ascii_alphanumeric() {
            return here.is_ascii_alphanumeric();
        }
        let hump = !byte(at - 1).is_ascii_uppercase() || byte(at + 1).is_ascii_lowercase();
        here.is_ascii_uppercase() && hump || here.is_ascii_lowercase() && at >= 2 && byte(at - 2) == b'\\'
    };
    let mut blocks = vec![Block::default(); haystack.len().div_ceil(BLOCK)];
    for p in 0..haystack.len() {
        let block = &mut blocks[p / BLOCK];
        let start = (p..p + 16).all(token) && word(p) && (p == 0 || !word(p - 1));
        let four = [byte(p), byte(p + 1), byte(p + 2), byte(p + 3)];
        let run = (p..p + 16).all(token) && (p == 0 || !token(p - 1));
        block.start |= u64::from(start) << (p % BLOCK);
        block.run |= u64::from(run) << (p % BLOCK);
        block.stem |= u64::from(stems.iter().any(|stem| stem.matches(four))) << (p % BLOCK);
        block.token |= u64::from(token(p)) << (p % BLOCK);
        block.word |= u64::from(word(p)) << (p % BLOCK);
        block.digit |= u64::from(byte(p).is_ascii_digit()) << (p % BLOCK);
        block.part |= u64::from(part(p)) << (p % BLOCK);
        block.line |= u64::from(byte(p) == b'\n') << (p % BLOCK);
        block.escape |= u64::from(b"\\%&".contains(&byte(p))) << (p % BLOCK);
    }
    blocks
}

fn kernels(stems: &[Stem]) -> Vec<Kernel> {
    Implementation::ALL.into_iter().filter_map(|implementation| Kernel::with(implementation, stems)).collect()
}

fn scan(kernel: &Kernel, haystack: &[u8], from: usize, to: usize) -> Vec<Block> {
    let mut blocks = Vec::new();
    kernel.scan(haystack, from, to, &mut blocks);
    blocks
}

/// The bits of one mask from `from` to `to`, one by one.
fn bits(blocks: &[Block], from: usize, to: usize) -> Vec<[bool; 9]> {
    let bit = |at: usize| {
        let Block { start, run, stem, token, word, digit, part, line, escape } = blocks[at / BLOCK];
        [start, run, stem, token, word, digit, part, line, escape].map(|mask| mask >> (at % BLOCK) & 1 == 1)
    };
    (from..to).map(bit).collect()
}

/// Every haystack here has just the bytes that it holds allocated, so that a checker of memory sees a read past them.
fn exact(bytes: Vec<u8>) -> Box<[u8]> {
    bytes.into_boxed_slice()
}

fn check(stems: &[Stem], haystack: &[u8]) {
    let truth = define(stems, haystack);
    let scalar = scan(&Kernel::scalar(stems), haystack, 0, haystack.len());
    assert_eq!(scalar.len(), truth.len());
    for (found, defined) in scalar.iter().zip(&truth) {
        assert_eq!(defined.stem & !found.stem, 0, "a stem was missed");
        assert_eq!(Block { stem: 0, ..*found }, Block { stem: 0, ..*defined });
    }
    for kernel in kernels(stems) {
        assert_eq!(scan(&kernel, haystack, 0, haystack.len()), scalar, "{}", kernel.implementation());
    }
}

/// Bytes of every kind: any, those of tokens mostly, and pieces that the typical stems are made of.
fn haystacks() -> impl Strategy<Value = Vec<u8>> {
    let tokens = proptest::sample::select(&b"abcXYZ0189_+/.~-=\" \n\\%&"[..]);
    let pieces = proptest::sample::select(vec![
        "pass", "PwD=", "secret", "token", "Auth", "api_key", "-----", "://u", "12:AA", "key=", " ",
        "\u{e9}", "xK9", "\0",
    ]);
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..300),
        proptest::collection::vec(tokens, 0..300),
        proptest::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat().into_bytes()),
    ]
}

fn byte_sets() -> impl Strategy<Value = ByteSet> {
    prop_oneof![
        8 => any::<u8>().prop_map(ByteSet::either_case),
        2 => proptest::collection::vec(any::<u8>(), 0..12).prop_map(|bytes| ByteSet::of(&bytes)),
        1 => Just(ByteSet::ANY),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn every_implementation_gives_the_defined_masks(haystack in haystacks()) {
        check(&typical_stems(), &exact(haystack));
    }

    #[test]
    fn any_stems_give_the_same_superset_everywhere(
        sets in proptest::collection::vec(proptest::array::uniform4(byte_sets()), 0..40),
        haystack in haystacks(),
    ) {
        check(&sets.into_iter().map(Stem).collect::<Vec<_>>(), &exact(haystack));
    }

    #[test]
    fn a_part_has_the_masks_of_the_whole(haystack in haystacks(), cuts in any::<[proptest::sample::Index; 2]>()) {
        let haystack = exact(haystack);
        let mut cuts = cuts.map(|cut| cut.index(haystack.len() + 1));
        cuts.sort_unstable();
        let [from, to] = cuts;
        for kernel in kernels(&typical_stems()) {
            let whole = scan(&kernel, &haystack, 0, haystack.len());
            let part = scan(&kernel, &haystack, from, to);
            prop_assert_eq!(part.len(), (to - from).div_ceil(BLOCK));
            prop_assert_eq!(bits(&part, 0, to - from), bits(&whole, from, to));
            let past: usize = bits(&part, to - from, part.len() * BLOCK).concat().iter().filter(|&&bit| bit).count();
            prop_assert_eq!(past, 0, "bits past the end");
        }
    }
}

#[test]
fn every_length_and_offset_agrees() {
    let text = b"token: Zk3.9a_b-c+d/e~f0123456789 api_KEY=\"aGVsbG8gd29ybGQ\" -----BEGIN ://user:pw@ pass\xC3\xA9 12:AAH "; // keysieve:allow
    let stems = typical_stems();
    let scalar = Kernel::scalar(&stems);
    for length in 0..=300 {
        for offset in 0..text.len().min(if length % 16 < 2 { 97 } else { 7 }) {
            let haystack = exact(text.iter().copied().cycle().skip(offset).take(length).collect());
            let expected = scan(&scalar, &haystack, 0, length);
            for kernel in kernels(&stems) {
                assert_eq!(scan(&kernel, &haystack, 0, length), expected, "{length} from {offset}");
            }
        }
    }
}

#[test]
fn stems_and_tokens_are_seen_across_the_seams_of_blocks() {
    let stems = typical_stems();
    for kernel in kernels(&stems) {
        for at in 0..200 {
            let mut haystack = vec![b' '; 256];
            haystack[at..at + 4].copy_from_slice(b"PaSs");
            haystack[at + 8..at + 24].copy_from_slice(b"a123456789-b_c/~");
            let blocks = scan(&kernel, &exact(haystack), 0, 256);
            let set = |mask: fn(&Block) -> u64| -> Vec<usize> {
                (0..256).filter(|p| mask(&blocks[p / BLOCK]) >> (p % BLOCK) & 1 == 1).collect()
            };
            assert_eq!(set(|block| block.stem), [at]);
            assert_eq!(set(|block| block.start), [at + 8]);
        }
    }
}

#[test]
fn a_token_may_end_with_the_haystack_but_must_not_lack_a_byte() {
    for kernel in kernels(&[]) {
        for before in 0..140 {
            let spaces = vec![b' '; before];
            let sixteen = exact([&spaces[..], b"0123456789abcdef"].concat());
            let fifteen = &sixteen[..sixteen.len() - 1];
            let count = |haystack: &[u8]| -> u32 {
                scan(&kernel, haystack, 0, haystack.len()).iter().map(|block| block.start.count_ones()).sum()
            };
            assert_eq!((count(&sixteen), count(fifteen)), (1, 0));
        }
    }
}

#[test]
fn a_word_byte_before_the_range_forbids_a_start() {
    let haystack = b"x0123456789abcdef0 ";
    for kernel in kernels(&[]) {
        assert_eq!(scan(&kernel, haystack, 1, haystack.len())[0].start, 0);
        assert_eq!(scan(&kernel, &haystack[1..], 0, haystack.len())[0].start, 1);
    }
}

#[test]
fn an_empty_or_reversed_range_has_no_blocks() {
    for kernel in kernels(&typical_stems()) {
        let mut blocks = vec![Block::default(); 3];
        kernel.scan(b"password", 8, 100, &mut blocks);
        assert!(blocks.is_empty());
        kernel.scan(b"password", 20, 4, &mut blocks);
        assert!(blocks.is_empty());
        kernel.scan(b"", 0, 0, &mut blocks);
        assert!(blocks.is_empty());
        kernel.scan(b"password", 0, 100, &mut blocks);
        assert_eq!((blocks.len(), blocks[0].word), (1, 0xFF));
    }
}

#[test]
fn implementations_are_found_by_name() {
    assert_eq!(Kernel::available()[0], Implementation::Scalar);
    for implementation in Implementation::ALL {
        assert_eq!(Implementation::named(implementation.name()), Some(implementation));
        let made = Kernel::with(implementation, &[]);
        assert_eq!(made.is_some(), Kernel::available().contains(&implementation));
        assert!(made.is_none_or(|kernel| kernel.implementation() == implementation));
    }
    assert_eq!(Implementation::named("mmx"), None);
    assert_eq!(Some(&Kernel::new(&[]).implementation()), Kernel::available().last());
}
