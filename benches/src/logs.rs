//! JSON log lines as services write them.

use std::io::Write;

use crate::corpus::Corpus;
use crate::random::{ALNUM, HEX, LOWER, Random};

const SERVICES: &[&str] =
    &["checkout", "catalog", "identity", "gateway", "mailer", "search-indexer", "billing-worker"];
const METHODS: &[&str] = &["GET", "GET", "GET", "POST", "PUT", "DELETE"];
const RESOURCES: &[&str] =
    &["users", "orders", "carts", "invoices", "sessions", "products", "webhooks", "documents"];
const AGENTS: &[&str] = &[
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15",
    "okhttp/4.12.0",
    "kube-probe/1.30",
    "python-requests/2.32.3",
];
const ERRORS: &[&str] = &[
    "connection reset by peer",
    "context deadline exceeded",
    "duplicate key value violates unique constraint \\\"orders_pkey\\\"",
    "token is expired by 2m31s",
    "unexpected end of JSON input",
    "invalid credentials for user",
    "i/o timeout",
];
const FRAMES: &[&str] = &[
    "com.example.shop.orders.OrderService.place(OrderService.java:{})",
    "com.example.shop.web.OrderController.create(OrderController.java:{})",
    "org.springframework.web.servlet.FrameworkServlet.service(FrameworkServlet.java:{})",
    "java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:{})",
];

/// Lines of requests, errors with stacks, queries, jobs and sign-ins, with their timestamps, UUIDs, trace ids, URLs
/// and digests: mostly long runs that are no secrets, and here and there a word such as `token` or `key`, in names and
/// in messages, with values that are not secrets either.
#[must_use]
pub fn json_logs(size: usize) -> Corpus {
    let mut lines = Lines { random: Random::new(0x1065), millis: 0 };
    Corpus::fill("JSON logs", size, |out| lines.line(out))
}

struct Lines {
    random: Random,
    millis: usize,
}

impl Lines {
    fn line(&mut self, out: &mut Vec<u8>) {
        self.millis += self.random.below(40);
        let (seconds, millis) = (self.millis / 1000, self.millis % 1000);
        let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        let day = seconds / 86_400 % 28 + 1;
        let random = &mut self.random;
        let service = random.pick(SERVICES);
        let pod = format!("{service}-{}-{}", random.word(HEX, 9), random.word(LOWER, 5));
        let kind = random.below(100);
        let level = match kind {
            0..70 => "info",
            70..82 => "debug",
            82..90 => "warn",
            _ => "error",
        };
        let _ = write!(
            out,
            "{{\"ts\":\"2026-10-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z\",\"level\":\"{level}\",\
             \"service\":\"{service}\",\"pod\":\"{pod}\",\"trace_id\":\"{}\",\"span_id\":\"{}\",",
            random.word(HEX, 32),
            random.word(HEX, 16),
        );
        let _ = match kind {
            0..55 => request(random, out),
            55..70 => sign_in(random, out),
            70..82 => query(random, out),
            82..90 => job(random, out),
            _ => failure(random, out),
        };
        out.extend_from_slice(b"}\n");
    }
}

fn path(random: &mut Random) -> String {
    let (resource, id) = (random.pick(RESOURCES), random.uuid());
    match random.below(4) {
        0 => format!("/v1/{resource}?limit=50&cursor={}", random.word(ALNUM, 24)),
        1 => format!("/v1/{resource}/{}", random.below(1_000_000)),
        2 => format!("/v1/{resource}/{id}/items"),
        _ => format!("/v1/{resource}/{id}"),
    }
}

fn address(random: &mut Random) -> String {
    format!("10.{}.{}.{}", random.below(256), random.below(256), random.below(256))
}

fn request(random: &mut Random, out: &mut Vec<u8>) -> std::io::Result<()> {
    let status = [200, 200, 200, 201, 204, 304, 400, 404][random.below(8)];
    let (method, path, agent) = (random.pick(METHODS), path(random), random.pick(AGENTS));
    write!(
        out,
        "\"msg\":\"request completed\",\"method\":\"{method}\",\"url\":\"https://api.shop.example{path}\",\"status\":{status},\
         \"bytes\":{},\"duration_ms\":{}.{:03},\"remote_addr\":\"{}\",\"user_agent\":\"{agent}\",\"request_id\":\"{}\"",
        random.below(100_000),
        random.below(400),
        random.below(1000),
        address(random),
        random.uuid(),
    )
}

fn sign_in(random: &mut Random, out: &mut Vec<u8>) -> std::io::Result<()> {
    let user = random.below(90_000);
    match random.below(3) {
        0 => write!(
            out,
            "\"msg\":\"access token refreshed\",\"user_id\":{user},\"token_type\":\"bearer\",\"expires_in\":3600,\
             \"client\":\"web\",\"session\":\"{}\"",
            random.uuid()
        ),
        1 => write!(
            out,
            "\"msg\":\"api key accepted\",\"key_id\":\"{}\",\"scopes\":[\"orders:read\",\"orders:write\"],\
             \"remote_addr\":\"{}\"",
            random.uuid(),
            address(random)
        ),
        _ => write!(
            out,
            "\"msg\":\"login succeeded\",\"user_id\":{user},\"email\":\"user{user}@mail.example\",\"mfa\":true,\
             \"password\":\"[FILTERED]\",\"device\":\"{}\"",
            random.uuid()
        ),
    }
}

fn query(random: &mut Random, out: &mut Vec<u8>) -> std::io::Result<()> {
    let resource = random.pick(RESOURCES);
    write!(
        out,
        "\"msg\":\"query\",\"sql\":\"SELECT id, created_at, total FROM {resource} WHERE customer_id = $1 ORDER BY \
         created_at DESC LIMIT 20\",\"args\":[\"{}\"],\"rows\":{},\"duration_ms\":{}.{:03},\"cache_key\":\"{resource}:{}\"",
        random.uuid(),
        random.below(21),
        random.below(30),
        random.below(1000),
        random.word(HEX, 40),
    )
}

fn job(random: &mut Random, out: &mut Vec<u8>) -> std::io::Result<()> {
    write!(
        out,
        "\"msg\":\"slow job\",\"queue\":\"emails\",\"job_id\":\"{}\",\"attempt\":{},\"image\":\
         \"registry.example/shop/mailer@sha256:{}\",\"commit\":\"{}\",\"object\":\"s3://exports/2026/10/{}.csv.gz\"",
        random.uuid(),
        random.between(1, 5),
        random.word(HEX, 64),
        random.word(HEX, 40),
        random.uuid(),
    )
}

fn failure(random: &mut Random, out: &mut Vec<u8>) -> std::io::Result<()> {
    let (error, path) = (random.pick(ERRORS), path(random));
    write!(out, "\"msg\":\"request failed\",\"path\":\"{path}\",\"error\":\"{error}\",\"stack\":\"")?;
    for _ in 0..random.between(3, 12) {
        let frame = random.pick(FRAMES).replace("{}", &random.between(20, 900).to_string());
        write!(out, "\\n\\tat {frame}")?;
    }
    write!(out, "\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_whole_line_is_a_log_record() {
        let corpus = json_logs(300_000);
        let whole = corpus.bytes.iter().rposition(|b| *b == b'\n').unwrap();
        for line in corpus.bytes[..whole].split(|b| *b == b'\n') {
            let record: serde_json::Value = serde_json::from_slice(line).unwrap();
            assert!(record["ts"].as_str().unwrap().starts_with("2026-10-"), "{record}");
            assert!(record["msg"].is_string(), "{record}");
        }
    }

    #[test]
    fn all_kinds_of_lines_are_there() {
        let corpus = json_logs(100_000);
        let text = String::from_utf8_lossy(&corpus.bytes);
        for message in [
            "request completed",
            "token refreshed",
            "api key accepted",
            "login",
            "query",
            "slow job",
            "failed",
        ] {
            assert!(text.contains(message), "{message}");
        }
    }
}
