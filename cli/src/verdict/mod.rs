//! Why a request is refused, or by what it is accepted: in words, for a person who has the secrets.
//!
//! A credential is shown by its two ends at most ([`shown`]), a secret never. What to try is not guessed:
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
pub(crate) use shown::abbreviated;
pub(crate) use words::scheme;
