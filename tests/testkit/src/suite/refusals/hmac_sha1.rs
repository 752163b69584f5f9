//! HMAC-SHA1 over the body.

use shared::verify::HmacSha1;

use super::Wrong;
use super::sender::Sender;
use crate::{Post, proof};

pub(super) fn wrong(sender: &Sender<'_>, scheme: HmacSha1) -> Wrong {
    let signature = sender.proof();
    let good = sender.good();
    let flipped = |index: usize| {
        let mut post = sender.good();
        post.body[index] ^= 1;
        post
    };
    let longer = |end: &str| Post { body: [sender.good().body, end.into()].concat(), ..sender.good() };
    let last = good.body.len() - 1;
    let first_digit = if signature.starts_with('0') { "1" } else { "0" };
    let form = Post::new(&good.path, "leads%5Badd%5D%5B0%5D%5Bid%5D=1").with("content-type", "application/x-www-form-urlencoded");
    let mut cases = vec![
        ("missing_header", sender.without()),
        ("missing_header", form),
        ("missing_header", Post::new(&good.path, "").with("x-another-header", &signature)),
        ("malformed_header", sender.with("")),
        ("malformed_header", sender.with(&signature[..39])),
        ("malformed_header", sender.with(&format!("{signature}0"))),
        ("malformed_header", sender.with(&format!("sha1={signature}"))),
        ("malformed_header", sender.with(&format!("{signature},{signature}"))),
        ("malformed_header", sender.with(&format!("+{}", &signature[1..]))),
        ("malformed_header", sender.with(&"g".repeat(40))),
        ("malformed_header", sender.with(&"\u{e9}".repeat(20))),
        ("wrong_signature", sender.with(&"0".repeat(40))),
        ("wrong_signature", sender.with(&format!("{first_digit}{}", &signature[1..]))),
        ("wrong_signature", sender.with(&proof::hmac_sha1("another-secret", &good.body))),
        ("wrong_signature", sender.with(&proof::hmac_sha1("", &good.body))),
        ("wrong_signature", flipped(0)),
        ("wrong_signature", flipped(last / 2)),
        ("wrong_signature", flipped(last)),
        ("wrong_signature", longer(" ")),
        ("wrong_signature", longer("\n ")),
        ("wrong_signature", Post { body: Vec::new(), ..sender.good() }),
    ];
    if (scheme.signed)(b"{}\n") == b"{}\n" {
        cases.push(("wrong_signature", longer("\n")));
    }
    cases
}

pub(super) fn right(sender: &Sender<'_>) -> Vec<Post> {
    let signature = sender.proof();
    [signature.to_uppercase(), format!(" {signature}\t")].iter().map(|header| sender.with(header)).collect()
}
