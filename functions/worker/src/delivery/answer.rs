//! Whether the receiver's response means success, a retry or a permanent refusal.

use std::time::{Duration, SystemTime};

use httpdate::parse_http_date;
use lambda_http::http::header::RETRY_AFTER;
use lambda_http::http::{HeaderMap, StatusCode};

use crate::error::Error;
use crate::reason::Reason;

/// The header that makes a 4xx a permanent refusal, with the value `true`. Without it, every 4xx is retried, because
/// frameworks respond with 404 or 422 by themselves when a deployment is broken.
const REFUSE: &str = "chathooks-refuse";

/// Returns `Ok` for a 2xx: the event is delivered.
///
/// # Errors
/// The event must be retried, or is permanently refused.
pub(super) fn meaning(status: StatusCode, headers: &HeaderMap, now: SystemTime) -> Result<(), Error> {
    let number = status.as_u16();
    if status.is_success() {
        return Ok(());
    }
    let error = if status.is_client_error() && headers.get_all(REFUSE).iter().any(|value| value.as_bytes().eq_ignore_ascii_case(b"true")) {
        Error::refused(number)
    } else {
        let (reason, note) = match number {
            300..=399 => (Reason::Redirect, "; redirects are never followed"),
            400..=499 => (Reason::Status4xx, ""),
            500..=599 => (Reason::Status5xx, ""),
            _ => (Reason::StatusOther, ""),
        };
        Error::because(reason, format!("the receiver answered {number}{note}"))
    };
    let can_wait = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    let pauses = headers.get_all(RETRY_AFTER).iter().filter_map(|value| retry_after(value.to_str().ok()?, now));
    // A refusal has a pause too: the event is retried if the dead-letter queue does not accept it.
    Err(match pauses.max().filter(|_| can_wait) {
        Some(pause) => error.with_retry_after(pause),
        None => error,
    })
}

/// Parses `Retry-After`: a number of seconds, or a date in any form of RFC 9110. Returns `None` if it is neither, or if the
/// date is in the past. The retry schedule limits the pause.
fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    parse_http_date(value).ok()?.duration_since(now).ok()
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    /// 1994-11-06T08:49:37Z.
    fn now() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(784_111_777)
    }

    fn of(status: u16, headers: &[(&'static str, &str)]) -> Result<(), Error> {
        let headers = headers.iter().map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value"))).collect();
        meaning(StatusCode::from_u16(status).expect("a status"), &headers, now())
    }

    #[test]
    fn only_2xx_is_success() {
        for status in [200, 201, 202, 204, 299] {
            assert_eq!(of(status, &[(REFUSE, "true")]), Ok(()), "{status}");
        }
        for (status, reason, text) in [
            (100, Reason::StatusOther, "the receiver answered 100"),
            (302, Reason::Redirect, "the receiver answered 302; redirects are never followed"),
            (404, Reason::Status4xx, "the receiver answered 404"),
            (503, Reason::Status5xx, "the receiver answered 503"),
            (999, Reason::StatusOther, "the receiver answered 999"),
        ] {
            let error = of(status, &[]).expect_err("a failure");
            assert_eq!((error.reason(), error.to_string().as_str()), (reason, text));
            assert_eq!((error.retry_after(), error.refused_status()), (None, None), "{status}");
        }
    }

    #[test]
    fn a_4xx_with_the_header_is_a_refusal() {
        for (status, value) in [(400, "true"), (422, "true"), (429, "True"), (499, "TRUE")] {
            let error = of(status, &[(REFUSE, value), ("retry-after", "9")]).expect_err("a failure");
            let pause = (status == 429).then_some(Duration::from_secs(9));
            assert_eq!((error.refused_status(), error.reason(), error.retry_after()), (Some(status), Reason::Refused, pause));
            assert_eq!(error.to_string(), format!("the receiver answered {status} and permanently refused the event"));
        }
        for (status, value) in [(422, "false"), (422, ""), (422, "1"), (422, "true, true"), (500, "true"), (302, "true"), (600, "true")] {
            assert_eq!(of(status, &[(REFUSE, value)]).expect_err("a failure").refused_status(), None, "{status} {value}");
        }
        assert_eq!(of(422, &[]).expect_err("a failure").refused_status(), None);
    }

    #[test]
    fn of_repeated_headers_the_strictest_counts() {
        let error = of(422, &[(REFUSE, "false"), (REFUSE, "true")]).expect_err("a failure");
        assert_eq!(error.refused_status(), Some(422));
        let error = of(503, &[("retry-after", "7"), ("retry-after", "x"), ("retry-after", "9")]).expect_err("a failure");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(9)));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        for (value, seconds) in [
            ("0", Some(0)),
            ("120", Some(120)),
            ("007", Some(7)),
            ("4294967296", Some(4_294_967_296)),
            ("99999999999999999999999999", Some(u64::MAX)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Mon, 07 Nov 1994 08:49:37 GMT", Some(86_400)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:49:36 GMT", None),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(252_618_189_022)),
            ("Fri, 31 Dec 99999 23:59:59 GMT", None),
            ("Mon, 30 Feb 1995 08:49:37 GMT", None),
            ("Monday, 07-Nov-94 08:49:37 GMT", Some(86_400)),
            ("Mon Nov  7 08:49:37 1994", Some(86_400)),
            ("Tue Nov 15 08:49:37 1994", Some(777_600)),
            ("Sunday, 06-Nov-94 08:49:36 GMT", None),
            ("Mon Nov 7 08:49:37 1994", None),
            ("Mon, 7 Nov 1994 08:49:37 GMT", None),
            ("Mon, 07 nov 1994 08:49:37 GMT", None),
            ("Mon, 07 Nov 1994 08:49:37 UTC", None),
            ("Mon, 07 Nov 1994 08:49:37.5 GMT", None),
            ("Mon, 07 Nov 1994 08:49 GMT", None),
            ("1995-11-06T08:49:37Z", None),
            ("-1", None),
            ("+1", None),
            ("1.5", None),
            ("1 ", None),
            ("", None),
            ("soon", None),
        ] {
            assert_eq!(retry_after(value, now()).map(|pause| pause.as_secs()), seconds, "{value}");
        }
    }

    #[test]
    fn only_429_and_503_can_set_retry_after() {
        for (status, expected) in [(429, Some(7)), (503, Some(7)), (500, None), (404, None), (301, None)] {
            let error = of(status, &[("retry-after", "7")]).expect_err("a failure");
            assert_eq!(error.retry_after().map(|pause| pause.as_secs()), expected, "{status}");
        }
        assert_eq!(of(429, &[("retry-after", "\u{fc}")]).expect_err("a failure").retry_after(), None);
    }
}
