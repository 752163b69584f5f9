//! What the targets share: the providers with the demo secrets, and a queue in memory.

pub mod memory;
pub mod parser;

use shared::settings::Settings;

/// The settings of `events/demo.env`, with which the samples are signed.
pub fn demo_settings() -> Settings<'static> {
    let lines = || include_str!("../../../events/demo.env").lines().filter_map(|line| line.split_once('='));
    Settings::new(move |name| lines().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned()))
}
