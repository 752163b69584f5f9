//! The code that all Chathooks functions share. It is independent of any provider.
//!
//! A delivery passes through these modules in order:
//!
//! ```text
//! http_event   Lambda event                -> Received     decodes base64
//! ingest       the pipeline: route, size, proof, parse, enqueue, respond
//!   route      path                        -> webhook and channel
//!   endpoint   a webhook and its secrets; calls verify
//!   verify     raw bytes and secrets       -> Verified     the only source of this type
//!   parse      JSON                        -> [Event]      calls the provider's parse function
//!   envelope   [Event]                     -> [Message]    CloudEvents
//!   queue      [Message]                   -> Receipt      a queue has stored them
//! problem      outcome                     -> Answer       200 to a POST only with a receipt
//! log, metrics one line per delivery; shape: the known member names of an unknown body
//! ```
//!
//! Other modules:
//!
//! - [`provider`]: what a provider's crate declares.
//! - [`settings`], [`keyring`], [`secret`]: read at startup. [`secrets`]: read from Secrets Manager and refreshed.
//! - [`event`]: the event model, in its own crate.
//! - [`json`], [`timestamp`], [`trace`]: parsers of external formats.
//! - [`connection`]: requests to AWS: credentials, signatures and kept-alive connections. [`tls`]: the certificates that
//!   clients trust. [`error_chain`]: the causes of an error. [`retry`]: when to retry a request.
//! - [`quarantine`]: parses quarantined bodies again.
//! - `sign` (feature `sign`): signs requests.
//! - [`trigger`]: the Lambda events that a function accepts. [`lambda`]: runs a function.

pub use chathooks_event as event;

#[cfg(test)]
mod acme;
pub mod connection;
pub mod endpoint;
pub mod envelope;
pub mod error_chain;
mod error_code;
mod hex_digits;
pub mod http_event;
pub mod ingest;
pub mod json;
pub mod keyring;
pub mod lambda;
pub mod log;
pub mod metrics;
pub mod parse;
pub mod problem;
pub mod provider;
pub mod quarantine;
pub mod queue;
pub mod received;
pub mod retry;
pub mod route;
pub mod secret;
pub mod secrets;
pub mod settings;
pub mod shape;
#[cfg(feature = "sign")]
pub mod sign;
pub mod timestamp;
pub mod tls;
pub mod trace;
pub mod trigger;
pub mod verify;

/// The user agent of every request that a function makes.
pub const USER_AGENT: &str = concat!("chathooks/", env!("CARGO_PKG_VERSION"));
