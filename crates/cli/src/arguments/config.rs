//! Which configuration counts, shared by the verbs that scan; and the arguments of `keysieve config`.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{Args, Subcommand, ValueHint};

/// Which configuration counts.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Configuration")]
pub(crate) struct ConfigArguments {
    /// Use this configuration: a keysieve.toml, or that of gitleaks or betterleaks
    ///
    /// Without it, the nearest keysieve.toml or .keysieve.toml counts, from the scanned path upwards to the root of its
    /// repository; else .betterleaks.toml or .gitleaks.toml; else the user's own.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, env = "KEYSIEVE_CONFIG", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,
    /// Use no configuration file
    #[arg(long, conflicts_with = "config", value_parser = FalseyValueParser::new(), env = "KEYSIEVE_NO_CONFIG", hide_env_values = true)]
    pub(crate) no_config: bool,
}

/// What to do with a configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigVerb {
    /// Print the settings that count for a directory
    Show {
        /// The directory, or a file in it [default: the current one]
        #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
        path: Option<PathBuf>,
        /// Say where each comes from
        #[arg(long)]
        origin: bool,
        #[command(flatten)]
        config: ConfigArguments,
    },
    /// Check a configuration: keysieve.toml, or a file of another tool
    ///
    /// Exits 2 if anything is wrong, with rule and line.
    Check {
        /// Configuration files [default: the one that counts here]
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        files: Vec<PathBuf>,
    },
    /// Write a keysieve.toml that says what other tools' files say
    ///
    /// Reads the configuration of gitleaks and betterleaks, a .gitleaksignore, the baseline of detect-secrets, custom
    /// detectors of trufflehog, rules of kingfisher and noseyparker. What has no counterpart is an error, or is named;
    /// nothing is left out silently. Baselines are not copied but named, so they must stay where they are.
    Import {
        /// The files
        #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
        files: Vec<PathBuf>,
        /// Where to write; `-` is standard output
        #[arg(short, long, value_name = "FILE", default_value = "keysieve.toml", value_hint = ValueHint::FilePath)]
        output: PathBuf,
        /// Write over a file that is there
        #[arg(long)]
        force: bool,
    },
    /// Write a keysieve.toml with every setting in it, commented out
    Init {
        /// Where to
        #[arg(value_name = "FILE", default_value = "keysieve.toml", value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
}
