//! The receiving side of the four platforms: it accepts requests that follow the platforms' documentation, and names
//! the error in any other. Written from `docs/answering.md`, not from the examples.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use serde_json::Value;
use sha1::Sha1;
use sha2::Sha256;
use testkit::wire::Request;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

pub(crate) const KOMMO_SECRET: &str = "my-channel-secret";
pub(crate) const KOMMUNICATE_KEY: &str = "my-api-key";
pub(crate) const QIKCHAT_KEY: &str = "my-api-key";
pub(crate) const KORE_CLIENT: (&str, &str) = ("cs-client", "my-client:secret");
pub(crate) const KORE_TOKEN: &str = "my-access-token";

/// How long after its `Date` Kommo accepts a signature, in seconds.
pub(crate) const KOMMO_S: i64 = 15 * 60;

/// Checks a request that arrives at `now`, in seconds since 1970, and names what is invalid.
pub(crate) fn check(request: &Request, now: i64) -> Result<(), &'static str> {
    must(request.method == "POST", "method")?;
    must(request.header("content-type") == "application/json", "content type")?;
    let target = request.target.as_str();
    if target.starts_with("/v2/origin/custom/") {
        kommo_signature(request, now)?;
    }
    let body: Value = serde_json::from_slice(&request.body).map_err(|_| "not JSON")?;
    match target.split('/').skip(1).collect::<Vec<_>>()[..] {
        ["v2", "origin", "custom", scope_id] => must(!scope_id.is_empty(), "scope").and_then(|()| kommo_message(&body)),
        ["v2", "origin", "custom", _, id, "delivery_status"] => kommo_delivery(&body, id),
        ["rest", "ws", "message", "v2", "send"] => kommunicate(request, &body),
        ["v1", "messages"] => qikchat(request, &body),
        ["chatbot", "hooks", bot] => kore_bot(request, &body, now, bot, text(&body["message"]["text"])),
        ["chatbot", "v2", "webhook", bot] => {
            must(body["message"]["type"] == "text", "type")?;
            kore_bot(request, &body, now, bot, text(&body["message"]["val"]))
        }
        ["client"] => kore_client(request, &body),
        _ => Err("path"),
    }
}

fn kommo_signature(request: &Request, now: i64) -> Result<(), &'static str> {
    let (digest, date) = (request.header("content-md5"), request.header("date"));
    must(digest == hex(&Md5::digest(&request.body)), "Content-MD5")?;
    let sent = OffsetDateTime::parse(date, &Rfc2822).map_err(|_| "Date")?.unix_timestamp();
    must((now - sent).abs() <= KOMMO_S, "Date")?;
    must(request.header("x-signature") == kommo_hmac(KOMMO_SECRET, digest, date, &request.target), "X-Signature")
}

fn kommo_hmac(secret: &str, digest: &str, date: &str, path: &str) -> String {
    let canonical = format!("POST\n{digest}\napplication/json\n{date}\n{path}");
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(canonical.as_bytes());
    hex(&mac.finalize().into_bytes())
}

fn kommo_message(body: &Value) -> Result<(), &'static str> {
    let payload = &body["payload"];
    must(body["event_type"] == "new_message", "event_type")?;
    must(payload["timestamp"].as_i64() == payload["msec_timestamp"].as_i64().map(|time| time / 1000), "timestamp")?;
    must(payload["timestamp"].is_i64() && payload["silent"].is_boolean(), "payload")?;
    must(text(&payload["msgid"]) && text(&payload["conversation_id"]), "ids")?;
    must(text(&payload["sender"]["id"]) && text(&payload["sender"]["name"]), "sender")?;
    must(payload["receiver"].is_null(), "a customer's message has no receiver")?;
    must(payload["message"]["type"] == "text" && text(&payload["message"]["text"]), "message")
}

fn kommo_delivery(body: &Value, id: &str) -> Result<(), &'static str> {
    must(body["msgid"] == id, "msgid")?;
    must(matches!(body["delivery_status"].as_i64(), Some(-1 | 1 | 2)), "delivery_status")?;
    must((body["delivery_status"] == -1) == text(&body["error"]), "error")
}

fn kommunicate(request: &Request, body: &Value) -> Result<(), &'static str> {
    must(request.header("api-key") == KOMMUNICATE_KEY, "Api-Key")?;
    let targets = ["groupId", "clientGroupId", "to"].into_iter().filter(|member| text(&body[member])).count();
    must(targets == 1, "target")?;
    must(text(&body["message"]) && text(&body["fromUserName"]), "message")
}

fn qikchat(request: &Request, body: &Value) -> Result<(), &'static str> {
    must(request.header("qikchat-api-key") == QIKCHAT_KEY, "QIKCHAT-API-KEY")?;
    let number = body["to_contact"].as_str().and_then(|number| number.strip_prefix('+')).ok_or("to_contact")?;
    must(!number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()), "to_contact")?;
    must(body["type"] == "text" && text(&body["text"]["body"]), "text")
}

fn kore_bot(request: &Request, body: &Value, now: i64, bot: &str, has_text: bool) -> Result<(), &'static str> {
    let token = request.header("authorization").strip_prefix("bearer ").ok_or("Authorization")?;
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { return Err("JWT") };
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| "JWT");
    let json = |part: &str| serde_json::from_slice::<Value>(&decoded(part)?).map_err(|_| "JWT");
    must(json(header)?["alg"] == "HS256", "algorithm")?;
    let mut mac = Hmac::<Sha256>::new_from_slice(KORE_CLIENT.1.as_bytes()).expect("a key");
    mac.update(format!("{header}.{claims}").as_bytes());
    mac.verify_slice(&decoded(signature)?).map_err(|_| "signature")?;
    let claims = json(claims)?;
    must(claims["appId"] == KORE_CLIENT.0 && text(&claims["sub"]), "claims")?;
    must(claims["exp"].is_null() || claims["exp"].as_i64().is_some_and(|end| now < end), "expired")?;
    must(claims["userIdentity"].is_null() || claims["userIdentity"] == body["from"]["id"], "userIdentity")?;
    must(!bot.is_empty() && text(&body["from"]["id"]) && text(&body["to"]["id"]), "ids")?;
    must(has_text, "message")
}

/// Checks a request to the `POST_URL` of a client written for Kore.ai.
fn kore_client(request: &Request, body: &Value) -> Result<(), &'static str> {
    must(request.header("authorization") == format!("bearer {KORE_TOKEN}"), "Authorization")?;
    must(["text", "to", "from"].iter().all(|member| text(&body[member])), "body")
}

fn must(holds: bool, what: &'static str) -> Result<(), &'static str> {
    holds.then_some(()).ok_or(what)
}

/// Returns whether a value is a nonempty string.
fn text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

/// Returns lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Uses requests printed on the page "Step by step" of amoCRM's Chats API, with the secret printed there.
#[test]
fn the_double_reproduces_the_signatures_on_the_page() {
    let secret = "f2d7f8704eff95087ed45b23ba99c0b5aac8278e";
    let channel = "/v2/origin/custom/344a5002-f8ca-454d-af3d-396180102ac7";
    let scope = format!("{channel}_52e591f7-c98f-4255-8495-827210138c81");
    for (path, digest, date, signature) in [
        (
            format!("{channel}/connect"),
            "2fbcb3c652b61e24e004daddfc73d0ce",
            "Wed, 15 Dec 2021 23:12:55 +0000",
            "81211856ce0c5095f3e1a90c0a38dc9d736cfd55",
        ),
        (scope.clone(), "223ef85def871bc7cb58aa6f02f0a26e", "Thu, 16 Dec 2021 13:15:29 +0000", "29b49e9eaf03f13a66ecaff315f2855b31b25eee"),
        (
            format!("{scope}/chats"),
            "5139e573382c0eae38f476822abb2014",
            "Thu, 16 Dec 2021 23:22:49 +0000",
            "a601e486d694c8e7e8a5b637660f949f8bb7efaf",
        ),
    ] {
        assert_eq!(kommo_hmac(secret, digest, date, &path), signature, "{path}");
    }
}
