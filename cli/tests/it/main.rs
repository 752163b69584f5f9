//! The very binary that users run: its gateway, its queue's file, its worker, its sender.

#![allow(clippy::expect_used, reason = "a test fails by a panic that says what is wrong")]

mod answers;
mod banner;
mod durability;
mod forward;
mod gateway;
mod inspector;
mod listing;
mod machine;
mod order;
mod restart;
mod rows;
mod send;
mod sign;
mod start;
mod verify;
mod volley;
