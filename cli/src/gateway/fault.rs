//! Simulated faults of SQS, from `--fail sqs=…` or the inspector, which show what a provider would see.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use shared::queue::{Budget, NotQueued};
use tokio::time::{Duration, sleep, sleep_until};

/// How long a slow queue takes to respond.
const SLOW: Duration = Duration::from_secs(1);

/// How SQS fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It works.
    Off,
    /// It never responds.
    Hang,
    /// It responds to every attempt with 500.
    ServerError,
    /// It throttles every attempt.
    Throttle,
    /// It denies access.
    Refuse,
    /// It takes a second to respond.
    Slow,
}

impl Fault {
    /// All faults, with their names and effects.
    pub(crate) const ALL: [(Self, &str, &str); 6] = [
        (Self::Off, "off", "SQS works"),
        (Self::Hang, "hang", "SQS never responds: 503 at the end of the ack budget"),
        (Self::ServerError, "500", "SQS responds to every attempt with 500: 503 at the end of the ack budget"),
        (Self::Throttle, "throttle", "SQS throttles every attempt: 503 at the end of the ack budget"),
        (Self::Refuse, "refuse", "SQS denies access: 503 immediately"),
        (Self::Slow, "slow", "SQS takes a second: 200 if the ack budget is longer"),
    ];

    /// Returns the name, as in `--fail sqs=hang`.
    pub(crate) fn name(self) -> &'static str {
        self.entry().1
    }

    /// Returns the effect: what SQS does, and what the provider sees.
    pub(crate) fn effect(self) -> &'static str {
        self.entry().2
    }

    fn entry(self) -> &'static (Self, &'static str, &'static str) {
        // A test checks that the table has each variant.
        Self::ALL.iter().find(|(fault, ..)| *fault == self).unwrap_or(&Self::ALL[0])
    }

    /// Returns the fault with that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == name).map(|(fault, ..)| *fault)
    }

    /// Simulates the fault before a message is sent.
    ///
    /// # Errors
    /// Returns an error if the message must not be sent.
    pub(super) async fn apply(self, budget: Budget) -> Result<(), NotQueued> {
        // The functions retry until the budget ends, and then drop this future.
        let retried = || async { sleep_until(budget.end() - Duration::from_millis(5)).await };
        let code = match self {
            Self::Off => return Ok(()),
            Self::Slow => {
                sleep(SLOW).await;
                return Ok(());
            }
            Self::Hang => std::future::pending().await,
            Self::ServerError => {
                retried().await;
                "InternalFailure"
            }
            Self::Throttle => {
                retried().await;
                "RequestThrottled"
            }
            Self::Refuse => "AccessDenied",
        };
        Err(NotQueued { code: code.to_owned() })
    }
}

/// The error for a string that names no fault.
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
    fn each_fault_is_parsed_from_its_name() {
        let all = [Fault::Off, Fault::Hang, Fault::ServerError, Fault::Throttle, Fault::Refuse, Fault::Slow];
        for (fault, entry) in all.iter().zip(Fault::ALL) {
            assert_eq!((entry.0, format!("sqs={}", fault.name()).parse()), (*fault, Ok(*fault)));
        }
        for text in ["hang", "sqs=", "sqs=on", "sns=hang", ""] {
            assert!(text.parse::<Fault>().is_err_and(|error| error.to_string().contains("throttle")), "{text}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_fault_lasts_until_the_budget_ends_or_refuses_immediately() {
        for (fault, code, millis) in
            [(Fault::ServerError, "InternalFailure", 995), (Fault::Throttle, "RequestThrottled", 995), (Fault::Refuse, "AccessDenied", 0)]
        {
            let started = Instant::now();
            let outcome = fault.apply(Budget { started, length: Duration::from_secs(1) }).await;
            assert_eq!((outcome, started.elapsed().as_millis()), (Err(NotQueued { code: code.to_owned() }), millis), "{fault:?}");
        }
        let started = Instant::now();
        assert_eq!(Fault::Slow.apply(Budget { started, length: SLOW }).await, Ok(()));
        assert_eq!(started.elapsed(), SLOW);
    }
}
