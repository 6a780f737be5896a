//! Logs of every kind with secrets at awkward places, in every chunking; and a checker that knows nothing of how they are
//! found.

mod checker;
mod log;
mod places;

use std::collections::VecDeque;
use std::sync::{Arc, LazyLock};

use keysieve_engine::Engine;
use keysieve_stream::{Piece, Pieces, Redactor, Rules, Search, Searchers, Setup};
use keysieve_testkit::Random;

use self::checker::check;
use self::log::Log;
use self::places::{PLACES, TIME, awkward, decoys, key, token};

static SETUP: LazyLock<Arc<Setup>> =
    LazyLock::new(|| Arc::new(Setup::new(Arc::new(Rules::new(Engine::builtin())))));

/// Every place `rounds` times, between decoys, and private keys behind every prefix.
fn corpus(seed: u64, rounds: u64) -> Log {
    let mut log = Log::default();
    let mut random = Random::new(seed);
    for round in 0..rounds {
        for place in 0..PLACES {
            decoys(&mut log, &mut random);
            awkward(&mut log, place, seed * 10_000 + round * 100 + place as u64);
        }
        key(&mut log, &mut random, "", "\n");
        key(&mut log, &mut random, "12:00:01 app | ", "\r\n");
        key(&mut log, &mut random, &format!("{TIME} stderr F "), "\n");
        let docker = format!("\\n\",\"stream\":\"stderr\",\"time\":\"{TIME}\"}}\n");
        key(&mut log, &mut random, "{\"log\":\"", &docker);
    }
    log
}

fn redact<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut redactor = Redactor::new(Arc::clone(&SETUP));
    let mut out = Vec::new();
    for piece in pieces {
        redactor.push(piece, &mut out).expect("memory takes all");
    }
    redactor.finish(&mut out).expect("memory takes all");
    out
}

/// In pieces of up to `longest` bytes.
fn cut(text: &[u8], longest: usize, seed: u64) -> Vec<&[u8]> {
    let mut random = Random::new(seed);
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, later) = rest.split_at(rest.len().min(random.below(longest) + 1));
        pieces.push(piece);
        rest = later;
    }
    pieces
}

#[test]
fn secrets_go_and_all_else_stays_in_every_chunking() {
    let log = corpus(7, 6);
    assert!(log.secrets.len() > 300, "{}", log.secrets.len());
    for (longest, seed) in [(1 << 20, 1), (1, 2), (13, 3), (97, 4), (4_096, 5), (65_536, 6)] {
        let out = redact(cut(&log.text, longest, seed));
        assert_eq!(check(&log, &out), Ok(()), "pieces of up to {longest} bytes");
    }
    // As pipes bring it.
    assert_eq!(check(&log, &redact(log.text.chunks(65_536))), Ok(()));
    assert_eq!(check(&log, &redact(log.text.split_inclusive(|&byte| byte == b'\n'))), Ok(()));
}

#[test]
fn what_was_found_ahead_is_masked_in_turn() {
    let log = corpus(8, 6);
    for (longest, seed, least) in [(1 << 20, 1, 65_536), (65_536, 2, 4_096), (4_096, 3, 256), (300, 4, 64)] {
        let mut redactor = Redactor::new(Arc::clone(&SETUP));
        let (searchers, mut pieces) = (Searchers::new(&SETUP.rules, 3), Pieces::at_least(least));
        let mut searching: VecDeque<Search> = VecDeque::new();
        let (mut out, mut blocks) = (Vec::new(), 0);
        let mut settle = |search: Search, redactor: &mut Redactor, out: &mut Vec<u8>| {
            let block = search.wait().expect("a thread that goes on");
            redactor.push_block(block, out).expect("memory takes all");
            blocks += 1;
        };
        for piece in cut(&log.text, longest, seed) {
            pieces.buffer().extend_from_slice(piece);
            match pieces.next(Vec::new) {
                Piece::Block(block) => searching.push_back(searchers.search(block)),
                Piece::Bytes(bytes) => {
                    searching.drain(..).for_each(|search| settle(search, &mut redactor, &mut out));
                    redactor.push(&bytes, &mut out).expect("memory takes all");
                }
            }
            if searching.len() > 3 {
                let search = searching.pop_front().expect("more than three");
                settle(search, &mut redactor, &mut out);
            }
        }
        searching.drain(..).for_each(|search| settle(search, &mut redactor, &mut out));
        redactor.finish(&mut out).expect("memory takes all");
        assert_eq!(check(&log, &out), Ok(()), "pieces of up to {longest} bytes");
        assert!(blocks > 0, "pieces of up to {longest} bytes");
    }
}

#[test]
fn a_cut_at_any_byte_changes_nothing() {
    for place in (0..PLACES).filter(|&place| !matches!(place, 18 | 31 | 32)) {
        let mut log = Log::default();
        awkward(&mut log, place, 90 + place as u64);
        for at in 0..=log.text.len() {
            let (first, second) = log.text.split_at(at);
            assert_eq!(check(&log, &redact([first, second])), Ok(()), "place {place} cut at {at}");
        }
    }
}

#[test]
fn lines_of_any_length_go_through() {
    let mut log = Log::default();
    for seed in 0..4 {
        log.stays(&"words without end ".repeat(50_000));
        log.around(" token=", &token(seed), " ");
    }
    log.stays("\nnext\n");
    for longest in [1 << 20, 70_000] {
        let out = redact(cut(&log.text, longest, 1));
        assert_eq!(check(&log, &out), Ok(()), "pieces of up to {longest} bytes");
    }
}

#[test]
fn a_long_line_in_records_is_one_line() {
    let mut line = "words without end ".repeat(40_000);
    let mut log = Log::default();
    // A secret over each fifth cut between the records of 16 KiB.
    let mut tokens = Vec::new();
    for cut in (1..line.len() / 16_384).step_by(5) {
        let token = token(cut as u64);
        let at = cut * 16_384 - 11;
        line.replace_range(at..at + token.len() + 2, &format!(" {token} "));
        tokens.push(at + 1..at + 1 + token.len());
    }
    let count = line.len().div_ceil(16_384);
    for (index, record) in line.as_bytes().chunks(16_384).enumerate() {
        let tag = if index + 1 == count { 'F' } else { 'P' };
        log.stays(&format!("{TIME} stdout {tag} "));
        let (start, mut at) = (index * 16_384, 0);
        let text = std::str::from_utf8(record).expect("ASCII");
        for token in tokens.iter().filter(|token| token.start < start + text.len() && token.end > start) {
            let (from, to) = (token.start.max(start) - start, token.end.min(start + text.len()) - start);
            log.around(&text[at..from], &text[from..to], "");
            at = to;
        }
        log.stays(&format!("{}\n", &text[at..]));
    }
    for longest in [1 << 20, 9_000] {
        let out = redact(cut(&log.text, longest, 1));
        assert_eq!(check(&log, &out), Ok(()), "pieces of up to {longest} bytes");
    }
}
