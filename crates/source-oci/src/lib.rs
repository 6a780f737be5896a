//! Container images.

mod digest;
mod error;
mod fields;
mod history;
mod model;
mod platform;
mod reference;
mod registry;

pub use digest::Digest;
pub use error::Error;
pub use platform::{Platform, UnknownPlatform};
pub use reference::Reference;
pub use registry::{Credential, Credentials, RegistryOptions};
