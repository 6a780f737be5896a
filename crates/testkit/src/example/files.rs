//! The files.

use super::fakes;
use crate::Tree;

pub(super) fn all() -> Tree {
    let mut tree = Tree::new();
    tree.add("README.md", README)
        .add(".env", env())
        .add(".env.example", ENV_EXAMPLE)
        .add(".gitlab-ci.yml", ci())
        .add(
            ".npmrc",
            format!("registry=https://npm.acme.example/\n//npm.acme.example/:_authToken={}\n", fakes::npm()),
        )
        .add(".docker/config.json", docker())
        .add("package-lock.json", lock())
        .add("app/settings.py", settings())
        .add("config/production.yaml", yaml())
        .add("deploy/main.tf", terraform())
        .add("deploy/release.sh", release())
        .add("certs/shop.acme.example.key", fakes::rsa_private_key())
        .add("logs/worker.log", log())
        .add("notebooks/reviews.ipynb", notebook())
        .add("windows/appsettings.json", utf16(&appsettings()));
    tree
}

const README: &str = "\
# Acme Shop

A made-up project with made-up secrets: it shows what `keysieve scan` finds. Nothing in it opens anything.

AWS's documentation uses `AKIAIOSFODNN7EXAMPLE` as its example key, and so may this file.
";

const ENV_EXAMPLE: &str = "\
# Copy to .env and fill in.
GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
STRIPE_SECRET_KEY=your_stripe_key_here
DATABASE_URL=postgres://shop:${DB_PASSWORD}@localhost:5432/shop
";

fn env() -> String {
    format!(
        "\
# Never commit this file.
DEBUG=false
GITHUB_TOKEN={}
STRIPE_SECRET_KEY={}
DATABASE_URL=postgres://shop:{}@db.acme.example:5432/shop
",
        fakes::github(),
        fakes::stripe(),
        fakes::password("database"),
    )
}

fn ci() -> String {
    format!(
        "\
deploy:
  stage: deploy
  variables:
    IMAGE_COMMIT: {}
    GITLAB_TOKEN: {}
  script:
    - ./deploy/release.sh
",
        fakes::commit(),
        fakes::gitlab(),
    )
}

fn docker() -> String {
    format!(
        "\
{{
  \"auths\": {{
    \"registry.acme.example\": {{
      \"auth\": \"{}\"
    }}
  }}
}}
",
        fakes::basic_auth("deployer"),
    )
}

fn lock() -> String {
    format!(
        "\
{{
  \"name\": \"acme-shop\",
  \"lockfileVersion\": 3,
  \"packages\": {{
    \"node_modules/left-pad\": {{ \"version\": \"1.3.0\", \"integrity\": \"sha512-{}\" }},
    \"node_modules/api-key-input\": {{ \"version\": \"2.0.1\", \"integrity\": \"sha512-{}\" }}
  }}
}}
",
        fakes::integrity("left-pad"),
        fakes::integrity("api-key-input"),
    )
}

fn settings() -> String {
    format!(
        "\
\"\"\"Settings of the shop.\"\"\"

import os

SECRET_FROM_ENVIRONMENT = os.environ[\"SHOP_SECRET\"]

EMAIL = {{
    \"backend\": \"sendgrid\",
    \"api_key\": \"{}\",
}}

OPENAI_API_KEY = \"{}\"
ALERTS_URL = \"https://hooks.slack.com/{}\"
",
        fakes::sendgrid(),
        fakes::openai(),
        fakes::slack_webhook_path(),
    )
}

fn yaml() -> String {
    format!(
        "\
storage:
  bucket: acme-shop-invoices
  region: eu-central-1
  aws_access_key_id: {}
  aws_secret_access_key: {}
",
        fakes::aws_key_id(),
        fakes::aws_secret(),
    )
}

fn terraform() -> String {
    format!(
        "\
provider \"digitalocean\" {{
  token = \"{}\"
}}

resource \"digitalocean_droplet\" \"shop\" {{
  name = \"shop\"
  size = \"s-1vcpu-1gb\"
}}
",
        fakes::digitalocean(),
    )
}

fn release() -> String {
    format!(
        "\
#!/bin/sh
set -eu
git push \"https://release:{}@github.com/acme/shop.git\" HEAD:release
curl \"https://status:{}@status.acme.example/ping\" # keysieve:allow -- of a page that anyone may read
",
        fakes::github(),
        fakes::password("status"),
    )
}

fn log() -> String {
    format!(
        "\
2026-11-20T08:00:01Z INFO worker started commit={}
2026-11-20T08:00:02Z DEBUG GET /orders authorization=\"Bearer {}\" status=200
2026-11-20T08:00:03Z INFO 12 orders in 34 ms
",
        fakes::commit(),
        fakes::jwt(),
    )
}

fn notebook() -> String {
    format!(
        "\
{{
 \"cells\": [
  {{
   \"cell_type\": \"code\",
   \"source\": [
    \"from huggingface_hub import login\\n\",
    \"login(token=\\\"{}\\\")\\n\"
   ]
  }}
 ],
 \"nbformat\": 4,
 \"nbformat_minor\": 5
}}
",
        fakes::hugging_face(),
    )
}

fn appsettings() -> String {
    format!(
        "{{\r\n  \"Slack\": {{\r\n    \"Name\": \"Größter Shop\",\r\n    \"BotToken\": \"{}\"\r\n  }}\r\n}}\r\n",
        fakes::slack_bot()
    )
}

/// UTF-16, little end first, with its mark: what Windows calls Unicode.
fn utf16(text: &str) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}
