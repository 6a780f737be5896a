//! Requests, tried again where that helps.

use std::collections::HashMap;
use std::error::Error as _;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use oci_client::Reference as Name;
use reqwest::header::{ACCEPT, HeaderMap, LINK};
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use tokio::runtime::{Builder, Runtime};

use super::challenge::Challenge;
use super::host::Host;
use super::mirrors::{Endpoint, HostSettings};
use super::patience::{Patience, is_passing, retry_after};
use super::session::{Authorization, Session};
use super::{RegistryOptions, tls};
use crate::Error;
use crate::model::MANIFEST_LIMIT;

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
    certificates: Vec<Vec<u8>>,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
    pub(crate) sessions: Mutex<HashMap<String, Session>>,
    /// What is known of registries besides.
    settings: Mutex<HashMap<String, HostSettings>>,
}

impl Transport {
    pub(crate) fn new(options: RegistryOptions) -> Result<Self, Error> {
        // Fails if there is one already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut certificates = Vec::new();
        for path in &options.ca_files {
            certificates.extend(tls::authorities(path)?);
        }
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(|error| Error::io("tokio", error))?;
        let (hosts, sessions, settings) = (Mutex::default(), Mutex::default(), Mutex::default());
        Ok(Self { options, runtime, certificates, hosts, sessions, settings })
    }

    /// Where a repository is to be asked for, in that order.
    pub(crate) fn endpoints(&self, name: &Name) -> Result<Vec<Endpoint>, Error> {
        let endpoints = self.options.mirrors.endpoints(name)?;
        let mut settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        for Endpoint { name, settings: own, .. } in &endpoints {
            settings.entry(name.resolve_registry().to_owned()).or_insert_with(|| own.clone());
        }
        Ok(endpoints)
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
        let settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner).get(registry).cloned();
        let settings = settings.unwrap_or_default();
        let found = Host::find(registry, &self.options, &settings, &self.certificates);
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
            .join(&format!("v2/{}/{}", name.repository(), asked_of_mirror(name, rest)))
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
        self.exchange(&host, build, limit, &what)
    }

    /// One request, not tried again, whatever the answer is. A connection that fails is a 503 of our own.
    pub(crate) fn single(
        &self,
        host: &Host,
        method: Method,
        url: Url,
        authorization: Option<&Authorization>,
        what: &str,
    ) -> Result<Answer, Error> {
        let request = host.http.request(method, url);
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
        host: &Host,
        build: impl Fn(&reqwest::Client) -> RequestBuilder,
        limit: u64,
        what: &str,
    ) -> Result<Answer, Error> {
        let patience = self.patience();
        let mut patience = if host.is_mirror { patience.short() } else { patience };
        loop {
            let (after, problem) = match self.block(what, once(build(&host.http), limit, what))? {
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

/// What a mirror is asked for: it is told whose images are wanted.
pub(crate) fn asked_of_mirror(name: &Name, rest: &str) -> String {
    match name.namespace() {
        Some(registry) => format!("{rest}{}ns={registry}", if rest.contains('?') { '&' } else { '?' }),
        None => rest.to_owned(),
    }
}

/// The path and query of the next page, below the repository (distribution specification, `Link`).
fn next_page(link: &str) -> Option<String> {
    let url = link.split_once('<')?.1.split_once('>')?.0;
    link.contains("next").then_some(())?;
    url.split_once("/tags/list").map(|(_, rest)| format!("tags/list{rest}"))
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
}
