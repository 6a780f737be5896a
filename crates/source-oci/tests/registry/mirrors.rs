//! Mirrors and certificates, as podman, docker and containerd have them.

use std::fs;
use std::path::Path;

use keysieve_source_oci::{Credentials, Mirrors, Options};
use keysieve_testkit::TestLayout;

use crate::real::{Registry, certificates, openssl, tools};
use crate::server::{Response, Server};
use crate::{image, options, scan, whole};

/// With mirrors as a file or a directory has them.
fn with(files: &[&Path], directories: &[&Path]) -> Options {
    let owned = |paths: &[&Path]| paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
    let mut options = options(Credentials::default());
    options.registry.mirrors = Mirrors::find(&owned(files), &owned(directories)).expect("read");
    options
}

#[test]
fn a_mirror_that_does_not_answer_costs_nothing_and_the_next_is_asked() {
    if !tools() {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let registry = Registry::start(here, "plain", "", "");
    registry.push(&TestLayout::default().image("v1", &image()));
    let busy = Server::start(|_| Response::of(503, "later"));
    let file = here.join("registries.conf");
    let text = format!(
        "[[registry]]\nprefix = \"registry.invalid/our\"\nlocation = \"{0}/team\"\ninsecure = true\n\
         [[registry.mirror]]\nlocation = \"127.0.0.1:9/team\"\ninsecure = true\n\
         [[registry.mirror]]\nlocation = \"{1}/team\"\n\
         [[registry]]\nlocation = \"bad.invalid\"\nblocked = true\n",
        registry.address, busy.address
    );
    fs::write(&file, text).expect("written");
    whole(&scan("registry.invalid/our/app:v1", with(&[&file], &[])).expect("scanned"));
    assert!(!busy.asked("/v2/team/app/manifests/v1").is_empty());
    let asked = busy.asked("/blobs/").len();
    assert_eq!(asked, 0, "one that says nothing of use is not asked again");
    let blocked = scan("bad.invalid/app:v1", with(&[&file], &[])).expect("a gap");
    assert!(blocked.skips[0].detail.contains("blocks it"), "{:?}", blocked.skips);
}

#[test]
fn a_mirror_of_containerd_is_told_whose_images_are_wanted() {
    let directory = tempfile::tempdir().expect("a directory");
    let layout = TestLayout::default().image("v1", &image());
    let server = Server::start(move |request| {
        let path = request.target.split('?').next().unwrap_or_default();
        let Some(name) = path.strip_prefix("/v2/proxy/team/app/").and_then(|rest| rest.split_once('/'))
        else {
            return Response::of(404, "{}");
        };
        let digest = if name.1 == "v1" { layout.tagged("v1").expect("a tag") } else { name.1.to_owned() };
        layout.blobs.get(&digest).map_or(Response::of(404, "{}"), |blob| Response::of(200, blob.clone()))
    });
    let own = directory.path().join("registry.invalid");
    fs::create_dir(&own).expect("made");
    let text = format!(
        "server = \"https://registry.invalid\"\n[host.\"http://{}/v2/proxy\"]\noverride_path = true\n",
        server.address
    );
    fs::write(own.join("hosts.toml"), text).expect("written");
    whole(&scan("registry.invalid/team/app:v1", with(&[], &[directory.path()])).expect("scanned"));
    assert!(
        server.requests.lock().expect("requests").iter().all(|it| it.target.contains("ns=registry.invalid"))
    );
}

#[test]
fn a_registry_that_wants_to_know_us_sees_our_certificate() {
    if !tools() {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let authority = certificates(here);
    openssl(here, "req -newkey rsa:2048 -nodes -keyout me.key -out me.csr -subj /CN=me");
    openssl(
        here,
        "x509 -req -in me.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out me.cert",
    );
    let http = format!(
        "  tls:\n    certificate: {0}/tls.crt\n    key: {0}/tls.key\n    clientcas:\n      - {0}/ca.crt\n",
        here.display()
    );
    let plain = Registry::start(here, "plain", "", "");
    plain.push(&TestLayout::default().image("v1", &image()));
    let registry = Registry::start(here, "mutual", &http, "");
    let own = here.join("certs.d").join(&registry.address);
    fs::create_dir_all(&own).expect("made");
    fs::copy(authority, own.join("ca.crt")).expect("copied");
    let reference = format!("{}/team/app:v1", registry.address);
    let certs = here.join("certs.d");
    let mut hasty = with(&[], &[&certs]);
    hasty.registry.max_wait = std::time::Duration::from_millis(20);
    let unknown = scan(&reference, hasty).expect("a gap");
    assert!(!unknown.skips.is_empty(), "it does not know us");
    fs::copy(here.join("me.cert"), own.join("client.cert")).expect("copied");
    fs::copy(here.join("me.key"), own.join("client.key")).expect("copied");
    whole(&scan(&reference, with(&[], &[&certs])).expect("scanned"));
}

#[test]
fn a_short_name_is_looked_for_where_podman_would() {
    if !tools() {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let registry = Registry::start(here, "plain", "", "");
    registry.push(&TestLayout::default().image("v1", &image()));
    let empty = Server::start(|_| Response::of(404, "{}"));
    let file = here.join("registries.conf");
    let text = format!(
        "unqualified-search-registries = [\"{}\", \"{}\"]\n[aliases]\n\"ours\" = \"{1}/team/app\"\n",
        empty.address, registry.address
    );
    fs::write(&file, text).expect("written");
    for short in ["team/app:v1", "ours:v1"] {
        let seen = scan(short, with(&[&file], &[])).expect("scanned");
        assert_eq!(seen.images, [format!("{}/team/app:v1", registry.address)]);
        whole(&seen);
    }
    assert_eq!(empty.asked("/v2/team/app/manifests/v1").len(), 1);
    let none = scan("no/such:v1", with(&[&file], &[])).expect_err("nowhere").to_string();
    assert!(none.contains(&empty.address) && none.contains(&registry.address), "{none}");
}
