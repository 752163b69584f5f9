//! What the terminal shows of a delivery: `-->` what came, `<--` what was answered.
//!
//! Never in a line: a secret, a header's value, a body or a part of one, a name, a phone number, and
//! the path of a request that did not prove itself.

use std::time::Duration;

use shared::ingest::Delivery;
use shared::problem::Rejection;
use shared::queue::NotQueued;
use shared::verify::Refusal;

use crate::functions::{self, Sender};
use crate::terminal::output::{BAD, BOLD, GOOD};

/// Both lines. The sender is the one of the path, with the path's channel.
pub(super) fn lines(bytes: usize, took: Duration, delivery: &Delivery, sender: Option<(&Sender, Option<String>)>) -> [String; 2] {
    let status = delivery.answer.status;
    let style = if status == 200 { GOOD } else { BAD };
    let outcome = match &delivery.rejection {
        None => queued(delivery),
        Some(rejection) => refused(rejection, delivery, sender.as_ref()),
    };
    let arrived = arrived(delivery, sender.map(|(sender, _)| sender));
    [format!("--> {arrived} {bytes} B{}", verdict(delivery)), format!("<-- {style}[{status}]{style:#} {} ms {outcome}", took.as_millis())]
}

fn arrived(delivery: &Delivery, sender: Option<&Sender>) -> String {
    let name = delivery.accepted.provider.or_else(|| Some(functions::provider_name(sender?))).unwrap_or("unknown path");
    match delivery.accepted.kind {
        Some(kind) => format!("{BOLD}{name}{BOLD:#} {}", kind.as_str()),
        None => format!("{BOLD}{name}{BOLD:#}"),
    }
}

/// A kind is known only of what proved itself.
fn verdict(delivery: &Delivery) -> String {
    match (&delivery.rejection, delivery.accepted.kind, delivery.accepted.key_position) {
        (_, Some(_), Some(position)) => format!(" {GOOD}verified{GOOD:#} (key {position})"),
        (_, Some(_), None) => " accepted without a proof".to_owned(),
        (Some(Rejection::Refused(..)), ..) => format!(" {BAD}refused{BAD:#}"),
        _ => String::new(),
    }
}

fn queued(delivery: &Delivery) -> String {
    match delivery.accepted.event_ids.as_slice() {
        [] => "queued".to_owned(),
        [id] => format!("queued {id}"),
        [first, more @ ..] => format!("queued {} events: {first} and {} more", more.len() + 1, more.len()),
    }
}

fn refused(rejection: &Rejection, delivery: &Delivery, sender: Option<&(&Sender, Option<String>)>) -> String {
    match rejection {
        Rejection::NotFound => "no webhook has this path; those that have are listed at the start".to_owned(),
        Rejection::MethodNotAllowed => "webhooks are received by POST".to_owned(),
        Rejection::TooLarge => "the event would not fit into a queue message of 1 MiB".to_owned(),
        Rejection::Refused(refusal, _) => match sender.and_then(|sender| advice(*refusal, sender)) {
            Some(advice) => format!("{refusal}; {advice}"),
            None => refusal.to_string(),
        },
        Rejection::Malformed(malformed) => format!("{malformed}; quarantined {}", delivery.accepted.event_ids.join(" ")),
        Rejection::NotQueued(NotQueued { code }) => format!("not queued ({code}); the sender is asked to try again"),
    }
}

fn advice(refusal: Refusal, (sender, channel): &(&Sender, Option<String>)) -> Option<String> {
    let keyring = sender.webhook.keyring;
    if refusal == Refusal::UnknownChannel {
        return Some(format!("add one to {keyring}"));
    }
    let headers = functions::proof_headers(sender, channel.as_deref())?;
    let header = headers.first()?;
    Some(format!("expected in the header {header}, by {keyring}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::event::Kind;
    use shared::ingest::Accepted;
    use shared::problem::Answer;
    use shared::provider::Malformed;
    use shared::settings::Settings;

    fn shown(rejection: Option<Rejection>, accepted: Accepted) -> [String; 2] {
        let answer = rejection.as_ref().map_or_else(|| Answer::queued(None), |rejection| rejection.answer("id"));
        let settings = Settings::new(|name| match name {
            "KORE_CLIENT" | "QIKCHAT_LOGIN" => Some("name:hush".to_owned()),
            "KOMMO_SECRET" | "KOMMUNICATE_TOKEN" => Some("hush".to_owned()),
            _ => None,
        });
        let senders = functions::senders(&settings).expect("senders");
        let sender = functions::of_path(&senders, "/kommo/shop");
        let lines = lines(512, Duration::from_millis(3), &Delivery { answer, rejection, accepted }, sender);
        lines.map(|line| anstream::adapter::strip_str(&line).to_string())
    }

    fn accepted(ids: &[&str]) -> Accepted {
        Accepted {
            provider: Some("kommo"),
            key_position: Some(0),
            kind: Some(Kind::Message),
            event_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            ..Accepted::default()
        }
    }

    #[test]
    fn what_is_queued_shows_its_ids() {
        assert_eq!(shown(None, accepted(&["kommo-1"])), ["--> kommo message 512 B verified (key 0)", "<-- [200] 3 ms queued kommo-1"]);
        assert_eq!(shown(None, accepted(&["a", "b"]))[1], "<-- [200] 3 ms queued 2 events: a and 1 more");
        assert_eq!(shown(None, Accepted { key_position: None, ..accepted(&["a"]) })[0], "--> kommo message 512 B accepted without a proof");
    }

    #[test]
    fn what_is_refused_shows_why_and_what_would_be_right() {
        let of_path = Accepted { provider: Some("kommo"), ..Accepted::default() };
        assert_eq!(
            shown(Some(Rejection::Refused(Refusal::MissingHeader, None)), of_path.clone()),
            [
                "--> kommo 512 B refused",
                "<-- [401] 3 ms the header with the proof is missing; expected in the header x-signature, by KOMMO_SECRET"
            ]
        );
        assert_eq!(
            shown(Some(Rejection::Refused(Refusal::UnknownChannel, None)), of_path)[1],
            "<-- [401] 3 ms the keyring has no secret for the channel in the path; add one to KOMMO_SECRET"
        );
        assert_eq!(
            shown(Some(Rejection::Malformed(Malformed::NotJson)), accepted(&["kommo-1"])),
            ["--> kommo message 512 B verified (key 0)", "<-- [400] 3 ms the body is not JSON; quarantined kommo-1"]
        );
        let not_queued = Rejection::NotQueued(NotQueued { code: "timeout".to_owned() });
        assert_eq!(shown(Some(not_queued), accepted(&["a"]))[1], "<-- [503] 3 ms not queued (timeout); the sender is asked to try again");
    }
}
