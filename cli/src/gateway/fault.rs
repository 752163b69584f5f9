//! What `--fail sqs=…` and the inspector make of SQS, to see what a provider would see.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use shared::queue::{Budget, NotQueued};
use tokio::time::{Duration, sleep, sleep_until};

/// How long a slow queue takes.
const SLOW: Duration = Duration::from_secs(1);

/// How SQS fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It does not.
    Off,
    /// It never answers.
    Hang,
    /// It answers 500 to every try.
    ServerError,
    /// It throttles every try.
    Throttle,
    /// It denies access.
    Refuse,
    /// It takes a second.
    Slow,
}

impl Fault {
    /// All of them, by their names, with what the provider sees.
    pub(crate) const ALL: [(Self, &str, &str); 6] = [
        (Self::Off, "off", "SQS works"),
        (Self::Hang, "hang", "SQS never answers: 503 at the end of the ack budget"),
        (Self::ServerError, "500", "SQS answers 500, and is asked again: 503 at the end of the ack budget"),
        (Self::Throttle, "throttle", "SQS throttles, and is asked again: 503 at the end of the ack budget"),
        (Self::Refuse, "refuse", "SQS denies access: 503 at once"),
        (Self::Slow, "slow", "SQS takes a second: 200 where the ack budget is longer"),
    ];

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        self.entry().1
    }

    /// What the provider sees.
    pub(crate) fn effect(self) -> &'static str {
        self.entry().2
    }

    fn entry(self) -> &'static (Self, &'static str, &'static str) {
        // Each variant is in the table: a test checks it.
        Self::ALL.iter().find(|(fault, ..)| *fault == self).unwrap_or(&Self::ALL[0])
    }

    /// The fault of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == name).map(|(fault, ..)| *fault)
    }

    /// What happens before the queue takes a message, or in place of it.
    ///
    /// # Errors
    /// The queue does not take it.
    pub(super) async fn strike(self, budget: Budget) -> Result<(), NotQueued> {
        // The functions ask again until the budget ends, which drops this future.
        let asked_again = || async { sleep_until(budget.end() - Duration::from_millis(5)).await };
        let code = match self {
            Self::Off => return Ok(()),
            Self::Slow => {
                sleep(SLOW).await;
                return Ok(());
            }
            Self::Hang => std::future::pending().await,
            Self::ServerError => {
                asked_again().await;
                "InternalFailure"
            }
            Self::Throttle => {
                asked_again().await;
                "RequestThrottled"
            }
            Self::Refuse => "AccessDenied",
        };
        Err(NotQueued { code: code.to_owned() })
    }
}

/// The error of a text that does not name a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InvalidFault;

impl fmt::Display for InvalidFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "it must be sqs= and one of {}", Fault::ALL.map(|(_, name, _)| name).join(", "))
    }
}

impl Error for InvalidFault {}

impl FromStr for Fault {
    type Err = InvalidFault;

    /// Parses `sqs=hang`.
    fn from_str(text: &str) -> Result<Self, InvalidFault> {
        text.strip_prefix("sqs=").and_then(Self::named).ok_or(InvalidFault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    #[test]
    fn each_has_a_name_that_is_read_again() {
        let all = [Fault::Off, Fault::Hang, Fault::ServerError, Fault::Throttle, Fault::Refuse, Fault::Slow];
        for (fault, entry) in all.iter().zip(Fault::ALL) {
            assert_eq!((entry.0, format!("sqs={}", fault.name()).parse()), (*fault, Ok(*fault)));
        }
        for text in ["hang", "sqs=", "sqs=on", "sns=hang", ""] {
            assert!(text.parse::<Fault>().is_err_and(|error| error.to_string().contains("throttle")), "{text}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_queue_is_asked_until_the_budget_ends_or_refuses_at_once() {
        for (fault, code, millis) in
            [(Fault::ServerError, "InternalFailure", 995), (Fault::Throttle, "RequestThrottled", 995), (Fault::Refuse, "AccessDenied", 0)]
        {
            let started = Instant::now();
            let outcome = fault.strike(Budget { started, length: Duration::from_secs(1) }).await;
            assert_eq!((outcome, started.elapsed().as_millis()), (Err(NotQueued { code: code.to_owned() }), millis), "{fault:?}");
        }
        let started = Instant::now();
        assert_eq!(Fault::Slow.strike(Budget { started, length: SLOW }).await, Ok(()));
        assert_eq!(started.elapsed(), SLOW);
    }
}
