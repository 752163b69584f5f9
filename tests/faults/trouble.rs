//! What SQS can do to a request, in the words of the table.

use std::time::Duration;

use testkit::{Fault, FaultySqs};

/// One kind of trouble.
#[derive(Debug, Clone)]
pub(crate) enum Trouble {
    /// A fault of the endpoint.
    Fault(Fault),
    /// No connection is accepted.
    Refused,
}

/// How long the endpoint refuses connections when the trouble is temporary.
const OUTAGE: Duration = Duration::from_millis(150);

impl Trouble {
    /// Returns every kind of trouble and its words in the table: "SQS …".
    pub(crate) fn all() -> Vec<(&'static str, Self)> {
        let reject = |positions: &[usize], sender_fault| Fault::RejectEntries { positions: positions.to_vec(), sender_fault };
        let faults = [
            ("never answers", Fault::Hang),
            ("resets the connection", Fault::Reset),
            ("closes the connection", Fault::Close),
            ("stores it, and the answer is lost", Fault::LoseAnswer),
            ("stores it, and answers too late", Fault::Delay(Duration::from_secs(20))),
            ("answers 500", Fault::InternalError),
            ("answers 503", Fault::Unavailable),
            ("throttles", Fault::Throttle),
            ("denies access", Fault::Deny),
            ("has no such queue", Fault::MissingQueue),
            ("fails one of the entries", reject(&[1], false)),
            ("fails all of the entries", reject(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], false)),
            ("refuses one of the entries for good", reject(&[1], true)),
            ("answers 200 and `{}`", Fault::EmptyJson),
            ("answers 200 and no JSON", Fault::Garbage),
            ("stores it, and answers another MD5", Fault::WrongMd5),
            ("answers, and closes the connection", Fault::CloseAfterAnswer),
        ];
        let faults = faults.into_iter().map(|(words, fault)| (words, Self::Fault(fault)));
        faults.chain([("refuses connections", Self::Refused)]).collect()
    }

    /// Returns whether the trouble can only affect a request with multiple events.
    pub(crate) fn needs_batch(&self) -> bool {
        matches!(self, Self::Fault(Fault::RejectEntries { .. }))
    }

    /// Returns whether every affected request is stored nonetheless.
    pub(crate) fn stores(&self) -> bool {
        matches!(self, Self::Fault(Fault::LoseAnswer | Fault::Delay(_) | Fault::WrongMd5 | Fault::CloseAfterAnswer))
    }

    /// Returns whether a request can be acknowledged if every attempt meets the trouble.
    pub(crate) fn may_be_answered(&self) -> bool {
        matches!(self, Self::Fault(Fault::RejectEntries { .. } | Fault::CloseAfterAnswer))
    }

    /// Makes every request meet the trouble from now on.
    pub(crate) async fn last(&self, sqs: &FaultySqs) {
        match self {
            Self::Fault(fault) => sqs.set(fault.clone()),
            Self::Refused => sqs.refuse().await,
        }
    }

    /// Makes only the next request, or all requests during a short time, meet the trouble.
    pub(crate) async fn pass(&self, sqs: &FaultySqs) {
        match self {
            Self::Fault(fault) => sqs.script([fault.clone()]),
            Self::Refused => sqs.refuse().await,
        }
    }

    /// Ends a temporary trouble that does not end by itself. Await it concurrently with the request.
    pub(crate) async fn end(&self, sqs: &FaultySqs) {
        if matches!(self, Self::Refused) {
            tokio::time::sleep(OUTAGE).await;
            sqs.accept().await;
        }
    }
}
