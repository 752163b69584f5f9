//! The two lines of a delivery in the terminal: `-->` for the request, `<--` for the response.
//!
//! A line never contains a secret, a header's value, a body's content, a name or a phone number, nor the path of a request without
//! a valid proof.

use std::time::Duration;

use shared::endpoint::Endpoint;
use shared::ingest::Delivery;
use shared::problem::Rejection;
use shared::queue::NotQueued;
use shared::verify::Refusal;

use crate::terminal::output::{BAD, BOLD, GOOD};

/// Returns both lines. `endpoint` is the one that the request's path selects.
pub(super) fn lines(bytes: usize, took: Duration, delivery: &Delivery, endpoint: Option<&Endpoint>) -> [String; 2] {
    let status = delivery.answer.status;
    let style = if status == 200 { GOOD } else { BAD };
    let outcome = match &delivery.rejection {
        None => queued(delivery),
        Some(rejection) => refused(rejection, delivery, endpoint),
    };
    let arrived = arrived(delivery, endpoint);
    [format!("--> {arrived} {bytes} B{}", verdict(delivery)), format!("<-- {style}[{status}]{style:#} {} ms {outcome}", took.as_millis())]
}

fn arrived(delivery: &Delivery, endpoint: Option<&Endpoint>) -> String {
    let name = delivery.details.provider.or_else(|| Some(endpoint?.provider.name)).unwrap_or("unknown path");
    match delivery.details.kind {
        Some(kind) => format!("{BOLD}{name}{BOLD:#} {}", kind.as_str()),
        None => format!("{BOLD}{name}{BOLD:#}"),
    }
}

/// Returns what the terminal shows of the proof. The kind is known only if the proof is valid, or if none is needed.
fn verdict(delivery: &Delivery) -> String {
    match (&delivery.rejection, delivery.details.kind, delivery.details.key_position) {
        (_, Some(_), Some(position)) => format!(" {GOOD}verified{GOOD:#} (key {position})"),
        (_, Some(_), None) => " accepted without a proof".to_owned(),
        (Some(Rejection::Refused(..)), ..) => format!(" {BAD}refused{BAD:#}"),
        _ => String::new(),
    }
}

fn queued(delivery: &Delivery) -> String {
    match delivery.details.event_ids.as_slice() {
        [] => "queued".to_owned(),
        [id] => format!("queued {id}"),
        [first, more @ ..] => format!("queued {} events: {first} and {} more", more.len() + 1, more.len()),
    }
}

fn refused(rejection: &Rejection, delivery: &Delivery, endpoint: Option<&Endpoint>) -> String {
    match rejection {
        Rejection::NotFound => "no webhook has this path; the paths of all webhooks are listed at startup".to_owned(),
        Rejection::MethodNotAllowed => "a webhook must be a POST".to_owned(),
        Rejection::TooLarge => "the event would not fit into a queue message of 1 MiB".to_owned(),
        Rejection::Refused(refusal, _) => match endpoint.map(|endpoint| advice(*refusal, endpoint)) {
            Some(advice) => format!("{refusal}; {advice}"),
            None => refusal.to_string(),
        },
        Rejection::Malformed(malformed) => format!("{malformed}; quarantined {}", delivery.details.event_ids.join(" ")),
        Rejection::NotQueued(NotQueued { code }) if code.contains("InvalidParameterValue") => {
            format!("not queued ({code}); some SQS stand-ins refuse MessageGroupId on standard queues, which SQS accepts: try moto")
        }
        Rejection::NotQueued(NotQueued { code }) => format!("not queued ({code}); the provider should resend the webhook"),
    }
}

fn advice(refusal: Refusal, endpoint: &Endpoint) -> String {
    let keyring = endpoint.webhook.keyring;
    match refusal {
        Refusal::UnknownChannel => format!("add one to {keyring}"),
        _ => format!("expected in the header {}, by {keyring}", endpoint.header()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::event::Kind;
    use shared::ingest::Details;
    use shared::parse::Malformed;
    use shared::problem::Answer;

    use crate::endpoints::Endpoints;
    use crate::settings::Sources;

    fn shown(rejection: Option<Rejection>, details: Details) -> [String; 2] {
        let answer = match &rejection {
            None => Answer { status: 200, headers: Vec::new(), body: String::new() },
            Some(rejection) => rejection.answer("id"),
        };
        let sources = Sources::of_file("");
        let endpoints = Endpoints::read(&sources.settings()).expect("endpoints");
        let endpoint = endpoints.of_path("/kommo/shop").map(|(endpoint, _)| endpoint);
        let lines = lines(512, Duration::from_millis(3), &Delivery { answer, rejection, details }, endpoint);
        lines.map(|line| anstream::adapter::strip_str(&line).to_string())
    }

    fn accepted(ids: &[&str]) -> Details {
        Details {
            provider: Some("kommo"),
            key_position: Some(0),
            kind: Some(Kind::Message),
            event_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            ..Details::default()
        }
    }

    #[test]
    fn a_queued_delivery_shows_the_ids_of_its_events() {
        assert_eq!(shown(None, accepted(&["kommo-1"])), ["--> kommo message 512 B verified (key 0)", "<-- [200] 3 ms queued kommo-1"]);
        assert_eq!(shown(None, accepted(&["a", "b"]))[1], "<-- [200] 3 ms queued 2 events: a and 1 more");
        assert_eq!(shown(None, Details { key_position: None, ..accepted(&["a"]) })[0], "--> kommo message 512 B accepted without a proof");
    }

    #[test]
    fn a_refusal_shows_the_reason_and_what_is_expected() {
        let of_path = Details { provider: Some("kommo"), ..Details::default() };
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
        assert_eq!(
            shown(Some(not_queued), accepted(&["a"]))[1],
            "<-- [503] 3 ms not queued (timeout); the provider should resend the webhook"
        );
    }
}
