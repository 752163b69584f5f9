//! SQS as this program's user has it: receiving, giving back, deleting and sending whole messages.
//!
//! Credentials are found as the AWS CLI finds them: environment, profile, single sign-on. The region is
//! read from the queue's URL.

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
