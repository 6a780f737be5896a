//! Programs that keep credentials: `docker-credential-NAME get`, with the server's name on standard input and a JSON
//! object on standard output (docker-credential-helpers).

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use keysieve_finding::{MaskKind, Secret};
use serde::Deserialize;

use super::credential::Credential;

/// How long one may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The longest answer.
const LONGEST: u64 = 1 << 20;

#[derive(Deserialize)]
struct Answer {
    #[serde(default, rename = "Username")]
    user: String,
    #[serde(default, rename = "Secret")]
    secret: String,
}

/// Asks a helper. What it does not know, and a helper that fails, hangs or is not there, is nothing: the next
/// credential is tried.
pub(crate) fn ask(name: &str, server: &str) -> Option<Credential> {
    // The name becomes a part of a program's.
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if name.is_empty() || !plain {
        return None;
    }
    let mut command = Command::new(format!("docker-credential-{name}"));
    command.arg("get");
    let answer: Answer = serde_json::from_slice(&run(command, server)?).ok()?;
    if answer.secret.is_empty() {
        return None;
    }
    let secret = Secret::new(answer.secret.as_bytes(), MaskKind::Password);
    Some(match answer.user.as_str() {
        "<token>" => Credential::Identity(secret),
        _ => Credential::Password { user: answer.user, password: secret },
    })
}

fn run(mut command: Command, input: &str) -> Option<Vec<u8>> {
    let deadline = Instant::now() + PATIENCE;
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let (mut stdin, stdout) = (child.stdin.take()?, child.stdout.take()?);
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut output = Vec::new();
        let read = stdout.take(LONGEST).read_to_end(&mut output);
        // Nobody waits any longer if the time was over.
        let _ = sender.send(read.is_ok().then_some(output));
    });
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = receiver.recv_timeout(PATIENCE).ok().flatten();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return output.filter(|_| status.success()),
            Ok(None) if output.is_some() && Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(10));
            }
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    }
}
