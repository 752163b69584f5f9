//! What does not change while a command runs: the queue, the worker, and the webhooks with a command for each.

use serde::Serialize;
use serde_json::{Map, Value};
use shared::endpoint::Endpoint;

use crate::endpoints::Endpoints;
use crate::request::{Proof, curl, own_proof};
use crate::settings::{Source, Sources};

/// The channel in a command if the keyring has a secret for every channel.
const CHANNEL: &str = "demo";

/// A webhook.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Webhook {
    /// The name that is shown.
    pub(crate) name: &'static str,
    /// The URL, with a placeholder in braces for the channel.
    pub(crate) url: String,
    /// The keyring, and where its secrets come from.
    pub(crate) proof: String,
    /// A `curl` command whose response is 200. `None` if no channel has a secret.
    pub(crate) command: Option<String>,
    /// The path in that command.
    pub(super) path: Option<String>,
}

/// What does not change while a command runs.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    /// The origin that the command serves, such as `http://127.0.0.1:8080`.
    pub(crate) origin: String,
    /// The queue, described for the user.
    pub(crate) queue: String,
    /// What delivers the queue's events, described for the user.
    pub(crate) worker: String,
    /// The webhooks of the gateway, if there is one.
    pub(crate) webhooks: Vec<Webhook>,
}

/// Returns the address of the page.
pub(crate) fn page_url(origin: &str, token: &str) -> String {
    format!("{origin}/?token={token}")
}

/// Returns the webhooks of all endpoints.
pub(crate) fn webhooks(origin: &str, endpoints: &Endpoints, sources: &Sources) -> Vec<Webhook> {
    endpoints.as_slice().iter().map(|endpoint| webhook(origin, endpoints, endpoint, sources)).collect()
}

fn webhook(origin: &str, endpoints: &Endpoints, endpoint: &Endpoint, sources: &Sources) -> Webhook {
    let about = endpoint.webhook;
    let setting = sources.find(about.keyring);
    let is_own = setting.as_ref().is_some_and(|(_, source)| *source != Source::Demo);
    let keyring = setting.as_ref().map(|(keyring, _)| keyring.as_str()).unwrap_or_default();
    let example = example(endpoints, endpoint, keyring);
    let proof = match (&setting, about.waiver) {
        (Some((_, source)), _) => {
            let needs = example.as_ref().filter(|_| is_own).map(|example| own_proof::needs(endpoint, sources, &example.channel));
            format!("{}: {source}{}", about.keyring, needs.map(|needs| format!(" ({needs})")).unwrap_or_default())
        }
        (None, Some(waiver)) => format!("{waiver}: every caller is accepted"),
        (None, None) => String::new(),
    };
    let command = example.as_ref().map(|example| {
        let (url, body) = (format!("{origin}{}", example.path), endpoint.webhook.example.as_bytes());
        let json = ("content-type".to_owned(), "application/json".to_owned());
        match own_proof::words(endpoint, sources, &example.path).filter(|_| is_own) {
            Some(words) => curl::command_with(&url, &[json], &words, body),
            None => curl::command(&url, &[json].into_iter().chain(example.proof.clone()).collect::<Vec<_>>(), body),
        }
    });
    let path = example.map(|example| example.path);
    Webhook { name: about.name, url: format!("{origin}{}", endpoints.path(about)), proof, command, path }
}

/// A request whose response is 200.
struct Example {
    channel: String,
    path: String,
    proof: Proof,
}

/// Returns an example, or `None` if no channel has a secret.
fn example(endpoints: &Endpoints, endpoint: &Endpoint, keyring: &str) -> Option<Example> {
    let channels = serde_json::from_str::<Map<String, Value>>(keyring).unwrap_or_default();
    let (channel, proof) = std::iter::once(CHANNEL)
        .chain(channels.keys().map(String::as_str))
        .find_map(|channel| Some((channel, endpoint.sign(Some(channel), endpoint.webhook.example.as_bytes())?)))?;
    Some(Example { channel: channel.to_owned(), path: endpoints.channel_path(endpoint.webhook, channel), proof })
}

#[cfg(test)]
mod tests {
    use crate::endpoints::Endpoints;
    use crate::settings::Sources;

    #[test]
    fn a_command_names_a_channel_with_a_secret_and_contains_no_secret() {
        let command = |keyring: &str| {
            let sources = Sources::of_file(&format!("KOMMUNICATE_TOKEN={keyring}"));
            let endpoints = Endpoints::read(&sources.settings()).expect("endpoints");
            let (endpoint, _) = endpoints.of_path("/kommunicate").expect("an endpoint");
            super::webhook("http://h", &endpoints, endpoint, &sources).command.expect("a command")
        };
        for (keyring, url) in [
            ("plain", "'http://h/kommunicate/demo'"),
            (r#"{"*":"a"}"#, "'http://h/kommunicate/demo'"),
            (r#"{"my 'shop/1":"a"}"#, "'http://h/kommunicate/my%20%27shop%2F1'"),
            (r#"{"b":"x","*":"a"}"#, "'http://h/kommunicate/demo'"),
        ] {
            let command = command(keyring);
            assert!(
                command.starts_with(&format!(
                    "curl -i {url} -H 'content-type: application/json' -H \"authentication: Basic $(printf %s \"$KOMMUNICATE_TOKEN\" | "
                )),
                "{command}"
            );
        }
    }
}
