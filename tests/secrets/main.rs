//! Secrets in Secrets Manager, both keyrings and the worker's secret: rotation without a refused request, failing
//! startup, outages, floods. Runs real binaries against moto's Secrets Manager and SQS.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

mod flood;
mod kommo;
mod outage;
mod roles;
mod rotation;
mod several;
mod starts;
mod worker;
