//! `--url`: deployments, and servers that are none.

use testkit::Sqs;

use super::deployment::findings;
use crate::gateway::{Gateway, chathooks, finish};
use crate::rows::rows;

#[test]
fn a_url_is_checked_without_access_to_aws() {
    let gateway = Gateway::start();
    let check = |url: &str| finish(&mut chathooks(&["doctor", "--json", "--url", url]));
    let all = check(&gateway.origin);
    assert_eq!(all.code, Some(0), "{}", all.stdout);
    let found = findings(&all);
    assert_eq!(found.iter().filter(|(level, _, text)| level == "ok" && text.contains("this project's 401")).count(), 4, "{found:#?}");
    assert!(
        found.iter().any(|(level, _, text)| level == "note" && text.contains("No POST was sent: it would queue an event if")),
        "{found:#?}"
    );
    assert_eq!(check(&format!("{}/kommo/shop", gateway.origin)).code, Some(0));
    assert_eq!(rows(&gateway.queue_file()).len(), 0, "no event entered the queue");

    let moto = check(&Sqs::start().endpoint());
    assert_eq!(moto.code, Some(1), "{}", moto.stdout);
    let closed = check("127.0.0.1:9");
    assert!(closed.code == Some(1) && closed.stdout.contains("connection: refused"), "{}", closed.stdout);
    for wrong in [&["doctor"][..], &["doctor", "--url", "ftp://hush"], &["doctor", "--url", "h.example", "--stack", "x"]] {
        let finished = finish(&mut chathooks(wrong));
        assert!(finished.code == Some(2) && !finished.stderr.contains("hush"), "{}", finished.stderr);
    }
}

#[test]
fn an_open_door_is_told_and_not_entered() {
    let gateway = Gateway::start_with(&[("KOMMUNICATE_ALLOW_UNAUTHENTICATED", "true")]);
    let checked = finish(&mut chathooks(&["doctor", "--json", "--url", &gateway.origin]));
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
    assert_eq!(rows(&gateway.queue_file()).len(), 0, "no event entered the queue");
}
