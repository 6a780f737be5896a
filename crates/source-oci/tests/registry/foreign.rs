//! Layers whose bytes are elsewhere, and registries that say nothing for long.

use std::time::{Duration, Instant};

use keysieve_finding::{MaskKind, Secret};
use keysieve_source_oci::{Credential, Credentials, Options};
use keysieve_testkit::{TestLayout, digest};
use serde_json::Value;

use crate::server::{Response, Server};
use crate::{image, options, scan, whole};

#[test]
fn foreign_layers_are_fetched_where_that_is_asked_for() {
    let image = image();
    let mut layout = TestLayout::default().image("v1", &image);
    let elsewhere = layout.blobs.remove(&image.digests()[1]).expect("a layer");
    let other = Server::start(move |_| Response::of(200, elsewhere.clone()));
    let mut manifest: Value =
        serde_json::from_slice(&layout.blobs[&layout.tagged("v1").expect("a tag")]).expect("JSON");
    let media_type = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
    manifest["layers"][1]["mediaType"] = media_type.into();
    manifest["layers"][1]["urls"] =
        vec!["ftp://nowhere.invalid/".to_owned(), format!("http://{}/layer", other.address)].into();
    let manifest = manifest.to_string().into_bytes();
    layout.blobs.insert(digest(&manifest), manifest.clone());
    let server = Server::start(move |request| {
        let name = request.target.rsplit('/').next().unwrap_or_default();
        let blob = if name == "v1" { Some(&manifest) } else { layout.blobs.get(name) };
        blob.map_or(Response::of(404, "{}"), |blob| Response::of(200, blob.clone()))
    });
    let reference = format!("{}/app:v1", server.address);
    let asked = |foreign| {
        let mut options: Options = options(Credentials::default());
        options.registry.foreign = foreign;
        scan(&reference, options).expect("scanned")
    };
    let without = asked(false);
    assert!(other.requests.lock().expect("requests").is_empty());
    assert!(without.skips[0].detail.contains("--foreign"), "{:?}", without.skips);
    whole(&asked(true));
    assert!(other.asked("/layer")[0].header("authorization").is_empty());
}

#[test]
fn a_redirect_takes_no_login_with_it() {
    let layout = TestLayout::default().image("v1", &image());
    let (blobs, tag) = (layout.blobs.clone(), layout.tagged("v1").expect("a tag"));
    let store = Server::start(move |request| {
        let name = request.target.rsplit('/').next().unwrap_or_default();
        blobs.get(name).map_or(Response::of(404, "{}"), |blob| Response::of(200, blob.clone()))
    });
    let elsewhere = store.address.clone();
    let server = Server::start(move |request| {
        let name = request.target.rsplit('/').next().unwrap_or_default();
        if request.header("authorization").is_empty() {
            return Response::of(401, "{}").with("WWW-Authenticate", "Basic realm=\"test\"");
        }
        match request.target.contains("/blobs/") {
            true => Response::of(307, "").with("Location", format!("http://{elsewhere}/store/{name}")),
            false => Response::of(200, layout.blobs[if name == "v1" { &tag } else { name }].clone()),
        }
    });
    let password = Secret::new(["correct", "horse"].join("-").as_bytes(), MaskKind::Password);
    let credential = Credential::Password { user: "me".to_owned(), password };
    let options = options(Credentials::given(Some(credential)));
    whole(&scan(&format!("{}/app:v1", server.address), options).expect("scanned"));
    let asked = store.asked("/store/");
    assert!(asked.len() >= 2 && asked.iter().all(|request| request.header("authorization").is_empty()));
}

#[test]
fn a_registry_that_says_nothing_does_not_outlast_the_run() {
    let server = Server::start(|request| {
        if request.target.contains("manifests") {
            std::thread::sleep(Duration::from_secs(20));
        }
        Response::of(200, "{}")
    });
    let start = Instant::now();
    let mut options: Options = options(Credentials::default());
    options.registry.stop = std::sync::Arc::new(move || start.elapsed() > Duration::from_millis(300));
    let seen = scan(&format!("{}/app:v1", server.address), options);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert!(seen.is_ok_and(|seen| seen.files.is_empty()));
}
