//! Test doubles that speak the real protocols, so that a test can run the very binary that ships.
//!
//! - [`RuntimeApi`]: the AWS Lambda Runtime API, as a function sees it.
//! - [`Function`]: a function's binary, started with only the environment that the test gives it; [`binary`] finds it.
//! - [`Sqs`]: a real SQS server (moto), one for each test process; [`TimedSqs`]: one for a single test, with a clock that the
//!   test moves.
//! - [`FaultySqs`]: an endpoint between a function and that server, which shows any [`Fault`] on request.
//! - [`StoredSecret`]: a secret in Secrets Manager, which moto serves at the same address.
//! - [`Receiver`]: an HTTP server that the worker delivers to; [`standard_webhooks`] signs for it.
//! - [`Mapping`]: the event source mapping between a queue and the worker.
//! - [`certified`]: certificates, and servers that show them.
//! - [`samples`], [`demo_env`]: the workspace's `events/`.
//! - [`Post`]: a request; [`trigger`] makes the event of it that a function gets.
//! - [`Journey`]: a function with queues of its own, what it is sent and what it queues.
//! - [`Pipeline`]: a provider's pipeline within the test's own process; [`parts`] checks several events of one request.
//! - [`contract`]: the queue's contract, checked on a message as a consumer gets it; [`schema`]: its published JSON Schema.
//! - [`emf`]: a strict reader of CloudWatch's embedded metric format.
//! - [`suite`]: the checks that hold for every provider, over a [`Subject`]; [`proof`] signs for them, [`paths`] says what
//!   is received where.
//! - [`wire`]: HTTP/1.1 by hand, as far as the above need it.
//!
//! Everything listens on 127.0.0.1 and is bounded in time: a test that waits in vain panics and says what for.
//! Servers run on the test's own runtime, so a test awaits and never blocks its thread.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test kit fails by a panic that says what is wrong")]

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
