//! The key of fingerprints: shared by the verbs that scan.

use std::ffi::OsString;

use clap::Args;

/// The key of fingerprints.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Findings and exit code")]
pub(crate) struct KeyArguments {
    /// Make fingerprints your own with this key; `@FILE` reads it from a file
    ///
    /// A key on the command line can be seen by other users: prefer the environment variable or a file.
    #[arg(long, value_name = "KEY", env = "KEYSIEVE_FINGERPRINT_KEY", hide_env_values = true)]
    pub(crate) fingerprint_key: Option<OsString>,
}
