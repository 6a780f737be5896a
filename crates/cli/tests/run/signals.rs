//! SIGINT and SIGTERM.
#![cfg(unix)]

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::leak;

fn scan_of_standard_input() -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keysieve"));
    command.args(["scan", "-", "-f", "json"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs")
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status();
    assert!(status.expect("kill runs").success());
}

/// Its report and exit code, once it has ended; it is given ten seconds.
fn end(mut child: Child) -> (Value, Option<i32>) {
    let mut stdout = child.stdout.take().expect("piped");
    let reader = thread::spawn(move || {
        let mut report = Vec::new();
        stdout.read_to_end(&mut report).map(|_| report)
    });
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("asked") {
            break status;
        }
        if start.elapsed() > Duration::from_secs(10) {
            child.kill().expect("killed");
            panic!("it did not end");
        }
        thread::sleep(Duration::from_millis(10));
    };
    let report = reader.join().expect("read").expect("read");
    (serde_json::from_slice(&report).expect("one JSON document"), status.code())
}

/// More than a pipe holds: once it is written, the command has begun to read, and listens to signals since before.
fn block() -> String {
    leak() + &"nothing here\n".repeat(20_000)
}

#[test]
fn a_signal_ends_a_scan_of_endless_input_with_a_report() {
    for name in ["TERM", "INT"] {
        let mut child = scan_of_standard_input();
        let mut stdin = child.stdin.take().expect("piped");
        stdin.write_all(block().as_bytes()).expect("written");
        let feeder = thread::spawn(move || {
            let block = block();
            // Until the other side is gone.
            while stdin.write_all(block.as_bytes()).is_ok() {}
        });
        signal(&child, name);
        let (report, code) = end(child);
        feeder.join().expect("it was told that nobody reads");
        assert_eq!(code, Some(130), "{name}");
        assert_eq!(report["complete"], false);
    }
}

#[test]
fn a_signal_ends_a_wait_for_input() {
    let mut child = scan_of_standard_input();
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(block().as_bytes()).expect("written");
    signal(&child, "TERM");
    let (report, code) = end(child);
    drop(stdin);
    assert_eq!(code, Some(130));
    assert_eq!(report["complete"], false);
}
