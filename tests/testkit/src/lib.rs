//! Test doubles that speak the real protocols, so that tests can run the exact binaries that ship.
//!
//! - [`RuntimeApi`]: the AWS Lambda Runtime API, as a function sees it.
//! - [`Function`]: a function's binary, started with only the environment that the test gives it; [`binary`] finds it.
//! - [`Sqs`]: a real SQS server (moto), one for each test process; [`TimedSqs`]: one for a single test, with a clock that
//!   the test controls.
//! - [`FaultySqs`]: an endpoint between a function and that server, which injects any [`Fault`] on request.
//! - [`StoredSecret`]: a secret in Secrets Manager, which moto serves at the same address.
//! - [`Receiver`]: an HTTP server that the worker delivers to; [`standard_webhooks`] verifies its signatures.
//! - [`Mapping`]: the event source mapping between a queue and the worker.
//! - [`certified`]: certificates, and TLS servers that present them.
//! - [`samples`], [`demo_env`]: the workspace's `events/`.
//! - [`Post`]: a request; [`trigger`] turns it into the event that a function receives.
//! - [`Journey`]: a function with its own queues, the requests sent to it and the messages it queues.
//! - [`Pipeline`]: a provider's pipeline inside the test process; [`parts`] checks requests that carry multiple events.
//! - [`contract`]: the queue's contract, checked on a message as a consumer receives it; [`schema`]: its published JSON
//!   Schema.
//! - [`emf`]: a strict parser of CloudWatch's embedded metric format.
//! - [`suite`]: the checks that hold for every provider, over a [`Subject`]; [`proof`] signs requests for them, and
//!   [`paths`] lists which path belongs to which webhook.
//! - [`wire`]: a minimal HTTP/1.1 implementation for the modules above.
//!
//! Every server listens on 127.0.0.1, and every wait is bounded: a test that times out panics and names what
//! it waited for. Servers run on the test's own runtime, so tests must await and never block the thread.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test kit reports failures by panicking")]

mod answer;
mod binary;
pub mod certified;
pub mod contract;
pub mod emf;
mod fault;
mod faulty_sqs;
mod function;
pub mod future;
mod journey;
mod mapping;
mod output;
pub mod parts;
pub mod paths;
mod pipeline;
mod post;
pub mod proof;
mod queue;
mod receiver;
mod runtime_api;
mod sample;
pub mod schema;
mod sqs;
pub mod standard_webhooks;
mod stored;
mod stored_secret;
mod subject;
pub mod suite;
pub mod trigger;
mod until;
pub mod wire;

pub use answer::Answer;
pub use binary::binary;
pub use fault::Fault;
pub use faulty_sqs::{FaultySqs, SqsRequest};
pub use function::{FailedStart, Function, LAMBDA};
pub use journey::{Delivered, Journey};
pub use mapping::{Batch, Mapping, Receives, failures, sqs_event};
pub use pipeline::Pipeline;
pub use post::Post;
pub use queue::Queue;
pub use receiver::{Arrival, Receiver, Reply};
pub use runtime_api::{Invocation, RuntimeApi};
pub use sample::{Sample, demo_env, samples, workspace};
pub use sqs::{MAX_RECEIVES, RETENTION, Sqs, TimedSqs, VISIBILITY_TIMEOUT};
pub use stored::StoredMessage;
pub use stored_secret::StoredSecret;
pub use subject::Subject;
