//! What the targets share: every provider's endpoints with the demo secrets, and a pipeline with an in-memory queue.

#[path = "../../testkit/src/parts.rs"]
pub mod parts;
#[path = "../../testkit/src/pipeline.rs"]
pub mod pipeline;

use shared::endpoint::Endpoint;
use shared::settings::Settings;

/// Returns the endpoints of every provider, with the secrets in `events/demo.env`.
pub fn endpoints() -> Vec<Endpoint> {
    let lines = || include_str!("../../../events/demo.env").lines().filter_map(|line| line.split_once('='));
    let settings = Settings::new(move |name| lines().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned()));
    functions::PROVIDERS.iter().flat_map(|provider| provider.endpoints(&settings).expect("the demo secrets")).collect()
}
