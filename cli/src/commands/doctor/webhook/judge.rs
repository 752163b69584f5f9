//! What a webhook's response says about a deployment.

use reqwest::Url;
use reqwest::header::LOCATION;

use super::super::finding::Finding;
use super::Deployed;
use super::answer::Answer;

impl Deployed {
    /// Judges the response to a POST without a proof.
    pub(super) fn judge_post(&self, subject: &str, answer: &Answer) -> Finding {
        let url = &self.url;
        match (answer.status.as_u16(), answer.is_ours()) {
            (401, true) => Finding::ok(subject, format!("{url} answers a POST without a proof with this project's 401")),
            (401, false) => Finding::wrong(
                subject,
                format!("something other than this project answers {url} with 401"),
                "remove the authorizer or the proxy in front of the function: providers cannot authenticate to it",
            ),
            (200..=299, _) => Finding::wrong(
                subject,
                format!("{url} accepted a POST without a proof"),
                "is it this project's function? If so, its settings accept every caller: set a token",
            ),
            _ => self.judge_other(subject, answer),
        }
    }

    /// Judges the response to a GET. A function refuses the method before anything else, with 405.
    pub(super) fn judge_get(&self, subject: &str, answer: &Answer) -> Finding {
        if (answer.status.as_u16(), answer.is_ours()) != (405, true) {
            return self.judge_other(subject, answer);
        }
        let (url, waiver) = (&self.url, self.webhook.waiver.unwrap_or_default());
        if self.is_waived == Some(true) {
            return Finding::note(subject, format!("{url} is this project's function. {waiver} accepts every caller, so no POST was sent"));
        }
        Finding::note(
            subject,
            format!("{url} is this project's function. No POST was sent: it would queue an event if {waiver} is set, which is unknown"),
        )
        .with_action("use --stack, with the right to read the functions and while no deployment is running")
    }

    fn judge_other(&self, subject: &str, answer: &Answer) -> Finding {
        let url = &self.url;
        let wrong = |found: String, action: &str| Finding::wrong(subject, found, action);
        match (answer.status.as_u16(), answer.is_ours()) {
            (404, _) if self.is_optional => Finding::note(subject, format!("{url} does not exist (404): the provider is not deployed")),
            (404, true) => {
                wrong(format!("{url} is not the path of a webhook (404)"), "compare the path and BASE_PATH with the stack's outputs")
            }
            (404, false) => {
                wrong(format!("{url} does not exist (404)"), "is the provider deployed, and is the URL the one in the stack's outputs?")
            }
            (403, _) => wrong(
                format!("{url} is forbidden (403) before the request reaches the function"),
                "is the default endpoint disabled (DisableExecuteApiEndpoint), or is there a firewall? Use the URL in the stack's outputs",
            ),
            (429, _) => wrong(format!("{url} is throttled (429)"), "raise ThrottlingRate or the functions' concurrency"),
            (status @ 300..=399, _) => wrong(
                format!("{url} redirects {}with {status}, and a provider's POST is lost", destination(url, answer)),
                "at the provider, enter the URL that does not redirect",
            ),
            (status @ 500..=599, is_ours) => wrong(
                format!("{url} answers {status}{}", if is_ours { "" } else { ", and the response is not from this project's function" }),
                "see the function's log: if it does not start, an entry names the setting",
            ),
            (status, _) => wrong(format!("{url} answers {status}, which this project never does"), "is the URL correct?"),
        }
    }
}

/// Returns the origin and path of a redirect's destination, without a query, which may be a secret.
fn destination(url: &Url, answer: &Answer) -> String {
    let location = answer.headers.get(LOCATION).and_then(|location| location.to_str().ok());
    let target = location.and_then(|location| url.join(location).ok());
    target.map(|to| format!("to {}{} ", to.origin().ascii_serialization(), to.path())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use reqwest::StatusCode;
    use reqwest::header::{HeaderMap, HeaderValue};
    use serde_json::json;

    use super::super::super::finding::Level;
    use super::*;

    fn deployed(name: &str, is_waived: Option<bool>) -> Deployed {
        let webhook = crate::endpoints::webhooks().find(|webhook| webhook.keyring == name).expect("a webhook");
        Deployed { webhook, url: "https://h.example/x".parse().expect("a URL"), is_waived, is_optional: false }
    }

    fn answer(status: u16, is_ours: bool) -> Answer {
        let problem = json!({"type": "about:blank", "title": "x", "status": status, "detail": "x", "instance": "id"});
        Answer {
            status: StatusCode::from_u16(status).expect("a status"),
            headers: HeaderMap::new(),
            problem: Some(problem).filter(|_| is_ours),
            at: SystemTime::now(),
        }
    }

    #[test]
    fn only_this_projects_401_is_correct() {
        let webhook = deployed("KOMMO_SECRET", None);
        for (status, is_ours, level) in [
            (401, true, Level::Ok),
            (401, false, Level::Wrong),
            (200, false, Level::Wrong),
            (204, false, Level::Wrong),
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
    fn a_redirect_is_shown_without_its_query() {
        let mut redirect = answer(308, false);
        redirect.headers.insert(LOCATION, HeaderValue::from_static("https://other.example/login?token=hush"));
        let finding = deployed("KOMMO_SECRET", None).judge_post("x", &redirect);
        assert!(finding.found.contains("redirects to https://other.example/login with 308"), "{finding:?}");
        assert!(!finding.found.contains("hush"), "{finding:?}");
    }

    #[test]
    fn a_webhook_that_may_accept_every_caller_is_judged_by_a_get() {
        for (is_waived, found) in [(Some(true), "accepts every caller"), (None, "No POST was sent")] {
            let finding = deployed("KOMMUNICATE_TOKEN", is_waived).judge_get("x", &answer(405, true));
            assert!(finding.level == Level::Note && finding.found.contains(found), "{finding:?}");
        }
        assert_eq!(deployed("KOMMUNICATE_TOKEN", None).judge_get("x", &answer(405, false)).level, Level::Wrong);
        assert_eq!(deployed("KOMMUNICATE_TOKEN", None).judge_get("x", &answer(200, false)).level, Level::Wrong);
    }
}
