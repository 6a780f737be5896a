//! The arguments of `keysieve watch` and `keysieve alerts`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use super::{ConfigArguments, KeyArguments, KnownArguments, ListFormat, MaskArguments, RuleArguments};

/// The arguments of `keysieve watch`.
#[derive(Args, Clone, Debug)]
pub(crate) struct WatchArguments {
    /// Log files, by names with wildcards: '/var/log/pods/*/*/*.log'; FIFOs
    #[arg(value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub(crate) paths: Vec<String>,
    /// Take syslog messages, RFC 3164 or 5424: udp://HOST:PORT, tcp://HOST:PORT or unix:PATH; repeatable
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) syslog: Vec<String>,
    /// Take batches of audit events from the API server of Kubernetes, over HTTP, such as 127.0.0.1:9443
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) audit_webhook: Option<SocketAddr>,
    /// Take them over HTTPS, with the certificate in this PEM file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "audit_webhook", requires = "audit_tls_key")]
    pub(crate) audit_tls_cert: Option<PathBuf>,
    /// The certificate's key, in a PEM file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "audit_tls_cert")]
    pub(crate) audit_tls_key: Option<PathBuf>,
    /// Take them only from who has a certificate of an authority in this PEM file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "audit_tls_cert")]
    pub(crate) audit_tls_client_ca: Option<PathBuf>,
    /// Keep here how far each file was followed, so that a restart goes on there
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, env = "KEYSIEVE_STATE", hide_env_values = true)]
    pub(crate) state: Option<PathBuf>,
    /// Where to begin with files that the state does not know
    #[arg(long, value_name = "WHERE", value_enum, default_value_t)]
    pub(crate) start: StartName,
    /// Begin with them where their lines are not older: a time, 2026-11-25T11:00:00Z, or how long ago, 10m
    ///
    /// Times are looked for near the begin of lines, and in docker's records. A file that was not written to since is begun
    /// at its end, one whose lines say no times at its beginning.
    #[arg(long, value_name = "TIME", value_parser = since, conflicts_with = "start")]
    pub(crate) since: Option<SystemTime>,
    /// Leave out files of these names, with wildcards: '/var/log/pods/kube-system_*/*/*'; repeatable
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Write the masked lines of all files here; - is standard output. SIGHUP begins a new file if this one was moved
    ///
    /// Or send them: syslog=ADDRESS, with ADDRESS udp://HOST:PORT, tcp://HOST:PORT, tls://HOST:PORT (see --alert-ca) or
    /// unix:PATH, each a message as it is or in one of RFC 5424; http=URL, many in the body of one request. While nobody takes
    /// them, nothing more is read of files.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
    /// Add an event here, one JSON object a line, for each secret [default: standard output, unless --output is that]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, env = "KEYSIEVE_ALERTS", hide_env_values = true)]
    pub(crate) alerts: Option<PathBuf>,
    /// Send each event to a receiver, too; repeatable
    ///
    /// FORMAT=URL with FORMAT json, slack, teams, pagerduty or alertmanager, over HTTP; or syslog=ADDRESS or cef=ADDRESS,
    /// with ADDRESS udp://HOST:PORT, tcp://HOST:PORT, tls://HOST:PORT or unix:PATH, for messages of RFC 5424; or
    /// exec=PROGRAM, which reads from standard input what json would send, and ends with 0 if it has taken it. A receiver
    /// that fails is asked again, ever more rarely; up to 10,000 events wait for it.
    #[arg(long = "alert-to", visible_alias = "alert-webhook", value_name = "FORMAT=URL")]
    pub(crate) receivers: Vec<String>,
    /// Sign what is sent to json webhooks with the key in this file: X-Keysieve-Signature, HMAC-SHA-256 of the body
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) alert_signing_key: Option<PathBuf>,
    /// Whom to trust for syslog over TLS, alerts and --output: certificates of authorities, in a PEM file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) alert_ca: Option<PathBuf>,
    /// The file with PagerDuty's routing key
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) pagerduty_key: Option<PathBuf>,
    /// Keep here what could not be sent yet, up to 10,000 events for each receiver, so that a restart sends it
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) alert_queue: Option<PathBuf>,
    /// Tell receivers after so many seconds, together, what comes after the first secret in the logs of a workload; 0 is at once
    ///
    /// A workload is what runs a Kubernetes pod, such as a Deployment; elsewhere it is a log file. What comes later is told
    /// together every --alert-interval. PagerDuty, syslog and CEF hear of every secret by itself, at once.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(crate) alert_group_wait: Duration,
    /// Say again after so many seconds that a secret goes on leaking
    #[arg(long, value_name = "SECONDS", default_value = "300", value_parser = seconds)]
    pub(crate) alert_interval: Duration,
    /// Remind receivers after so many seconds of a secret that is neither acknowledged nor resolved; 0 is never
    #[arg(long, value_name = "SECONDS", default_value = "14400", value_parser = seconds)]
    pub(crate) alert_repeat: Duration,
    /// Serve /metrics, /healthz and /readyz here, such as 127.0.0.1:9190
    #[arg(long, value_name = "ADDRESS", env = "KEYSIEVE_LISTEN", hide_env_values = true)]
    pub(crate) listen: Option<SocketAddr>,
    /// End when all that is there has been read
    #[arg(long)]
    pub(crate) once: bool,
    #[command(flatten)]
    pub(crate) mask: MaskArguments,
    #[command(flatten)]
    pub(crate) known: KnownArguments,
    #[command(flatten)]
    pub(crate) key: KeyArguments,
    #[command(flatten)]
    pub(crate) config: ConfigArguments,
    #[command(flatten)]
    pub(crate) rules: RuleArguments,
}

/// Where to begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum StartName {
    /// At the beginning
    #[default]
    Beginning,
    /// At the end; files that appear later at their beginning
    End,
}

/// What to do with alerts.
#[derive(Debug, Subcommand)]
pub(crate) enum AlertsVerb {
    /// List the alerts in a file of `keysieve watch --alerts`
    List {
        /// The file
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// How to print the list
        #[arg(short, long, value_enum, default_value_t)]
        format: ListFormat,
        /// List resolved ones too
        #[arg(long)]
        all: bool,
    },
    /// Note that someone looks at an alert
    Ack(SayArguments),
    /// Note that the secret of an alert was rotated; if it leaks again, the alert fires again
    Resolve(SayArguments),
    /// Keep some alerts from being sent for a while; they are noted in the file all the same
    Silence(SilenceArguments),
}

/// What is not to be heard for a while.
#[derive(Args, Clone, Debug)]
pub(crate) struct SilenceArguments {
    /// The file
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// Only the alerts whose ids begin so
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Only those of this rule
    #[arg(long, value_name = "ID")]
    pub(crate) rule: Option<String>,
    /// Only those in log files of this name, with wildcards
    #[arg(long, value_name = "GLOB")]
    pub(crate) path: Option<String>,
    /// Only those in this Kubernetes namespace
    #[arg(long, value_name = "NAME")]
    pub(crate) namespace: Option<String>,
    /// For how long: a number of s, m, h or d, such as 4h
    #[arg(long = "for", value_name = "TIME", value_parser = span)]
    pub(crate) time: Duration,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

/// At most so many seconds: a silence has an end.
const LONGEST: u64 = 365 * 24 * 3600;

fn span(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let unit = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 24 * 3600,
        _ => 0,
    };
    let seconds = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    match seconds.filter(|seconds| (1..=LONGEST).contains(seconds)) {
        Some(seconds) => Ok(Duration::from_secs(seconds)),
        None => Err("expected a number of s, m, h or d, such as 4h, and at most a year".to_owned()),
    }
}

/// A time, or one that was so long ago.
fn since(text: &str) -> Result<SystemTime, String> {
    if let Some(seconds) = keysieve_follow::moment(text.as_bytes()) {
        return Ok(UNIX_EPOCH + Duration::from_secs(seconds));
    }
    let ago =
        span(text).map_err(|_| "expected a time such as 2026-11-25T11:00:00Z, or 10m, 4h, 2d".to_owned())?;
    SystemTime::now().checked_sub(ago).ok_or_else(|| "that is too long ago".to_owned())
}

/// What to say of an alert.
#[derive(Args, Debug)]
pub(crate) struct SayArguments {
    /// The file
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// The alert, as `list` names it; as much of it as tells it from others
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Why
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) reason: String,
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse().map(Duration::from_secs).map_err(|_| "expected a whole number of seconds".to_owned())
}
