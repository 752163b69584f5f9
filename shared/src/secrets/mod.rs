//! Secrets from AWS Secrets Manager: read at start, again after their time-to-live, and once more when a proof fails that a
//! newer secret might let pass.
//!
//! A secret that cannot be read or parsed is reported, and the last one stays in use.
//!
//! ```text
//! renewed    holders of secrets, and when the secrets are read again
//!   manager  the connection, and the time-to-live
//!   source   the secrets of one setting
//!   request  GetSecretValue
//! endpoints  the webhooks, whose keyrings may be such secrets
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
