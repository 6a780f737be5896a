//! What happens to a `watch` that runs for long: rotation of logs, copies and certificates, broken reloads, and many secrets
//! at a time.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::certificate::Certificate;
use crate::watch::{Watch, add, ask_secretly, free, receiver, token};
use crate::{code, keysieve, run, stderr};

fn signal(watch: &Watch, name: &str) {
    let pid = watch.child.id().to_string();
    assert!(Command::new("kill").args([name, &pid]).status().expect("kill").success());
}

#[test]
fn secrets_of_one_workload_are_told_together() {
    let (address, bodies) = receiver();
    let next = || bodies.recv_timeout(Duration::from_secs(20)).expect("an event");
    let directory = tempfile::tempdir().expect("a directory");
    let pods = ["shop_web-7d4b9c6f5d-x2x4z_0f", "shop_web-7d4b9c6f5d-bbbbb_1f", "bank_db-0_2f"];
    let log = |pod: &str| directory.path().join("pods").join(pod).join("app/0.log");
    let line = |seed| format!("2026-11-25T11:00:00.1Z stderr F token={}\n", token(seed));
    for pod in pods {
        fs::create_dir_all(log(pod).parent().expect("a directory")).expect("made");
    }
    add(&log(pods[0]), &line(0));
    let to = format!("json=http://{address}/");
    let arguments = ["pods/*/*/*.log", "--alert-to", &to, "--alert-group-wait", "3"];
    let start = Instant::now();
    let watch = Watch::start(directory.path(), &arguments);
    let first = next();
    crate::follows("alert-1.schema.json", &first);
    assert_eq!((&first["kind"], &first["source"]["workload"]), (&"firing".into(), &"web".into()));
    assert_eq!(first["source"]["stream"], "stderr");
    // Two pods of one workload, and another workload.
    for seed in 1..150 {
        add(&log(pods[seed % 2]), &line(seed as u64));
    }
    add(&log(pods[2]), &line(1000));
    let other = next();
    assert_eq!((&other["kind"], &other["source"]["namespace"]), (&"firing".into(), &"bank".into()));
    let together = [next(), next()];
    assert!(start.elapsed() >= Duration::from_secs(3));
    together.iter().for_each(|body| crate::follows("alert-group-1.schema.json", body));
    let counts = together.each_ref().map(|body| body["alerts"].as_array().map_or(0, Vec::len));
    assert_eq!((counts, together[0]["group"].as_str()), ([100, 49], Some("shop/web")));
    together[1]["alerts"].as_array().expect("a list").iter().for_each(|event| {
        crate::follows("alert-1.schema.json", event);
    });
    watch.until(|| watch.get("/metrics").contains("keysieve_alerts_sent_total 151\n"));
}

#[test]
fn a_program_hears_of_alerts_until_it_takes_them() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = directory.path().join("hook");
    // It fails once.
    fs::write(&program, "#!/bin/sh\ncat >> heard\ntest -e again || { touch again; exit 1; }\n")
        .expect("written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("made a program");
    add(&directory.path().join("app.log"), &format!("token={}\n", token(1)));
    let watch = Watch::start(directory.path(), &["app.log", "--alert-to", "exec=./hook"]);
    watch.until(|| watch.get("/metrics").contains("keysieve_alerts_sent_total 1\n"));
    let heard = fs::read_to_string(watch.path("heard")).expect("heard");
    let events: Vec<serde_json::Value> =
        serde_json::Deserializer::from_str(&heard).into_iter().map(|event| event.expect("JSON")).collect();
    assert_eq!((events.len(), &events[0]), (2, &events[1]));
    crate::follows("alert-1.schema.json", &events[0]);
}

#[test]
fn a_certificate_is_renewed_while_it_is_used() {
    let directory = tempfile::tempdir().expect("a directory");
    let put = |certificate: &Certificate| {
        fs::write(directory.path().join("key.pem"), certificate.key_pem()).expect("written");
        fs::write(directory.path().join("cert.pem"), certificate.pem()).expect("written");
    };
    let (old, new, newest) = (Certificate::new(), Certificate::new(), Certificate::new());
    put(&old);
    let address = free();
    let listening = address.to_string();
    let tls = ["--audit-webhook", &listening, "--audit-tls-cert", "cert.pem", "--audit-tls-key", "key.pem"];
    let watch = Watch::start(directory.path(), &tls);
    let body = "{\"kind\":\"EventList\",\"items\":[{\"level\":\"Metadata\"}]}";
    let request = format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let trusts = |certificate| {
        ask_secretly(address, &request, certificate, None)
            .is_some_and(|said| said.starts_with("HTTP/1.1 200"))
    };
    assert!(trusts(&old) && !trusts(&new));
    // By itself, when the files change.
    put(&new);
    watch.until(|| trusts(&new));
    // At once when it is told to; what is broken changes nothing.
    fs::write(directory.path().join("cert.pem"), "broken").expect("written");
    signal(&watch, "-HUP");
    watch.until(|| watch.get("/metrics").contains("keysieve_reloads_total 1\n"));
    assert!(trusts(&new));
    put(&newest);
    signal(&watch, "-HUP");
    watch.until(|| trusts(&newest));
}

#[test]
fn a_copy_that_was_moved_away_is_begun_anew() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = directory.path().join("app.log");
    add(&log, "one\n");
    let watch = Watch::start(directory.path(), &["app.log"]);
    watch.until(|| watch.copy() == "one\n");
    fs::rename(watch.path("copy"), watch.path("copy.1")).expect("moved");
    signal(&watch, "-HUP");
    watch.until(|| watch.path("copy").exists());
    add(&log, "two\n");
    watch.until(|| watch.copy() == "two\n");
    assert_eq!(fs::read_to_string(watch.path("copy.1")).expect("the old one"), "one\n");
}

#[test]
fn a_masked_copy_goes_to_someone_else_and_waits_for_who_is_away() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = directory.path().join("app.log");
    add(&log, &format!("one token={}\n<34>1 - h a - - - two\n", token(1)));
    let address = free();
    let to = |form: &str| format!("{form}{address}");
    let start = |output: &str| {
        Command::new(env!("CARGO_BIN_EXE_keysieve"))
            .args(["watch", "--no-config", "app.log", "--state", "state", "--output", output])
            .args(["--alerts", "alerts.jsonl"])
            .current_dir(directory.path())
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs")
    };
    // Nobody is there; it ends when it is told to, and the next run begins where this one did.
    let child = start(&to("syslog=tcp://"));
    thread::sleep(Duration::from_millis(700));
    let mut watch = Watch { child, directory: directory.path().to_owned(), listen: free() };
    watch.terminate();
    let child = start(&to("syslog=tcp://"));
    let watch = Watch { child, directory: directory.path().to_owned(), listen: free() };
    thread::sleep(Duration::from_millis(700));
    let listener = TcpListener::bind(address).expect("the port");
    let (mut stream, _) = listener.accept().expect("a caller");
    let mut text = String::new();
    while !text.ends_with("two") {
        let mut piece = [0; 1000];
        let length = stream.read(&mut piece).expect("more");
        text.push_str(std::str::from_utf8(&piece[..length]).expect("UTF-8"));
    }
    assert!(text.contains(" - - one token=[REDACTED:github-pat]"), "{text}");
    assert!(text.ends_with("21 <34>1 - h a - - - two"), "{text}");
    drop((watch, stream, listener));
    fs::remove_file(directory.path().join("state")).expect("removed");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http=http://{}/logs", listener.local_addr().expect("an address"));
    let _watch = Watch { child: start(&url), directory: directory.path().to_owned(), listen: free() };
    let refused = crate::streams::answer(&listener, "503 Service Unavailable");
    let (head, body) = crate::streams::answer(&listener, "200 OK");
    assert!(head.starts_with("POST /logs HTTP/1.1\r\n"), "{head}");
    assert_eq!(refused.1, body);
    assert_eq!(body, "one token=[REDACTED:github-pat]\n<34>1 - h a - - - two\n");
}

#[test]
fn a_broken_reload_is_an_alert() {
    let directory = tempfile::tempdir().expect("a directory");
    let values = directory.path().join("values.json");
    fs::write(&values, "[\"a known value\"]").expect("written");
    let log = directory.path().join("app.log");
    add(&log, "x a known value\n");
    let watch = Watch::start(directory.path(), &["app.log", "--known-values", "values.json"]);
    watch.until(|| watch.copy() == "x [REDACTED:known-value]\n");
    fs::write(&values, "[\"a known value\", 7]").expect("written");
    let alerts = || fs::read_to_string(watch.path("alerts.jsonl")).unwrap_or_default();
    watch.until(|| alerts().contains("\"rule\":\"reload-failed\""));
    assert!(alerts().contains("values.json") && !alerts().contains("a known value"), "{}", alerts());
    add(&log, "y a known value\n");
    watch.until(|| watch.copy().ends_with("y [REDACTED:known-value]\n"));
}

#[test]
fn a_key_that_was_being_written_when_it_ended_comes_once_and_masked() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = directory.path().join("app.log");
    let material =
        |line: u64| format!("{}\n", keysieve_rules::fill("{{alnum:64}}", line).expect("a placeholder"));
    let begin = ["-----BEGIN RSA PRIV", "ATE KEY-----\n"].concat();
    add(&log, &format!("before\n{begin}{}{}", material(1), material(2)));
    let arguments = ["app.log", "--state", "state"];
    let mut expected = format!("before\n{begin}{}", "[REDACTED:private-key]\n".repeat(2));
    for round in 3..6 {
        let mut watch = Watch::start(directory.path(), &arguments);
        watch.until(|| watch.copy() == expected);
        watch.terminate();
        add(&log, &material(round));
        expected.push_str("[REDACTED:private-key]\n");
    }
    let watch = Watch::start(directory.path(), &arguments);
    add(&log, &begin.replace("BEGIN", "END"));
    add(&log, "after\n");
    expected.push_str(&format!("{}after\n", begin.replace("BEGIN", "END")));
    watch.until(|| watch.copy() == expected);
}

#[test]
fn files_are_begun_where_they_are_new_enough() {
    let directory = tempfile::tempdir().expect("a directory");
    let record = |time: &str, text: &str| format!("{time} stdout F {text}\n");
    let (old, new) = (record("2026-11-25T10:59:59Z", "old"), record("2026-11-25T11:00:00Z", "new"));
    add(&directory.path().join("a.log"), &[old.clone(), new.clone()].concat());
    add(&directory.path().join("b.log"), &old);
    add(&directory.path().join("c.log"), "left out\n");
    let arguments = ["watch", "--no-config", "*.log", "--exclude", "c.*", "--once", "--output", "-"];
    let since = |time: &str| run(directory.path(), &[&arguments[..], &["--since", time]].concat());
    let output = since("2026-11-25T12:00:00+01:00");
    assert_eq!((code(&output), crate::stdout(&output)), (0, new), "{}", stderr(&output));
    assert_eq!(code(&since("yesterday")), 2);
    thread::sleep(Duration::from_millis(1100));
    assert_eq!(crate::stdout(&since("1s")), "");
}

#[test]
fn values_from_a_pipe_are_known_after_a_reload() {
    let directory = tempfile::tempdir().expect("a directory");
    let output = keysieve(directory.path())
        .args(["wrap", "--no-config", "--known-values", "-", "--", "echo", "x first value y"])
        .write_stdin("first value\n")
        .output()
        .expect("it runs");
    assert_eq!(crate::stdout(&output), "x [REDACTED:known-value] y\n", "{}", stderr(&output));
    let refused = run(directory.path(), &["redact", "--no-config", "--known-values", "-"]);
    assert_eq!((code(&refused), stderr(&refused).contains("/dev/fd/3")), (2, true));

    let log = directory.path().join("app.log");
    add(&log, "x first value y\n");
    let mut child = Command::new(env!("CARGO_BIN_EXE_keysieve"))
        .args(["watch", "--no-config", "app.log", "--output", "copy", "--known-values", "-"])
        .current_dir(directory.path())
        .stdin(Stdio::piped())
        .spawn()
        .expect("it runs");
    child.stdin.take().expect("piped").write_all(b"first value\n").expect("written");
    let mut watch = Watch { child, directory: directory.path().to_owned(), listen: free() };
    watch.until(|| watch.copy() == "x [REDACTED:known-value] y\n");
    signal(&watch, "-HUP");
    thread::sleep(Duration::from_millis(500));
    add(&log, "z first value\n");
    watch.until(|| watch.copy().ends_with("z [REDACTED:known-value]\n"));
    watch.terminate();
}
