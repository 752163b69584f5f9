//! The faults of SQS, in the words of the tables.

use std::time::Duration;

use testkit::{Fault, FaultySqs};

/// One kind of trouble.
#[derive(Debug, Clone)]
pub(crate) enum Trouble {
    /// A fault that the endpoint injects.
    Fault(Fault),
    /// The endpoint refuses connections.
    Refused,
}

/// How long the endpoint refuses connections if the trouble does not last.
const OUTAGE: Duration = Duration::from_millis(150);

impl Trouble {
    /// Returns every trouble with its description, which completes "SQS …".
    pub(crate) fn all() -> Vec<(&'static str, Self)> {
        let reject = |positions: &[usize], sender_fault| Fault::RejectEntries { positions: positions.to_vec(), sender_fault };
        let faults = [
            ("never responds", Fault::Hang),
            ("resets the connection", Fault::Reset),
            ("closes the connection", Fault::Close),
            ("stores the event, but the response is lost", Fault::LoseAnswer),
            ("stores the event, but responds too late", Fault::Delay(Duration::from_secs(20))),
            ("returns 500", Fault::InternalError),
            ("returns 503", Fault::Unavailable),
            ("throttles", Fault::Throttle),
            ("denies access", Fault::Deny),
            ("does not have the queue", Fault::MissingQueue),
            ("fails one batch entry", reject(&[1], false)),
            ("fails all batch entries", reject(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], false)),
            ("rejects one batch entry permanently", reject(&[1], true)),
            ("returns 200 with `{}`", Fault::EmptyJson),
            ("returns 200 without JSON", Fault::Garbage),
            ("stores the event, but returns another MD5", Fault::WrongMd5),
            ("responds, then closes the connection", Fault::CloseAfterAnswer),
        ];
        let faults = faults.into_iter().map(|(words, fault)| (words, Self::Fault(fault)));
        faults.chain([("refuses connections", Self::Refused)]).collect()
    }

    /// Whether it needs a request with more than one event.
    pub(crate) fn needs_batch(&self) -> bool {
        matches!(self, Self::Fault(Fault::RejectEntries { .. }))
    }

    /// Whether SQS stores the messages of an affected request nevertheless.
    pub(crate) fn stores(&self) -> bool {
        matches!(self, Self::Fault(Fault::LoseAnswer | Fault::Delay(_) | Fault::WrongMd5 | Fault::CloseAfterAnswer))
    }

    /// Whether a request can be acknowledged although every attempt meets this trouble.
    pub(crate) fn may_be_answered(&self) -> bool {
        matches!(self, Self::Fault(Fault::RejectEntries { .. } | Fault::CloseAfterAnswer))
    }

    /// Makes every request from now on meet this trouble.
    pub(crate) async fn last(&self, sqs: &FaultySqs) {
        match self {
            Self::Fault(fault) => sqs.set(fault.clone()),
            Self::Refused => sqs.refuse().await,
        }
    }

    /// Makes only the next request meet this trouble; refused connections last until [`Trouble::end`].
    pub(crate) async fn pass(&self, sqs: &FaultySqs) {
        match self {
            Self::Fault(fault) => sqs.script([fault.clone()]),
            Self::Refused => sqs.refuse().await,
        }
    }

    /// Accepts connections again after [`OUTAGE`]; await it together with the request. Does nothing for a fault.
    pub(crate) async fn end(&self, sqs: &FaultySqs) {
        if matches!(self, Self::Refused) {
            tokio::time::sleep(OUTAGE).await;
            sqs.accept().await;
        }
    }
}
