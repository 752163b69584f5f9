//! The parts of a webhook's response that are judged.

use std::time::SystemTime;

use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap};
use reqwest::{Response, StatusCode};
use serde_json::Value;

use super::super::finding::Finding;
use crate::request::{NoAnswer, beginning};

/// The largest deviation of this machine's clock that is accepted, in seconds. Proofs that have a time allow a minute, AWS
/// five.
const CLOCK_SECONDS: i64 = 30;

/// A webhook's response.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// The body, if it is problem details (RFC 9457).
    pub(super) problem: Option<Value>,
    /// When the headers arrived.
    pub(super) at: SystemTime,
}

impl Answer {
    /// Reads the beginning of the body.
    ///
    /// # Errors
    /// The connection broke during the body.
    pub(super) async fn read(response: Response) -> Result<Self, NoAnswer> {
        let (status, headers, at) = (response.status(), response.headers().clone(), SystemTime::now());
        let is_problem = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/problem+json"));
        let (body, _) = beginning(response).await?;
        let problem = serde_json::from_slice(&body).ok().filter(|_| is_problem);
        Ok(Self { status, headers, problem, at })
    }

    /// Returns whether the body is a problem in the form that this project's functions write.
    pub(super) fn is_ours(&self) -> bool {
        let Some(problem) = &self.problem else { return false };
        problem["type"] == "about:blank"
            && problem["status"] == self.status.as_u16()
            && problem["detail"].is_string()
            && problem["instance"].is_string()
    }

    /// Compares this machine's clock with the response's `Date`, if it has one.
    pub(super) fn clock(&self) -> Option<Finding> {
        let date = httpdate::parse_http_date(self.headers.get(DATE)?.to_str().ok()?).ok()?;
        let seconds = |time: SystemTime| i64::try_from(time.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs()).ok();
        let off = seconds(self.at)?.checked_sub(seconds(date)?)?;
        let found = format!("this machine's clock is {} s {} the deployment's", off.abs(), if off < 0 { "behind" } else { "ahead of" });
        Some(if off.abs() <= CLOCK_SECONDS {
            Finding::ok("clock", found)
        } else {
            Finding::wrong("clock", found, "set the clock (NTP): AWS and providers refuse signatures with a wrong time")
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::header::HeaderValue;

    use super::super::super::finding::Level;
    use super::*;

    #[test]
    fn a_wrong_clock_is_found() {
        let now = SystemTime::now();
        let clock = |date: &str| {
            let headers = HeaderMap::from_iter([(DATE, HeaderValue::from_str(date).expect("a value"))]);
            Answer { status: StatusCode::OK, headers, problem: None, at: now }.clock()
        };
        for (time, level, found) in [
            (now - Duration::from_secs(1), Level::Ok, "ahead of"),
            (now - Duration::from_secs(600), Level::Wrong, "600 s ahead of"),
            (now + Duration::from_secs(600), Level::Wrong, "s behind"),
        ] {
            let finding = clock(&httpdate::fmt_http_date(time)).expect("a finding");
            assert!(finding.level == level && finding.found.contains(found), "{finding:?}");
        }
        assert_eq!(clock("yesterday"), None);
    }
}
