//! Explains why a request is refused, or which key accepts it, for a person who has the secrets.
//!
//! A verdict shows the first four characters of a digest, and nothing of a token or a secret ([`shown`]). Remedies are not
//! guesses: each is a change after which the endpoint's own `verify` accepts the request ([`remedies`]).

mod advice;
mod body;
mod claims;
mod examine;
mod header;
mod json_style;
mod keyring;
mod outcome;
mod remedies;
mod shown;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use outcome::{Outcome, Verdict};
pub(crate) use shown::token;
pub(crate) use words::scheme;
