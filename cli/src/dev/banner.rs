//! What the terminal shows at the start: the webhooks' URLs, whose secrets are in force, and a command
//! to try each.

use std::fmt::Write;

use serde_json::{Map, Value};
use shared::function::Sender;

use crate::functions::channel_path;
use crate::output::{BOLD, GOOD};
use crate::sources::{Source, Sources};

/// The channel of a command, where the keyring has a secret for every channel.
const CHANNEL: &str = "demo";

/// Where events go.
pub(super) struct Place {
    /// Which queue they are put into.
    pub(super) queue: String,
    /// Who takes them from there.
    pub(super) worker: String,
}

/// The whole text.
pub(super) fn banner(origin: &str, place: &Place, senders: &[Sender], sources: &Sources) -> String {
    let mut text =
        format!("{BOLD}chathooks{BOLD:#} receives webhooks at {GOOD}{origin}{GOOD:#}, from this machine only. Ctrl-C stops it.\n");
    let _ = writeln!(text, "queue: {}\nworker: {}", place.queue, place.worker);
    let _ = writeln!(text, "try: a command below, or any file of events/: cargo chathooks send kommo/v2-text --to {origin}");
    for sender in senders {
        let webhook = sender.webhook;
        let setting = sources.find(webhook.keyring);
        let proof = match (&setting, webhook.waiver) {
            (Some((_, source)), _) => format!("{}: {source}", webhook.keyring),
            (None, Some(waiver)) => format!("{waiver}: every caller is accepted"),
            (None, None) => String::new(),
        };
        let warning = match &setting {
            Some((_, Source::Demo)) | None => "",
            Some(_) => " (the command holds a proof made with it)",
        };
        let _ = write!(text, "\n{BOLD}{:<14}{BOLD:#} {GOOD}{origin}{}{GOOD:#}\n{:<14} {proof}{warning}\n", webhook.name, webhook.path, "");
        let keyring = setting.map(|(keyring, _)| keyring).unwrap_or_default();
        if let Some(command) = command(origin, sender, &keyring) {
            let _ = writeln!(text, "{command}");
        }
    }
    text
}

/// A command for a POSIX shell that is answered 200. None where no channel has a secret.
fn command(origin: &str, sender: &Sender, keyring: &str) -> Option<String> {
    let body = sender.webhook.example;
    let channels = serde_json::from_str::<Map<String, Value>>(keyring).unwrap_or_default();
    let (channel, proof) = std::iter::once(CHANNEL)
        .chain(channels.keys().map(String::as_str))
        .find_map(|channel| Some((channel, sender.signer.sign(Some(channel), body.as_bytes())?)))?;
    let url = format!("{origin}{}", channel_path(sender.webhook, channel));
    let json = ("content-type".to_owned(), "application/json".to_owned());
    let headers = [json].into_iter().chain(proof);
    let headers: String = headers.map(|(name, value)| format!(" -H {}", quoted(&format!("{name}: {value}")))).collect();
    Some(format!("curl -i {}{headers} -d {}", quoted(&url), quoted(body)))
}

/// A shell's word of exactly these characters.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions;
    use shared::settings::Settings;

    #[test]
    fn a_word_is_what_the_shell_reads() {
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
    }

    #[test]
    fn a_command_names_a_channel_that_has_a_secret() {
        let command = |keyring: &str| {
            let token = keyring.to_owned();
            let settings = Settings::new(move |name| match name {
                "KOMMUNICATE_TOKEN" => Some(token.clone()),
                "KOMMO_SECRET" | "KORE_ACCESS_TOKEN" => Some("s".to_owned()),
                "KORE_CLIENT" | "QIKCHAT_LOGIN" => Some("a:b".to_owned()),
                _ => None,
            });
            let senders = functions::senders(&settings).expect("senders");
            let sender = senders.iter().find(|sender| sender.webhook.name == "kommunicate").expect("kommunicate");
            super::command("http://h", sender, keyring).expect("a command")
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
