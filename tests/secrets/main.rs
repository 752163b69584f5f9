//! Secrets in Secrets Manager, keyrings and the worker's: rotation without a refused request, starts that must fail, outages,
//! floods. Real binaries, moto's Secrets Manager and SQS.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

mod flood;
mod kommo;
mod outage;
mod roles;
mod rotation;
mod several;
mod starts;
mod worker;
