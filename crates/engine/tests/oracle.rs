//! The engine finds what every rule's expression finds, run one by one over the whole haystack.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keysieve_engine::{Copied, Engine, Feed, Match, Place, Scratch, Step, Traces, builtin_sources};
use keysieve_kernel::Kernel;
use keysieve_rules::{Pack, RuleFile, Strictness};
use proptest::prelude::*;

static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::builtin);

/// Without decoding, which the oracle knows nothing of.
static PLAIN: LazyLock<Engine> = LazyLock::new(|| {
    let mut engine = Engine::builtin();
    engine.set_decode_depth(0);
    engine
});

/// The rules that ask for a path.
static PLACED: LazyLock<Vec<u32>> = LazyLock::new(|| {
    let asks = |(index, rule): (u32, &keysieve_rules::Rule)| (!rule.paths.is_empty()).then_some(index);
    (0..).zip(ENGINE.rules()).filter_map(asks).collect()
});

/// Where a few of them hold, as in a file with a name: all at once would take each case a second.
fn place() -> impl Strategy<Value = Place> {
    prop::collection::vec(any::<prop::sample::Index>(), 0..6).prop_map(|picked| {
        let mut rules: Vec<u32> = picked.iter().map(|index| *index.get(&PLACED)).collect();
        rules.sort_unstable();
        rules.dedup();
        Place::of_rules(rules)
    })
}

/// What the pack's examples say, filled: texts in which something is, or nearly is, a secret.
static EXAMPLES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let texts = builtin_sources().iter().map(|source| (PathBuf::from(source.name), source.text.to_owned()));
    let pack = Pack::from_texts(texts.collect(), Strictness::Pack).expect("the pack obeys its laws");
    let mut all = Vec::new();
    for (rule, examples) in pack.rules.iter().zip(&pack.examples) {
        for example in examples.positives(&rule.info.id).expect("well-formed") {
            let secret = example.secret.expect("positives are marked");
            all.push(example.text[secret.range()].to_owned());
            all.push(example.text);
        }
        all.extend(
            examples.negatives(&rule.info.id).expect("well-formed").into_iter().map(|example| example.text),
        );
    }
    all
});

const GLUE: &[&str] = &[
    "",
    " ",
    "\n",
    "\"",
    "'",
    "=",
    ": ",
    "\\n",
    "\\\"",
    "%3D",
    "%22",
    "\\u0022",
    "\\x22",
    "\\042",
    "/",
    "-",
    "_",
    ".",
    "+",
    "~",
    "a",
    "Z9",
    "key=",
    "token: ",
    "\0",
    "\u{e9}",
    "AKIA",
    "ghp_",
    "aws ",
    "datadog_api_key=",
    "//",
    "://",
    "@",
    "%41",
    "\\u0041",
    "\\x41",
    "&#65;",
    "=3D",
    "=\n",
    "\" + \"",
    "\\\n",
    "\u{200b}",
    "\x1b[32m",
    "-----BEGIN ",
];

/// A text in one of the encodings that are undone.
fn encoded(text: &str, form: usize) -> Vec<u8> {
    let lines = |text: String| text.as_bytes().chunks(64).collect::<Vec<_>>().join(&b"\n  "[..]);
    match form {
        0 => STANDARD.encode(text).into_bytes(),
        1 => lines(STANDARD.encode(text.repeat(3))),
        2 => text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>().into_bytes(),
        _ => text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes(),
    }
}

/// Examples, cut and glued together in ways that no one would write.
fn haystack() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => any::<prop::sample::Index>().prop_map(|index| index.get(&EXAMPLES).clone().into_bytes()),
        2 => (any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(|(index, cut)| {
            let text = index.get(&EXAMPLES).as_bytes();
            text[..cut.index(text.len() + 1)].to_vec()
        }),
        6 => prop::sample::select(GLUE).prop_map(|glue| glue.as_bytes().to_vec()),
        2 => (any::<prop::sample::Index>(), 0_usize..4).prop_map(|(index, form)| encoded(&EXAMPLES[index.index(EXAMPLES.len())], form)),
        1 => "[0-9a-f]{32,41}".prop_map(String::into_bytes),
        1 => "[A-Za-z0-9_/+.~-]{16,70}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..40),
    ];
    prop::collection::vec(piece, 1..12).prop_map(|pieces| pieces.concat())
}

/// Where a match is, whose it is, and what stands behind its encodings.
type Key = (usize, usize, u32, usize, usize, Vec<u8>);

fn key(found: &Match) -> Key {
    (found.span.start, found.span.end, found.rule, found.secret.start, found.secret.end, Vec::new())
}

fn explain(engine: &Engine, haystack: &[u8], found: &[Key]) -> Vec<String> {
    let line = |at: &Key| {
        let decoded = at.5.escape_ascii();
        format!(
            "{} at {}, {:?} {decoded}",
            engine.rule(at.2).info.id,
            at.0,
            haystack[at.0..at.1].escape_ascii().to_string()
        )
    };
    found.iter().map(line).collect()
}

fn with(key: Key, decoded: Vec<u8>) -> Key {
    (key.0, key.1, key.2, key.3, key.4, decoded)
}

/// An engine with a user's rules.
fn linked(rules: &str) -> Engine {
    let file = RuleFile::parse(Path::new("acme.toml"), rules, Strictness::User).expect("good rules");
    Engine::new(file.rules).expect("links")
}

fn scanned(engine: &Engine, place: &Place, haystack: &[u8]) -> Vec<Key> {
    let (mut all, mut scratch) = (Vec::new(), Scratch::new(engine));
    let _ = engine.scan_at(place, haystack, &mut scratch, |found| {
        all.push(found);
        ControlFlow::Continue(())
    });
    let decoded = |found: &Match| scratch.decoded(found).unwrap_or_default().to_vec();
    all.iter().map(|found| with(key(found), decoded(found))).collect()
}

fn same(engine: &Engine, place: &Place, haystack: &[u8]) -> Result<(), TestCaseError> {
    let scanned = scanned(engine, place, haystack);
    let oracle: Vec<_> = engine.oracle_at(place, haystack).iter().map(key).collect();
    let missed: Vec<_> = oracle.iter().filter(|found| !scanned.contains(found)).cloned().collect();
    let extra: Vec<_> = scanned.iter().filter(|found| !oracle.contains(found)).cloned().collect();
    let (missed, extra) = (explain(engine, haystack, &missed), explain(engine, haystack, &extra));
    prop_assert!(missed.is_empty() && extra.is_empty(), "missed {missed:#?}, extra {extra:#?}");
    prop_assert_eq!(scanned, oracle);
    Ok(())
}

fn keys(step: &Step<'_>) -> impl Iterator<Item = Key> {
    let decoded = |found: &Match| found.decoded.map(|decoded| step.decoded[decoded.secret.range()].to_vec());
    step.matches.iter().map(move |found| with(key(found), decoded(found).unwrap_or_default()))
}

/// A part of the next version: one that the last one has, or a new one.
#[derive(Clone, Debug)]
enum Part {
    Kept(prop::sample::Index, prop::sample::Index),
    New(Vec<u8>),
}

/// How a version is made of the one before it.
fn edit() -> impl Strategy<Value = Vec<Part>> {
    let kept = || {
        (any::<prop::sample::Index>(), any::<prop::sample::Index>())
            .prop_map(|(from, to)| Part::Kept(from, to))
    };
    let new = prop_oneof![
        haystack().prop_map(Part::New),
        prop::sample::select(GLUE).prop_map(|glue| Part::New(glue.as_bytes().to_vec())),
    ];
    prop::collection::vec(prop_oneof![3 => kept(), 2 => new], 1..6)
}

/// The next version, and what it has of the last one. Half of all edits leave most of the text as it is, in its order.
fn edited(last: &[u8], parts: &[Part], in_order: bool) -> (Vec<u8>, Vec<Copied>) {
    let (mut next, mut copied, mut done) = (Vec::new(), Vec::new(), 0);
    for (number, part) in parts.iter().enumerate() {
        match part {
            Part::Kept(from, to) => {
                let (mut from, mut to) = (from.index(last.len() + 1), to.index(last.len() + 1));
                if in_order {
                    from = done + from % 40.min(last.len() - done + 1);
                    to = if number + 1 == parts.len() { last.len() } else { to.max(from) };
                    done = to;
                }
                if from < to {
                    copied.push(Copied { from, to: next.len(), length: to - from });
                    next.extend_from_slice(&last[from..to]);
                }
            }
            Part::New(text) => next.extend_from_slice(text),
        }
    }
    (next, copied)
}

/// The matches in a version of which most was seen before.
fn version(place: &Place, haystack: &[u8], base: Option<(&Traces, &[Copied])>) -> (Vec<Key>, Option<Traces>) {
    let (mut feed, mut scratch, mut all) = (Feed::at(place.clone()), Scratch::new(&ENGINE), Vec::new());
    let traces = feed.version(&ENGINE, haystack, base, &mut scratch, |step| all.extend(keys(&step)));
    (all, traces)
}

fn fed(engine: &Engine, place: &Place, haystack: &[u8], cuts: &[usize]) -> Vec<Key> {
    let (mut feed, mut scratch, mut all) = (Feed::at(place.clone()), Scratch::new(engine), Vec::new());
    let mut from = 0;
    for &cut in cuts.iter().chain([&haystack.len()]) {
        let last = cut == haystack.len();
        feed.window(engine, &haystack[from..cut], last, &mut scratch, |step| {
            let base = usize::try_from(step.base).expect("small");
            all.extend(keys(&step).map(|(start, end, rule, secret, secret_end, decoded)| {
                (start + base, end + base, rule, secret + base, secret_end + base, decoded)
            }));
        });
        from = cut;
        if last {
            break;
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_finds_what_the_oracle_finds(haystack in haystack(), place in place()) {
        same(&PLAIN, &place, &haystack)?;
    }

    #[test]
    fn windows_change_nothing(pieces in prop::collection::vec(haystack(), 1..4), gap in 0_usize..90_000, cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20), place in place()) {
        let haystack = pieces.join(&vec![b'.'; gap][..]);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(haystack.len() + 1)).collect();
        cuts.retain(|&cut| cut < haystack.len());
        cuts.sort_unstable();
        let (mut fed, mut scanned) = (fed(&ENGINE, &place, &haystack, &cuts), scanned(&ENGINE, &place, &haystack));
        // What stands behind encodings may come before what starts before it.
        fed.sort();
        scanned.sort();
        let missed: Vec<_> = scanned.iter().filter(|found| !fed.contains(found)).cloned().collect();
        let extra: Vec<_> = fed.iter().filter(|found| !scanned.contains(found)).cloned().collect();
        let (missed, extra) = (explain(&ENGINE, &haystack, &missed), explain(&ENGINE, &haystack, &extra));
        prop_assert!(missed.is_empty() && extra.is_empty(), "missed {missed:#?}, extra {extra:#?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn a_version_shows_the_same_if_only_what_is_new_in_it_is_scanned(
        pieces in prop::collection::vec(haystack(), 2..8),
        gap in 0_usize..3000,
        filler in prop::sample::select(&["\n", "word = other(word);\n", "key: v\n", "aB3/"][..]),
        edits in prop::collection::vec((edit(), any::<bool>()), 1..5),
        place in place(),
    ) {
        let mut haystack = pieces.join(&filler.repeat(gap / filler.len()).into_bytes()[..]);
        let (mut found, mut traces) = version(&place, &haystack, None);
        prop_assert_eq!(&found, &scanned(&ENGINE, &place, &haystack));
        for (parts, in_order) in edits {
            let (next, copied) = edited(&haystack, &parts, in_order);
            let base = traces.as_ref().map(|traces| (traces, &copied[..]));
            (found, traces) = version(&place, &next, base);
            let whole = scanned(&ENGINE, &place, &next);
            let missed: Vec<_> = whole.iter().filter(|it| !found.contains(it)).cloned().collect();
            let extra: Vec<_> = found.iter().filter(|it| !whole.contains(it)).cloned().collect();
            let (missed, extra) = (explain(&ENGINE, &next, &missed), explain(&ENGINE, &next, &extra));
            prop_assert!(missed.is_empty() && extra.is_empty(), "missed {missed:#?}, extra {extra:#?}, {copied:?}");
            prop_assert_eq!(&found, &whole);
            haystack = next;
        }
    }
}

proptest! {
    // Few, because the oracle takes its time over so many bytes.
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_stands_at_the_seams_of_chunks_is_found(haystack in haystack(), at in 65_400_usize..65_600, fill in prop::sample::select(&[b' ', b'='][..])) {
        let mut padded = vec![fill; at];
        padded.extend_from_slice(&haystack);
        same(&PLAIN, &Place::nowhere(), &padded)?;
    }
}

#[test]
fn every_kernel_finds_the_same() {
    let text = EXAMPLES.join("\n");
    let wanted = scanned(&ENGINE, &Place::nowhere(), text.as_bytes());
    assert!(wanted.len() > 100);
    for implementation in Kernel::available() {
        let engine = Engine::with_kernel(Engine::builtin_rules(), Some(implementation)).expect("links");
        assert_eq!(engine.kernel(), implementation);
        assert_eq!(scanned(&engine, &Place::nowhere(), text.as_bytes()), wanted, "{implementation}");
    }
}

#[test]
fn every_example_after_an_escape_is_as_the_oracle_says() {
    // One escape for each, in turn: the oracle takes its time over every rule.
    let escapes = ["\\n", "%3D", "\\u0022", "\\x3d", "\\042", "x", "_", "-"];
    for (text, before) in EXAMPLES.iter().zip(escapes.into_iter().cycle()) {
        let text = format!("{before}{text}");
        same(&PLAIN, &Place::nowhere(), text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn all_examples_together_are_as_the_oracle_says() {
    let text = EXAMPLES.join("\n");
    same(&PLAIN, &Place::of_rules(PLACED.clone()), text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
}

/// What the kernel marks and what follows an escape sequence are found in the order of their places: of two tokens of one
/// rule the earlier must not be taken for one that was passed.
#[test]
fn a_token_behind_an_escape_is_found_before_another_of_its_rule() {
    let rule = r"
[[rule]]
id = 'acme-token'
regex = '\b(?P<secret>acmetk_[a-z]{16})\b'
";
    let mut engine = linked(rule);
    engine.set_decode_depth(0);
    let token = |from: usize| format!("acmetk_{}", &"qwrtypsdfghjklzxcvbnm"[from..from + 16]);
    for blanks in 0..80 {
        let text = format!("{}\\n{} {} \\x22{}", " ".repeat(blanks), token(0), token(2), token(5));
        let mut scratch = Scratch::new(&engine);
        let mut found = Vec::new();
        let _ = engine.scan(text.as_bytes(), &mut scratch, |hit| {
            found.push(text[hit.secret.range()].to_owned());
            ControlFlow::Continue(())
        });
        assert_eq!(found, [token(0), token(2), token(5)], "{blanks}");
    }
}

/// Other tools have words that stand anywhere in a file with a match.
#[test]
fn the_words_of_another_tools_rule_are_not_in_its_match() {
    let rule = r"
[[rule]]
id = 'acme-token'
regex = 'zq_(?P<secret>[a-z]{20})'
search = true
keywords = ['acme']
path = '**'
placeholders = 'keep'
";
    let engine = linked(rule);
    let place = Place::of_rules(vec![0]);
    let text = |name: &str| format!("# {name}\n{}\nid: zq_qwrtypsdfghjklzxcvbn\n", "-- \n".repeat(2_000));
    assert_eq!(scanned(&engine, &place, text("acme").as_bytes()).len(), 1);
    assert_eq!(scanned(&engine, &place, text("none").as_bytes()).len(), 0);
    // In a version of an object the words may stand in what was copied.
    let (old, new) = (text("acme").replace("zq_", "xx_"), text("acme"));
    let copied = [Copied { from: 0, to: 0, length: 7_900 }];
    let mut scratch = Scratch::new(&engine);
    let traces = Feed::at(place.clone()).version(&engine, old.as_bytes(), None, &mut scratch, |_| {});
    let base = traces.as_ref().map(|traces| (traces, &copied[..]));
    let mut found = 0;
    Feed::at(place).version(&engine, new.as_bytes(), base, &mut scratch, |step| found = step.matches.len());
    assert_eq!(found, 1);
}
