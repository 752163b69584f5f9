//! The functions whose webhooks `chathooks` receives and sends: the one place in this crate that names
//! the providers.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use shared::function::Function;
use shared::provider::Provider;
use shared::route;
use shared::settings::{SettingError, Settings};

pub(crate) use shared::function::{Sender, Webhook};

/// What a channel's name needs no percent-encoding for.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// All of them.
static FUNCTIONS: &[&Function] = &[&kommo::FUNCTION, &kommunicate::FUNCTION, &kore::FUNCTION, &qikchat::FUNCTION];

/// The webhooks of all functions.
pub(crate) fn webhooks() -> impl Iterator<Item = &'static Webhook> {
    FUNCTIONS.iter().flat_map(|function| function.webhooks)
}

/// What events call the providers.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name)
}

/// The senders whose secrets are set.
///
/// # Errors
/// A setting is missing or wrong.
pub(crate) fn senders(settings: &Settings<'_>) -> Result<Vec<Sender>, SettingError> {
    let senders: Result<Vec<_>, _> = FUNCTIONS.iter().map(|function| function.senders(settings)).collect();
    Ok(senders?.into_iter().flatten().collect())
}

/// The same, for the pipeline.
///
/// # Errors
/// A setting is missing or wrong.
pub(crate) fn providers(settings: &Settings<'_>) -> Result<Vec<Box<dyn Provider>>, SettingError> {
    Ok(senders(settings)?.into_iter().map(|sender| sender.signer as Box<dyn Provider>).collect())
}

/// The sender of requests to a path, and the channel in it.
pub(crate) fn of_path<'s>(senders: &'s [Sender], path: &str) -> Option<(&'s Sender, Option<String>)> {
    senders.iter().find_map(|sender| Some((sender, channel(sender, path)?)))
}

/// The channel in a path, percent-decoded. None where the path is not this sender's.
fn channel(sender: &Sender, path: &str) -> Option<Option<String>> {
    let segments = route::segments(path)?;
    let (name, segments) = segments.split_first()?;
    let channel = sender.signer.route(segments).filter(|_| *name == provider_name(sender))?;
    channel.map_or(Some(None), |channel| route::decode(channel).map(Some))
}

/// The name of a sender's provider, as events have it.
pub(crate) fn provider_name(sender: &Sender) -> &'static str {
    sender.signer.about().name
}

/// The names of the headers with which a sender proves itself. None where the channel has no secret.
pub(crate) fn proof_headers(sender: &Sender, channel: Option<&str>) -> Option<Vec<String>> {
    Some(sender.signer.sign(channel, b"")?.into_iter().map(|(name, _)| name).collect())
}

/// The path of that channel's webhook.
pub(crate) fn channel_path(webhook: &Webhook, channel: &str) -> String {
    let (before, rest) = webhook.path.split_once('{').unwrap_or((webhook.path, "}"));
    let (_, after) = rest.split_once('}').unwrap_or_default();
    format!("{before}{}{after}", utf8_percent_encode(channel, SEGMENT))
}
