//! A webhook request: read from a sample or a capture, changed, signed and sent.

mod address;
mod args;
mod assignment;
pub(crate) mod capture;
mod changed;
mod client;
pub(crate) mod curl;
pub(crate) mod own_proof;
pub(crate) mod sample;
mod signed;
mod tamper;
mod trust;

pub(crate) use address::{Address, LOCAL, is_loopback, target};
pub(crate) use args::RequestArgs;
pub(crate) use assignment::Assignment;
pub(crate) use changed::changed;
pub(crate) use client::{MAX_ANSWER, NoAnswer, beginning, client, unreachable};
pub(crate) use signed::{Proof, Signed, Unprovable, proof, sign};
pub(crate) use tamper::{Tamper, broken};
pub(crate) use trust::TrustArgs;
