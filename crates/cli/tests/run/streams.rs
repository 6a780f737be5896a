//! `redact`, `wrap`, `watch` and `alerts`.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use keysieve_rules::fill;
use serde_json::Value;

use crate::{code, json, keysieve, leak, run, stderr, stdout};

fn token() -> String {
    fill("{{github:ghp}}", 11).expect("a placeholder")
}

fn redact(arguments: &[&str], input: &str) -> String {
    let directory = tempfile::tempdir().expect("a directory");
    let output = keysieve(directory.path()).arg("redact").args(arguments).write_stdin(input).output();
    let output = output.expect("it runs");
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    stdout(&output)
}

/// The command as a plain process, for tests that talk to it.
fn process(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keysieve"));
    command.args(arguments).arg("--no-config");
    command
}

fn wait_for(mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(20), "it takes too long");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_scan_reports_redact_masks_and_nothing_else_changes() {
    let token = token();
    let input = format!("first\r\n{{\"a\":\"\\\"{token}\\\"\"}}\n\0{}no newline", leak());
    let expected = format!(
        "first\r\n{{\"a\":\"\\\"[REDACTED:github-pat]\\\"\"}}\n\0{}no newline",
        leak().replace(&["hunter", "2-of-", "7kQ"].concat(), "[REDACTED:connection-string-url-password]")
    );
    assert_eq!(redact(&[], &input), expected);
    let directory = tempfile::tempdir().expect("a directory");
    let scanned = keysieve(directory.path()).args(["scan", "-", "-f", "json"]).write_stdin(expected).output();
    assert_eq!(json(&scanned.expect("it runs"))["findings"], Value::Array(Vec::new()));
}

#[test]
fn what_is_not_seen_hides_nothing_and_stays() {
    let token = token();
    let (head, tail) = token.split_at(9);
    for unseen in ["\x1b]8;;http://a/b\x07", "\x1b]0;title\x1b\\", "\x1b(B"] {
        let expected = format!("x [REDACTED:github-pat]{unseen} y\n");
        assert_eq!(redact(&[], &format!("x {head}{unseen}{tail} y\n")), expected);
    }
    let password = ["hunter", "2-of-", "7kQ"].concat();
    let line = |password: &str| format!("{{\"url\":\"https:\\/\\/ci:{password}@db.example.net\\/\"}}\n");
    assert_eq!(redact(&[], &line(&password)), line("[REDACTED:connection-string-url-password]"));
}

#[test]
fn known_values_are_masked_in_every_form() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("values.json");
    fs::write(&file, r#"{"db-password": "correct horse \"battery\""}"#).expect("written");
    let file = file.display().to_string();
    let input = "a correct%20horse%20%22battery%22 b correct horse \\\"battery\\\" c\n";
    let expected = "a [REDACTED:db-password] b [REDACTED:db-password] c\n";
    assert_eq!(redact(&["--known-values", &file], input), expected);
}

#[test]
fn pseudonyms_need_a_key() {
    let directory = tempfile::tempdir().expect("a directory");
    let output = run(directory.path(), &["redact", "--replace", "pseudonym"]);
    assert_eq!((code(&output), stderr(&output).contains("--pseudonym-key")), (2, true));
    let key = directory.path().join("key");
    fs::write(&key, "k1:0123456789abcdef0123456789\n").expect("written");
    let masked = redact(&["--replace", "pseudonym", "--pseudonym-key", &key.display().to_string()], &leak());
    assert!(masked.contains("[REDACTED:connection-string-url-password:k1:"), "{masked}");
}

#[test]
fn a_line_goes_out_at_once_and_a_prompt_after_a_while() {
    let mut child = process(&["redact", "--hold-ms", "100"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut input = child.stdin.take().expect("piped");
    let mut output = child.stdout.take().expect("piped");
    let mut buffer = [0; 256];
    let mut read = |length: usize| {
        output.read_exact(&mut buffer[..length]).expect("as much as that");
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    };
    input.write_all(b"a line\nContinue? ").expect("written");
    assert_eq!(read(17), "a line\nContinue? ");
    input.write_all(&token().as_bytes()[..20]).expect("written");
    assert_eq!(read(27), "[REDACTED:incomplete-token]");
    input.write_all(&token().as_bytes()[20..]).expect("written");
    input.write_all(b" ok\n").expect("written");
    assert_eq!(read(4), " ok\n");
    drop(input);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_reload_loses_nothing_and_a_broken_one_changes_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let values = directory.path().join("values");
    fs::write(&values, "first value\n").expect("written");
    let mut child = process(&["redact", "--known-values", &values.display().to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    let mut input = child.stdin.take().expect("piped");
    let mut output = BufReader::new(child.stdout.take().expect("piped"));
    let mut masked = |text: &str| {
        input.write_all(text.as_bytes()).expect("written");
        let mut line = String::new();
        output.read_line(&mut line).expect("a line");
        line
    };
    assert_eq!(masked("a first value\n"), "a [REDACTED:known-value]\n");
    let reload = || {
        let pid = child.id().to_string();
        assert!(Command::new("kill").args(["-HUP", &pid]).status().expect("kill").success());
        thread::sleep(Duration::from_millis(300));
    };
    fs::remove_file(&values).expect("removed");
    for _ in 0..4 {
        reload();
        assert_eq!(masked("b first value\n"), "b [REDACTED:known-value]\n");
    }
    fs::write(&values, "second value\n").expect("written");
    reload();
    wait_for(|| masked("c second value\n") == "c [REDACTED:known-value]\n");
    drop(input);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let mut child = process(&["redact"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    drop(child.stdout.take());
    let mut input = child.stdin.take().expect("piped");
    while input.write_all(b"line\n").is_ok() {
        thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((code(&output), stderr(&output)), (141, String::new()));
}

#[test]
fn a_reader_that_does_not_read_holds_up_neither_the_end_nor_the_writer() {
    let directory = tempfile::tempdir().expect("a directory");
    let spill = format!("spill:{}", directory.path().display());
    for (policy, waits) in [("block", true), ("drop-oldest", false), (spill.as_str(), false)] {
        let mut child = process(&["redact", "--overflow", policy])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut input = child.stdin.take().expect("piped");
        let (done, written) = std::sync::mpsc::channel();
        thread::spawn(move || {
            let line = "some words of a line that nobody reads\n".repeat(1000);
            let all = (0..512).all(|_| input.write_all(line.as_bytes()).is_ok());
            let _ = done.send(all);
        });
        let done = written.recv_timeout(Duration::from_secs(if waits { 1 } else { 20 }));
        assert_eq!(done.is_ok(), !waits, "{policy}");
        if waits {
            let pid = child.id().to_string();
            Command::new("kill").args(["-TERM", &pid]).status().expect("kill");
            let start = Instant::now();
            assert_eq!(child.wait().expect("it ends").code(), Some(4));
            assert!(start.elapsed() < Duration::from_secs(5));
        } else {
            let output = child.wait_with_output().expect("it ends");
            let lost = stderr(&output).contains("lines were dropped");
            let all = 512 * 39_000;
            assert_eq!((code(&output), lost, output.stdout.len() < all), (0, policy == "drop-oldest", lost));
            assert!(output.stdout.ends_with(b"nobody reads\n"));
        }
    }
}

#[test]
fn wrap_masks_both_outputs_and_keeps_the_code() {
    let directory = tempfile::tempdir().expect("a directory");
    let script = format!("echo out {0}; echo err {0} >&2; exit 7", token());
    let output = run(directory.path(), &["wrap", "--", "sh", "-c", &script]);
    assert_eq!(code(&output), 7);
    assert_eq!(stdout(&output), "out [REDACTED:github-pat]\n");
    assert_eq!(stderr(&output), "err [REDACTED:github-pat]\n");
    assert_eq!(code(&run(directory.path(), &["wrap", "--", "sh", "-c", "kill -TERM $$"])), 128 + 15);
    assert_eq!(code(&run(directory.path(), &["wrap", "--", "./nowhere"])), 127);
}

#[test]
fn wrap_gives_a_terminal_of_its_own() {
    let directory = tempfile::tempdir().expect("a directory");
    let script = format!(
        "test -t 1 && test -t 2 && echo both; stty size <&1; read x; echo $x; echo {} >&2; exit 5",
        token()
    );
    let output = keysieve(directory.path())
        .args(["wrap", "--pty", "--", "sh", "-c", &script])
        .write_stdin("an answer\n")
        .output()
        .expect("it runs");
    assert_eq!(code(&output), 5, "{}", stderr(&output));
    assert_eq!(stdout(&output), "both\r\n24 80\r\nan answer\r\n[REDACTED:github-pat]\r\n");
    assert_eq!(code(&run(directory.path(), &["wrap", "--pty", "--", "./nowhere"])), 127);
}

#[test]
fn watch_goes_on_after_it_was_killed_and_loses_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name).display().to_string();
    let (log, state, copy, alerts) = (path("app.log"), path("state"), path("copy"), path("alerts.jsonl"));
    let arguments = ["watch", &log, "--state", &state, "--output", &copy, "--alerts", &alerts];
    let lines = |from: usize, to: usize| -> String {
        (from..to).map(|line| format!("line {line} token={}\n", token())).collect()
    };
    let add = |text: &str| {
        let mut file = fs::OpenOptions::new().append(true).create(true).open(&log).expect("a log");
        file.write_all(text.as_bytes()).expect("written");
    };
    for round in 0..3 {
        add(&lines(round * 10, round * 10 + 10));
        let mut child = process(&arguments).spawn().expect("it runs");
        let last = format!("line {} ", round * 10 + 9);
        wait_for(|| fs::read_to_string(&copy).is_ok_and(|text| text.contains(&last)));
        if round == 1 {
            fs::rename(&log, path("app.log.1")).expect("rotated");
        }
        child.kill().expect("killed");
        child.wait().expect("it ended");
    }
    let text = fs::read_to_string(&copy).expect("a copy");
    assert!(!text.contains(&token()));
    for line in 0..30 {
        assert!(text.contains(&format!("line {line} token=[REDACTED:github-pat]\n")), "line {line} is lost");
    }
    let listed = run(directory.path(), &["alerts", "list", &alerts, "-f", "json"]);
    let listed = json(&listed);
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "one secret, one alert: {listed}");
    let id = listed[0]["event"]["id"].as_str().expect("an id");
    assert_eq!(code(&run(directory.path(), &["alerts", "resolve", &alerts, id])), 0);
    assert_eq!(stdout(&run(directory.path(), &["alerts", "list", &alerts])), "");
}

/// Reads a request, answers it with a status, and gives its head and its body.
pub(crate) fn answer(listener: &TcpListener, status: &str) -> (String, String) {
    let (stream, _) = listener.accept().expect("a connection");
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).expect("a line") > 0, "the head is whole");
    }
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.expect("a length")];
    reader.read_exact(&mut body).expect("a body");
    let reply = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    reader.get_mut().write_all(reply.as_bytes()).expect("answered");
    (head, String::from_utf8(body).expect("UTF-8"))
}

#[test]
fn an_alert_goes_to_a_webhook_until_it_is_taken() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name).display().to_string();
    fs::write(path("app.log"), format!("token={}\n", token())).expect("written");
    fs::write(path("key"), "0123456789abcdef").expect("written");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("json=http://{}/alerts", listener.local_addr().expect("an address"));
    let (log, state, key, queue) = (path("app.log"), path("state"), path("key"), path("queue"));
    let mut child = process(&["watch", &log, "--state", &state, "--alert-webhook", &url])
        .args(["--alert-signing-key", &key, "--alert-queue", &queue])
        .spawn()
        .expect("it runs");
    let refused = answer(&listener, "503 Service Unavailable");
    let (head, body) = answer(&listener, "200 OK");
    assert_eq!(refused.1, body, "the same alert again");
    child.kill().expect("killed");
    child.wait().expect("it ended");
    let event: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(event["rule"], "github-pat");
    assert!(!body.contains(&token()), "{body}");
    let signed = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("x-keysieve-signature: ").map(str::to_owned));
    assert_eq!(signed, Some(keysieve_alerts::signature(b"0123456789abcdef", body.as_bytes())));
}

#[test]
fn metrics_are_served_and_say_what_was_masked() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name).display().to_string();
    fs::write(path("app.log"), format!("token={}\n", token())).expect("written");
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = free.local_addr().expect("an address").to_string();
    drop(free);
    let (log, state) = (path("app.log"), path("state"));
    let mut child =
        process(&["watch", &log, "--state", &state, "--listen", &address]).spawn().expect("it runs");
    let get = |path: &str| -> Option<String> {
        let mut stream = TcpStream::connect(&address).ok()?;
        stream
            .write_all(
                format!("GET {path} HTTP/1.1\r\nAccept: application/openmetrics-text\r\n\r\n").as_bytes(),
            )
            .ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        Some(text)
    };
    wait_for(|| get("/metrics").is_some_and(|text| text.contains("rule=\"github-pat\"")));
    let metrics = get("/metrics").expect("metrics");
    assert!(
        metrics.contains("application/openmetrics-text") && metrics.trim_end().ends_with("# EOF"),
        "{metrics}"
    );
    assert!(!metrics.contains(&token()));
    assert!(get("/healthz").is_some_and(|text| text.starts_with("HTTP/1.1 200")));
    child.kill().expect("killed");
    child.wait().expect("it ended");
}
