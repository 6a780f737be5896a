//! What `keysieve image` finds in an image that has a secret in every place that can hold one, in every form of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use keysieve_testkit::{ImageLayer, Packing, TestImage, TestLayout, digest, gzip};
use serde_json::{Value, json};

use crate::{code, json as report, keysieve, repository, run, stdout};

/// A secret of its own for each place: a password in a URL, put together here so that no literal one stands in the
/// repository.
pub(crate) fn secret(number: usize) -> String {
    format!("hunter{number}-of-{}", ["7kQ", "vz"].concat())
}

pub(crate) fn line(number: usize) -> String {
    format!("url = https://ci:{}@db.example.net/\n", secret(number))
}

fn utf16(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

fn utf32(text: &str) -> Vec<u8> {
    std::iter::once('\u{feff}')
        .chain(text.chars())
        .flat_map(|character| u32::from(character).to_le_bytes())
        .collect()
}

/// Text as a program for .NET has it: behind its length, at an odd place, among other things.
fn wide_in_a_program(text: &str) -> Vec<u8> {
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [&b"MZ\x90\0\x03\0\0\0"[..], &[0xC3; 3000], &[wide.len() as u8 | 1], &wide, &[0, 1, 0xC3]].concat()
}

/// A string as Python compiles it.
fn bytecode(text: &str) -> Vec<u8> {
    [&b"\xa7\r\r\n\0\0\0\0\0\0\0\0\0\0\0\0\xfa"[..], &[text.len() as u8], text.as_bytes(), b"N"].concat()
}

fn tar(name: &str, content: &[u8]) -> Vec<u8> {
    let image = TestImage::new("linux", "amd64")
        .layer(ImageLayer::new("").file(name, content).packed(Packing::Plain));
    let mut layout = TestLayout::default();
    layout.add(&image);
    layout.blobs.remove(&image.digests()[0]).expect("the layer")
}

/// Where something is expected: the path, the layer, what has become of it and by which layer.
pub(crate) type Place = (String, Option<u64>, &'static str, Option<u64>);

/// An image with a secret in every place, and what is expected of it.
pub(crate) fn planted() -> (TestImage, BTreeSet<Place>) {
    let mut expected = BTreeSet::new();
    let mut number = 0;
    let mut plant = |path: &str, layer: Option<u64>, state: &'static str, by: Option<u64>| {
        number += 1;
        assert!(expected.insert((path.to_owned(), layer, state, by)), "{path} twice");
        line(number)
    };
    let first = Some(0);
    let mut present = |path: &str, layer: u64| plant(path, Some(layer), "present", None);
    let long = format!("deep/{}/x.conf", "d".repeat(120));
    let (log, inner) = (present("log.gz!/log", 0), present("deep.tar.gz!/inner.tar!/a/b.txt", 0));
    let mut bottom = ImageLayer::new("COPY . /app # buildkit")
        .directory("etc")
        .file("etc/kept.conf", present("etc/kept.conf", 0))
        .file("./dot/slash.txt", present("dot/slash.txt", 0))
        .file("/abs/path.txt", present("/abs/path.txt", 0))
        .file("../up.txt", present("../up.txt", 0))
        .file("we ird\nname", present(r"we ird\nname", 0))
        .file(b"caf\xe9.txt", present(r"caf\xe9.txt", 0))
        .file(&long, present(&long, 0))
        .file("crlf.txt", format!("a\r\nb\r\n{}", present("crlf.txt", 0)))
        .file("wide.txt", utf16(&present("wide.txt", 0)))
        .file("wider.txt", utf32(&present("wider.txt", 0)))
        .file("bin/wide.dll", wide_in_a_program(&present("bin/wide.dll", 0)))
        .file("lib/m.pyc", bytecode(&present("lib/m.pyc", 0)))
        .file("usr/lib/app.so", format!("\0\0\0{}\0\0", present("usr/lib/app.so", 0)))
        .file("app/node_modules/x/index.js", present("app/node_modules/x/index.js", 0))
        .file("usr/share/doc/README.md", present("usr/share/doc/README.md", 0))
        .file("app/example/test_data.txt", present("app/example/test_data.txt", 0))
        .file("big.txt", format!("{}{}", "nothing here\n".repeat(200_000), present("big.txt", 0)))
        .file("log.gz", gzip(log.as_bytes()))
        .file("deep.tar.gz", gzip(&tar("inner.tar", &tar("a/b.txt", inner.as_bytes()))))
        .file("bin/a", present("bin/a", 0))
        .link("bin/b", "bin/a")
        .file("var/.wh.odd", present("var/.wh.odd", 0));
    let mut hidden = |path: &str, state, by| plant(path, first, state, Some(by));
    bottom = bottom
        .file("app/.env", hidden("app/.env", "deleted", 2))
        .file("app/over.txt", hidden("app/over.txt", "overwritten", 1))
        .file("opt/dir/x", hidden("opt/dir/x", "deleted", 1))
        .file("srv/all/y", hidden("srv/all/y", "deleted", 2))
        .file("home/u/z", hidden("home/u/z", "deleted", 2))
        .file("twice.txt", hidden("twice.txt", "overwritten", 0));
    bottom = bottom.file("twice.txt", plant("twice.txt", first, "present", None));
    let mut present = |path: &str, layer: u64| plant(path, Some(layer), "present", None);
    let second = ImageLayer::new("/bin/sh -c make install")
        .file("app/over.txt", present("app/over.txt", 1))
        .file("opt/dir/.wh..wh..opq", "")
        .file("opt/dir/new", present("opt/dir/new", 1))
        .packed(Packing::Zstd);
    let third = ImageLayer::new("RUN /bin/sh -c rm -r /app/.env # buildkit")
        .file("app/.wh..env", "")
        .file("srv/.wh.all", "")
        .file("home/u", present("home/u", 2))
        .packed(Packing::Plain);
    let fourth = ImageLayer::new("COPY m /m # buildkit")
        .file("multi/member.txt", format!("{}{}", "x\n".repeat(3000), present("multi/member.txt", 3)))
        .packed(Packing::Members);
    let mut field = |name: &str| {
        plant(&format!("image-config.json!/{name}"), None, "present", None).trim_end().to_owned()
    };
    let argument = field("history[1].created_by");
    let mut image = TestImage::new("linux", "amd64")
        .layer(bottom)
        .step(&format!("|1 DB={argument} /bin/sh -c make"))
        .layer(second)
        .layer(third)
        .layer(fourth);
    describe(&mut image, &mut field);
    assert!(expected.len() > 40, "{}", expected.len());
    (image, expected)
}

/// Plants in what describes an image.
fn describe(image: &mut TestImage, field: &mut dyn FnMut(&str) -> String) {
    image.config["history"][0]["comment"] = json!(field("history[0].comment"));
    image.config["history"][0]["author"] = json!(field("history[0].author"));
    image.config["config"] = json!({
        "Env": ["PATH=/bin", format!("DB={}", field("config.Env[1]"))],
        "Cmd": ["sh", "-c", field("config.Cmd")],
        "Entrypoint": [field("config.Entrypoint")],
        "Labels": { "org.example.db": field("config.Labels[\"org.example.db\"]") },
        "Healthcheck": { "Test": ["CMD", field("config.Healthcheck.Test")] },
        "OnBuild": [field("config.OnBuild")],
        "WorkingDir": field("config.WorkingDir"),
        "Volumes": {},
    });
    image.config["container_config"] = json!({ "Env": [field("container_config.Env[0]")] });
    image.config["moby.buildkit"] = json!({ "x": [[{ "deep": field("[\"moby.buildkit\"].x[0][0].deep") }]] });
}

/// What a report says of places.
fn places(report: &Value) -> BTreeSet<Place> {
    let states = ["present", "deleted", "overwritten"];
    let place = |location: &Value| {
        let layer = &location["layer"];
        let state = states.into_iter().find(|state| layer["state"] == *state).expect("a state");
        let path = location["path"].as_str().expect("a path").to_owned();
        (path, layer["index"].as_u64(), state, layer["hidden_by"]["index"].as_u64())
    };
    locations(report).iter().map(place).collect()
}

pub(crate) fn locations(report: &Value) -> Vec<Value> {
    let findings = report["findings"].as_array().expect("a list");
    findings.iter().flat_map(|finding| finding["locations"].as_array().expect("a list").clone()).collect()
}

/// What must be the same in all forms of an image, apart from what only some of them have.
pub(crate) fn same_everywhere(report: &Value) -> BTreeSet<String> {
    let findings = report["findings"].as_array().expect("a list");
    let mut all = BTreeSet::new();
    for finding in findings {
        for location in finding["locations"].as_array().expect("a list") {
            let layer = &location["layer"];
            all.insert(format!(
                "{} {} {} {} {} {}",
                layer["diff_id"],
                location["path"],
                location["line"],
                finding["fingerprint"],
                layer["state"],
                layer["instruction"]
            ));
        }
    }
    all
}

pub(crate) fn scan(directory: &Path, arguments: &[&str]) -> Value {
    let all: Vec<&str> = ["image"]
        .iter()
        .chain(arguments)
        .chain(&["-f", "json", "--min-confidence", "low"])
        .copied()
        .collect();
    let output = run(directory, &all);
    assert_eq!(code(&output), 1, "{}", String::from_utf8_lossy(&output.stderr));
    report(&output)
}

#[test]
fn every_place_is_found_in_every_form_of_an_image() {
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let (image, expected) = planted();
    let layout = TestLayout::default().image("v1", &image);
    layout.write_to(&here.join("layout")).expect("written");
    fs::write(here.join("oci.tar"), layout.archive()).expect("written");
    let saved = image.docker_archive("team/app:1");
    fs::write(here.join("docker.tar"), &saved).expect("written");
    fs::write(here.join("docker.tar.gz"), gzip(&saved)).expect("written");

    let first = scan(here, &["oci:layout:v1"]);
    assert_eq!(first["complete"], true, "{}", first["skips"]);
    let schema = repository().join("fixtures/schemas/report-1.schema.json");
    let schema: Value = serde_json::from_slice(&fs::read(schema).expect("read")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> = validator.iter_errors(&first).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let found = places(&first);
    let missing: Vec<_> = expected.difference(&found).collect();
    let surplus: Vec<_> = found.difference(&expected).collect();
    assert!(missing.is_empty() && surplus.is_empty(), "missing {missing:#?} surplus {surplus:#?}");
    let whole = same_everywhere(&first);
    for form in [
        "oci-archive:oci.tar",
        "docker-archive:docker.tar",
        "docker-archive:docker.tar:team/app:1",
        "docker.tar.gz",
        "./oci.tar",
    ] {
        for threads in ["1", "3"] {
            assert_eq!(same_everywhere(&scan(here, &[form, "-j", threads])), whole, "{form}");
        }
    }
    for archive in ["oci.tar", "docker.tar", "docker.tar.gz"] {
        let output = keysieve(here)
            .args(["image", "-", "-f", "json", "--min-confidence", "low"])
            .write_stdin(fs::read(here.join(archive)).expect("read"))
            .output()
            .expect("the command runs");
        assert_eq!(same_everywhere(&report(&output)), whole, "{archive} on standard input");
    }
}

#[test]
fn a_finding_names_its_step_its_key_and_its_other_names() {
    let directory = tempfile::tempdir().expect("a directory");
    let (image, _) = planted();
    TestLayout::default().image("v1", &image).write_to(&directory.path().join("layout")).expect("written");
    let report = scan(directory.path(), &["oci:layout"]);
    let by_path: BTreeMap<String, Value> = locations(&report)
        .into_iter()
        .map(|location| (location["path"].as_str().expect("a path").to_owned(), location["layer"].clone()))
        .collect();
    let env = &by_path["app/.env"];
    assert_eq!(env["instruction"], "COPY . /app");
    assert_eq!(env["hidden_by"]["instruction"], "RUN rm -r /app/.env");
    assert_eq!(env["digest"], json!(image.digests()[0]));
    assert_eq!(env["platform"], "linux/amd64");
    assert_eq!(by_path["bin/a"]["links"], json!(["bin/b"]));
    assert_eq!(by_path["image-config.json!/history[1].created_by"]["key"], "DB");
    assert_eq!(by_path["image-config.json!/config.Labels[\"org.example.db\"]"]["key"], "org.example.db");
    let text = stdout(&run(directory.path(), &["image", "oci:layout", "--state", "deleted"]));
    assert!(text.contains("layer 1 of 4, sha256:") && text.contains(": COPY . /app\n"), "{text}");
    assert!(
        text.contains("app/.env:1:") && text.contains("(deleted by layer 3: RUN rm -r /app/.env)"),
        "{text}"
    );
    assert!(!text.contains("etc/kept.conf"), "{text}");
    for number in 1..60 {
        assert!(!text.contains(&secret(number)), "a raw secret");
    }
}

#[test]
fn sarif_has_a_run_for_each_image() {
    let directory = tempfile::tempdir().expect("a directory");
    let leaky = TestImage::new("linux", "amd64").layer(ImageLayer::new("COPY a /").file("a", line(1)));
    let clean = TestImage::new("linux", "amd64").layer(ImageLayer::new("COPY b /").file("b", "nothing"));
    let layout = TestLayout::default().image("v1", &leaky).image("v2", &clean);
    layout.write_to(&directory.path().join("layout")).expect("written");
    let sarif = report(&run(directory.path(), &["image", "oci:layout", "-f", "sarif"]));
    super::follows("sarif-2.1.0.json", &sarif);
    let runs = sarif["runs"].as_array().expect("runs");
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0]["automationDetails"]["id"], "keysieve/image/layout/");
    assert_eq!(runs[1]["results"], json!([]));
    let result = &runs[0]["results"][0];
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a");
    assert_eq!(result["properties"]["keysieve/instruction"], "COPY a /");
    assert_eq!(result["properties"]["keysieve/layerDigest"], json!(leaky.digests()[0]));
}

#[test]
fn platforms_are_chosen_and_never_replaced() {
    let directory = tempfile::tempdir().expect("a directory");
    let image = |architecture: &str, number| {
        let layer = ImageLayer::new("COPY a /").file("a", line(number));
        TestImage::new("linux", architecture).layer(layer)
    };
    let (one, other) = (image("amd64", 1), image("arm64", 2));
    let mut attestation = TestImage::new("unknown", "unknown").layer(
        ImageLayer::new("")
            .raw(format!("{{\"token\": \"{}\"}}", line(3).trim()).into_bytes())
            .packed(Packing::Plain)
            .media_type("application/vnd.in-toto+json"),
    );
    attestation.config["history"] = json!([]);
    let mut layout = TestLayout::default();
    let subject = layout.add(&one).0;
    let (manifest, size) = layout.add(&attestation);
    let extra = json!({
        "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": manifest, "size": size,
        "platform": { "os": "unknown", "architecture": "unknown" },
        "annotations": { "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": subject },
    });
    layout
        .index("v1", &[&one, &other], vec![extra])
        .write_to(&directory.path().join("layout"))
        .expect("written");
    let found = |arguments: &[&str]| {
        let report = scan(directory.path(), &[&["oci:layout"], arguments].concat());
        let images = report["target"]["images"].as_array().expect("images").clone();
        let name =
            |image: &Value| image["platform"].as_str().or(image["kind"].as_str()).expect("a name").to_owned();
        (images.iter().map(name).collect::<Vec<_>>(), report["findings"].as_array().expect("a list").len())
    };
    let attests = format!("attestation of {subject}");
    let text = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    assert_eq!(found(&["--platform", "linux/arm64"]), (text(&["linux/arm64"]), 1));
    assert_eq!(found(&["--platform", "linux/amd64"]), (text(&["linux/amd64", &attests]), 2));
    assert_eq!(found(&["--all-platforms"]), (text(&["linux/amd64", "linux/arm64", &attests]), 3));
    let output = run(directory.path(), &["image", "oci:layout", "--platform", "linux/s390x"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(code(&output), 2);
    assert!(said.contains("not there for linux/s390x, only for linux/amd64, linux/arm64"), "{said}");
}

#[test]
fn layers_of_a_base_are_left_out_when_that_is_asked_for() {
    let directory = tempfile::tempdir().expect("a directory");
    let bottom = || ImageLayer::new("ADD rootfs /").file("base.txt", line(1));
    let base = TestImage::new("linux", "amd64").layer(bottom());
    let own = base.clone().layer(ImageLayer::new("COPY own /").file("own.txt", line(2)));
    let layout = TestLayout::default().image("base", &base).image("own", &own);
    layout.write_to(&directory.path().join("layout")).expect("written");
    let report = scan(directory.path(), &["oci:layout:own", "--exclude-base", "oci:layout:base"]);
    let paths: Vec<String> = places(&report).into_iter().map(|place| place.0).collect();
    assert_eq!(paths, ["own.txt"]);
    assert_eq!((&report["complete"], &report["stats"]["excluded"]), (&json!(true), &json!(1)));
    let text = run(directory.path(), &["image", "oci:layout:own", "--exclude-base", "oci:layout:base"]);
    assert!(stdout(&text).contains("Left out: 1 layer of another image."), "{}", stdout(&text));
    assert!(text.stderr.is_empty());
    // What is no base leaves nothing out, and that is said.
    let none = run(directory.path(), &["image", "oci:layout:base", "--exclude-base", "oci:layout:own"]);
    let said = String::from_utf8_lossy(&none.stderr).into_owned();
    assert!(
        code(&none) == 1 && said.contains("oci:layout:own: no image lies on all of its layers"),
        "{said}"
    );
    // In whatever order images are scanned, each has what it has.
    let both = scan(directory.path(), &["oci:layout:base", "oci:layout:own"]);
    let turned = scan(directory.path(), &["oci:layout:own", "oci:layout:base"]);
    assert_eq!(same_everywhere(&both), same_everywhere(&turned));
    assert_eq!(locations(&both).len(), 3);
}

#[test]
fn one_bad_layer_is_named_and_loses_no_other() {
    let directory = tempfile::tempdir().expect("a directory");
    let good = |number: usize| ImageLayer::new("COPY g /").file(format!("good{number}"), line(number));
    // 640 MB of zeros in 40 members.
    let bomb = gzip(&vec![0; 16 << 20]).repeat(40);
    let image = TestImage::new("linux", "amd64")
        .layer(good(1))
        .layer(ImageLayer::new("RUN bomb").raw(bomb).packed(Packing::Plain))
        .layer(ImageLayer::new("RUN cut").file("cut", line(2)).file("rest", "x".repeat(5000)))
        .layer(ImageLayer::new("RUN changed").file("changed", line(3)).packed(Packing::Plain))
        .layer(ImageLayer::new("RUN lie").raw(line(4).into_bytes()).packed(Packing::Plain))
        .layer(ImageLayer::new("RUN gone").file("gone", "x"))
        .layer(
            ImageLayer::new("RUN zstd, it says")
                .file("zs", line(5))
                .media_type("application/vnd.oci.image.layer.v1.tar+zstd"),
        )
        .layer(good(6))
        .layer(
            ImageLayer::new("RUN encrypt")
                .raw(vec![0xA5; 3000])
                .media_type("application/vnd.oci.image.layer.v1.tar+gzip+encrypted"),
        );
    let mut layout = TestLayout::default().image("v1", &image);
    let digests = image.digests();
    let cut = layout.blobs.get_mut(&digests[2]).expect("the layer");
    cut.truncate(cut.len() - 20);
    let changed = layout.blobs.get_mut(&digests[3]).expect("the layer");
    changed[600] ^= 1;
    layout.blobs.remove(&digests[5]);
    layout.write_to(&directory.path().join("layout")).expect("written");
    let output = run(directory.path(), &["image", "oci:layout", "-f", "json"]);
    let report = report(&output);
    assert_eq!((code(&output), &report["complete"]), (1, &json!(false)));
    let found: BTreeSet<String> = places(&report).into_iter().map(|place| place.0).collect();
    for path in ["good1", "cut", "changed", "zs", "good6"] {
        assert!(found.contains(path), "{path} {found:?}");
    }
    let skips: Vec<String> =
        report["skips"].as_array().expect("a list").iter().map(ToString::to_string).collect();
    for bad in [1, 2, 3, 4, 5, 8] {
        assert!(skips.iter().any(|skip| skip.contains(&digests[bad])), "{bad} is not named: {skips:#?}");
    }
    for good in [0, 6, 7] {
        assert!(!skips.iter().any(|skip| skip.contains(&digests[good])), "{good} is named: {skips:#?}");
    }
    assert!(skips.iter().any(|skip| skip.contains("an encrypted layer")), "{skips:#?}");
    let unverified: Vec<_> =
        locations(&report).into_iter().filter(|location| location["layer"]["unverified"] == true).collect();
    assert!(unverified.iter().any(|location| location["path"] == "changed"), "{unverified:?}");
}

#[test]
fn an_image_of_which_something_is_lost_is_not_clean() {
    let directory = tempfile::tempdir().expect("a directory");
    let image = TestImage::new("linux", "amd64").layer(ImageLayer::new("COPY a /").file("a", "nothing"));
    let mut layout = TestLayout::default().image("v1", &image);
    layout.blobs.remove(&image.digests()[0]);
    layout.write_to(&directory.path().join("layout")).expect("written");
    let code_of = |arguments: &[&str]| code(&run(directory.path(), arguments));
    assert_eq!(code_of(&["image", "oci:layout"]), 3);
    assert_eq!(code_of(&["image", "oci:layout", "--allow-partial"]), 0);
    assert_eq!(code_of(&["image", "oci:layout:v2"]), 2);
    assert_eq!(code_of(&["image", "oci:nowhere"]), 2);
    assert_eq!(code_of(&["image", "./nowhere.tar"]), 2);
    let digest = digest(b"no such image");
    assert_eq!(code_of(&["image", &format!("oci:layout@{digest}")]), 2);
}

#[test]
fn references_can_come_from_a_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let image = TestImage::new("linux", "amd64").layer(ImageLayer::new("COPY a /").file("a", line(1)));
    TestLayout::default().image("v1", &image).write_to(&directory.path().join("layout")).expect("written");
    fs::write(directory.path().join("refs"), "# ours\noci:layout:v1\n\n").expect("written");
    let report = scan(directory.path(), &["--refs-from", "refs"]);
    assert_eq!(locations(&report).len(), 1);
}

#[test]
fn references_can_come_from_manifests() {
    let directory = tempfile::tempdir().expect("a directory");
    let image = TestImage::new("linux", "amd64").layer(ImageLayer::new("COPY a /").file("a", line(1)));
    TestLayout::default().image("v1", &image).write_to(&directory.path().join("layout")).expect("written");
    let pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: oci:layout:v1\n  - image: oci:layout:v1\n";
    fs::write(directory.path().join("pod.yaml"), pod).expect("written");
    let report = scan(directory.path(), &["--refs-from", "pod.yaml"]);
    assert_eq!((locations(&report).len(), &report["target"]["images"][1]), (1, &Value::Null));
    fs::write(directory.path().join("pod.yaml"), pod.replace("oci:layout:v1", "\"{{ .Values.image }}\""))
        .expect("written");
    let output = run(directory.path(), &["image", "--refs-from", "pod.yaml"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(code(&output) == 2 && said.contains("render it first"), "{said}");
}

#[test]
fn of_an_image_only_what_is_newer_can_be_scanned() {
    let directory = tempfile::tempdir().expect("a directory");
    let layer = |number: usize| ImageLayer::new("COPY l /").file(format!("l{number}"), line(number));
    let older = TestImage::new("linux", "amd64").layer(layer(1)).layer(layer(2));
    let newer = TestImage::new("linux", "amd64").layer(layer(3)).layer(layer(2)).layer(layer(4));
    let layout = TestLayout::default().image("v1", &older).image("v2", &newer);
    layout.write_to(&directory.path().join("layout")).expect("written");
    let report = scan(directory.path(), &["oci:layout:v2", "--since", "oci:layout:v1"]);
    let paths: Vec<String> = places(&report).into_iter().map(|place| place.0).collect();
    assert_eq!(paths, ["l3", "l4"]);
    assert_eq!(report["stats"]["excluded"], 1);
}

/// Answers one question of a daemon's client with an archive. Gives the question.
fn answer(stream: &mut (impl Read + Write), archive: &[u8]) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a byte");
        head.extend(byte);
    }
    stream.write_all(b"HTTP/1.0 200 OK\r\nContent-Type: application/x-tar\r\n\r\n").expect("sent");
    stream.write_all(archive).expect("sent");
    String::from_utf8(head).expect("text").lines().next().expect("a line").to_owned()
}

#[test]
fn a_daemon_is_asked_at_its_socket_and_by_its_address() {
    let directory = tempfile::tempdir().expect("a directory");
    let socket = directory.path().join("daemon.sock");
    let at_socket = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
    let at_port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = at_port.local_addr().expect("an address");
    let (image, _) = planted();
    let archive = image.docker_archive("team/app:1");
    let daemon = std::thread::spawn(move || {
        let mut asked = vec![answer(&mut at_socket.accept().expect("asked").0, &archive)];
        asked.push(answer(&mut at_port.accept().expect("asked").0, &archive));
        asked
    });
    TestLayout::default().image("v1", &image).write_to(&directory.path().join("layout")).expect("written");
    let whole = same_everywhere(&scan(directory.path(), &["oci:layout"]));
    for host in [format!("unix://{}", socket.display()), format!("tcp://{port}")] {
        let output = keysieve(directory.path())
            .args(["image", "docker-daemon:team/app:1", "-f", "json", "--min-confidence", "low"])
            .env("DOCKER_HOST", &host)
            .output()
            .expect("the command runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(same_everywhere(&report(&output)), whole, "{host}: {said}");
    }
    assert_eq!(daemon.join().expect("asked"), ["GET /images/team/app:1/get HTTP/1.0"; 2]);
}
