//! A request of a provider: found as a sample or captured, changed, signed and sent.

mod address;
mod args;
mod assignment;
mod body;
pub(crate) mod capture;
mod client;
pub(crate) mod curl;
pub(crate) mod sample;
mod signed;
mod tamper;

pub(crate) use address::{LOCAL, target};
pub(crate) use args::RequestArgs;
pub(crate) use assignment::Assignment;
pub(crate) use body::changed;
pub(crate) use client::{NoAnswer, client, unreachable};
pub(crate) use signed::{Signed, Unprovable, proof, sign};
pub(crate) use tamper::{Tamper, broken};
