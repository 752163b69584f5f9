//! What each request of the page works with.

use std::sync::Arc;

use tokio::sync::watch;

use super::setup::Setup;
use crate::gateway::Gateway;
use crate::settings::Sources;

/// The gateway that the page looks at, and what it shows of it.
pub(crate) struct Inspector {
    /// What delivers requests, and remembers deliveries.
    pub(crate) gateway: Arc<Gateway>,
    /// Where secrets come from.
    pub(crate) sources: Sources,
    /// What the page shows before the first delivery.
    pub(crate) setup: Setup,
    /// Becomes true when the program ends.
    pub(crate) stopped: watch::Receiver<bool>,
}
