//! Command-line tools and what developers keep.

pub(crate) const CASES: &str = r##"
=== home/ada/.circleci/cli.yml
host: https://circleci.com
endpoint: graphql-unstable
token: «{{hex:40}}»
=== home/ada/.config/netlify/config.json
{"telemetryDisabled": true, "users": {"5f": {"auth": {"token": "«{{base64url:43}}»"}}}}
=== home/ada/.local/share/com.vercel.cli/auth.json
{"token": "«{{alnum:24}}»"}
=== home/ada/.config/hcloud/cli.toml
active_context = "acme"
[[contexts]]
  name = "acme"
  token = "«{{alnum:64}}»"
=== home/ada/.config/linode-cli
[DEFAULT]
default-user = ada
[ada]
token = «{{hex:64}}»
=== home/ada/.tugboat
authentication:
  access_token: «{{hex:64}}»
=== home/ada/.travis/config.yml
endpoints:
  https://api.travis-ci.com/:
    access_token: «{{alnum:22}}»
=== home/ada/.sentryclirc
[auth]
token=«{{hex:64}}»
=== home/ada/.kaggle/kaggle.json
{"username":"ada","key":"«{{hex:32}}»"}
=== home/ada/.ngrok2/ngrok.yml
version: "2"
authtoken: «{{alnum:49}}»
=== frpc.ini
[common]
server_addr = frp.acme.test
token = «{{alnum:16}}»
=== home/ada/.mc/config.json
{"version": "10", "aliases": {"acme": {"url": "https://s3.acme.test", "accessKey": "site", "secretKey": "«{{alnum:40}}»"}}}
=== home/ada/.snowsql/config
[connections]
accountname = acme
username = ada
password = «{{words:1}}»
=== home/ada/.dbt/profiles.yml
site:
  outputs:
    dev:
      type: postgres
      user: ada
      password: «{{words:1}}»
=== home/ada/.oci/config
[DEFAULT]
user=ocid1.user.oc1..a
fingerprint=20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a:34
pass_phrase=«{{words:1}}»
=== home/ada/.aliyun/config.json
{"current": "default", "profiles": [{"name": "default", "mode": "AK", "access_key_secret": "«{{alnum:30}}»"}]}
=== home/ada/.config/helm/repositories.yaml
repositories:
- name: acme
  url: https://charts.acme.test
  username: ada
  password: «{{words:1}}»
=== home/ada/.zuliprc
[api]
email=ada@acme.test
key=«{{alnum:32}}»
site=https://zulip.acme.test
=== home/ada/.config/argocd/config
users:
- auth-token: «{{jwt}}»
  name: cd.acme.test
=== hardhat/hardhat.config.js
module.exports = {
  networks: { main: { url: "https://rpc.acme.test", accounts: ["0x«{{hex:64}}»"] } },
};
=== home/ada/.google_authenticator
«{{base32:26}}»
" RATE_LIMIT 3 30
" TOTP_AUTH
=== scripts/salesforce.js
conn.login('ada@acme.test', '«{{words:2}}»', function (err) {});
=== home/ada/.trc
configuration:
  default_profile: [ada]
profiles:
  ada:
    x:
      consumer_key: site
      consumer_secret: «{{alnum:41}}»
"##;
