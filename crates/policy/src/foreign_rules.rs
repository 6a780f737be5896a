//! What gitleaks and betterleaks call what our rules find.
//!
//! Ids are as in reports and ignore files of these tools. Where one of their rules finds what several of ours do, it
//! stands for all of these; ids that are the same there and here are not listed unless theirs means more.

/// An id of theirs, and the ids of ours.
pub const FOREIGN_RULES: &[(&str, &[&str])] = &[
    ("1password-secret-key", &["onepassword-secret-key"]),
    ("1password-service-account-token", &["onepassword-service-account-token"]),
    ("adafruit-api-key", &["adafruit-io-key"]),
    ("airtable-api-key", &["airtable-legacy-key"]),
    ("airtable-personnal-access-token", &["airtable-token"]),
    ("alibaba-secret-key", &["alibaba-access-key-secret"]),
    ("anthropic-admin-api-key", &["anthropic-admin-key"]),
    ("artifactory-api-key", &["jfrog-api-key"]),
    ("artifactory-reference-token", &["jfrog-reference-token"]),
    ("atlassian-api-token", &["atlassian-api-token", "atlassian-legacy-token"]),
    ("aws-access-token", &["aws-access-key-id"]),
    ("aws-amazon-bedrock-api-key-long-lived", &["aws-bedrock-api-key"]),
    ("aws-amazon-bedrock-api-key-short-lived", &["aws-bedrock-api-key-short-term"]),
    ("azure-ad-client-secret", &["azure-client-secret"]),
    ("clickhouse-cloud-api-secret-key", &["clickhouse-cloud-api-secret"]),
    ("clojars-api-token", &["clojars-deploy-token"]),
    ("cloudflare-api-key", &["cloudflare-user-api-token", "cloudflare-api-token-legacy"]),
    ("cloudflare-global-api-key", &["cloudflare-global-api-key", "cloudflare-global-api-key-legacy"]),
    ("codecov-access-token", &["codecov-token"]),
    ("cohere-api-token", &["cohere-api-key"]),
    ("coinbase-access-token", &["coinbase-api-secret"]),
    ("confluent-secret-key", &["confluent-api-secret", "confluent-api-secret-legacy"]),
    ("contentful-delivery-api-token", &["contentful-delivery-token"]),
    ("curl-auth-user", &["curl-user-password"]),
    ("databricks-api-token", &["databricks-token"]),
    ("datadog-access-token", &["datadog-api-key", "datadog-application-key"]),
    ("digitalocean-access-token", &["digitalocean-oauth-token"]),
    ("discord-api-token", &["discord-bot-token"]),
    ("doppler-api-token", &["doppler-token"]),
    ("dropbox-api-token", &["dropbox-access-token"]),
    ("dropbox-long-lived-api-token", &["dropbox-long-lived-token"]),
    ("dropbox-short-lived-api-token", &["dropbox-access-token"]),
    ("duffel-api-token", &["duffel-token", "duffel-test-token"]),
    ("dynatrace-api-token", &["dynatrace-token"]),
    ("easypost-api-token", &["easypost-production-api-key"]),
    ("easypost-test-api-token", &["easypost-test-api-key"]),
    ("etsy-access-token", &["etsy-api-keystring"]),
    ("facebook-page-access-token", &["facebook-access-token"]),
    ("facebook-secret", &["facebook-app-secret"]),
    ("finicity-api-token", &["finicity-app-key"]),
    ("finnhub-access-token", &["finnhub-api-key"]),
    ("flutterwave-secret-key", &["flutterwave-secret-key", "flutterwave-test-key"]),
    (GENERIC, &["generic-api-key", "generic-password", "generic-secret", "generic-token"]),
    (
        "github-app-token",
        &["github-app-user-token", "github-app-installation-token", "github-app-installation-token-jwt"],
    ),
    ("github-oauth", &["github-oauth-token"]),
    ("gitlab-cicd-job-token", &["gitlab-ci-job-token"]),
    ("gitlab-feature-flag-client-token", &["gitlab-feature-flags-client-token"]),
    ("gitlab-kubernetes-agent-token", &["gitlab-agent-token"]),
    ("gitlab-ptt", &["gitlab-pipeline-trigger-token"]),
    ("gitlab-rrt", &["gitlab-runner-registration-token"]),
    ("gitlab-runner-authentication-token", &["gitlab-runner-token"]),
    ("gitlab-runner-authentication-token-routable", &["gitlab-runner-token"]),
    ("gocardless-api-token", &["gocardless-live-access-token"]),
    ("grafana-cloud-api-token", &["grafana-cloud-token"]),
    ("hashicorp-tf-api-token", &["hashicorp-terraform-token"]),
    ("heroku-api-key", &["heroku-api-key", "heroku-legacy-key"]),
    ("heroku-api-key-v2", &["heroku-api-key"]),
    ("hubspot-api-key", &["hubspot-api-key", "hubspot-private-app-token"]),
    ("huggingface-access-token", &["huggingface-token"]),
    ("huggingface-organization-api-token", &["huggingface-org-token"]),
    ("intercom-api-key", &["intercom-access-token"]),
    ("kraken-access-token", &["kraken-private-key"]),
    ("kubernetes-secret-yaml", &["kubernetes-secret-string-data"]),
    ("launchdarkly-access-token", &["launchdarkly-api-token"]),
    ("linkedin-client-secret", &["linkedin-client-secret", "linkedin-legacy-secret"]),
    ("lob-api-key", &["lob-live-api-key"]),
    ("mailgun-private-api-token", &["mailgun-api-key", "mailgun-legacy-key"]),
    ("mapbox-api-token", &["mapbox-secret-token"]),
    ("messagebird-api-token", &["messagebird-access-key"]),
    ("microsoft-teams-webhook", &["microsoft-teams-webhook", "microsoft-teams-legacy-webhook"]),
    ("netlify-access-token", &["netlify-token", "netlify-legacy-token"]),
    ("new-relic-browser-api-token", &["newrelic-browser-key"]),
    ("new-relic-insert-key", &["newrelic-insights-key"]),
    ("new-relic-user-api-key", &["newrelic-user-key"]),
    ("notion-api-token", &["notion-token", "notion-legacy-token"]),
    ("npm-access-token", &["npm-access-token", "npm-token-legacy"]),
    ("nuget-config-password", &["nuget-source-password"]),
    ("okta-access-token", &["okta-api-token", "okta-ssws-header"]),
    ("openai-api-key", &["openai-api-key", "openai-admin-key"]),
    ("openshift-user-token", &["kubernetes-openshift-token"]),
    ("plaid-api-token", &["plaid-access-token", "plaid-sandbox-token"]),
    ("plaid-secret-key", &["plaid-secret"]),
    ("planetscale-api-token", &["planetscale-token"]),
    ("postman-api-token", &["postman-api-key"]),
    ("prefect-api-token", &["prefect-api-key"]),
    (
        "private-key",
        &[
            "private-key",
            "private-key-openssh",
            "private-key-encrypted",
            "private-key-pgp",
            "private-key-putty",
            "private-key-ssh2",
            "private-key-base64",
        ],
    ),
    ("pulumi-api-token", &["pulumi-access-token"]),
    ("pypi-upload-token", &["pypi-api-token", "pypi-test-api-token"]),
    ("rapidapi-access-token", &["rapidapi-key"]),
    ("readme-api-token", &["readme-io-api-key"]),
    ("rubygems-api-token", &["rubygems-api-key"]),
    ("sendbird-access-token", &["sendbird-api-token"]),
    ("sendgrid-api-token", &["sendgrid-api-key"]),
    ("sendinblue-api-token", &["brevo-api-key"]),
    ("shippo-api-token", &["shippo-live-api-token", "shippo-test-api-token"]),
    ("shopify-custom-access-token", &["shopify-access-token"]),
    ("shopify-private-app-access-token", &["shopify-access-token"]),
    ("slack-config-access-token", &["slack-config-token"]),
    ("slack-config-refresh-token", &["slack-refresh-token", "slack-config-token"]),
    ("slack-legacy-bot-token", &["slack-bot-token", "slack-legacy-token"]),
    ("slack-webhook-url", &["slack-webhook", "slack-workflow-webhook"]),
    ("snyk-api-token", &["snyk-token"]),
    ("sonar-api-token", &["sonar-token", "sonar-legacy-token"]),
    ("square-access-token", &["square-access-token", "square-personal-token"]),
    ("squarespace-access-token", &["squarespace-api-key"]),
    ("stripe-access-token", &["stripe-live-secret-key", "stripe-live-restricted-key", "stripe-test-key"]),
    ("sumologic-access-token", &["sumologic-access-key"]),
    ("telegram-bot-api-token", &["telegram-bot-token", "telegram-bot-url"]),
    ("travisci-access-token", &["travis-api-token"]),
    ("trello-access-token", &["trello-token"]),
    ("twilio-api-key", &["twilio-api-key-sid", "twilio-api-key-secret"]),
    ("twitch-api-token", &["twitch-client-secret"]),
    ("twitter-access-secret", &["twitter-access-token-secret"]),
    ("twitter-api-secret", &["twitter-consumer-secret"]),
    ("typeform-api-token", &["typeform-access-token"]),
    ("vault-batch-token", &["hashicorp-vault-batch-token"]),
    ("vault-service-token", &["hashicorp-vault-service-token", "hashicorp-vault-token-legacy"]),
    ("yandex-access-token", &["yandex-oauth-token"]),
    ("yandex-api-key", &["yandex-cloud-api-key"]),
    ("yandex-aws-access-token", &["yandex-cloud-static-key-secret"]),
    ("zendesk-secret-key", &["zendesk-api-token"]),
];

/// Their rule for whatever looks like a secret: what it finds, ours may find by a rule for one provider.
const GENERIC: &str = "generic-api-key";

/// The rules of ours that find what a rule of theirs does; none if that is not known.
#[must_use]
pub fn foreign_rule(id: &str) -> &'static [&'static str] {
    let known = FOREIGN_RULES.binary_search_by_key(&id, |(theirs, _)| *theirs);
    known.map_or(&[], |at| FOREIGN_RULES[at].1)
}

/// Whether what a rule of theirs has found in a line may be what a rule of ours finds there. An id that is not known may
/// be any.
pub(crate) fn may_be(theirs: &str, ours: &str) -> bool {
    let known = foreign_rule(theirs);
    theirs == ours
        || theirs == GENERIC
        || known.is_empty()
        || known.contains(&ours)
        || ours.starts_with("generic-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_names_nothing_twice() {
        assert!(FOREIGN_RULES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (theirs, ours) in FOREIGN_RULES {
            assert!(!ours.is_empty() && *ours != [*theirs], "{theirs}");
            assert_eq!(foreign_rule(theirs), *ours);
        }
    }

    #[test]
    fn a_line_known_under_one_rule_does_not_hide_what_is_of_another() {
        assert!(
            may_be("aws-access-token", "aws-access-key-id") && may_be("aws-access-token", "generic-secret")
        );
        assert!(!may_be("aws-access-token", "github-pat"));
        assert!(may_be("generic-api-key", "github-pat") && may_be("any-rule", "github-pat"));
    }
}
