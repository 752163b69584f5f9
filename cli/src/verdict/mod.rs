//! Why a request is refused, or by what it is accepted: in words, for a person who has the secrets.
//!
//! Of a digest the first four characters are shown, of a token or a secret none ([`shown`]). What to try is not guessed:
//! each remedy is a changed copy that the endpoint's own `verify` accepts ([`remedies`]).

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
