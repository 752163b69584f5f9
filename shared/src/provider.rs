//! A provider as data: what is fixed about it, and one function that parses its bodies.
//!
//! Each provider's crate has one [`Provider`]. Routing, verification, signing, the 401 challenge, the CLI's help and the
//! tests are derived from it, so that each fact is declared once.

use std::time::Duration;

use crate::parse::Parse;
use crate::verify::Scheme;

/// The ack budget of a provider whose own limit is two seconds or unknown.
pub const DEFAULT_ACK_BUDGET: Duration = Duration::from_millis(1500);

/// A sender of webhooks.
#[derive(Debug)]
pub struct Provider {
    /// What its folder, package, binary and log lines are called: the first segment of its paths, and the beginning of
    /// its events' ids.
    pub name: &'static str,
    /// The reverse domain name before the kind in an event's `type`.
    pub type_prefix: &'static str,
    /// Its webhooks, one for each of its roles on the wire. At least one must have its keyring.
    pub webhooks: &'static [Webhook],
    /// The member names of its bodies: of an unknown shape, a log shows these alone and counts the others.
    pub vocabulary: &'static [&'static str],
}

/// One of a provider's webhooks. Without its keyring it does not exist: its paths answer 404.
#[derive(Debug)]
pub struct Webhook {
    /// What people call it.
    pub name: &'static str,
    /// Its paths, the usual one first. A segment in braces stands for any; the first of them names the channel.
    pub paths: &'static [&'static str],
    /// The setting with its keyring.
    pub keyring: &'static str,
    /// What each secret of that keyring is, in words.
    pub secret: &'static str,
    /// Where a channel's secrets are looked up.
    pub lookup: Lookup,
    /// The setting that accepts every caller, where the provider may have no secret at all.
    pub waiver: Option<&'static str>,
    /// How its sender proves itself.
    pub scheme: Scheme,
    /// The time from the receipt of a request to the last moment of the enqueue, where the setting is missing.
    pub ack_budget: Duration,
    /// What it answers to a GET that checks the URL, where the provider sends one.
    pub handshake: Option<Handshake>,
    /// What it answers beside the 200.
    pub reply: Option<Reply>,
    /// Parses the events of a body.
    pub parse: Parse,
    /// A short body of its own form, to try it out.
    pub example: &'static str,
}

impl Webhook {
    /// Returns the settings that it has beside its keyring.
    pub fn settings(&self) -> impl Iterator<Item = &'static str> {
        [self.waiver, self.scheme.header_setting(), self.reply.map(|reply| reply.setting)].into_iter().flatten()
    }
}

/// The names under which a keyring is asked for a channel's secrets, before `*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// The channel itself.
    Channel,
    /// The channel itself, then its part before this character.
    ChannelThenBefore(char),
}

impl Lookup {
    /// Returns the names to look up, in their order.
    pub fn names(self, channel: Option<&str>) -> impl Iterator<Item = &str> {
        let before = match self {
            Self::Channel => None,
            Self::ChannelThenBefore(end) => channel.and_then(|channel| channel.split(end).next()),
        };
        channel.into_iter().chain(before)
    }
}

/// A GET with a challenge, by which a provider checks a URL before it sends anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handshake {
    /// The query parameter that holds one of the channel's secrets.
    pub token: &'static str,
    /// The query parameter whose value is the answer.
    pub challenge: &'static str,
}

/// A text that the operator may have answered with a 200.
#[derive(Debug, Clone, Copy)]
pub struct Reply {
    /// The setting with the text.
    pub setting: &'static str,
    /// Makes the answer's body, which is JSON, from the text.
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
