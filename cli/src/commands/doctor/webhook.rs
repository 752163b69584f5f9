//! What a deployed webhook answers to a POST without a proof: this project's 401, and no event enters the queue.

use std::time::SystemTime;

use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap};
use reqwest::{Client, Method, StatusCode, Url};
use serde_json::Value;
use shared::provider::Webhook;

use super::finding::Finding;
use crate::request::{NoAnswer, beginning};

/// A channel that no account uses.
pub(super) const CHANNEL: &str = "chathooks-doctor";

/// How far this machine's clock may be off. A minute is allowed in the proofs that have a time, and five by AWS.
const CLOCK_SECONDS: i64 = 30;

const LOGS: &str = "see the function's log: a start that fails names the setting";

/// A webhook at its deployed URL.
pub(super) struct Deployed {
    pub(super) webhook: &'static Webhook,
    pub(super) url: Url,
    /// Whether the settings accept every caller; none where that is not known.
    pub(super) is_waived: Option<bool>,
    /// Whether a deployment may lack it.
    pub(super) is_optional: bool,
}

/// What an answer has.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    problem: Option<Value>,
}

impl Deployed {
    /// Checks the answers. What is found of the clock comes along.
    pub(super) async fn check(&self, client: &Client) -> (Finding, Option<Finding>) {
        let subject = format!("webhook {}", self.webhook.name);
        // With a waiver, the POST would be accepted and queued.
        let is_tried = self.webhook.waiver.is_none() || self.is_waived == Some(false);
        let method = if is_tried { Method::POST } else { Method::GET };
        let answer = match self.ask(client, method).await {
            Ok(answer) => answer,
            Err(cause) => {
                let action = match &cause {
                    NoAnswer::Network(failure) => failure.advice.to_owned(),
                    NoAnswer::Other(_) => "is the URL right?".to_owned(),
                };
                return (
                    Finding::wrong(&subject, format!("no answer from {} ({cause})", self.url.origin().ascii_serialization()), action),
                    None,
                );
            }
        };
        let clock = clock(&answer.headers);
        let finding = if is_tried { self.judge_post(&subject, &answer) } else { self.judge_get(&subject, &answer) };
        (finding, clock)
    }

    async fn ask(&self, client: &Client, method: Method) -> Result<Answer, NoAnswer> {
        let request = client.request(method.clone(), self.url.clone());
        let request = if method == Method::POST { request.header(CONTENT_TYPE, "application/json").body("{}") } else { request };
        let answer = request.send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let is_problem = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/problem+json"));
        let (body, _) = beginning(answer).await?;
        let problem = serde_json::from_slice(&body).ok().filter(|_| is_problem);
        Ok(Answer { status, headers, problem })
    }

    fn judge_post(&self, subject: &str, answer: &Answer) -> Finding {
        let url = &self.url;
        match (answer.status.as_u16(), answer.is_ours()) {
            (401, true) => Finding::ok(subject, format!("{url} answers a POST without a proof with this project's 401")),
            (401, false) => Finding::wrong(
                subject,
                format!("{url} is answered 401 by something other than this project"),
                "remove the authorizer or the proxy in front of the function: providers cannot authenticate to it",
            ),
            (200..=299, _) => Finding::wrong(
                subject,
                format!("{url} took a POST without a proof"),
                "is it this project's function? If so, its settings accept every caller: set a token",
            ),
            (429, _) => Finding::wrong(subject, format!("{url} is throttled (429)"), "raise ThrottlingRate or the functions' concurrency"),
            _ => self.judge_other(subject, answer),
        }
    }

    /// A GET is refused by its method, before anything else: so the function is there.
    fn judge_get(&self, subject: &str, answer: &Answer) -> Finding {
        match (answer.status.as_u16(), answer.is_ours()) {
            (405, true) => {
                let waiver = self.webhook.waiver.unwrap_or_default();
                let found = match self.is_waived {
                    Some(true) => {
                        format!("{} is this project's function, and {waiver} accepts every caller, so no POST was sent", self.url)
                    }
                    _ => format!(
                        "{} is this project's function; whether it refuses a POST without a proof was not tested, because with {waiver} set it would queue an event; use --stack to find out",
                        self.url
                    ),
                };
                Finding::note(subject, found)
            }
            _ => self.judge_other(subject, answer),
        }
    }

    fn judge_other(&self, subject: &str, answer: &Answer) -> Finding {
        let url = &self.url;
        match (answer.status.as_u16(), answer.is_ours()) {
            (404, _) if self.is_optional => Finding::note(subject, format!("{url} is not there (404): the provider is not deployed")),
            (404, true) => Finding::wrong(
                subject,
                format!("{url} is not the path of a webhook (404)"),
                "compare the path and BASE_PATH with the stack's outputs",
            ),
            (404, false) => Finding::wrong(
                subject,
                format!("{url} is not there (404)"),
                "is the provider deployed, and is the URL the one in the stack's outputs?",
            ),
            (403, _) => Finding::wrong(
                subject,
                format!("{url} is forbidden (403) before it reaches the function"),
                "is the default endpoint disabled (DisableExecuteApiEndpoint), or is there a firewall? Use the URL of the stack's outputs",
            ),
            (status @ 500..=599, is_ours) => Finding::wrong(
                subject,
                format!("{url} answers {status}{}", if is_ours { "" } else { ", and not by this project's function" }),
                LOGS,
            ),
            (status, _) => Finding::wrong(subject, format!("{url} answers {status}, which this project never does"), "is the URL right?"),
        }
    }
}

impl Answer {
    /// Whether it is a problem as this project writes them.
    fn is_ours(&self) -> bool {
        let Some(problem) = &self.problem else { return false };
        problem["type"] == "about:blank"
            && problem["status"] == self.status.as_u16()
            && problem["detail"].is_string()
            && problem["instance"].is_string()
    }
}

/// What the time of an answer says of this machine's clock.
fn clock(headers: &HeaderMap) -> Option<Finding> {
    let date = httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()?;
    let seconds = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_secs()).ok());
    let off = seconds(SystemTime::now())? - seconds(date)?;
    let found = format!("this machine's clock is {} s {} the deployment's", off.abs(), if off < 0 { "behind" } else { "ahead of" });
    Some(if off.abs() <= CLOCK_SECONDS {
        Finding::ok("clock", found)
    } else {
        Finding::wrong("clock", found, "set the clock (NTP): AWS and providers refuse signatures with a wrong time")
    })
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;
    use reqwest::header::HeaderValue;
    use serde_json::json;

    fn deployed(name: &str) -> Deployed {
        let webhook = crate::endpoints::webhooks().find(|webhook| webhook.keyring == name).expect("a webhook");
        Deployed { webhook, url: "https://h.example/x".parse().expect("a URL"), is_waived: None, is_optional: false }
    }

    fn answer(status: u16, is_ours: bool) -> Answer {
        let problem = json!({"type": "about:blank", "title": "x", "status": status, "detail": "x", "instance": "id"});
        Answer {
            status: StatusCode::from_u16(status).expect("a status"),
            headers: HeaderMap::new(),
            problem: Some(problem).filter(|_| is_ours),
        }
    }

    #[test]
    fn only_this_projects_401_is_right() {
        let webhook = deployed("KOMMO_SECRET");
        for (status, is_ours, level) in [
            (401, true, Level::Ok),
            (401, false, Level::Wrong),
            (200, false, Level::Wrong),
            (403, false, Level::Wrong),
            (404, true, Level::Wrong),
            (429, false, Level::Wrong),
            (500, false, Level::Wrong),
            (503, true, Level::Wrong),
            (301, false, Level::Wrong),
        ] {
            let finding = webhook.judge_post("x", &answer(status, is_ours));
            assert_eq!((finding.level, finding.action.is_some()), (level, level == Level::Wrong), "{status}: {finding:?}");
        }
        let optional = Deployed { is_optional: true, ..webhook };
        assert_eq!(optional.judge_post("x", &answer(404, false)).level, Level::Note);
    }

    #[test]
    fn a_wrong_clock_is_told() {
        let at = |seconds: u64| {
            let date = httpdate::fmt_http_date(SystemTime::now() - std::time::Duration::from_secs(seconds));
            let headers = HeaderMap::from_iter([(DATE, HeaderValue::from_str(&date).expect("a value"))]);
            clock(&headers).map(|finding| finding.level)
        };
        assert_eq!([at(1), at(600)], [Some(Level::Ok), Some(Level::Wrong)]);
        assert_eq!(clock(&HeaderMap::new()), None);
    }
}
