//! What a repository is spoken to with.

use std::sync::PoisonError;

use keysieve_finding::{MaskKind, Secret};
use oci_client::secrets::RegistryAuth;
use oci_client::token_cache::{RegistryToken, RegistryTokenType};
use oci_client::{Reference as Name, RegistryOperation};
use reqwest::{RequestBuilder, StatusCode};
use serde::Deserialize;

use super::challenge::{Challenge, check_realm};
use super::credential::Credential;
use super::host::Host;
use super::transport::Transport;
use crate::Error;

/// The longest answer of a server of tokens.
const TOKEN_LIMIT: u64 = 1 << 20;

/// What a request is sent with.
#[derive(Clone, Debug)]
pub(crate) enum Authorization {
    Basic(String, Secret),
    Bearer(Secret),
}

impl Authorization {
    pub(crate) fn on(&self, request: RequestBuilder) -> RequestBuilder {
        match self {
            Self::Basic(user, password) => request.basic_auth(user, Some(text(password))),
            Self::Bearer(token) => request.bearer_auth(text(token)),
        }
    }
}

/// Both come from UTF-8.
fn text(secret: &Secret) -> String {
    String::from_utf8_lossy(secret.expose()).into_owned()
}

/// How far it was tried to open a repository.
#[derive(Debug, Default)]
pub(crate) struct Session {
    authorization: Option<Authorization>,
    /// What may open it; looked for once, when it is first asked for.
    credentials: Option<Vec<Credential>>,
    /// Which of them is in use; one more than there are is nobody's.
    current: Option<usize>,
    /// Whether it has opened anything.
    worked: bool,
}

#[derive(Deserialize)]
struct TokenAnswer {
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    access_token: Option<String>,
}

impl Transport {
    fn session<T>(&self, name: &Name, with: impl FnOnce(&mut Session) -> T) -> T {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        with(sessions.entry(format!("{}/{}", name.resolve_registry(), name.repository())).or_default())
    }

    pub(crate) fn authorization(&self, name: &Name) -> Option<Authorization> {
        self.session(name, |session| session.authorization.clone())
    }

    /// Notes that what is in use opens the repository: if it is refused later on, it has expired.
    pub(crate) fn worked(&self, name: &Name) {
        self.session(name, |session| session.worked = true);
    }

    /// Finds what answers a challenge: what is in use again if it has worked before, else the next login, in the end
    /// nobody's.
    pub(crate) fn authorize(&self, name: &Name, challenges: &[Challenge]) -> Result<(), Error> {
        let what = format!("{}/{}", name.registry(), name.repository());
        let (known, current, worked) = self.session(name, |session| {
            let worked = std::mem::take(&mut session.worked);
            (session.credentials.clone(), session.current, worked)
        });
        let credentials = match known {
            Some(credentials) => credentials,
            None => {
                // A mirror is not shown what is its original's.
                let registry =
                    if name.namespace().is_some() { name.resolve_registry() } else { name.registry() };
                self.options.credentials.of(registry, name.repository())
            }
        };
        let first = match current {
            Some(current) if worked => current,
            Some(current) => current + 1,
            None => 0,
        };
        let host = self.host(name.resolve_registry())?;
        let mut problem = None;
        for at in first..=credentials.len() {
            for challenge in challenges {
                match self.answer(name, &host, challenge, credentials.get(at)) {
                    Ok(Some(authorization)) => {
                        self.tell(name, &host, &authorization)?;
                        self.session(name, |session| {
                            session.authorization = Some(authorization);
                            session.credentials = Some(credentials);
                            session.current = Some(at);
                        });
                        return Ok(());
                    }
                    Ok(None) => {}
                    Err(error @ Error::Stopped { .. }) => return Err(error),
                    Err(error) => problem = Some(error),
                }
            }
        }
        let tried = match credentials.len() {
            0 => "the registry wants a login, and none was found for it".to_owned(),
            1 => "the registry takes neither the login that was found nor none".to_owned(),
            many => format!("the registry takes none of the {many} logins that were found"),
        };
        Err(problem.unwrap_or_else(|| Error::refused(what, tried)))
    }

    /// What answers one challenge with one credential; none if that is refused, or does not fit.
    fn answer(
        &self,
        name: &Name,
        host: &Host,
        challenge: &Challenge,
        credential: Option<&Credential>,
    ) -> Result<Option<Authorization>, Error> {
        let (realm, service, scope) = match (challenge, credential) {
            (Challenge::Basic, Some(Credential::Password { user, password })) => {
                return Ok(Some(Authorization::Basic(user.clone(), password.clone())));
            }
            (Challenge::Basic, _) => return Ok(None),
            (Challenge::Bearer { .. }, Some(Credential::Token(token))) => {
                return Ok(Some(Authorization::Bearer(token.clone())));
            }
            (Challenge::Bearer { realm, service, scope }, _) => (realm, service, scope),
        };
        let what = format!("{}/{}: token", name.registry(), name.repository());
        let realm = check_realm(realm, &host.base, self.options.allow_private_realm)
            .map_err(|problem| Error::refused(name.registry(), problem))?;
        let scope = scope.clone().unwrap_or_else(|| format!("repository:{}:pull", name.repository()));
        let mut fields = vec![("scope", scope.as_str())];
        fields.extend(service.as_deref().map(|service| ("service", service)));
        let build = |http: &reqwest::Client| match credential {
            Some(Credential::Identity(token)) => {
                let token = text(token);
                let grant = [
                    ("grant_type", "refresh_token"),
                    ("client_id", "keysieve"),
                    ("refresh_token", token.as_str()),
                ];
                let form: Vec<(&str, &str)> = fields.iter().copied().chain(grant).collect();
                http.post(realm.clone()).form(&form)
            }
            Some(Credential::Password { user, password }) => {
                let query = http.get(realm.clone()).query(&fields).query(&[("account", user.as_str())]);
                query.basic_auth(user, Some(text(password)))
            }
            _ => http.get(realm.clone()).query(&fields),
        };
        let answer = self.exchange(host, build, TOKEN_LIMIT, &what)?;
        if answer.status != StatusCode::OK {
            return Ok(None);
        }
        let token: TokenAnswer = serde_json::from_slice(&answer.body)
            .map_err(|error| Error::broken(what, crate::model::place(&error)))?;
        let token = token.token.or(token.access_token).filter(|token| !token.is_empty());
        Ok(token.map(|token| Authorization::Bearer(Secret::new(token.as_bytes(), MaskKind::Password))))
    }

    /// Tells the client of blobs. It must never ask for a token itself, because it goes to any realm: so it is given
    /// one for when the right one has expired, which the registry refuses.
    fn tell(&self, name: &Name, host: &Host, authorization: &Authorization) -> Result<(), Error> {
        let token = match authorization {
            Authorization::Basic(user, password) => RegistryTokenType::Basic(user.clone(), text(password)),
            Authorization::Bearer(token) => {
                RegistryTokenType::Bearer(RegistryToken::Token { token: text(token) })
            }
        };
        let told = async {
            let refused = RegistryAuth::Bearer("expired".to_owned());
            host.client.store_auth_if_needed(name.resolve_registry(), &refused).await;
            host.client.tokens.insert(name, RegistryOperation::Pull, token).await;
        };
        self.block(name.registry(), told)
    }
}
