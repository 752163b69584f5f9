//! What every Chathooks function shares. It names no provider.
//!
//! A delivery goes one way, and each step has a module:
//!
//! ```text
//! http_event   Lambda's event            -> Received     base64 undone
//! ingest       the pipeline: route, size, proof, parse, enqueue, answer
//!   route      path                      -> provider and channel
//!   verify     raw bytes and a keyring   -> Proof        the only way to make one
//!   provider   JSON                      -> [Event]      each provider's own crate
//!   shape      JSON that nobody knows    -> its field names, for the log
//!   envelope   [Event]                   -> [Message]    CloudEvents
//!   queue      [Message]                 -> Receipt      SQS has them
//! problem      outcome                   -> Answer       200 only with a receipt
//! log, metrics one line
//! ```
//!
//! Beside them: [`settings`], [`keyring`] and [`secret`] are read at start, [`secrets`] again while it runs;
//! [`function`] is what a provider tells of itself; [`event`] is the model; [`json`], [`timestamp`] and
//! [`trace`] read what others write; [`connection`] is what all requests to AWS share, and [`retry`] says when one is sent again; [`quarantine`] reads
//! again what was malformed; [`lambda`] runs it all.

pub mod connection;
pub mod envelope;
pub mod event;
pub mod function;
pub mod hex;
pub mod http_event;
pub mod ingest;
pub mod json;
pub mod keyring;
pub mod lambda;
pub mod log;
pub mod metrics;
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
pub mod timestamp;
pub mod trace;
pub mod verify;
