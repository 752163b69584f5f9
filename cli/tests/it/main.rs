//! The exact binary that users run: its gateway, queue file, worker and sender.

#![allow(clippy::expect_used, reason = "a test fails by a panic")]

mod answers;
mod archive;
mod banner;
mod client;
mod doctor;
mod durability;
mod filled;
mod forward;
mod gateway;
mod hostile;
mod inspector;
mod listen;
mod listing;
mod lost_file;
mod machine;
mod malformed;
mod order;
mod output;
mod redrive;
mod redrive_embedded;
mod redrive_killed;
mod redrive_quarantine;
mod redrive_refused;
mod refusal;
mod replay;
mod restart;
mod rows;
mod send;
mod settings;
mod sign;
mod start;
mod tail;
mod trust;
mod tunnel;
mod verify;
mod volley;
