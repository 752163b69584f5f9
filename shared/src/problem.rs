//! HTTP responses to callers: the one table from outcomes to problem details (RFC 9457).

use serde::Serialize;

use crate::parse::Malformed;
use crate::queue::NotQueued;
use crate::verify::Refusal;

/// An HTTP response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The body. It may be empty.
    pub body: String,
}

impl Answer {
    /// Returns the 200 that confirms that every event is in a queue. `reply` is its JSON body, for senders that expect one.
    #[must_use]
    pub(crate) fn queued(reply: Option<&str>) -> Self {
        let headers = reply.iter().map(|_| ("content-type", "application/json")).collect();
        Self { status: 200, headers, body: reply.unwrap_or_default().to_owned() }
    }

    /// Returns the response to a handshake: the challenge as plain text.
    pub(crate) fn challenge(challenge: String) -> Self {
        Self { status: 200, headers: vec![("content-type", "text/plain")], body: challenge }
    }
}

/// Why the response to a request is not a 200.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// No webhook has this path.
    NotFound,
    /// The path is known, but the method is not POST.
    MethodNotAllowed,
    /// An event would not fit into a queue message.
    TooLarge,
    /// The proof failed. The second value is the challenge for `WWW-Authenticate`, if any.
    Refused(Refusal, Option<&'static str>),
    /// The request is verified, but its body is malformed and has been quarantined.
    Malformed(Malformed),
    /// No queue acknowledged the events in time.
    NotQueued(NotQueued),
}

/// The body of a response that is not a 200.
#[derive(Serialize)]
struct Problem<'p> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    instance: &'p str,
}

impl Rejection {
    /// Returns the response. It is the same for every failed proof, so a caller cannot learn the reason.
    #[must_use]
    pub fn answer(&self, request_id: &str) -> Answer {
        let (status, title, detail) = match self {
            Self::NotFound => (404, "Not Found", "no webhook is received at this path".to_owned()),
            Self::MethodNotAllowed => (405, "Method Not Allowed", "webhooks are received by POST".to_owned()),
            Self::TooLarge => (413, "Content Too Large", "the event would not fit into a queue message of 1 MiB".to_owned()),
            Self::Refused(..) => (401, "Unauthorized", "the request does not prove that the provider sent it".to_owned()),
            Self::Malformed(malformed) => (400, "Bad Request", malformed.to_string()),
            Self::NotQueued(_) => (503, "Service Unavailable", "no queue took the event in time; send it again".to_owned()),
        };
        let mut headers = vec![("content-type", "application/problem+json")];
        match self {
            Self::MethodNotAllowed => headers.push(("allow", "POST")),
            Self::Refused(_, Some(challenge)) => headers.push(("www-authenticate", challenge)),
            Self::NotQueued(_) => headers.push(("retry-after", "1")),
            _ => {}
        }
        let problem = Problem { kind: "about:blank", title, status, detail, instance: request_id };
        // A struct of strings and numbers always serializes.
        Answer { status, headers, body: serde_json::to_string(&problem).unwrap_or_default() }
    }

    /// Returns the reason as a log field.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::TooLarge => "too_large",
            Self::Refused(refusal, _) => refusal.reason(),
            Self::Malformed(malformed) => malformed.reason(),
            Self::NotQueued(error) => &error.code,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rejection_has_its_status_reason_and_headers() {
        let not_queued = NotQueued { code: "AccessDenied".to_owned() };
        for (rejection, status, reason, header) in [
            (Rejection::NotFound, 404, "not_found", None),
            (Rejection::MethodNotAllowed, 405, "method_not_allowed", Some(("allow", "POST"))),
            (Rejection::TooLarge, 413, "too_large", None),
            (Rejection::Refused(Refusal::WrongToken, None), 401, "wrong_token", None),
            (Rejection::Refused(Refusal::Expired, Some("Bearer")), 401, "expired", Some(("www-authenticate", "Bearer"))),
            (Rejection::Malformed(Malformed::MissingField("from.id")), 400, "missing_field", None),
            (Rejection::NotQueued(not_queued), 503, "AccessDenied", Some(("retry-after", "1"))),
        ] {
            let answer = rejection.answer("request-1");
            assert_eq!((answer.status, rejection.reason()), (status, reason));
            let expected: Vec<_> = [("content-type", "application/problem+json")].into_iter().chain(header).collect();
            assert_eq!(answer.headers, expected, "{reason}");
            let problem: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
            assert_eq!(
                (&problem["type"], &problem["status"], &problem["instance"]),
                (&"about:blank".into(), &status.into(), &"request-1".into())
            );
        }
    }

    #[test]
    fn a_caller_cannot_tell_one_refusal_from_another() {
        let answer = |refusal| Rejection::Refused(refusal, Some("Basic")).answer("r");
        assert_eq!(answer(Refusal::UnknownChannel), answer(Refusal::WrongToken));
        assert_eq!(answer(Refusal::MissingHeader), answer(Refusal::WrongSignature));
    }

    #[test]
    fn a_200_is_empty_or_has_the_reply() {
        assert_eq!(Answer::queued(None), Answer { status: 200, headers: Vec::new(), body: String::new() });
        let answer = Answer::queued(Some("{}"));
        assert_eq!((answer.body.as_str(), answer.headers), ("{}", vec![("content-type", "application/json")]));
    }
}
