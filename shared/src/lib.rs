//! What every Chathooks function shares. It knows no provider.
//!
//! A delivery goes one way, and each step has a module:
//!
//! ```text
//! http_event   Lambda's event              -> Received     base64 decoded
//! ingest       the pipeline: route, size, proof, parse, enqueue, answer
//!   route      path                        -> webhook and channel
//!   endpoint   a webhook and its secrets; asks verify
//!   verify     raw bytes and secrets       -> Verified     nothing else makes one
//!   parse      JSON                        -> [Event]      by the provider's own function
//!   envelope   [Event]                     -> [Message]    CloudEvents
//!   queue      [Message]                   -> Receipt      a queue has them
//! problem      outcome                     -> Answer       a POST is 200 only with a receipt
//! log, metrics one line; shape: the member names of a body that nobody knows
//! ```
//!
//! Beside them: [`provider`] is what a provider's crate declares; [`settings`], [`keyring`] and [`secret`] are read at
//! start, [`secrets`] again while it runs; [`event`] is the model, a crate of its own; [`json`], [`timestamp`] and
//! [`trace`] parse what others write; [`connection`] is what all requests to AWS share, [`tls`] whom a client trusts, [`error_chain`] why one
//! failed, and [`retry`] when it is made again; [`quarantine`] parses again what was malformed; `sign` proves a request (feature `sign`); [`trigger`] is which
//! Lambda events a function accepts; [`lambda`] runs it all.

pub use chathooks_event as event;

#[cfg(test)]
mod acme;
pub mod connection;
pub mod endpoint;
pub mod envelope;
pub mod error_chain;
mod error_code;
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
