//! Finds the change that makes a refused request verify. Each guess is a changed copy of the request, the settings or the
//! time. It counts only if the endpoint's own `verify` accepts it.

use std::cell::Cell;

use shared::endpoint::Endpoint;
use shared::provider::Webhook;
use shared::received::Received;
use shared::settings::Settings;
use shared::timestamp::Timestamp;

use super::claims::Jwt;
use super::{body, header, keyring};
use crate::endpoints::Endpoints;
use crate::settings::Sources;

/// The maximum number of bytes to check for one request. Without a limit, many headers with many variants each and a long
/// body would take minutes.
pub(super) const WORK: usize = 64 * 1024 * 1024;
/// The fixed cost of a check, in bytes.
const CHECK: usize = 512;

/// A refused request, and everything that its verification depends on.
pub(super) struct Case<'c> {
    pub(super) endpoints: &'c Endpoints,
    pub(super) sources: &'c Sources,
    pub(super) endpoint: &'c Endpoint,
    pub(super) channel: Option<&'c str>,
    pub(super) request: &'c Received,
    pub(super) now: Timestamp,
    /// The header that should contain the proof.
    pub(super) header: &'c str,
    /// The number of bytes that can still be checked.
    pub(super) work: Cell<usize>,
}

/// Returns the changes that work, at most one of each kind, as sentences that begin with "it would verify".
pub(super) fn find(case: &Case<'_>) -> Vec<String> {
    let kinds = [Case::by_body, Case::by_header, Case::by_channel, Case::by_source, Case::by_keyring, Case::by_time, Case::by_role];
    kinds.iter().filter_map(|kind| kind(case)).map(|guess| format!("it would verify if {guess}")).collect()
}

impl Case<'_> {
    fn verifies(&self, endpoint: &Endpoint, request: &Received, channel: Option<&str>) -> bool {
        let bytes = request.body.len() + request.header(self.header).map_or(0, str::len) + CHECK;
        let Some(rest) = self.work.get().checked_sub(bytes) else { return false };
        self.work.set(rest);
        proves(endpoint, request, channel, self.now)
    }

    fn by_body(&self) -> Option<String> {
        if !self.endpoint.webhook.scheme.signs_body() {
            return None;
        }
        let mut changed = self.request.clone();
        body::variants(&self.request.body).find_map(|(words, body)| {
            changed.body = body;
            let fits = self.verifies(self.endpoint, &changed, self.channel);
            fits.then(|| format!("the body {words} ({} bytes instead of {})", changed.body.len(), self.request.body.len()))
        })
    }

    /// Tries variants of the header's value, then the values of other headers.
    fn by_header(&self) -> Option<String> {
        let mut changed = self.request.clone();
        let is_expected = |name: &str| name.eq_ignore_ascii_case(self.header);
        changed.headers.retain(|(name, _)| !is_expected(name));
        let mut fits = |value: String| {
            changed.headers.push((self.header.to_owned(), value));
            let fits = self.verifies(self.endpoint, &changed, self.channel);
            changed.headers.pop();
            fits
        };
        let (own, others): (Vec<_>, Vec<_>) = self.request.headers.iter().partition(|(name, _)| is_expected(name));
        let form = |fits: &mut dyn FnMut(String) -> bool, value: &str| {
            header::variants(value).find_map(|(words, value)| fits(value).then_some(words))
        };
        let in_own = own.iter().find_map(|(_, value)| form(&mut fits, value)).map(|words| format!("the header {} {words}", self.header));
        in_own.or_else(|| {
            others.iter().find_map(|(name, value)| {
                let renamed = format!("the header {name} were named {}", self.header);
                if fits(value.clone()) {
                    return Some(renamed);
                }
                form(&mut fits, value).map(|words| format!("{renamed} and {words}"))
            })
        })
    }

    fn by_channel(&self) -> Option<String> {
        let (keyring, _) = self.sources.find(self.endpoint.webhook.keyring)?;
        let others = keyring::channels(&keyring).into_iter().filter(|channel| Some(channel.as_str()) != self.channel);
        let fitting = others.into_iter().find(|channel| self.verifies(self.endpoint, self.request, Some(channel)))?;
        Some(match fitting.as_str() {
            "*" => format!("the channel had no entry in {}, because the secret of `*` fits", self.endpoint.webhook.keyring),
            channel => format!("its path named the channel {channel}, or if its channel had the secret of {channel}"),
        })
    }

    /// Tries the values of the keyring in sources of lower precedence.
    fn by_source(&self) -> Option<String> {
        let name = self.endpoint.webhook.keyring;
        let hidden = self.sources.all(name).into_iter().skip(1);
        let (_, source) = hidden.into_iter().find(|(keyring, _)| self.verifies_with(keyring))?;
        Some(format!("{name} were {source}, which the value in force overrides"))
    }

    fn by_keyring(&self) -> Option<String> {
        let (keyring, _) = self.sources.find(self.endpoint.webhook.keyring)?;
        let (words, _) = keyring::variants(&keyring).find(|(_, keyring)| self.verifies_with(keyring))?;
        Some(format!("the secret in {} {words}", self.endpoint.webhook.keyring))
    }

    fn verifies_with(&self, keyring: &str) -> bool {
        let webhook = self.endpoint.webhook;
        let settings = Settings::new(|name| match name {
            _ if name == webhook.keyring => Some(keyring.to_owned()),
            _ if name.strip_prefix(webhook.keyring) == Some("_ARN") || webhook.waiver == Some(name) => None,
            _ => self.sources.find(name).map(|(value, _)| value),
        });
        let changed = self.endpoint.provider.endpoints(&settings).unwrap_or_default();
        let changed = changed.iter().find(|endpoint| std::ptr::eq(endpoint.webhook, webhook));
        changed.is_some_and(|endpoint| self.verifies(endpoint, self.request, self.channel))
    }

    fn by_time(&self) -> Option<String> {
        let moment = Jwt::parse(self.request.header(self.header)?)?.moment()?;
        if !proves(self.endpoint, self.request, self.channel, moment) {
            return None;
        }
        let seconds = (moment.millis() - self.now.millis()) / 1000;
        let away = if seconds < 0 { format!("{} s earlier", -seconds) } else { format!("{seconds} s later") };
        Some(format!("it arrived {away}; sign a new token for each request, and compare the clocks (the time here is {})", self.now))
    }

    /// Tries the other providers, and the other roles of this one.
    fn by_role(&self) -> Option<String> {
        let mut others = self.endpoints.as_slice().iter().filter(|endpoint| !std::ptr::eq(*endpoint, self.endpoint));
        let fitting = others.find(|endpoint| self.verifies(endpoint, self.request, self.channel))?.webhook;
        Some(format!("its path were {}, because the proof fits {}", self.endpoints.path(fitting), fitting.name))
    }
}

/// Tries a request with an unknown path on the path of each endpoint.
pub(super) fn find_path(endpoints: &Endpoints, sources: &Sources, request: &Received, now: Timestamp) -> Vec<String> {
    let fits = |endpoint: &Endpoint| {
        let (keyring, _) = sources.find(endpoint.webhook.keyring)?;
        let channels = keyring::channels(&keyring);
        channels.into_iter().find(|channel| proves(endpoint, request, Some(channel), now))
    };
    let fitting = endpoints.as_slice().iter().filter_map(|endpoint| Some((endpoint.webhook, fits(endpoint)?)));
    let sentence = |(webhook, channel): (&Webhook, String)| {
        let path = if channel == "*" { endpoints.path(webhook) } else { endpoints.channel_path(webhook, &channel) };
        format!("it would verify if its path were {path}, because the proof fits {}", webhook.name)
    };
    fitting.map(sentence).collect()
}

/// Returns whether a key proves the request. Acceptance without a proof does not count.
fn proves(endpoint: &Endpoint, request: &Received, channel: Option<&str>, now: Timestamp) -> bool {
    endpoint.verify(request, channel, now).is_ok_and(|verified| verified.key_position().is_some())
}
