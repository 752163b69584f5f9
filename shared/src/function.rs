//! A function that receives webhooks, as it is known from outside: its name, its webhooks, its settings.
//!
//! Each provider's crate has one, `FUNCTION`. Its Lambda, the CLI and the tests read it, so that nobody
//! else has to know the provider.

use crate::provider::{Provider, Sign};
use crate::settings::{SettingError, Settings};
use crate::verify::Scheme;

/// A function that receives the webhooks of one provider.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// What its folder, its package, its binary and its log lines call it.
    pub name: &'static str,
    /// The provider's webhooks, one for each of its roles on the wire. At least one must have its keyring.
    pub webhooks: &'static [Webhook],
    /// The provider's settings besides keyrings and waivers.
    pub settings: &'static [&'static str],
}

/// One of a provider's webhooks. Where its keyring is not set it does not exist: its paths answer 404.
#[derive(Debug, Clone, Copy)]
pub struct Webhook {
    /// What the user reads.
    pub name: &'static str,
    /// Its path, with one segment in braces that names the channel.
    pub path: &'static str,
    /// The setting with its keyring.
    pub keyring: &'static str,
    /// What each secret of that keyring is, in words.
    pub secret: &'static str,
    /// The setting that accepts every caller, where a user may have no secret at all.
    pub waiver: Option<&'static str>,
    /// How its sender proves itself.
    pub scheme: Scheme,
    /// A short body of its own form, to try it out.
    pub example: &'static str,
    /// Makes its sender, which verifies and signs.
    pub from_settings: FromSettings,
}

/// Makes a sender from the settings; none where its keyring is not set. It fails where a setting is wrong.
pub type FromSettings = fn(&Settings<'_>) -> Result<Option<Box<dyn Sign>>, SettingError>;

/// A webhook with the secrets in force.
pub struct Sender {
    /// What is fixed about it.
    pub webhook: &'static Webhook,
    /// What signs and verifies.
    pub signer: Box<dyn Sign>,
}

impl Function {
    /// The senders of the webhooks whose keyrings are set.
    ///
    /// # Errors
    /// A setting is wrong, or none of the keyrings is set.
    pub fn senders(&self, settings: &Settings<'_>) -> Result<Vec<Sender>, SettingError> {
        let sender = |webhook: &'static Webhook| Ok((webhook.from_settings)(settings)?.map(|signer| Sender { webhook, signer }));
        let senders: Vec<Sender> = self.webhooks.iter().filter_map(|webhook| sender(webhook).transpose()).collect::<Result<_, _>>()?;
        if senders.is_empty() { Err(self.without_keyring()) } else { Ok(senders) }
    }

    /// The same for a pipeline, which only verifies.
    ///
    /// # Errors
    /// As [`Function::senders`].
    pub fn providers(&self, settings: &Settings<'_>) -> Result<Vec<Box<dyn Provider>>, SettingError> {
        Ok(self.senders(settings)?.into_iter().map(|sender| sender.signer as Box<dyn Provider>).collect())
    }

    fn without_keyring(&self) -> SettingError {
        let ways = self.webhooks.iter().flat_map(|webhook| {
            let keyring = format!("{} to {} (or to a JSON object from channel to one or more)", webhook.keyring, webhook.secret);
            [Some(keyring), webhook.waiver.map(|waiver| format!("{waiver} to `true` where there is none"))]
        });
        let ways: Vec<String> = ways.flatten().collect();
        let first = self.webhooks.first().map_or(self.name, |webhook| webhook.keyring);
        SettingError::new(first, format!("is not set; set {}", ways.join(", or ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNSET: Webhook = Webhook {
        name: "acme",
        path: "/acme/{channel}",
        keyring: "ACME_TOKEN",
        secret: "the token",
        waiver: None,
        scheme: Scheme::Token,
        example: "{}",
        from_settings: |_| Ok(None),
    };

    fn problem(webhooks: &'static [Webhook]) -> String {
        let function = Function { name: "acme", webhooks, settings: &[] };
        function.providers(&Settings::new(|_| None)).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn without_any_keyring_the_error_names_every_way() {
        let object = "(or to a JSON object from channel to one or more)";
        assert_eq!(problem(&[UNSET]), format!("ACME_TOKEN: is not set; set ACME_TOKEN to the token {object}"));
        let waived = Webhook { waiver: Some("ACME_OPEN"), ..UNSET };
        assert!(problem(Box::leak(Box::new([waived]))).ends_with(", or ACME_OPEN to `true` where there is none"));
        let client = Webhook { keyring: "ACME_CLIENT", secret: "`id:secret`", ..UNSET };
        assert!(problem(Box::leak(Box::new([UNSET, client]))).ends_with(&format!(", or ACME_CLIENT to `id:secret` {object}")));
    }
}
