//! Which tags of a repository are scanned.

use keysieve_source_oci::{Credentials, Tags};
use keysieve_testkit::{ImageLayer, TestImage, TestLayout};

use crate::real::{Registry, tools};
use crate::{options, scan};

#[test]
fn tags_are_chosen_by_their_names_and_by_when_their_images_were_made() {
    if !tools() {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let registry = Registry::start(directory.path(), "plain", "", "");
    for (tag, made) in [
        ("v1.0", Some("2024-01-01T00:00:00Z")),
        ("v1.1", Some("2025-05-05T01:02:03.4Z")),
        ("v2.0", Some("2026-01-01T00:00:00Z")),
        ("nightly", None),
    ] {
        let mut image = TestImage::new("linux", "amd64").layer(ImageLayer::new("COPY a /").file(tag, "text"));
        if let Some(made) = made {
            image.config["created"] = made.into();
        }
        registry.push_as(&TestLayout::default().image("v1", &image), tag);
    }
    let seen = |all, patterns: &[&str], newer: Option<&str>, newest| {
        let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        let mut options = options(Credentials::default());
        options.tags = Tags::new(all, &patterns, newer.map(str::to_owned), newest).expect("patterns");
        let seen = scan(&format!("{}/team/app", registry.address), options).expect("scanned");
        assert!(seen.skips.is_empty(), "{:?}", seen.skips);
        seen.files.into_keys().filter(|path| !path.contains("json")).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(seen(true, &[], None, None), "nightly v1.0 v1.1 v2.0");
    assert_eq!(seen(false, &["v1.*", "night*"], None, None), "nightly v1.0 v1.1");
    assert_eq!(seen(false, &["v*"], None, Some(2)), "v1.1 v2.0");
    assert_eq!(seen(false, &[], Some("2025-05-05"), None), "nightly v1.1 v2.0");
    assert_eq!(
        seen(false, &[], Some("2025-05-05"), Some(1)),
        "nightly",
        "who says nothing may be the newest"
    );
}
