//! The proof in a command that does not contain the secret: the shell reads the secret from its environment.

use shared::endpoint::Endpoint;
use shared::verify::Scheme;

use super::curl::quoted;
use crate::settings::{Source, Sources};
use crate::terminal::program;

/// Returns curl's arguments for the proof of a request. Returns `None` if the proof is not secret, such as a signature of
/// one body.
pub(crate) fn words(endpoint: &Endpoint, sources: &Sources, path: &str) -> Option<String> {
    let (name, header) = (endpoint.webhook.keyring, endpoint.header());
    Some(match &endpoint.webhook.scheme {
        Scheme::HmacSha1(_) => return None,
        Scheme::Basic(basic) if basic.is_login && header.eq_ignore_ascii_case("authorization") => format!("-u \"${name}\""),
        Scheme::Basic(_) => format!("-H \"{header}: Basic $(printf %s \"${name}\" | base64 | tr -d '\\n')\""),
        Scheme::Token(token) => {
            let prefix = token.scheme.map(|scheme| format!("{} ", scheme.to_ascii_lowercase())).unwrap_or_default();
            format!("-H \"{header}: {prefix}${name}\"")
        }
        Scheme::Jwt(_) => {
            let file = match sources.find(name) {
                Some((_, Source::File(path))) => format!(" --env-file {}", quoted(&path.display().to_string())),
                _ => String::new(),
            };
            format!("-H \"$({} sign --path {} --body-file /dev/null --reveal{file})\"", program(), quoted(path))
        }
    })
}

/// Returns a sentence about what the shell needs for those arguments, to show with the command.
pub(crate) fn needs(endpoint: &Endpoint, sources: &Sources, channel: &str) -> String {
    let name = endpoint.webhook.keyring;
    let from_shell = |what: &str| format!("the command {what}");
    match (&endpoint.webhook.scheme, sources.find(name)) {
        (Scheme::HmacSha1(_), _) => "the command contains a signature that fits only its body".to_owned(),
        (Scheme::Jwt(_), _) => from_shell("gets a token from `sign`"),
        (_, Some((keyring, Source::Environment))) if !keyring.starts_with('{') => from_shell(&format!("takes the secret from ${name}")),
        _ => from_shell(&format!("takes the secret from ${name}; set it in your shell to the secret of the channel {channel}")),
    }
}
