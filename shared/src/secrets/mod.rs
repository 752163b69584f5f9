//! Secrets from AWS Secrets Manager. They are read at startup, and refreshed after their time-to-live and after a failed proof
//! that might pass with a newer secret.
//!
//! A secret that cannot be refreshed is reported, and its previous value stays in use.
//!
//! ```text
//! renewed    holders of secrets, and when their secrets are refreshed
//!   manager  the connection and the time-to-live
//!   source   the secrets of one setting
//!   request  GetSecretValue
//! endpoints  the endpoints of a function: holders of keyrings
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
