//! Images in local stores, and layers that are known from earlier runs.

use std::fs;
use std::path::Path;
use std::process::Command;

use keysieve_finding::{Fingerprint, FingerprintKey};
use keysieve_testkit::{ImageLayer, TestImage, TestLayout};
use serde_json::json;

use crate::image::{line, locations, planted, same_everywhere, scan, secret};
use crate::{code, json as report, run, stderr};

/// Whether skopeo is there. Where it has to be, it is an error that it is not.
fn skopeo(directory: &Path, arguments: &[&str]) -> bool {
    match Command::new("skopeo").args(arguments).current_dir(directory).output() {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            true
        }
        Err(_) => {
            assert!(std::env::var_os("CI").is_none(), "skopeo is not installed");
            false
        }
    }
}

#[test]
fn a_store_of_containerd_has_what_a_layout_has() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let (image, _) = planted();
    let other = TestImage::new("linux", "amd64").layer(ImageLayer::new("COPY o /").file("other", line(90)));
    let layout = TestLayout::default().image("v1", &image).image("v2", &other);
    layout.write_to(&here.join("layout")).expect("written");
    let content = here.join("root/io.containerd.content.v1.content");
    fs::create_dir_all(&content).expect("made");
    fs::rename(here.join("layout/blobs"), content.join("blobs")).expect("moved");
    let digest = layout.tagged("v1").expect("a tag");
    let stored = scan(here, &[&format!("containerd:root@{digest}")]);
    layout.write_to(&here.join("layout")).expect("written");
    assert_eq!(same_everywhere(&stored), same_everywhere(&scan(here, &["oci:layout:v1"])));
    let all = scan(here, &["containerd:root"]);
    assert_eq!(all["target"]["images"].as_array().map(Vec::len), Some(2));
    assert_eq!(code(&run(here, &["image", "containerd:layout/blobs"])), 2);
}

#[test]
fn a_store_of_podman_has_what_was_copied_into_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let layer = |number: usize| {
        ImageLayer::new(&format!("COPY l{number} /")).file(format!("d/l{number}"), line(number))
    };
    let image = TestImage::new("linux", "amd64")
        .layer(layer(1).file("app/.env", line(4)).file("opt/x", line(5)).file("a", line(6)).link("b", "a"))
        .layer(layer(2).file("app/.wh..env", "").file("opt/.wh..wh..opq", "").file("a", line(7)))
        .layer(layer(3).entry("points", tar::EntryType::Symlink, "elsewhere", ""));
    TestLayout::default().image("v1", &image).write_to(&here.join("layout")).expect("written");
    let store = format!("containers-storage:[overlay@{0}/store+{0}/run]", here.display());
    if !skopeo(here, &["copy", "--quiet", "oci:layout:v1", &format!("{store}team/app:1")]) {
        return;
    }
    let expected = same_everywhere(&scan(here, &["oci:layout:v1"]));
    for reference in [format!("{store}team/app:1"), store, "containers-storage:store".to_owned()] {
        assert_eq!(same_everywhere(&scan(here, &[&reference])), expected, "{reference}");
    }
    // It was mounted onto itself.
    let _ = Command::new("umount").arg(here.join("store/overlay")).output();
    let none = run(here, &["image", "containers-storage:[store]team/app:2"]);
    assert!(code(&none) == 2 && stderr(&none).contains("team/app:1"), "{}", stderr(&none));
}

#[test]
fn the_directory_of_docker_has_what_was_loaded_into_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let layer = |number: usize| {
        ImageLayer::new(&format!("COPY l{number} /")).file(format!("d/l{number}"), line(number))
    };
    let own = TestImage::new("linux", "amd64").layer(layer(1).file("a", line(4)));
    let image = own.clone().layer(layer(2).file("a", line(5)).link("b", "a")).step("ENV X=y");
    let layout = TestLayout::default().image("v1", &image).image("own", &own);
    layout.write_to(&here.join("layout")).expect("written");
    let ids: Vec<String> = [&own, &image]
        .iter()
        .map(|image| {
            let config = image.config.to_string();
            let id = keysieve_testkit::digest(config.as_bytes())[7..].to_owned();
            let content = here.join("docker/image/overlay2/imagedb/content/sha256");
            fs::create_dir_all(&content).expect("made");
            fs::write(content.join(&id), config).expect("written");
            let mut chain = String::new();
            for (digest, diff_id) in
                image.digests().iter().zip(image.config["rootfs"]["diff_ids"].as_array().expect("a list"))
            {
                let diff_id = diff_id.as_str().expect("a digest");
                chain = match chain.as_str() {
                    "" => diff_id.to_owned(),
                    below => keysieve_testkit::digest(format!("{below} {diff_id}").as_bytes()),
                };
                let cache = keysieve_testkit::digest(chain.as_bytes())[7..].to_owned();
                let known = here.join("docker/image/overlay2/layerdb/sha256").join(&chain[7..]);
                fs::create_dir_all(&known).expect("made");
                fs::write(known.join("cache-id"), &cache).expect("written");
                let blob = flate2::read::GzDecoder::new(layout.blobs[digest].as_slice());
                let unpacked = here.join("docker/overlay2").join(cache).join("diff");
                tar::Archive::new(blob).unpack(unpacked).expect("unpacked");
            }
            id
        })
        .collect();
    // The one has no name, and the other was made from it.
    let metadata = here.join("docker/image/overlay2/imagedb/metadata/sha256").join(&ids[1]);
    fs::create_dir_all(&metadata).expect("made");
    fs::write(metadata.join("parent"), format!("sha256:{}", ids[0])).expect("written");
    let names = json!({ "Repositories": { "team/app": { "team/app:1": format!("sha256:{}", ids[1]) } } });
    fs::write(here.join("docker/image/overlay2/repositories.json"), names.to_string()).expect("written");

    let expected = same_everywhere(&scan(here, &["oci:layout:v1"]));
    let id = format!("docker-root:[docker]{}", &ids[1][..12]);
    for reference in ["docker-root:docker", "docker-root:[docker]team/app:1", &id] {
        assert_eq!(same_everywhere(&scan(here, &[reference])), expected, "{reference}");
    }
    let parent = scan(here, &[&format!("docker-root:[docker]sha256:{}", ids[0])]);
    assert_eq!(same_everywhere(&parent), same_everywhere(&scan(here, &["oci:layout:own"])));
    let none = run(here, &["image", "docker-root:[docker]team/app:2"]);
    assert!(code(&none) == 2 && stderr(&none).contains("team/app:1"), "{}", stderr(&none));
    // A layer that is lost is a gap.
    fs::remove_dir_all(here.join("docker/image/overlay2/layerdb")).expect("removed");
    assert_eq!(code(&run(here, &["image", "docker-root:docker"])), 3);
}

#[test]
fn a_layer_in_which_nothing_was_is_not_read_again_and_says_what_it_did() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let quiet = |name: &str| ImageLayer::new("COPY q /").file(name, "nothing").file("app/.wh..env", "");
    let leaky = || ImageLayer::new("COPY l /").file("app/.env", line(1)).file("kept", line(2));
    let own = TestImage::new("linux", "amd64").layer(leaky()).layer(quiet("one"));
    let child = own.clone().layer(quiet("two")).layer(leaky());
    let layout = TestLayout::default().image("own", &own).image("child", &child);
    layout.write_to(&here.join("layout")).expect("written");
    let bytes = |arguments: &[&str]| {
        let all: Vec<&str> = ["image"].iter().chain(arguments).chain(&["-f", "json"]).copied().collect();
        let output = run(here, &all);
        assert_eq!((code(&output), stderr(&output)), (1, String::new()));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let without = [bytes(&["oci:layout:own"]), bytes(&["oci:layout:child"])];
    // Whichever is scanned first.
    for order in [["child", "own"], ["own", "child"]] {
        let cache = format!("--cache=cache-{}", order[0]);
        for _ in 0..2 {
            order.iter().for_each(|tag| drop(bytes(&[&format!("oci:layout:{tag}"), &cache])));
        }
        assert_eq!([bytes(&["oci:layout:own", &cache]), bytes(&["oci:layout:child", &cache])], without);
    }
    let [rules] =
        fs::read_dir(here.join("cache-own")).expect("made").collect::<Vec<_>>().try_into().expect("one");
    let files = |rules: &Path| -> Vec<_> {
        let entries = fs::read_dir(rules).expect("read").map(|entry| entry.expect("read").path());
        entries.filter(|file| file.extension().is_some_and(|it| it == "layer")).collect()
    };
    let files = files(&rules.expect("an entry").path());
    assert!((2..=3).contains(&files.len()), "those in which nothing is, and what cannot be guessed");
    // What is known is not even there any more.
    let digest = own.digests()[1].replace(':', "/");
    let blob = here.join("layout/blobs").join(digest);
    fs::rename(&blob, here.join("blob")).expect("moved");
    assert_eq!(bytes(&["oci:layout:own", "--cache=cache-own"]), without[0]);
    let incomplete = report(&run(here, &["image", "oci:layout:own", "-f", "json", "--cache=empty"]));
    assert_eq!(incomplete["complete"], false);
    // What is damaged is as good as none.
    fs::rename(here.join("blob"), &blob).expect("moved");
    for file in &files {
        let mut bytes = fs::read(file).expect("read");
        assert!(!String::from_utf8_lossy(&bytes).contains("app/"), "no names");
        bytes[30] ^= 1;
        fs::write(file, bytes).expect("written");
    }
    assert_eq!(bytes(&["oci:layout:child", "--cache=cache-own"]), without[1]);
}

#[test]
fn what_was_found_in_a_layer_is_said_again_without_the_layer() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let renamed = ImageLayer::new("COPY r /").file("r.ini", format!("db_password = \"{}\"\n", secret(80)));
    let image = planted().0.layer(ImageLayer::new("RUN mkdir empty").directory("empty")).layer(renamed);
    let named = format!("logs/https://ci:{}@host/x.txt", secret(70));
    let named = TestImage::new("linux", "amd64").layer(ImageLayer::new("COPY n /").file(named, line(71)));
    let layout = TestLayout::default().image("v1", &image).image("named", &named);
    layout.write_to(&here.join("layout")).expect("written");
    let json = |arguments: &[&str]| {
        let shared = ["image", "-f", "json", "--min-confidence", "low"];
        let output = run(here, &[&shared, arguments].concat());
        assert!([1, 3].contains(&code(&output)) && stderr(&output).is_empty(), "{}", stderr(&output));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let (one, other) = ("--fingerprint-key=ours", "--fingerprint-key=theirs");
    let of_image = |more: &[&str]| json(&[&["oci:layout:v1", "--cache=cache"], more].concat());
    let of_named = || json(&["oci:layout:named", "--cache=cache", one]);
    let without = json(&["oci:layout:v1", one]);
    // With a key that everyone knows, what could be guessed is not remembered.
    of_image(&[]);
    let complete = |report: &str| report.contains("\"complete\": true");
    assert_eq!(of_image(&[one]), without);
    assert!(complete(&of_named()));
    for entry in fs::read_dir(here.join("cache")).expect("made") {
        for file in fs::read_dir(entry.expect("an entry").path()).expect("read") {
            let bytes = fs::read(file.expect("a file").path()).expect("read");
            let holds = |number| bytes.windows(8).any(|at| at == &secret(number).as_bytes()[..8]);
            assert!(!(1..81).any(holds), "no secrets");
        }
    }
    // What `docker save` writes knows its layers by what is in them.
    fs::write(here.join("docker.tar"), image.docker_archive("team/app:1")).expect("written");
    let saved = |more: &[&str]| json(&[&["docker-archive:docker.tar", one], more].concat());
    let alone = saved(&[]);
    let (first, second) =
        (saved(&["--cache=cache", "--events=first"]), saved(&["--cache=cache", "--events=second"]));
    assert!(first == alone && second == alone);
    let known =
        |events: &str| fs::read_to_string(here.join(events)).expect("written").matches("known").count();
    assert_eq!([known("first"), known("second")], [0, 6]);
    for digest in image.digests().into_iter().chain(named.digests()) {
        fs::remove_file(here.join("layout/blobs").join(digest.replace(':', "/"))).expect("removed");
    }
    assert_eq!(of_image(&[one]), without);
    assert_eq!(of_image(&[one, "-j", "1"]), without);
    // A baseline knows it, under the former id of its rule, too.
    let key = FingerprintKey::from_passphrase(b"ours");
    let print = |rule| Fingerprint::of_secret(&key, rule, secret(80).as_bytes()).to_string();
    assert!(without.contains(&print("generic-password")));
    let baseline = without.replace(&print("generic-password"), &print("generic-password-unquoted"));
    fs::write(here.join("known.json"), baseline).expect("written");
    let asked = ["image", "oci:layout:v1", "--cache=cache", one, "--min-confidence", "low"];
    let output = run(here, &[&asked[..], &["--baseline", "known.json"]].concat());
    assert_eq!(code(&output), 0, "{}", String::from_utf8_lossy(&output.stdout));
    assert!(!complete(&of_named()), "a name that holds a secret is not remembered");
    for more in [&[][..], &[other], &[one, "--show-secrets"]] {
        assert!(!complete(&of_image(more)), "{more:?}");
    }
}

#[test]
fn a_layer_that_breaks_its_promise_is_not_taken_from_a_cache() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let own = TestImage::new("linux", "amd64").layer(ImageLayer::new("COPY q /").file("q", "nothing"));
    TestLayout::default().image("v1", &own).write_to(&here.join("layout")).expect("written");
    let code_of = |layout: &str| code(&run(here, &["image", layout, "--cache=cache"]));
    assert_eq!([code_of("oci:layout"), code_of("oci:layout")], [0, 0]);
    let mut liar = own;
    liar.config["rootfs"]["diff_ids"][0] = format!("sha256:{}", "0".repeat(64)).into();
    TestLayout::default().image("v1", &liar).write_to(&here.join("liar")).expect("written");
    assert_eq!([code_of("oci:liar"), code_of("oci:liar")], [3, 3]);
    assert!(locations(&report(&run(here, &["image", "oci:liar", "-f", "json"]))).is_empty());
}

#[test]
fn events_say_what_becomes_of_each_layer() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let layer = |name: &str| ImageLayer::new("COPY q /").file(name, "nothing");
    let image =
        TestImage::new("linux", "amd64").layer(layer("one")).layer(layer("two")).layer(layer("three"));
    let mut layout = TestLayout::default().image("v1", &image);
    layout.blobs.remove(&image.digests()[2]);
    layout.write_to(&here.join("layout")).expect("written");
    let told = || {
        let output = run(here, &["image", "oci:layout", "--cache=cache", "--events=events", "-j", "1"]);
        assert_eq!(code(&output), 3);
        let text = fs::read_to_string(here.join("events")).expect("written");
        let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
        let mut told: Vec<_> = lines
            .map(|line| {
                let nth =
                    image.digests().iter().position(|digest| line["layer"] == **digest).expect("a layer");
                format!("{nth} {}", line["state"].as_str().expect("a state"))
            })
            .collect();
        told.sort();
        told.join(", ")
    };
    assert_eq!(told(), "0 done, 0 started, 1 done, 1 started, 2 failed, 2 started");
    assert_eq!(told(), "0 known, 1 known, 2 failed, 2 started");
}

#[test]
fn an_index_that_leads_to_itself_a_thousand_times_is_followed_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let image = TestImage::new("linux", "amd64").layer(ImageLayer::new("COPY l /").file("leak", line(1)));
    let mut layout = TestLayout::default();
    let (mut digest, mut size) = layout.add(&image);
    for level in 0..3 {
        let listed = json!({ "digest": digest, "size": size, "annotations": { "level": level } });
        let index = json!({ "schemaVersion": 2, "manifests": vec![listed; 1000] }).to_string().into_bytes();
        (digest, size) = (keysieve_testkit::digest(&index), index.len());
        layout.blobs.insert(digest.clone(), index);
    }
    let listed = json!({ "digest": digest, "size": size });
    layout.index("v1", &[], vec![listed; 2]).write_to(&here.join("layout")).expect("written");
    let report = scan(here, &["oci:layout:v1"]);
    assert_eq!((locations(&report).len(), &report["complete"]), (1, &json!(true)));
}

#[test]
fn a_build_cache_is_scanned_and_its_layers_lie_beside_each_other() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let image = TestImage::new("linux", "amd64")
        .layer(ImageLayer::new("").file("a", line(1)))
        .layer(ImageLayer::new("").file("a", line(2)).file(".wh.b", ""))
        .layer(ImageLayer::new("").file("b", line(3)));
    let mut layout = TestLayout::default();
    layout.add(&image);
    let build = json!({ "records": [{ "input": line(4).trim() }] }).to_string().into_bytes();
    let mut listed: Vec<_> = image
        .digests()
        .iter()
        .map(|digest| json!({ "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": digest }))
        .collect();
    let digest = keysieve_testkit::digest(&build);
    listed.push(json!({ "mediaType": "application/vnd.buildkit.cacheconfig.v0", "digest": digest }));
    layout.blobs.insert(digest, build);
    layout.index("buildcache", &[], listed).write_to(&here.join("layout")).expect("written");
    let report = scan(here, &["oci:layout"]);
    assert_eq!(report["complete"], true, "{}", report["skips"]);
    assert_eq!(report["target"]["images"][0]["kind"], "build cache");
    let found = locations(&report);
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found.iter().all(|location| location["layer"]["state"] == "present"), "{found:?}");
}
