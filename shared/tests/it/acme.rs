//! A provider as small as one can be: HMAC-SHA1 over the body, an event for the body or for each
//! element of an array. It counts what it reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use shared::event::{Event, Identity};
use shared::json::Value;
use shared::provider::{About, Malformed, Provider};
use shared::received::Received;
use shared::secret::{Credential, Secret};
use shared::timestamp::Timestamp;
use shared::verify::{Proof, Refusal, hmac_sha1};

pub(crate) const BUDGET: Duration = Duration::from_millis(900);

const ABOUT: About = About { name: "acme", event_type: "com.acme", challenge: Some("Acme"), ack_budget: BUDGET };

pub(crate) fn about() -> &'static About {
    &ABOUT
}

#[derive(Default)]
pub(crate) struct Acme {
    pub(crate) bodies_read: Arc<AtomicUsize>,
}

/// A request that proves itself.
pub(crate) fn signed(body: &[u8]) -> Received {
    let signature = hmac_sha1::sign(&secret(), body);
    Received {
        method: "POST".to_owned(),
        path: "/acme/shop".to_owned(),
        query: String::new(),
        headers: vec![("X-Signature".to_owned(), signature)],
        body: body.to_vec(),
        request_id: "request-1".to_owned(),
        trace: None,
    }
}

fn secret() -> Secret {
    Secret::read("s3cret").expect("a secret")
}

impl Provider for Acme {
    fn about(&self) -> &'static About {
        about()
    }

    fn verify(&self, request: &Received, _channel: Option<&str>, _now: Timestamp) -> Result<Proof, Refusal> {
        hmac_sha1::verify(&[secret()], request.header("x-signature"), &request.body)
    }

    fn events(&self, body: &Value<'_>, _channel: Option<&str>) -> Result<Vec<Event>, Malformed> {
        self.bodies_read.fetch_add(1, Ordering::Relaxed);
        if body["type"].as_str() == Some("mandatory") {
            return Err(Malformed::MissingField("id"));
        }
        if body.is_object() {
            return Ok(vec![Event { identity: Identity::Body, ..Event::default() }]);
        }
        let events = body.elements().iter().map(|element| Event { element: Some(element.span.clone()), ..Event::default() });
        Ok(events.collect())
    }
}
