//! What a registry asks for before it answers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, ToSocketAddrs};

use reqwest::Url;
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

/// What a registry asks for (RFC 9110 §11.6.1; the distribution specification's token flow).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Challenge {
    Basic,
    Bearer { realm: String, service: Option<String>, scope: Option<String> },
}

impl Challenge {
    /// Those in an answer that are known here, the ones that do not send a password along first.
    pub(crate) fn all(headers: &HeaderMap) -> Vec<Self> {
        let mut found = Vec::new();
        for header in headers.get_all(WWW_AUTHENTICATE) {
            let Some(challenges) =
                header.to_str().ok().and_then(|text| http_auth::parse_challenges(text).ok())
            else {
                continue;
            };
            for challenge in challenges {
                let parameter = |name: &str| {
                    let value = challenge.params.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
                    value.map(|(_, value)| value.to_unescaped())
                };
                if challenge.scheme.eq_ignore_ascii_case("basic") {
                    found.push(Self::Basic);
                } else if let (true, Some(realm)) =
                    (challenge.scheme.eq_ignore_ascii_case("bearer"), parameter("realm"))
                {
                    found.push(Self::Bearer {
                        realm,
                        service: parameter("service"),
                        scope: parameter("scope"),
                    });
                }
            }
        }
        found.sort_by_key(|challenge| *challenge == Self::Basic);
        found
    }
}

/// Whether credentials may be sent where a registry points to. A registry that is somebody else's must not be able to
/// make us speak to a service in our own network, nor in the clear.
pub(crate) fn check_realm(realm: &str, registry: &Url, allow_private: bool) -> Result<Url, String> {
    let url = Url::parse(realm).map_err(|_| "its realm is not a URL".to_owned())?;
    let host = url.host_str().ok_or("its realm names no host")?.to_owned();
    let same_host = registry.host_str() == Some(&host);
    match (url.scheme(), registry.scheme()) {
        ("https", _) | ("http", "http") => {}
        _ => return Err(format!("it asks for credentials to be sent to {host} without TLS")),
    }
    if url.username() != "" || url.password().is_some() {
        return Err("its realm has a user in it".to_owned());
    }
    if same_host || allow_private || registry.host_str().is_some_and(is_private_host) {
        return Ok(url);
    }
    if is_private_host(&host) {
        return Err(format!(
            "it asks for credentials to be sent to {host}, which is in a private network and not the registry's own; \
             --allow-private-realm lets it"
        ));
    }
    Ok(url)
}

/// Whether a name leads to an address that is not public.
pub(crate) fn is_private_host(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = host.parse::<IpAddr>() {
        return is_private(address);
    }
    if host == "localhost" || host.ends_with(".localhost") || host.ends_with(".internal") {
        return true;
    }
    // A name that does not resolve fails later, by itself.
    (host, 443).to_socket_addrs().is_ok_and(|mut addresses| addresses.any(|address| is_private(address.ip())))
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_private_v4(v4),
        IpAddr::V6(v6) => {
            let segments = v6.segments();
            v6.to_ipv4_mapped().is_some_and(is_private_v4)
                || v6 == Ipv6Addr::LOCALHOST
                || v6.is_unspecified()
                || segments[0] & 0xfe00 == 0xfc00
                || segments[0] & 0xffc0 == 0xfe80
        }
    }
}

fn is_private_v4(v4: Ipv4Addr) -> bool {
    let [first, second, ..] = v4.octets();
    v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_unspecified()
        || (first == 100 && second & 0xc0 == 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(realm: &str, registry: &str) -> bool {
        check_realm(realm, &Url::parse(registry).expect("a URL"), false).is_ok()
    }

    #[test]
    fn a_registry_cannot_point_into_our_network() {
        let public = "https://93.184.216.34";
        assert!(check("https://93.184.216.35/token", public));
        for realm in [
            "https://127.0.0.1/token",
            "https://10.1.2.3/token",
            "https://169.254.169.254/latest",
            "https://[::1]/token",
            "https://[::ffff:10.0.0.1]/token",
            "https://100.64.0.1/token",
            "https://localhost/token",
            "http://93.184.216.35/token",
            "ftp://93.184.216.35/token",
            "token",
        ] {
            assert!(!check(realm, public), "{realm}");
        }
    }

    #[test]
    fn a_registry_in_our_network_can_have_its_realm_there() {
        assert!(check("http://127.0.0.1:5001/token", "http://127.0.0.1:5000"));
        assert!(check("https://10.0.0.2/token", "https://10.0.0.1"));
        assert!(!check("http://10.0.0.2/token", "https://10.0.0.1"), "never in the clear");
    }

    #[test]
    fn challenges_are_read() {
        let mut headers = HeaderMap::new();
        headers.append(WWW_AUTHENTICATE, "Basic realm=\"x\"".parse().expect("a value"));
        let bearer = "Bearer realm=\"https://a/t\",service=\"s\",scope=\"repository:a:pull\"";
        headers.append(WWW_AUTHENTICATE, bearer.parse().expect("a value"));
        let text = |text: &str| Some(text.to_owned());
        let expected = Challenge::Bearer {
            realm: "https://a/t".to_owned(),
            service: text("s"),
            scope: text("repository:a:pull"),
        };
        assert_eq!(Challenge::all(&headers), [expected, Challenge::Basic]);
    }
}
