//! The arguments of `keysieve image`.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueHint};
use keysieve_finding::LayerState;
use keysieve_policy::Date;
use keysieve_source_oci::Platform;

use super::run::seconds;
use super::{ConfigArguments, KeyArguments, ReportArguments, RuleArguments, RunArguments, VerdictArguments};

/// Which images to scan, and how.
#[derive(Args, Debug)]
pub(crate) struct ImageArguments {
    #[arg(
        value_name = "REF",
        required_unless_present = "refs_from",
        help = "[REGISTRY/]NAME[:TAG][@DIGEST], oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME], \
            docker-daemon:NAME, containers-storage:NAME, docker-root:NAME, containerd:DIR[:NAME|@DIGEST], a layout directory, an archive, or '-' for an archive on standard input"
    )]
    pub(crate) references: Vec<String>,

    #[command(flatten)]
    pub(crate) images: ImagesArguments,
    #[command(flatten)]
    pub(crate) registry: RegistryArguments,
    #[command(flatten)]
    pub(crate) reports: ReportArguments,
    #[command(flatten)]
    pub(crate) config: ConfigArguments,
    #[command(flatten)]
    pub(crate) rules: RuleArguments,
    #[command(flatten)]
    pub(crate) verdict: VerdictArguments,
    #[command(flatten)]
    pub(crate) key: KeyArguments,
    #[command(flatten)]
    pub(crate) run: RunArguments,
}

/// What of the images.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Images")]
pub(crate) struct ImagesArguments {
    /// Also scan the images named in FILE: one a line, or in Kubernetes manifests and what `kubectl get -o json` writes
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) refs_from: Option<PathBuf>,
    /// Scan these platforms: OS/ARCH[/VARIANT] or 'all' [default: linux on this machine's processor]
    #[arg(long = "platform", value_name = "LIST", value_delimiter = ',', conflicts_with = "all_platforms")]
    pub(crate) platforms: Vec<Wanted>,
    /// Scan every platform
    #[arg(long)]
    pub(crate) all_platforms: bool,
    /// Scan every tag of a repository
    #[arg(long)]
    pub(crate) all_tags: bool,
    /// Scan the tags of a repository that GLOB matches
    #[arg(long = "tags", value_name = "GLOB")]
    pub(crate) tags: Vec<String>,
    /// Of the tags of a repository scan only the N whose images were made last
    #[arg(long, value_name = "N")]
    pub(crate) newest: Option<usize>,
    /// Of the tags of a repository scan only those whose images were made on this day or later
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) newer_than: Option<Date>,
    /// Also scan what refers to an image in its registry: signatures, attestations, bills of materials
    #[arg(long)]
    pub(crate) referrers: bool,
    /// Report only files in these states: present, deleted, overwritten [default: all]
    ///
    /// Everything is scanned in any case. Whoever pulls an image has the files that a later layer deletes or
    /// overwrites, too.
    #[arg(long = "state", value_name = "LIST", value_delimiter = ',', value_parser = states())]
    pub(crate) states: Vec<LayerState>,
    /// Leave out the layers that an image shares with this one, from the bottom up; 'auto-label' takes the one that
    /// the image names as its base
    #[arg(long = "exclude-base", value_name = "REF")]
    pub(crate) bases: Vec<String>,
    /// Scan only the layers that this older image does not have
    #[arg(long, value_name = "REF")]
    pub(crate) since: Vec<String>,
    /// Write a line of JSON to FILE, or to standard error if that is '-', when a layer is begun, done, known or lost
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) events: Option<PathBuf>,
    /// Remember in DIR what was found in layers, masked, and do not fetch them again with the same rules
    ///
    /// A layer with secrets so short that they could be guessed is remembered only with --fingerprint-key.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, env = "KEYSIEVE_CACHE", hide_env_values = true)]
    pub(crate) cache: Option<PathBuf>,
}

/// How registries are spoken to.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Registries")]
pub(crate) struct RegistryArguments {
    /// Log in as USER; the password comes from --password-stdin or KEYSIEVE_REGISTRY_PASSWORD
    ///
    /// Without it, what `docker login`, `podman login` and their helpers have kept is used.
    #[arg(long, value_name = "USER", env = "KEYSIEVE_REGISTRY_USER", hide_env_values = true)]
    pub(crate) username: Option<String>,
    /// Read the password from standard input
    #[arg(long, requires = "username")]
    pub(crate) password_stdin: bool,
    /// Also look for logins in FILE: a config.json, or a Kubernetes secret that holds one
    #[arg(long = "pull-secret", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) pull_secrets: Vec<PathBuf>,
    /// Trust the certificates in FILE besides the system's
    #[arg(long = "ca-file", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) ca_files: Vec<PathBuf>,
    /// Read FILE for mirrors, blocked registries and short names [default: what podman and skopeo read]
    #[arg(long = "registries-conf", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) registries_conf: Vec<PathBuf>,
    #[arg(
        long = "certs-dir",
        help = "Look in DIR/HOST[:PORT] for certificates (ca.crt, client.cert, client.key) and mirrors (hosts.toml), \
                besides where docker, podman and containerd have them",
        value_name = "DIR",
        value_hint = ValueHint::DirPath
    )]
    pub(crate) certs_dirs: Vec<PathBuf>,
    #[arg(
        help = "Speak to HOST[:PORT] without TLS; registries on this machine may have none anyway",
        long = "plain-http",
        value_name = "HOST"
    )]
    pub(crate) plain_http: Vec<String>,
    /// Fetch layers that a registry does not have from the addresses that their descriptors name
    #[arg(long)]
    pub(crate) foreign: bool,
    /// Believe any certificate: whoever is on the way can read the login
    #[arg(long)]
    pub(crate) insecure: bool,
    /// Let a public registry have its logins sent to an address in a private network
    #[arg(long)]
    pub(crate) allow_private_realm: bool,
    /// Wait no longer than this when a registry asks to come back later [default: 60]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) max_wait: Option<Duration>,
}

/// A platform, or all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    All,
    One(Platform),
}

impl std::str::FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self::All);
        }
        text.parse().map(Self::One).map_err(|error: keysieve_source_oci::UnknownPlatform| error.to_string())
    }
}

fn states() -> impl TypedValueParser<Value = LayerState> {
    PossibleValuesParser::new(LayerState::ALL.iter().map(|state| state.as_str())).map(|word| {
        let named = |state: &LayerState| state.as_str() == word;
        LayerState::ALL.iter().copied().find(named).expect("a state, because the parser knows all words")
    })
}
