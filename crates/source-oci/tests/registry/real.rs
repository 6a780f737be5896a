//! A real registry, Debian's `docker-registry`: plain, with TLS and a login, and with tokens.
//!
//! On a machine without it these tests do nothing, unless `CI` is set: then they fail.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use keysieve_finding::{MaskKind, Secret};
use keysieve_source_oci::{Credential, Credentials};
use keysieve_testkit::TestLayout;

use crate::server::{Response, Server};
use crate::{image, options, scan, whole};

/// What has to be installed.
const TOOLS: &[&str] = &["docker-registry", "openssl", "htpasswd"];

/// Whether the tools are there. Where they have to be, it is an error that they are not.
pub(crate) fn tools() -> bool {
    let there = |tool: &&&str| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).any(|directory| directory.join(**tool).is_file())
    };
    let missing: Vec<&&str> = TOOLS.iter().filter(|tool| !there(tool)).collect();
    assert!(missing.is_empty() || std::env::var_os("CI").is_none(), "not installed: {missing:?}");
    missing.is_empty()
}

pub(crate) struct Registry {
    child: Child,
    pub(crate) address: String,
}

impl Registry {
    /// Starts one over a directory of blobs, with more lines in its configuration.
    pub(crate) fn start(directory: &Path, name: &str, http: &str, auth: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        drop(listener);
        let storage = directory.join("storage");
        let config = format!(
            "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  addr: {address}\n{http}{auth}",
            storage.display()
        );
        let file = directory.join(format!("{name}.yml"));
        fs::write(&file, config).expect("written");
        let child = Command::new("docker-registry")
            .arg("serve")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("docker-registry runs");
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(&address).is_err() {
            assert!(Instant::now() < deadline, "docker-registry does not listen");
            thread::sleep(Duration::from_millis(20));
        }
        Self { child, address }
    }

    /// One request. Gives the status and the head of the answer.
    fn send(&self, method: &str, target: &str, media_type: &str, body: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("connected");
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body)).expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("answered");
        String::from_utf8_lossy(&answer).into_owned()
    }

    pub(crate) fn push(&self, layout: &TestLayout) {
        self.push_as(layout, "v1");
    }

    /// Pushes the image that is tagged `v1` under another tag.
    pub(crate) fn push_as(&self, layout: &TestLayout, tag: &str) {
        let tagged = layout.tagged("v1").expect("a tag");
        for (digest, blob) in layout.blobs.iter().filter(|(digest, _)| **digest != tagged) {
            let answer = self.send("POST", "/v2/team/app/blobs/uploads/", "text/plain", b"");
            let location =
                answer.lines().find_map(|line| line.strip_prefix("Location: ")).expect("a place").trim();
            let target = &location[location.find("/v2/").expect("a path")..];
            let answer =
                self.send("PUT", &format!("{target}&digest={digest}"), "application/octet-stream", blob);
            assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
        }
        let manifest = &layout.blobs[&tagged];
        let media_type = "application/vnd.oci.image.manifest.v1+json";
        let answer = self.send("PUT", &format!("/v2/team/app/manifests/{tag}"), media_type, manifest);
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn openssl(directory: &Path, arguments: &str) -> Vec<u8> {
    let output = Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(directory)
        .output()
        .expect("openssl runs");
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// An authority and a certificate of it for this machine.
pub(crate) fn certificates(directory: &Path) -> PathBuf {
    openssl(
        directory,
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=test-ca",
    );
    openssl(directory, "req -newkey rsa:2048 -nodes -keyout tls.key -out tls.csr -subj /CN=localhost");
    fs::write(directory.join("ext"), "subjectAltName=IP:127.0.0.1\n").expect("written");
    openssl(
        directory,
        "x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out tls.crt",
    );
    directory.join("ca.crt")
}

fn login() -> (String, Credential) {
    let word = ["correct", "horse"].join("-");
    let password = Secret::new(word.as_bytes(), MaskKind::Password);
    (word, Credential::Password { user: "me".to_owned(), password })
}

/// A token for everything, as the specification of Docker's registries has it, signed by the authority's key.
fn token(directory: &Path, service: &str) -> String {
    let der = openssl(directory, "x509 -in ca.crt -outform der");
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let header = serde_json::json!({ "typ": "JWT", "alg": "RS256", "x5c": [STANDARD.encode(der)] });
    let claims = serde_json::json!({
        "iss": "test", "sub": "me", "aud": service, "exp": now + 600, "nbf": now - 60, "iat": now, "jti": "1",
        "access": [{ "type": "repository", "name": "team/app", "actions": ["pull"] }],
    });
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    fs::write(directory.join("signed"), &signed).expect("written");
    let signature = openssl(directory, "dgst -sha256 -sign ca.key signed");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn a_real_registry_is_read_in_the_clear_with_tls_and_with_tokens() {
    if !tools() {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let here = directory.path();
    let plain = Registry::start(here, "plain", "", "");
    plain.push(&TestLayout::default().image("v1", &image()));
    let reference = |registry: &Registry| format!("{}/team/app:v1", registry.address);
    whole(&scan(&reference(&plain), options(Credentials::default())).expect("scanned"));

    let (word, credential) = login();
    let authority = certificates(here);
    let hash = Command::new("htpasswd").args(["-Bbn", "me", &word]).output().expect("htpasswd runs");
    fs::write(here.join("users"), hash.stdout).expect("written");
    let http = format!("  tls:\n    certificate: {0}/tls.crt\n    key: {0}/tls.key\n", here.display());
    let auth = format!("auth:\n  htpasswd:\n    realm: test\n    path: {}/users\n", here.display());
    let tls = Registry::start(here, "tls", &http, &auth);
    let mut trusting = options(Credentials::given(Some(credential.clone())));
    trusting.registry.ca_files.push(authority);
    whole(&scan(&reference(&tls), trusting.clone()).expect("scanned"));
    trusting.registry.credentials = Credentials::default();
    let refused = scan(&reference(&tls), trusting).expect("a gap");
    assert!(refused.skips[0].detail.contains("wants a login"), "{:?}", refused.skips);
    let untrusted =
        scan(&reference(&tls), options(Credentials::given(Some(credential.clone())))).expect("a gap");
    assert!(untrusted.skips[0].detail.contains("--ca-file"), "{:?}", untrusted.skips);

    let (given, basic) = (token(here, "test-service"), STANDARD.encode(format!("me:{word}")));
    let tokens = Server::start(move |request| match request.header("authorization") {
        right if right == format!("Basic {basic}") => Response::of(200, format!(r#"{{"token": "{given}"}}"#)),
        _ => Response::of(401, "{}"),
    });
    let auth = format!(
        "auth:\n  token:\n    realm: http://{}/token\n    service: test-service\n    issuer: test\n    rootcertbundle: {}/ca.crt\n",
        tokens.address,
        here.display()
    );
    let bearer = Registry::start(here, "bearer", "", &auth);
    whole(&scan(&reference(&bearer), options(Credentials::given(Some(credential)))).expect("scanned"));
    assert!(tokens.asked("/token")[0].target.contains("service=test-service"));
}
