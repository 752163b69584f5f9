//! What does not change while `dev` runs: the webhooks' URLs with a command for each, and where things
//! are kept.

use serde::Serialize;
use serde_json::{Map, Value};
use shared::endpoint::Endpoint;

use crate::endpoints::Endpoints;
use crate::request::curl;
use crate::settings::{Source, Sources};

/// The channel of a command, where the keyring has a secret for every channel.
const CHANNEL: &str = "demo";

/// A webhook.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Webhook {
    /// What the user reads.
    pub(crate) name: &'static str,
    /// Its address, with the channel's place in braces.
    pub(crate) url: String,
    /// Whose secret is in force.
    pub(crate) proof: String,
    /// A command that is answered 200. None where no channel has a secret.
    pub(crate) command: Option<String>,
    /// The path of that command.
    pub(super) path: Option<String>,
}

/// What the page shows before the first delivery.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    /// The gateway's own address.
    pub(crate) origin: String,
    /// Which queue events are put into.
    pub(crate) queue: String,
    /// Who takes them from there.
    pub(crate) worker: String,
    /// The webhooks.
    pub(crate) webhooks: Vec<Webhook>,
}

/// Returns the page's address.
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
    let proof = match (&setting, about.waiver) {
        (Some((_, source @ Source::Demo)), _) => format!("{}: {source}", about.keyring),
        (Some((_, source)), _) => format!("{}: {source} (the command holds a proof made with it)", about.keyring),
        (None, Some(waiver)) => format!("{waiver}: every caller is accepted"),
        (None, None) => String::new(),
    };
    let keyring = setting.map(|(keyring, _)| keyring).unwrap_or_default();
    let (path, command) = command(origin, endpoints, endpoint, &keyring).unzip();
    Webhook { name: about.name, url: format!("{origin}{}", endpoints.path(about)), proof, command, path }
}

/// A path, and a command for a POSIX shell that is answered 200 there. None where no channel has a secret.
fn command(origin: &str, endpoints: &Endpoints, endpoint: &Endpoint, keyring: &str) -> Option<(String, String)> {
    let body = endpoint.webhook.example;
    let channels = serde_json::from_str::<Map<String, Value>>(keyring).unwrap_or_default();
    let (channel, proof) = std::iter::once(CHANNEL)
        .chain(channels.keys().map(String::as_str))
        .find_map(|channel| Some((channel, endpoint.sign(Some(channel), body.as_bytes())?)))?;
    let path = endpoints.channel_path(endpoint.webhook, channel);
    let json = ("content-type".to_owned(), "application/json".to_owned());
    let headers: Vec<_> = [json].into_iter().chain(proof).collect();
    let command = curl::command(&format!("{origin}{path}"), &headers, body.as_bytes());
    Some((path, command))
}

#[cfg(test)]
mod tests {
    use crate::endpoints::Endpoints;
    use crate::settings::Sources;

    #[test]
    fn a_command_names_a_channel_that_has_a_secret() {
        let command = |keyring: &str| {
            let sources = Sources::of_file(&format!("KOMMUNICATE_TOKEN={keyring}"));
            let endpoints = Endpoints::read(&sources.settings()).expect("endpoints");
            let (endpoint, _) = endpoints.of_path("/kommunicate").expect("an endpoint");
            super::command("http://h", &endpoints, endpoint, keyring).expect("a command").1
        };
        for (keyring, url) in [
            ("plain", "'http://h/kommunicate/demo'"),
            (r#"{"*":"a"}"#, "'http://h/kommunicate/demo'"),
            (r#"{"my 'shop/1":"a"}"#, "'http://h/kommunicate/my%20%27shop%2F1'"),
            (r#"{"b":"x","*":"a"}"#, "'http://h/kommunicate/demo'"),
        ] {
            let command = command(keyring);
            assert!(
                command.starts_with(&format!("curl -i {url} -H 'content-type: application/json' -H 'authentication: Basic ")),
                "{command}"
            );
        }
    }
}
