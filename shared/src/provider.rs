//! A provider as data: its constants, and one function that parses its bodies.
//!
//! Each provider's crate has one [`Provider`]. Routing, verification, signing, the 401 challenge, the CLI help and the
//! tests are derived from it, so each fact is declared once.

use std::time::Duration;

use crate::parse::Parse;
use crate::verify::Scheme;

/// The ack budget for a provider whose timeout is two seconds or unknown.
pub const DEFAULT_ACK_BUDGET: Duration = Duration::from_millis(1500);

/// A platform that sends webhooks.
#[derive(Debug)]
pub struct Provider {
    /// The name of its folder, package and binary. It is also used in log lines, as the first segment of its paths and as
    /// the prefix of its event ids.
    pub name: &'static str,
    /// The reverse domain name that precedes the kind in an event's `type`.
    pub type_prefix: &'static str,
    /// Its webhooks. At least one must have a keyring or a waiver.
    pub webhooks: &'static [Webhook],
    /// The member names of its bodies. For a body of unknown shape, the log lists only these and counts the others.
    pub vocabulary: &'static [&'static str],
}

/// One of a provider's webhooks. Without a keyring or a waiver it is disabled: its paths return 404.
#[derive(Debug)]
pub struct Webhook {
    /// The display name.
    pub name: &'static str,
    /// Its paths, the usual one first. A segment in braces matches any segment; the first of them is the channel.
    pub paths: &'static [&'static str],
    /// The setting that holds its keyring.
    pub keyring: &'static str,
    /// A description of each secret in that keyring, for help and errors.
    pub secret: &'static str,
    /// The names under which a channel's secrets are looked up.
    pub lookup: Lookup,
    /// The setting that accepts every caller, if the provider does not require a secret.
    pub waiver: Option<&'static str>,
    /// How its sender authenticates.
    pub scheme: Scheme,
    /// The time from the receipt of a request to the deadline of the enqueue, unless a setting overrides it.
    pub ack_budget: Duration,
    /// The handshake, if the provider sends a GET to check the URL.
    pub handshake: Option<Handshake>,
    /// The optional body of a 200.
    pub reply: Option<Reply>,
    /// The function that parses a body into events.
    pub parse: Parse,
    /// A short body in the provider's format, for trying out the webhook.
    pub example: &'static str,
}

impl Webhook {
    /// Returns the names of its settings other than the keyring.
    pub fn settings(&self) -> impl Iterator<Item = &'static str> {
        [self.waiver, self.scheme.header_setting(), self.reply.map(|reply| reply.setting)].into_iter().flatten()
    }
}

/// The names under which a channel's secrets are looked up in a keyring, before `*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// The channel itself.
    Channel,
    /// The channel itself, then its part before this character.
    ChannelThenBefore(char),
}

impl Lookup {
    /// Returns the names to look up, in order.
    pub fn names(self, channel: Option<&str>) -> impl Iterator<Item = &str> {
        let before = match self {
            Self::Channel => None,
            Self::ChannelThenBefore(end) => channel.and_then(|channel| channel.split(end).next()),
        };
        channel.into_iter().chain(before)
    }
}

/// A GET with a challenge, which a provider sends to check a URL before it sends anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handshake {
    /// The query parameter that holds one of the channel's secrets.
    pub token: &'static str,
    /// The query parameter with the value to return.
    pub challenge: &'static str,
}

/// A text that the operator can set as the reply in a 200.
#[derive(Debug, Clone, Copy)]
pub struct Reply {
    /// The setting that holds the text.
    pub setting: &'static str,
    /// Converts the text to the JSON body of the response.
    pub body: fn(&str) -> String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_looked_up_before_its_channel() {
        let names = |lookup: Lookup, channel| lookup.names(channel).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(names(Lookup::ChannelThenBefore('_'), Some("chan_acct")), ["chan_acct", "chan"]);
        assert_eq!(names(Lookup::Channel, Some("chan_acct")), ["chan_acct"]);
        assert!(names(Lookup::ChannelThenBefore('_'), None).is_empty());
    }
}
