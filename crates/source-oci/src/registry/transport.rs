//! Requests, tried again where that helps.

use std::collections::HashMap;
use std::error::Error as _;
use std::fs;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use oci_client::Reference as Name;
use reqwest::header::{ACCEPT, HeaderMap, LINK};
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use tokio::runtime::{Builder, Runtime};

use super::RegistryOptions;
use super::challenge::{Challenge, is_private_host};
use super::host::Host;
use super::patience::{Patience, is_passing, retry_after};
use super::session::{Authorization, Session};
use crate::Error;
use crate::model::MANIFEST_LIMIT;

/// Who asks.
pub(crate) const AGENT: &str = concat!("keysieve/", env!("CARGO_PKG_VERSION"));

/// How long a connection may take to come about.
pub(crate) const CONNECT: Duration = Duration::from_secs(10);

/// How long no byte may come.
pub(crate) const IDLE: Duration = Duration::from_secs(30);

/// How often it is looked whether the run was told to end.
const LOOK: Duration = Duration::from_millis(100);

/// How many tags of a repository are listed.
const MOST_TAGS: usize = 100_000;

/// Everything a manifest can be.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
                         application/vnd.docker.distribution.manifest.list.v2+json, \
                         application/vnd.docker.distribution.manifest.v2+json, \
                         application/vnd.oci.artifact.manifest.v1+json, application/json;q=0.5, */*;q=0.1";

/// What a registry answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Speaks to registries. tokio lives in here: whoever calls waits.
pub(crate) struct Transport {
    pub(crate) options: RegistryOptions,
    runtime: Runtime,
    http: reqwest::Client,
    certificates: Vec<Vec<u8>>,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
    pub(crate) sessions: Mutex<HashMap<String, Session>>,
}

impl Transport {
    pub(crate) fn new(options: RegistryOptions) -> Result<Self, Error> {
        // Fails if there is one already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut certificates = Vec::new();
        for path in &options.ca_files {
            let name = path.display().to_string();
            let pem = fs::read(path).map_err(|error| Error::io(&name, error))?;
            let parts = certificates_in(&pem);
            if parts.is_empty() {
                return Err(Error::broken(name, "no certificate in PEM is in it"));
            }
            certificates.extend(parts);
        }
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(|error| Error::io("tokio", error))?;
        let mut roots = Vec::new();
        for pem in &certificates {
            let root = reqwest::Certificate::from_pem(pem)
                .map_err(|_| Error::broken("--ca-file", "a certificate in it cannot be read"))?;
            roots.push(root);
        }
        let http = reqwest::Client::builder()
            .user_agent(AGENT)
            .connect_timeout(CONNECT)
            .read_timeout(IDLE)
            .redirect(Policy::custom(|attempt| {
                let first = attempt.previous().first();
                let downgraded =
                    first.is_some_and(|first| first.scheme() == "https") && attempt.url().scheme() != "https";
                let private = |url: &Url| url.host_str().is_some_and(is_private_host);
                let inwards = first.is_some_and(|first| !private(first)) && private(attempt.url());
                if downgraded || inwards || attempt.previous().len() > 5 {
                    attempt.error("a redirect to where nothing may be sent")
                } else {
                    attempt.follow()
                }
            }))
            .tls_danger_accept_invalid_certs(options.insecure)
            .tls_certs_merge(roots)
            .build()
            .map_err(|_| Error::broken("TLS", "the connection could not be prepared"))?;
        let (hosts, sessions) = (Mutex::default(), Mutex::default());
        Ok(Self { options, runtime, http, certificates, hosts, sessions })
    }

    /// Waits for what is asynchronous, unless the run is told to end.
    pub(crate) fn block<T>(&self, what: &str, future: impl Future<Output = T>) -> Result<T, Error> {
        self.runtime.block_on(async {
            let mut future = std::pin::pin!(future);
            loop {
                match tokio::time::timeout(LOOK, &mut future).await {
                    Ok(output) => return Ok(output),
                    Err(_) if (self.options.stop)() => return Err(Error::Stopped { what: what.to_owned() }),
                    Err(_) => {}
                }
            }
        })
    }

    /// Sleeps, unless the run is told to end.
    pub(crate) fn sleep(&self, what: &str, time: Duration) -> Result<(), Error> {
        let until = Instant::now() + time;
        while Instant::now() < until {
            if (self.options.stop)() {
                return Err(Error::Stopped { what: what.to_owned() });
            }
            std::thread::sleep(until.saturating_duration_since(Instant::now()).min(LOOK));
        }
        Ok(())
    }

    pub(crate) fn patience(&self) -> Patience {
        Patience::new(self.options.first_wait, self.options.max_wait)
    }

    pub(crate) fn host(&self, registry: &str) -> Result<Arc<Host>, Error> {
        let known = self.hosts.lock().unwrap_or_else(PoisonError::into_inner).get(registry).cloned();
        if let Some(host) = known {
            return Ok(host);
        }
        let found = Host::find(registry, &self.options, &self.certificates, &self.http);
        let host = Arc::new(self.block(registry, found)??);
        self.hosts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(registry.to_owned(), Arc::clone(&host));
        Ok(host)
    }

    /// A manifest or an index, by the reference's tag or digest.
    pub(crate) fn manifest(&self, name: &Name, reference: &str) -> Result<Answer, Error> {
        self.get(name, &format!("manifests/{reference}"), MANIFESTS, MANIFEST_LIMIT)
    }

    /// The tags of a repository, in the registry's order.
    pub(crate) fn tags(&self, name: &Name) -> Result<Vec<String>, Error> {
        let mut tags = Vec::new();
        let mut page = "tags/list?n=1000".to_owned();
        loop {
            let answer = self.get(name, &page, "application/json", MANIFEST_LIMIT)?;
            #[derive(serde::Deserialize)]
            struct Page {
                #[serde(default)]
                tags: Option<Vec<String>>,
            }
            let listed: Page = serde_json::from_slice(&answer.body)
                .map_err(|error| Error::broken(format!("{name}: tags"), crate::model::place(&error)))?;
            tags.extend(listed.tags.unwrap_or_default());
            let next = answer.headers.get(LINK).and_then(|link| next_page(link.to_str().ok()?));
            match next {
                Some(next) if next != page && tags.len() < MOST_TAGS => page = next,
                _ => return Ok(tags),
            }
        }
    }

    /// Something of a repository, whole.
    pub(crate) fn get(&self, name: &Name, rest: &str, accept: &str, limit: u64) -> Result<Answer, Error> {
        let what = format!("{}/{}: {rest}", name.registry(), name.repository());
        loop {
            let answer = self.ask(Method::GET, name, rest, accept, limit)?;
            match answer.status {
                StatusCode::OK => {
                    self.worked(name);
                    return Ok(answer);
                }
                StatusCode::UNAUTHORIZED => self.authorize(name, &Challenge::all(&answer.headers))?,
                status => return Err(refusal(what, status)),
            }
        }
    }

    /// As [`get`](Self::get), for what need not be there, or what a registry need not know.
    pub(crate) fn get_if_there(&self, name: &Name, rest: &str) -> Result<Option<Vec<u8>>, Error> {
        let what = format!("{}/{}: {rest}", name.registry(), name.repository());
        loop {
            let answer = self.ask(Method::GET, name, rest, MANIFESTS, MANIFEST_LIMIT)?;
            match answer.status {
                StatusCode::OK => {
                    self.worked(name);
                    return Ok(Some(answer.body));
                }
                StatusCode::UNAUTHORIZED => self.authorize(name, &Challenge::all(&answer.headers))?,
                StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST | StatusCode::METHOD_NOT_ALLOWED => {
                    return Ok(None);
                }
                status => return Err(refusal(what, status)),
            }
        }
    }

    /// One request to a repository under its authorization, whatever the answer is.
    pub(crate) fn ask(
        &self,
        method: Method,
        name: &Name,
        rest: &str,
        accept: &str,
        limit: u64,
    ) -> Result<Answer, Error> {
        let host = self.host(name.resolve_registry())?;
        let url = host
            .base
            .join(&format!("v2/{}/{rest}", name.repository()))
            .map_err(|_| Error::broken(name.whole(), "not the name of a repository"))?;
        let authorization = self.authorization(name);
        let what = format!("{}/{}: {rest}", name.registry(), name.repository());
        let build = |http: &reqwest::Client| {
            let request = http.request(method.clone(), url.clone()).header(ACCEPT, accept);
            match &authorization {
                Some(authorization) => authorization.on(request),
                None => request,
            }
        };
        self.exchange(build, limit, &what)
    }

    /// One request, not tried again, whatever the answer is. A connection that fails is a 503 of our own.
    pub(crate) fn single(
        &self,
        method: Method,
        url: Url,
        authorization: Option<&Authorization>,
        what: &str,
    ) -> Result<Answer, Error> {
        let request = self.http.request(method, url);
        let request = match authorization {
            Some(authorization) => authorization.on(request),
            None => request,
        };
        match self.block(what, once(request, MANIFEST_LIMIT, what))? {
            Ok(answer) => Ok(answer),
            Err(Failure::Final(error)) => Err(error),
            Err(Failure::Passing(_)) => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                Ok(Answer { status, headers: HeaderMap::new(), body: Vec::new() })
            }
        }
    }

    /// Sends a request and reads the answer, again and again where that helps.
    pub(crate) fn exchange(
        &self,
        build: impl Fn(&reqwest::Client) -> RequestBuilder,
        limit: u64,
        what: &str,
    ) -> Result<Answer, Error> {
        let mut patience = self.patience();
        loop {
            let (after, problem) = match self.block(what, once(build(&self.http), limit, what))? {
                Ok(answer) if is_passing(answer.status) => {
                    (retry_after(&answer.headers), format!("the registry says {}", answer.status))
                }
                Ok(answer) => return Ok(answer),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Passing(problem)) => (None, problem),
            };
            match patience.next(after) {
                Some(wait) => self.sleep(what, wait)?,
                None => return Err(Error::refused(what, problem)),
            }
        }
    }
}

enum Failure {
    Passing(String),
    Final(Error),
}

async fn once(request: RequestBuilder, limit: u64, what: &str) -> Result<Answer, Failure> {
    let response = request.send().await.map_err(|error| failure(what, error))?;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = body(response, limit, what).await?;
    Ok(Answer { status, headers, body })
}

async fn body(mut response: Response, limit: u64, what: &str) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    // Of a refusal, nothing but its status is of use.
    let limit = if response.status().is_success() { limit } else { limit.min(64 << 10) };
    while let Some(piece) = response.chunk().await.map_err(|error| failure(what, error))? {
        if (body.len() + piece.len()) as u64 > limit {
            if !response.status().is_success() {
                break;
            }
            return Err(Failure::Final(Error::TooLarge { what: what.to_owned(), limit }));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// What a failed request says, without its URL: that can hold a signature.
fn failure(what: &str, error: reqwest::Error) -> Failure {
    let mut said = Vec::new();
    let mut cause = error.source();
    while let Some(inner) = cause {
        said.push(inner.to_string());
        cause = inner.source();
    }
    let problem = said.pop().unwrap_or_else(|| "the request failed".to_owned());
    if error.is_redirect() || error.is_builder() || problem.contains("certificate") {
        let hint =
            if problem.contains("certificate") { "; --ca-file names what else is to be trusted" } else { "" };
        return Failure::Final(Error::refused(what, format!("{problem}{hint}")));
    }
    Failure::Passing(problem)
}

/// What a status means for whoever asked.
pub(crate) fn refusal(what: String, status: StatusCode) -> Error {
    match status {
        StatusCode::NOT_FOUND => Error::missing(what, "the registry does not have it"),
        StatusCode::FORBIDDEN => Error::refused(what, "the registry forbids it (403) to this login"),
        status => Error::refused(what, format!("the registry says {status}")),
    }
}

/// The path and query of the next page, below the repository (distribution specification, `Link`).
fn next_page(link: &str) -> Option<String> {
    let url = link.split_once('<')?.1.split_once('>')?.0;
    link.contains("next").then_some(())?;
    url.split_once("/tags/list").map(|(_, rest)| format!("tags/list{rest}"))
}

/// Each certificate of a file by itself.
fn certificates_in(pem: &[u8]) -> Vec<Vec<u8>> {
    let (begin, end) = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
    let text = String::from_utf8_lossy(pem);
    let block = |part: &str| {
        let (body, _) = part.split_once(end)?;
        Some(format!("{begin}{body}{end}\n").into_bytes())
    };
    text.split(begin).skip(1).filter_map(block).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_below_the_same_repository() {
        let link = "</v2/a/b/tags/list?last=x&n=1000>; rel=\"next\"";
        assert_eq!(next_page(link).as_deref(), Some("tags/list?last=x&n=1000"));
        assert_eq!(next_page("<https://elsewhere/x>; rel=\"next\""), None);
    }

    #[test]
    fn a_file_can_hold_several_certificates() {
        let one = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(
            certificates_in(format!("# a\n{one}# b\n{one}").as_bytes()),
            [one.as_bytes(), one.as_bytes()]
        );
        assert!(certificates_in(b"").is_empty());
    }
}
