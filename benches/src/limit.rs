//! What else could be done with the same bytes in the same run: the yardsticks that make figures of two machines
//! comparable.

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// Names of services and things, whose combinations with [`ENDINGS`] are the size of a large rule pack's keyword set.
const STEMS: &[&str] = &[
    "access",
    "account",
    "adafruit",
    "admin",
    "age",
    "airtable",
    "algolia",
    "api",
    "app",
    "asana",
    "atlassian",
    "auth",
    "authress",
    "aws",
    "azure",
    "bearer",
    "beamer",
    "bitbucket",
    "bot",
    "bucket",
    "cargo",
    "circleci",
    "client",
    "cloud",
    "codecov",
    "coinbase",
    "config",
    "confluent",
    "connection",
    "consul",
    "contentful",
    "cookie",
    "credential",
    "data",
    "databricks",
    "datadog",
    "db",
    "deploy",
    "digitalocean",
    "discord",
    "docker",
    "doppler",
    "dropbox",
    "dynatrace",
    "encryption",
    "etsy",
    "facebook",
    "fastly",
    "figma",
    "finicity",
    "firebase",
    "flutter",
    "freshbooks",
    "gcp",
    "github",
    "gitlab",
    "gitter",
    "google",
    "grafana",
    "heroku",
    "hook",
    "hubspot",
    "intercom",
    "jenkins",
    "jfrog",
    "jwt",
    "kafka",
    "kraken",
    "kubernetes",
    "kucoin",
    "linear",
    "linkedin",
    "live",
    "login",
    "mailchimp",
    "mailgun",
    "mapbox",
    "master",
    "mattermost",
    "messagebird",
    "netlify",
    "newrelic",
    "notion",
    "npm",
    "nuget",
    "okta",
    "openai",
    "pagerduty",
    "paypal",
    "plaid",
    "postman",
    "private",
    "proxy",
    "pulumi",
    "pypi",
    "redis",
    "rubygems",
    "sendgrid",
    "sentry",
    "session",
    "shopify",
    "slack",
    "snowflake",
    "square",
    "stripe",
    "sumologic",
    "telegram",
    "terraform",
    "test",
    "time",
    "travis",
    "trello",
    "twilio",
    "twitch",
    "twitter",
    "typeform",
    "user",
    "vault",
    "webhook",
    "zendesk",
];
const ENDINGS: &[&str] = &["", "_key", "_token", "-secret", "_password", ".id", "_pat"];

/// A keyword prefilter as scanners have it: every keyword in one automaton, case-insensitive, over every byte.
#[derive(Clone, Debug)]
pub struct KeywordAutomaton(AhoCorasick);

impl KeywordAutomaton {
    /// An automaton over about 840 keywords: a DFA, the fastest kind there is for so many.
    ///
    /// # Errors
    /// When the automaton cannot be built within its limits.
    pub fn new() -> Result<Self, aho_corasick::BuildError> {
        let keywords =
            STEMS.iter().flat_map(|stem| ENDINGS.iter().map(move |ending| format!("{stem}{ending}")));
        AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::DFA))
            .ascii_case_insensitive(true)
            .build(keywords)
            .map(Self)
    }

    /// How many keywords it looks for.
    #[must_use]
    pub fn keywords(&self) -> usize {
        self.0.patterns_len()
    }

    /// How often one of them stands in `haystack`, matches not overlapping.
    #[must_use]
    pub fn count(&self, haystack: &[u8]) -> usize {
        self.0.find_iter(haystack).count()
    }
}

/// The newlines of `haystack`: about what reading it from memory takes.
#[must_use]
pub fn count_lines(haystack: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', haystack).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_automaton_is_of_the_size_the_design_measured() {
        let automaton = KeywordAutomaton::new().unwrap();
        assert!((800..880).contains(&automaton.keywords()), "{}", automaton.keywords());
        assert_eq!(automaton.count(b"SLACK_TOKEN=1; grafana-x\nvault"), 3);
        assert_eq!(count_lines(b"a\nb\n"), 2);
    }
}
