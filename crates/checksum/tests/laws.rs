//! What holds of every checksum.

use keysieve_checksum::Checksum;
use proptest::prelude::*;

/// A generator good enough for tests: Knuth's MMIX constants.
fn source(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state
    }
}

fn token() -> impl Strategy<Value = (Checksum, &'static str, String)> {
    (proptest::sample::select(Checksum::ALL), any::<u64>(), any::<prop::sample::Index>()).prop_map(
        |(checksum, seed, index)| {
            let prefix = checksum.prefixes()[index.index(checksum.prefixes().len())];
            (checksum, prefix, checksum.generate(prefix, &mut source(seed)))
        },
    )
}

proptest! {
    #[test]
    fn what_is_generated_verifies((checksum, prefix, token) in token()) {
        prop_assert!(token.starts_with(prefix));
        prop_assert!(checksum.verify(token.as_bytes()));
    }

    #[test]
    fn one_changed_byte_after_the_prefix_fails(
        (checksum, prefix, token) in token(),
        index in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = token.into_bytes();
        let at = prefix.len() + index.index(bytes.len() - prefix.len());
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        prop_assert!(!checksum.verify(&bytes));
    }

    #[test]
    fn a_longer_or_shorter_token_fails((checksum, _, token) in token(), byte in any::<u8>()) {
        let bytes = token.into_bytes();
        prop_assert!(!checksum.verify(&bytes[..bytes.len() - 1]));
        prop_assert!(!checksum.verify(&[&bytes[..], &[byte]].concat()));
    }

    #[test]
    fn no_input_panics(checksum in proptest::sample::select(Checksum::ALL), token in prop::collection::vec(any::<u8>(), 0..64)) {
        prop_assert!(!checksum.verify(&token));
    }
}

#[test]
fn names_are_unique_and_read_back() {
    for &checksum in Checksum::ALL {
        assert_eq!(Checksum::by_name(checksum.name()), Some(checksum));
    }
    assert_eq!(Checksum::by_name("luhn"), None);
}

// The expected checksums were computed with zlib and independent base conversions.
#[test]
fn checksums_are_those_of_an_independent_implementation() {
    let github = Checksum::GithubCrc32.complete("ghp_", &"a".repeat(30));
    assert_eq!(github, format!("ghp_{}1yLcDB", "a".repeat(30)));
    let grafana = Checksum::GrafanaCrc32.complete("glsa_", &"a".repeat(32));
    assert_eq!(grafana, format!("glsa_{}_b1a40a94", "a".repeat(32)));
    let gitlab = Checksum::GitlabRoutable.complete("glpat-", &"a".repeat(40));
    assert_eq!(gitlab, format!("glpat-{}.01.140kzirz1", "a".repeat(40)));
}

#[test]
fn the_prefix_of_another_provider_fails() {
    let body = "b".repeat(30);
    assert!(!Checksum::NpmCrc32.verify(Checksum::GithubCrc32.complete("ghp_", &body).as_bytes()));
    assert!(!Checksum::GithubCrc32.verify(Checksum::GithubCrc32.complete("ghx_", &body).as_bytes()));
}
