//! Which files are read.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::size;

/// What is read.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Files")]
pub(crate) struct FileArguments {
    /// Read what .gitignore leaves out
    #[arg(long)]
    pub(crate) no_ignore: bool,
    /// Read only files that match, or that are in a directory that matches
    #[arg(long, value_name = "GLOB")]
    pub(crate) include: Vec<String>,
    /// Leave out what matches
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Leave out larger files: bytes, or with k, M or G (of 1024) [default: no limit]
    #[arg(long, value_name = "SIZE", value_parser = size::parse, env = "KEYSIEVE_MAX_FILE_SIZE", hide_env_values = true)]
    pub(crate) max_file_size: Option<u64>,
    /// Read the files that are listed in a file, one a line; `-` is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files_from: Option<PathBuf>,
    /// The names in --files-from end with a NUL byte, as `git diff --name-only -z` writes them
    #[arg(short = '0', long, requires = "files_from")]
    pub(crate) null: bool,
}
