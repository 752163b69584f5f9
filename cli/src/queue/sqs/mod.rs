//! SQS with the user's own access: receives, returns, deletes and sends whole messages.
//!
//! Credentials are found as the AWS CLI finds them: environment, profile, single sign-on. The region comes from the queue
//! URL.

mod access;
mod attributes;
mod entry;
mod failure;
mod held;
pub(crate) mod peek;
mod queue;
mod send;
mod url;

pub(crate) use access::Access;
pub(crate) use attributes::Attributes;
pub(crate) use held::Held;
pub(crate) use queue::SqsQueue;
pub(crate) use send::{NotSent, OrderedSender};
pub(crate) use url::QueueUrl;
