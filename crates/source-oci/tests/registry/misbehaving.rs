//! A registry that misbehaves as it is told.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keysieve_finding::{MaskKind, Secret, SkipReason};
use keysieve_source_oci::{Credential, Credentials, Options, Tags};
use keysieve_testkit::{ImageLayer, Packing, TestImage, TestLayout};

use crate::server::{Request, Response, Server};
use crate::{image, options, scan, whole};

/// How it misbehaves.
#[derive(Default)]
struct Manners {
    /// How many requests below `/v2/app/` are refused, and with what.
    refusals: AtomicUsize,
    /// Whether that is so of blobs alone.
    blobs_only: AtomicBool,
    status: AtomicUsize,
    retry_after: AtomicUsize,
    /// How many blobs are cut in the middle.
    cuts: AtomicUsize,
    /// Whether it takes no notice of ranges.
    no_ranges: AtomicBool,
    /// What it takes as authorization; none is needed if that is empty.
    wants: Mutex<String>,
    /// How often a token can be used.
    uses: AtomicUsize,
    tokens: AtomicUsize,
}

fn registry(layout: TestLayout, manners: Manners) -> (Server, Arc<Manners>) {
    let manners = Arc::new(manners);
    let own = Arc::clone(&manners);
    let server = Server::start(move |request| answer(&layout, &own, request));
    (server, manners)
}

fn take(count: &AtomicUsize) -> bool {
    count.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok()
}

fn answer(layout: &TestLayout, manners: &Manners, request: &Request) -> Response {
    if request.target.starts_with("/token") {
        return token(manners, request);
    }
    let wants = manners.wants.lock().expect("not poisoned").clone();
    if !wants.is_empty() && !allowed(manners, &wants, request) {
        let challenge = match wants.as_str() {
            basic if basic.starts_with("Basic") => "Basic realm=\"test\"".to_owned(),
            _ => format!("Bearer realm=\"http://{}/token\",service=\"test\"", request.header("host")),
        };
        return Response::of(401, "{}").with("WWW-Authenticate", challenge);
    }
    let Some(rest) = request.target.strip_prefix("/v2/app/") else { return Response::of(200, "{}") };
    let may_refuse = rest.starts_with("blobs/") || !manners.blobs_only.load(SeqCst);
    if may_refuse && take(&manners.refusals) {
        let status = u16::try_from(manners.status.load(SeqCst)).expect("a status");
        return Response::of(status, "").with("Retry-After", manners.retry_after.load(SeqCst).to_string());
    }
    if rest.starts_with("tags/list") {
        return Response::of(200, r#"{"name": "app", "tags": ["v1", "v2"]}"#);
    }
    let Some((kind, name)) = rest.split_once('/') else { return Response::of(404, "{}") };
    if kind == "referrers" && layout.tagged(&format!("list-of-{name}")).is_none() {
        return Response::of(404, "{}");
    }
    let digest = match kind {
        "referrers" => layout.tagged(&format!("list-of-{name}")).unwrap_or_default(),
        _ => layout.tagged(name).unwrap_or_else(|| name.to_owned()),
    };
    let Some(blob) = layout.blobs.get(&digest) else { return Response::of(404, "{}") };
    if kind == "manifests" {
        return Response::of(200, blob.clone());
    }
    let from = request
        .header("range")
        .strip_prefix("bytes=")
        .and_then(|range| range.trim_end_matches('-').parse().ok());
    let from: usize = from.filter(|_| !manners.no_ranges.load(SeqCst)).unwrap_or(0);
    let mut response = Response::of(if from > 0 { 206 } else { 200 }, &blob[from..]);
    if response.body.len() > 100_000 && take(&manners.cuts) {
        response.cut = Some(response.body.len() / 2);
    }
    response
}

fn allowed(manners: &Manners, wants: &str, request: &Request) -> bool {
    let given = request.header("authorization");
    if wants.starts_with("Basic") {
        return given == wants;
    }
    let current = format!("Bearer t{}", manners.tokens.load(SeqCst));
    given == current && take(&manners.uses)
}

/// Gives a token for a login, or for an identity token.
fn token(manners: &Manners, request: &Request) -> Response {
    let login = format!("Basic {}", STANDARD.encode("me:pass word"));
    let right = match request.method.as_str() {
        "POST" => {
            request.body.contains("grant_type=refresh_token")
                && request.body.contains("refresh_token=identity")
        }
        _ => {
            request.header("authorization") == login
                && request.target.contains("scope=repository%3Aapp%3Apull")
        }
    };
    if !right {
        return Response::of(401, "{}");
    }
    manners.uses.store(3, SeqCst);
    let number = manners.tokens.fetch_add(1, SeqCst) + 1;
    Response::of(200, format!(r#"{{"access_token": "t{number}"}}"#))
}

fn password(user: &str, word: &str) -> Credential {
    Credential::Password { user: user.to_owned(), password: Secret::new(word.as_bytes(), MaskKind::Password) }
}

fn credentials(credential: Option<Credential>) -> Credentials {
    Credentials::given(credential)
}

fn layout() -> TestLayout {
    TestLayout::default().image("v1", &image())
}

fn plain() -> Options {
    options(Credentials::default())
}

#[test]
fn a_registry_without_a_login_is_read_and_each_blob_once() {
    let (server, _) = registry(layout(), Manners::default());
    whole(&scan(&format!("{}/app:v1", server.address), plain()).expect("scanned"));
    for digest in image().digests() {
        assert_eq!(server.asked(&digest).len(), 1);
    }
}

#[test]
fn what_passes_is_waited_for() {
    for (status, retry_after) in [(429, 1), (503, 0), (500, 0), (408, 0)] {
        let manners = Manners {
            refusals: 3.into(),
            status: status.into(),
            retry_after: retry_after.into(),
            ..Manners::default()
        };
        let (server, _) = registry(layout(), manners);
        let start = Instant::now();
        whole(&scan(&format!("{}/app:v1", server.address), plain()).expect("scanned"));
        assert!(start.elapsed() >= Duration::from_secs(3 * retry_after as u64), "it says when to come back");
    }
}

#[test]
fn a_refusal_of_a_blob_is_waited_for_too() {
    let manners =
        Manners { refusals: 4.into(), status: 503.into(), blobs_only: true.into(), ..Manners::default() };
    let (server, _) = registry(layout(), manners);
    whole(&scan(&format!("{}/app:v1", server.address), plain()).expect("scanned"));
}

#[test]
fn a_blob_that_is_cut_goes_on_where_it_was() {
    let (server, _) = registry(layout(), Manners { cuts: 2.into(), ..Manners::default() });
    whole(&scan(&format!("{}/app:v1", server.address), plain()).expect("scanned"));
    let asked = server.asked(&image().digests()[0]);
    let ranges: Vec<&str> = asked.iter().map(|request| request.header("range")).collect();
    assert_eq!(ranges.len(), 3, "{ranges:?}");
    let from: Vec<u64> = ranges
        .iter()
        .map(|range| range.trim_start_matches("bytes=").trim_end_matches('-').parse().unwrap_or(0))
        .collect();
    assert!(from[0] == 0 && from[1] > 0 && from[2] > from[1], "{from:?}");
}

#[test]
fn a_registry_without_ranges_is_read_again_and_no_byte_is_scanned_twice() {
    let manners = Manners { cuts: 2.into(), no_ranges: true.into(), ..Manners::default() };
    let (server, _) = registry(layout(), manners);
    whole(&scan(&format!("{}/app:v1", server.address), plain()).expect("scanned"));
}

#[test]
fn a_registry_that_stays_down_is_a_gap_or_an_error_and_ends() {
    let manners = Manners { refusals: 1000.into(), status: 503.into(), ..Manners::default() };
    let (server, _) = registry(layout(), manners);
    let seen = scan(&format!("{}/app:v1", server.address), plain()).expect("a gap");
    assert!(seen.skips[0].detail.contains("503"), "{:?}", seen.skips);
    let asked = server.asked("/v2/app/manifests").len();
    assert!((2..8).contains(&asked), "{asked}");
}

#[test]
fn basic_and_bearer_logins_open_it() {
    let basic = format!("Basic {}", STANDARD.encode("me:pass word"));
    for wants in [basic.as_str(), "Bearer"] {
        let (server, _) =
            registry(layout(), Manners { wants: wants.to_owned().into(), ..Manners::default() });
        let login = credentials(Some(password("me", "pass word")));
        whole(&scan(&format!("{}/app:v1", server.address), options(login)).expect("scanned"));
        let wrong = credentials(Some(password("me", "wrong")));
        let seen = scan(&format!("{}/app:v1", server.address), options(wrong)).expect("a gap");
        assert!(seen.files.is_empty() && !seen.skips[0].detail.contains("wrong"), "{:?}", seen.skips);
    }
}

#[test]
fn a_token_that_expires_is_renewed_in_mid_run() {
    let (server, manners) =
        registry(layout(), Manners { wants: "Bearer".to_owned().into(), ..Manners::default() });
    let login = credentials(Some(password("me", "pass word")));
    whole(&scan(&format!("{}/app:v1", server.address), options(login)).expect("scanned"));
    assert!(manners.tokens.load(SeqCst) > 1, "three uses are not enough for an image of two layers");
}

#[test]
fn an_identity_token_is_changed_for_another() {
    let (server, _) = registry(layout(), Manners { wants: "Bearer".to_owned().into(), ..Manners::default() });
    let token = Credential::Identity(Secret::new(b"identity", MaskKind::Password));
    whole(&scan(&format!("{}/app:v1", server.address), options(credentials(Some(token)))).expect("scanned"));
    assert!(server.asked("/token").iter().all(|request| request.method == "POST"));
}

#[test]
fn several_logins_are_tried_in_turn() {
    let basic = format!("Basic {}", STANDARD.encode("me:pass word"));
    let (server, _) = registry(layout(), Manners { wants: basic.into(), ..Manners::default() });
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("secret.yaml");
    let config = format!(
        r#"{{"auths": {{"{0}/app": {{"auth": "{1}"}}, "{0}": {{"auth": "{2}"}}}}}}"#,
        server.address,
        STANDARD.encode("old:gone"),
        STANDARD.encode("me:pass word"),
    );
    std::fs::write(&file, format!("kind: Secret\ndata:\n  .dockerconfigjson: {}\n", STANDARD.encode(config)))
        .expect("written");
    let found = Credentials::find(None, &[file]).expect("read");
    whole(&scan(&format!("{}/app:v1", server.address), options(found)).expect("scanned"));
}

#[test]
fn a_blob_that_is_not_what_its_digest_promises_is_named() {
    let mut layout = layout();
    layout.blobs.get_mut(&image().digests()[0]).expect("the layer")[1000] ^= 1;
    let (server, _) = registry(layout, Manners::default());
    let seen = scan(&format!("{}/app:v1", server.address), plain()).expect("scanned");
    assert!(seen.skips.iter().any(|skip| skip.detail.contains("its digest should be")), "{:?}", seen.skips);
    assert_eq!(seen.files.get("small"), Some(&6));
}

#[test]
fn a_manifest_that_is_too_large_is_refused() {
    let mut layout = layout();
    let digest = layout.tagged("v1").expect("a tag");
    layout.blobs.insert(digest, vec![b' '; 5 << 20]);
    let (server, _) = registry(layout, Manners::default());
    let seen = scan(&format!("{}/app:v1", server.address), plain()).expect("a gap");
    assert_eq!(seen.skips[0].reason, SkipReason::Limit);
}

#[test]
fn all_tags_are_scanned_and_one_that_is_broken_is_a_gap() {
    let (server, _) = registry(layout(), Manners::default());
    let seen = scan(
        &format!("{}/app", server.address),
        Options { tags: Tags::new(true, &[], None, None).expect("all"), ..plain() },
    )
    .expect("scanned");
    assert_eq!(seen.files.get("large"), Some(&600_000));
    assert_eq!(seen.skips.len(), 1, "there is no v2: {:?}", seen.skips);
}

#[test]
fn what_refers_to_an_image_is_scanned_when_that_is_asked_for() {
    let artifact = |name: &str| {
        let layer = ImageLayer::new("").raw(format!("about {name}").into_bytes()).packed(Packing::Plain);
        let mut artifact =
            TestImage::new("unknown", "unknown").layer(layer.media_type("application/spdx+json"));
        artifact.config["history"] = serde_json::json!([name]);
        artifact
    };
    let (listed, signature) = (artifact("listed"), artifact("signed"));
    let subject = layout().tagged("v1").expect("a tag");
    let tag = subject.replace(':', "-");
    for list in [format!("list-of-{subject}"), tag.clone()] {
        let all = layout().index(&list, &[&listed], Vec::new()).image(&format!("{tag}.sig"), &signature);
        let (server, _) = registry(all, Manners::default());
        let reference = format!("{}/app:v1", server.address);
        let seen = scan(&reference, Options { referrers: true, ..plain() }).expect("scanned");
        whole(&seen);
        assert!(
            server.asked(&signature.digests()[0]).len() == 1 && server.asked(&listed.digests()[0]).len() == 1
        );
        whole(&scan(&reference, plain()).expect("scanned"));
        assert_eq!(server.asked(&listed.digests()[0]).len(), 1, "not unless it is asked for");
    }
}

#[test]
fn a_wait_ends_when_the_run_does() {
    let manners =
        Manners { refusals: 1000.into(), status: 429.into(), retry_after: 30.into(), ..Manners::default() };
    let (server, _) = registry(layout(), manners);
    let start = Instant::now();
    let mut options = plain();
    options.registry.stop = Arc::new(move || start.elapsed() > Duration::from_millis(300));
    scan(&format!("{}/app:v1", server.address), options).expect("nothing is wrong with what was asked for");
    assert!(start.elapsed() < Duration::from_secs(5));
}
