//! What `watch` takes besides files, and what becomes of alerts.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use keysieve_rules::fill;
use serde_json::Value;

use crate::certificate::Certificate;
use crate::{code, json, run, stderr, stdout};

pub(crate) fn token(seed: u64) -> String {
    fill("{{github:ghp}}", seed).expect("a placeholder")
}

/// A watch that ends with the test.
pub(crate) struct Watch {
    pub(crate) child: Child,
    pub(crate) directory: PathBuf,
    pub(crate) listen: SocketAddr,
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address that nobody has, for a moment at least.
pub(crate) fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port")
}

impl Watch {
    pub(crate) fn start(directory: &Path, arguments: &[&str]) -> Self {
        let listen = free();
        let child = Command::new(env!("CARGO_BIN_EXE_keysieve"))
            .args(["watch", "--no-config", "--output", "copy", "--alerts", "alerts.jsonl"])
            .args(["--listen", &listen.to_string()])
            .args(arguments)
            .current_dir(directory)
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        let this = Self { child, directory: directory.to_owned(), listen };
        this.until(|| this.get("/readyz").starts_with("HTTP/1.1 200"));
        this
    }

    pub(crate) fn until(&self, mut done: impl FnMut() -> bool) {
        let start = Instant::now();
        while !done() {
            assert!(start.elapsed() < Duration::from_secs(20), "it takes too long: {}", self.copy());
            thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    pub(crate) fn copy(&self) -> String {
        fs::read_to_string(self.path("copy")).unwrap_or_default()
    }

    pub(crate) fn get(&self, path: &str) -> String {
        ask(self.listen, &format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")).unwrap_or_default()
    }

    pub(crate) fn terminate(&mut self) {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().expect("kill");
        assert!(self.child.wait().expect("it ends").success());
    }
}

fn ask(address: SocketAddr, request: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    Some(text)
}

pub(crate) fn add(path: &Path, text: &str) {
    let mut file = fs::OpenOptions::new().append(true).create(true).open(path).expect("a log");
    file.write_all(text.as_bytes()).expect("written");
}

/// A receiver that takes everything, and hands on the bodies.
pub(crate) fn receiver() -> (SocketAddr, Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (sender, bodies) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream);
            let (mut line, mut length) = (String::new(), 0);
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a length");
                }
                line.clear();
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("a body");
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            let _ = reader.get_mut().write_all(answer);
            let _ = sender.send(serde_json::from_slice(&body).expect("JSON"));
        }
    });
    (address, bodies)
}

#[test]
fn syslog_comes_over_every_socket() {
    let directory = tempfile::tempdir().expect("a directory");
    let (udp, tcp) =
        (UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port"), free());
    let (udp_address, tcp_address) = (format!("udp://{udp}"), format!("tcp://{tcp}"));
    let addresses = ["--syslog", &udp_address, "--syslog", &tcp_address, "--syslog", "unix:log.socket"];
    let watch = Watch::start(directory.path(), &addresses);
    let message =
        |from: &str, seed: u64| format!("<34>1 2026-11-25T11:00:00Z {from} app - - - token={}", token(seed));
    let masked =
        |from: &str| format!("<34>1 2026-11-25T11:00:00Z {from} app - - - token=[REDACTED:github-pat]\n");
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    socket.send_to(message("udp", 1).as_bytes(), udp).expect("sent");
    let socket = UnixDatagram::unbound().expect("a socket");
    socket.send_to(format!("{}\n", message("unix", 2)).as_bytes(), watch.path("log.socket")).expect("sent");
    let mut counted = TcpStream::connect(tcp).expect("connected");
    let text = message("counted", 3);
    let (first, second) = text.split_at(70);
    write!(counted, "{} {first}", text.len()).expect("sent");
    let mut plain = TcpStream::connect(tcp).expect("connected");
    plain.write_all(format!("{}\n<34>no end", message("plain", 4)).as_bytes()).expect("sent");
    thread::sleep(Duration::from_millis(100));
    counted.write_all(second.as_bytes()).expect("sent");
    watch.until(|| {
        ["udp", "unix", "counted", "plain"].iter().all(|from| watch.copy().contains(&masked(from)))
    });
    watch.until(|| watch.copy().contains("<34>no end"));
    assert!(!watch.copy().contains("ghp_"), "{}", watch.copy());
    let alerts = json(&run(&watch.directory, &["alerts", "list", "alerts.jsonl", "-f", "json"]));
    let alerts = alerts.as_array().expect("a list");
    let of =
        |address: &str| alerts.iter().filter(|alert| alert["event"]["source"]["file"] == address).count();
    assert_eq!((alerts.len(), of(&udp_address), of(&tcp_address)), (4, 1, 2));
}

#[test]
fn a_fifo_goes_on_when_its_writer_ends() {
    let directory = tempfile::tempdir().expect("a directory");
    let made = Command::new("mkfifo").arg(directory.path().join("log")).status().expect("mkfifo");
    assert!(made.success());
    let watch = Watch::start(directory.path(), &["log"]);
    for seed in 0..3 {
        fs::write(watch.path("log"), format!("line {seed} {}\n", token(seed))).expect("written");
        watch.until(|| watch.copy().contains(&format!("line {seed} [REDACTED:github-pat]\n")));
    }
}

#[test]
fn audit_events_are_taken_and_the_policy_is_named() {
    let directory = tempfile::tempdir().expect("a directory");
    let address = free();
    let watch = Watch::start(directory.path(), &["--audit-webhook", &address.to_string()]);
    let body = "{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"items\":[\
        {\"level\":\"Request\",\"objectRef\":{\"resource\":\"secrets\"},\
        \"requestObject\":{\"kind\":\"Secret\",\"data\":{\"user\":\"YWRtaW4=\"}}},{\"level\":\"Metadata\"}]}";
    let post = |body: &str| {
        let head = format!("POST /audit HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.len());
        ask(address, &(head + body)).expect("an answer")
    };
    assert!(post(body).starts_with("HTTP/1.1 200"));
    // It has gone out before the answer came.
    let expected = "{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"level\":\"Request\",\
        \"objectRef\":{\"resource\":\"secrets\"},\"requestObject\":{\"kind\":\"Secret\",\
        \"data\":{\"user\":\"[REDACTED:kubernetes-secret]\"}}}\n\
        {\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"level\":\"Metadata\"}\n";
    assert_eq!(watch.copy(), expected);
    assert!(post("{}").starts_with("HTTP/1.1 400"));
    let alerts = fs::read_to_string(watch.path("alerts.jsonl")).expect("alerts");
    let event: Value = serde_json::from_str(&alerts).expect("one event");
    crate::follows("alert-1.schema.json", &event);
    assert!(event["advice"].as_str().is_some_and(|advice| advice.contains("set level Metadata")), "{alerts}");
}

/// Asks over TLS, as someone who trusts `server`, with a certificate if there is one.
pub(crate) fn ask_secretly(
    address: SocketAddr,
    request: &str,
    server: &Certificate,
    own: Option<&Certificate>,
) -> Option<String> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(server.der.clone().into()).expect("a certificate");
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.expect("versions").with_root_certificates(roots);
    let config = match own {
        None => builder.with_no_client_auth(),
        Some(own) => {
            let key = rustls::pki_types::PrivateKeyDer::try_from(own.key.clone()).expect("a key");
            builder.with_client_auth_cert(vec![own.der.clone().into()], key).expect("a certificate")
        }
    };
    let name = "localhost".try_into().expect("a name");
    let connection = rustls::ClientConnection::new(std::sync::Arc::new(config), name).expect("a connection");
    let mut stream = rustls::StreamOwned::new(connection, TcpStream::connect(address).ok()?);
    stream.write_all(request.as_bytes()).ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    Some(text)
}

#[test]
fn audit_events_come_over_tls_from_whom_they_may() {
    let directory = tempfile::tempdir().expect("a directory");
    let (server, caller, stranger) = (Certificate::new(), Certificate::new(), Certificate::new());
    for (name, text) in [("cert.pem", server.pem()), ("key.pem", server.key_pem()), ("ca.pem", caller.pem())]
    {
        fs::write(directory.path().join(name), text).expect("written");
    }
    let address = free();
    let listening = address.to_string();
    let tls = ["--audit-webhook", &listening, "--audit-tls-cert", "cert.pem", "--audit-tls-key", "key.pem"];
    let watch = Watch::start(directory.path(), &[&tls[..], &["--audit-tls-client-ca", "ca.pem"]].concat());
    let body = "{\"kind\":\"EventList\",\"items\":[{\"level\":\"Metadata\"}]}";
    let head = format!("POST /audit HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.len());
    let request = head + body;
    let said = |own| ask_secretly(address, &request, &server, own).unwrap_or_default();
    assert!(said(Some(&caller)).starts_with("HTTP/1.1 200"), "{}", said(Some(&caller)));
    let taken = watch.copy();
    assert!(taken.contains("\"level\":\"Metadata\""), "{taken}");
    assert_eq!((said(Some(&stranger)), said(None)), (String::new(), String::new()));
    assert_eq!(
        ask(address, &request).unwrap_or_default().find("HTTP/1.1 200"),
        None,
        "nothing goes without TLS"
    );
    assert_eq!(watch.copy(), taken);

    let wrong =
        ["watch", "--audit-webhook", &listening, "--audit-tls-cert", "ca.pem", "--audit-tls-key", "ca.pem"];
    let output = run(directory.path(), &wrong);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("--audit-tls-key ca.pem"), "{}", stderr(&output));
}

#[test]
fn syslog_goes_out_over_tls_to_whom_is_trusted() {
    let directory = tempfile::tempdir().expect("a directory");
    let (server, other) = (Certificate::new(), Certificate::new());
    fs::write(directory.path().join("ca.pem"), server.pem()).expect("written");
    fs::write(directory.path().join("other.pem"), other.pem()).expect("written");
    add(&directory.path().join("app.log"), &format!("token={}\n", token(1)));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let to = format!("syslog=tls://localhost:{}", listener.local_addr().expect("an address").port());
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let key = rustls::pki_types::PrivateKeyDer::try_from(server.key.clone()).expect("a key");
    let chain = vec![server.der.clone().into()];
    let config = builder.expect("versions").with_no_client_auth().with_single_cert(chain, key);
    let config = std::sync::Arc::new(config.expect("a certificate"));
    let take = || {
        let (stream, _) = listener.accept().expect("a caller");
        let connection = rustls::ServerConnection::new(std::sync::Arc::clone(&config)).expect("a connection");
        let mut text = String::new();
        let _ = rustls::StreamOwned::new(connection, stream).read_to_string(&mut text);
        text
    };
    let distrustful =
        Watch::start(directory.path(), &["app.log", "--alert-to", &to, "--alert-ca", "other.pem"]);
    assert_eq!(take(), "", "it does not trust this one");
    distrustful.until(|| distrustful.get("/readyz").contains("receiver 1 (syslog) fails"));
    drop(distrustful);
    fs::remove_file(directory.path().join("alerts.jsonl")).expect("removed");
    let _watch = Watch::start(directory.path(), &["app.log", "--alert-to", &to, "--alert-ca", "ca.pem"]);
    let text = take();
    let (length, message) = text.split_once(' ').expect("a length");
    assert_eq!(length.parse(), Ok(message.len()), "{text}");
    assert!(message.starts_with('<') && message.contains("github-pat"), "{text}");
}

#[test]
fn an_alert_is_acknowledged_rotated_and_fires_again() {
    let (address, bodies) = receiver();
    let next = || bodies.recv_timeout(Duration::from_secs(20)).expect("an event");
    let directory = tempfile::tempdir().expect("a directory");
    let line = format!("token={}\n", token(1));
    add(&directory.path().join("app.log"), &line);
    let to = format!("json=http://{address}/");
    let arguments = ["app.log", "--state", "state", "--alert-to", &to, "--alert-interval", "1"];
    let mut watch = Watch::start(directory.path(), &arguments);
    let next = || {
        let event = next();
        crate::follows("alert-1.schema.json", &event);
        event
    };
    let fired = next();
    assert_eq!(fired["kind"], "firing");
    let id = fired["id"].as_str().expect("an id").to_owned();
    let alerts = |watch: &Watch, arguments: &[&str]| {
        let output = run(&watch.directory, &[&["alerts"], arguments].concat());
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        stdout(&output)
    };
    alerts(&watch, &["ack", "alerts.jsonl", &id, "--reason", "looking"]);
    let acknowledged = next();
    assert_eq!((&acknowledged["kind"], &acknowledged["reason"]), (&"acknowledged".into(), &"looking".into()));
    // Nobody hears again of a secret that someone looks at, but the count goes on, over a restart, too.
    add(&watch.path("app.log"), &line);
    watch.until(|| watch.copy().lines().count() == 2);
    watch.terminate();
    let watch = Watch::start(directory.path(), &arguments);
    add(&watch.path("app.log"), &line);
    watch.until(|| watch.get("/metrics").contains("keysieve_alerts_total 1\n"));
    let said = alerts(&watch, &["resolve", "alerts.jsonl", &id]);
    assert!(said.contains("is resolved, ") && said.contains("after it was first seen"), "{said}");
    let resolved = next();
    assert_eq!((&resolved["kind"], &resolved["count"]), (&"resolved".into(), &3.into()));
    assert!(watch.get("/metrics").contains("keysieve_rotation_seconds_count 1\n"));
    add(&watch.path("app.log"), &line);
    let again = next();
    assert_eq!((&again["kind"], &again["count"]), (&"firing".into(), &1.into()), "it leaks again");
}

#[test]
fn what_is_said_while_nothing_runs_is_heard_at_the_next_start() {
    let (address, bodies) = receiver();
    let next = || bodies.recv_timeout(Duration::from_secs(20)).expect("an event");
    let directory = tempfile::tempdir().expect("a directory");
    add(&directory.path().join("app.log"), &format!("token={}\n", token(1)));
    let to = format!("json=http://{address}/");
    let arguments = ["app.log", "--state", "state", "--alert-to", &to];
    let mut watch = Watch::start(directory.path(), &arguments);
    let id = next()["id"].as_str().expect("an id").to_owned();
    watch.terminate();
    for verb in ["ack", "resolve"] {
        let output = run(directory.path(), &["alerts", verb, "alerts.jsonl", &id, "--reason", verb]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
    }
    let mut watch = Watch::start(directory.path(), &arguments);
    let heard = [next(), next()];
    let kinds = heard.each_ref().map(|event| (event["kind"].as_str(), event["reason"].as_str()));
    assert_eq!(kinds, [(Some("acknowledged"), Some("ack")), (Some("resolved"), Some("resolve"))]);
    watch.terminate();
    // Once, and not again.
    let watch = Watch::start(directory.path(), &arguments);
    add(&watch.path("app.log"), &format!("token={}\n", token(1)));
    assert_eq!(next()["kind"], "firing");
}

#[test]
fn a_receiver_that_fails_is_named_and_the_stream_is_ready() {
    let directory = tempfile::tempdir().expect("a directory");
    add(&directory.path().join("app.log"), &format!("token={}\n", token(1)));
    let to = format!("json=http://{}/secret-path", free());
    let watch = Watch::start(directory.path(), &["app.log", "--alert-to", &to]);
    watch.until(|| watch.get("/readyz").contains("\nreceiver 1 (json) fails since 20"));
    let answer = watch.get("/readyz");
    assert!(answer.starts_with("HTTP/1.1 200") && !answer.contains("secret-path"), "{answer}");
    assert!(watch.get("/metrics").contains("\nkeysieve_receivers_failing 1\n"));
}

#[test]
fn a_silence_keeps_alerts_back_and_is_listed() {
    let (address, bodies) = receiver();
    let directory = tempfile::tempdir().expect("a directory");
    let silence =
        ["alerts", "silence", "alerts.jsonl", "--rule", "github-pat", "--for", "1h", "--reason", "a drill"];
    assert_eq!(code(&run(directory.path(), &silence)), 0);
    let refused =
        run(directory.path(), &["alerts", "silence", "alerts.jsonl", "--for", "1h", "--reason", "x"]);
    assert_eq!((code(&refused), stderr(&refused).contains("--rule")), (2, true));
    add(&directory.path().join("app.log"), &format!("token={}\n{}", token(1), crate::leak()));
    let to = format!("json=http://{address}/");
    let watch = Watch::start(directory.path(), &["app.log", "--alert-to", &to]);
    let heard = bodies.recv_timeout(Duration::from_secs(20)).expect("an event");
    assert_eq!(heard["rule"], "connection-string-url-password");
    assert!(watch.get("/metrics").contains("keysieve_alerts_silenced_total 1\n"));
    assert_eq!(watch.copy().matches("[REDACTED").count(), 2, "what is silenced is masked");
    let listed = stdout(&run(&watch.directory, &["alerts", "list", "alerts.jsonl"]));
    assert!(listed.contains("rule github-pat: a drill\n") && listed.contains("  silenced\n"), "{listed}");
}

#[test]
fn a_rotated_secret_of_a_mounted_directory_is_known_at_once() {
    let directory = tempfile::tempdir().expect("a directory");
    // As the kubelet mounts it: what is current is a link that is swapped.
    let mount = directory.path().join("mount");
    let put = |version: &str, value: &str| {
        fs::create_dir_all(mount.join(version)).expect("made");
        fs::write(mount.join(version).join("pass"), value).expect("written");
        std::os::unix::fs::symlink(version, mount.join("..new")).expect("linked");
        fs::rename(mount.join("..new"), mount.join("..data")).expect("swapped");
    };
    put("..1", "first plain value");
    std::os::unix::fs::symlink("..data/pass", mount.join("pass")).expect("linked");
    let log = directory.path().join("app.log");
    add(&log, "a first plain value b\n");
    let watch = Watch::start(directory.path(), &["app.log", "--known-dir", "mount"]);
    watch.until(|| watch.copy() == "a [REDACTED:pass] b\n");
    put("..2", "second plain value");
    watch.until(|| watch.get("/metrics").contains("keysieve_reloads_total 1\n"));
    add(&log, "a second plain value b\n");
    watch.until(|| watch.copy() == "a [REDACTED:pass] b\n".repeat(2));
}

#[test]
fn what_cannot_be_watched_is_said() {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("notes"), "no state\n").expect("written");
    fs::write(directory.path().join("app.log"), "").expect("written");
    for (arguments, said) in [
        (&["watch", "--no-config"][..], "nothing to watch"),
        (&["watch", "--no-config", "none.log", "--once"], "there is no file none.log"),
        (&["watch", "--no-config", "app.log", "--once", "--state", "notes"], "remove it to begin anew"),
        (&["watch", "--no-config", "app.log", "--once", "--state", "none/state"], "--state none/state"),
        (&["watch", "--no-config", "--syslog", "pigeon://x"], "udp://HOST:PORT"),
        (&["watch", "--no-config", "app.log", "--alert-to", "slack=mailto:x"], "https://"),
        (&["watch", "--no-config", "app.log", "--alert-to", "pagerduty=https://x"], "--pagerduty-key"),
    ] {
        let output = run(directory.path(), arguments);
        assert_eq!((code(&output), stderr(&output).contains(said)), (2, true), "{}", stderr(&output));
    }
}
