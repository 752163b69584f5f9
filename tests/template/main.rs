//! `template.yaml` against the code: every function, route, permission, limit and metric, and every setting, which
//! must be known to the code, the template and the README, or to none of them.
//!
//! AWS itself is not tested: these tests assume that CloudFormation treats the template as its documentation says.

#![allow(clippy::expect_used, reason = "a test fails by a panic")]

mod blocks;
mod changes;
mod code;
mod costs;
mod dashboard;
mod deploy;
mod deployed;
mod document;
mod function;
mod limits;
mod metrics;
mod parameters;
mod permissions;
mod secrets;
mod settings;
mod translate;
mod versions;
