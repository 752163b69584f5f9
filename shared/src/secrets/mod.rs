//! Secrets from AWS Secrets Manager: read at start, again when they are old, and once more when a proof fails that might
//! pass with another one.
//!
//! What cannot be read, or is not of the form that it should have, leaves the last secret in use, and is reported.
//!
//! ```text
//! renewed    what holds secrets, and when they are read again
//!   manager  the connection, and how long a secret may be used
//!   source   one setting's secrets, and how they are read
//!   request  GetSecretValue
//! endpoints  the webhooks' keyrings are such secrets
//! ```

mod arn;
mod endpoints;
mod manager;
mod renewed;
mod request;
mod source;

pub(crate) use endpoints::Current;
pub use endpoints::Endpoints;
pub use manager::{LONGEST_TTL, SecretsManager};
pub use renewed::{Holder, RefreshFailure, Refreshed, Renewed};
pub use source::{Form, Parse, Source};
