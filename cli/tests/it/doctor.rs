//! `chathooks doctor`, on moto and the local gateway, and with answers of AWS that moto does not give.

mod aws;
mod calls;
mod deployment;
mod secrets;
mod settings_in_force;
mod stack;
mod statuses;
mod url;
