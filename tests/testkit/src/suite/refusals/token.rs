//! A token in plain text, with or without a scheme name before it.

use shared::verify::Token;

use super::Wrong;
use super::sender::{NAME, SECRET, Sender};
use crate::{Post, proof};

pub(super) fn wrong(sender: &Sender<'_>, scheme: Token) -> Wrong {
    let name = scheme.scheme.unwrap_or("bearer");
    let mut cases = vec![
        ("missing_header", sender.without()),
        ("missing_header", Post::new(&sender.good().path, "{}")),
        ("missing_header", sender.without().with("x-another-header", SECRET)),
    ];
    let headers = [
        String::new(),
        name.to_owned(),
        format!("{name} another-token"),
        format!("Basic {SECRET}"),
        format!("{name}{SECRET}"),
        format!("{name} {name} {SECRET}"),
        format!("{name} {}", SECRET.to_uppercase()),
        format!("{name} {SECRET}x"),
        format!("{name} {}", &SECRET[..SECRET.len() - 1]),
        format!("{name} {}", &SECRET[1..]),
        format!("{SECRET}, {SECRET}"),
        NAME.to_owned(),
        proof::basic(SECRET),
    ];
    cases.extend(headers.iter().map(|header| ("wrong_token", sender.with(header))));
    // Another webhook's proof is not valid here.
    cases.extend(sender.proofs_of_others().iter().map(|header| ("wrong_token", sender.with(header))));
    cases
}

pub(super) fn right(sender: &Sender<'_>, scheme: Token) -> Vec<Post> {
    let bare = [SECRET.to_owned(), format!(" {SECRET} ")];
    let schemes = scheme.scheme.into_iter().flat_map(|name| {
        let (lower, upper) = (name.to_lowercase(), name.to_uppercase());
        [format!("{lower} {SECRET}"), format!("{name} {SECRET}"), format!("{upper}   {SECRET} ")]
    });
    bare.into_iter().chain(schemes).map(|header| sender.with(&header)).collect()
}
