//! The verb `image`.

use std::env;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use keysieve_engine::Engine;
use keysieve_finding::{LayerPlace, MaskKind, Origin, Outcome, Secret};
use keysieve_report::LineHashes;
use keysieve_scan::{Control, Limits};
use keysieve_source::Source;
use keysieve_source_oci::{
    Base, Credential, Credentials, ImageSource, Mirrors, Options, Platforms, Reference, RegistryOptions,
    Tags, Watcher,
};

use crate::arguments::{ImageArguments, ImagesArguments, RegistryArguments, Wanted};
use crate::config::Config;
use crate::exit::Exit;
use crate::session::{self, Groups, Target};
use crate::signals::Input;
use crate::{ignore_files, image_list, messages};

/// The word for the base that an image names itself.
const LABELLED: &str = "auto-label";

/// The longest password.
const PASSWORD: u64 = 1 << 20;

/// Runs a scan of images from its arguments to its exit code.
pub(crate) fn run(mut asked: ImageArguments) -> Exit {
    let mut config = match Config::load(&asked.config, &[]) {
        Ok(config) => config,
        Err(error) => return session::refuse(&error),
    };
    if let Err(error) = config.apply(&mut asked.rules, &mut asked.verdict, None, &mut asked.run) {
        return session::refuse(&error);
    }
    config.announce(asked.run.quiet);
    let ImageArguments { references, images, registry, reports, rules, verdict, key, run, .. } = &asked;
    if registry.insecure && !run.quiet {
        messages::warning(
            "--insecure: any certificate is believed, and whoever is on the way can read the login",
        );
    }
    session::run(config, Groups { rules, verdict, key, run }, reports, |control| {
        // A layer is no archive that is opened on the way: how large it may become depends on its own size alone.
        let limits = Limits { bytes: None, ..run.archives() };
        let images = Images::new(references, images, registry, (limits, run.timeout), control)?;
        Ok(Images { quiet: run.quiet, ..images })
    })
}

/// Images, as they were asked for.
struct Images<'a> {
    asked: &'a ImagesArguments,
    quiet: bool,
    names: Vec<String>,
    source: ImageSource,
}

impl<'a> Images<'a> {
    /// Checks what was asked for.
    fn new(
        references: &[String],
        asked: &'a ImagesArguments,
        registry: &RegistryArguments,
        (limits, timeout): (Limits, Option<Duration>),
        control: &Arc<Control>,
    ) -> Result<Self> {
        let mut names = references.to_vec();
        if let Some(list) = &asked.refs_from {
            names.extend(image_list::read(list)?);
        }
        if names.is_empty() {
            bail!("no image is named");
        }
        let parsed = names.iter().map(|name| Reference::parse(name)).collect::<Result<Vec<_>, _>>()?;
        let reads_stdin = parsed.iter().any(Reference::is_stdin);
        if reads_stdin && (registry.password_stdin || asked.refs_from.as_deref() == Some(Path::new("-"))) {
            bail!("standard input cannot be both an archive and something else");
        }
        let stop = Arc::clone(control);
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        let options = Options {
            platforms: platforms(asked),
            registry: RegistryOptions {
                credentials: Credentials::find(given(registry)?, &registry.pull_secrets)?,
                ca_files: registry.ca_files.clone(),
                plain_http: registry.plain_http.clone(),
                insecure: registry.insecure,
                mirrors: Mirrors::find(&registry.registries_conf, &registry.certs_dirs)?,
                foreign: registry.foreign,
                allow_private_realm: registry.allow_private_realm,
                max_wait: registry.max_wait.unwrap_or(RegistryOptions::default().max_wait),
                // A registry that says nothing must not outlast the run.
                stop: Arc::new(move || {
                    stop.stopped() || deadline.is_some_and(|deadline| Instant::now() >= deadline)
                }),
                ..RegistryOptions::default()
            },
            limits,
            tags: Tags::new(
                asked.all_tags,
                &asked.tags,
                asked.newer_than.map(|day| day.to_string()),
                asked.newest,
            )?,
            referrers: asked.referrers,
            watcher: asked.events.as_deref().map(watcher).transpose()?.unwrap_or_default(),
            bases: bases(asked)?,
        };
        let source = ImageSource::new(parsed, options)?.stdin(Input::new(control));
        Ok(Self { asked, quiet: false, names, source })
    }
}

impl Target for Images<'_> {
    fn mode(&self) -> &'static str {
        "image"
    }

    fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    fn source(&self) -> &dyn Source {
        &self.source
    }

    fn ignore_files(&self) -> Result<ignore_files::Found> {
        ignore_files::find(None, &[PathBuf::from(".")], &[])
    }

    fn name_of(&self, _directory: &Path) -> Option<Vec<u8>> {
        // Paths start at the root of the image, wherever the configuration is.
        Some(Vec::new())
    }

    fn root(&self) -> Option<String> {
        None
    }

    fn line_hashes(&self, _outcome: &Outcome) -> LineHashes {
        LineHashes::default()
    }

    fn cache(&self) -> Option<&Path> {
        self.asked.cache.as_deref()
    }

    fn conclude(&self, outcome: &mut Outcome) -> Result<()> {
        keep_states(outcome, self.asked);
        let notes = self.source.notes();
        if !self.quiet && !notes.is_empty() {
            // A name can hold a secret.
            let engine = Engine::builtin();
            notes.iter().for_each(|note| messages::warning(&messages::masked(&engine, note)));
        }
        Ok(())
    }
}

/// Leaves out the places that are in no image that was asked for, and those in other states than were asked for.
fn keep_states(outcome: &mut Outcome, asked: &ImagesArguments) {
    for finding in &mut outcome.findings {
        let before = finding.locations.len();
        finding.locations.retain(|location| match &location.layer {
            Some(place) => asked.states.is_empty() || asked.states.contains(&place.state),
            None => !matches!(location.origin.outermost(), Origin::Image { .. }),
        });
        finding.total_locations -= (before - finding.locations.len()) as u64;
    }
    outcome.findings.retain(|finding| !finding.locations.is_empty());
    let in_state = |place: &LayerPlace| asked.states.is_empty() || asked.states.contains(&place.state);
    outcome.allowed.retain(|allowed| {
        allowed.finding.locations.iter().all(|location| location.layer.as_deref().is_none_or(in_state))
    });
}

fn platforms(asked: &ImagesArguments) -> Platforms {
    if asked.all_platforms || asked.platforms.contains(&Wanted::All) {
        return Platforms::All;
    }
    let one = |wanted: &Wanted| match wanted {
        Wanted::One(platform) => Some(platform.clone()),
        Wanted::All => None,
    };
    let these: Vec<_> = asked.platforms.iter().filter_map(one).collect();
    if these.is_empty() { Platforms::Host } else { Platforms::These(these) }
}

/// Who writes events into a file. That it cannot be written to is no reason to end.
fn watcher(file: &Path) -> Result<Watcher> {
    let out: Box<dyn Write + Send> = match file == Path::new("-") {
        true => Box::new(io::stderr()),
        false => Box::new(File::create(file).with_context(|| format!("--events {}", file.display()))?),
    };
    let out = Mutex::new(out);
    Ok(Watcher::new(move |event| {
        let line = serde_json::json!({
            "event": "layer",
            "state": event.progress.as_str(),
            "image": event.image,
            "layer": event.layer,
            "size": event.size,
            "nth": event.nth,
            "layers": event.layers,
        });
        let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }))
}

/// What is left out: layers of bases, and those that an older image has.
fn bases(asked: &ImagesArguments) -> Result<Vec<Base>> {
    let mut bases = asked.bases.iter().map(|base| base_of(base)).collect::<Result<Vec<_>>>()?;
    for older in &asked.since {
        bases.push(Base::Older(Reference::parse(older)?));
    }
    Ok(bases)
}

fn base_of(written: &str) -> Result<Base> {
    if written == LABELLED {
        return Ok(Base::Labelled);
    }
    Ok(Base::Image(Reference::parse(written)?))
}

/// The login that was given.
fn given(registry: &RegistryArguments) -> Result<Option<Credential>> {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let secret = |text: &str| Secret::new(text.as_bytes(), MaskKind::Password);
    if let Some(user) = &registry.username {
        let password = if registry.password_stdin {
            let mut text = String::new();
            io::stdin().lock().take(PASSWORD).read_to_string(&mut text).context("--password-stdin")?;
            text.trim_end_matches(['\r', '\n']).to_owned()
        } else {
            let missing = "--username needs --password-stdin or KEYSIEVE_REGISTRY_PASSWORD";
            variable("KEYSIEVE_REGISTRY_PASSWORD").context(missing)?
        };
        return Ok(Some(Credential::Password { user: user.clone(), password: secret(&password) }));
    }
    Ok(variable("KEYSIEVE_REGISTRY_TOKEN").map(|token| Credential::Token(secret(&token))))
}
