//! The providers: a line each, and the one place in this crate that names them.

use shared::provider::{Provider, Sign};
use shared::route;
use shared::settings::{
    KOMMO_SECRET, KOMMUNICATE_ALLOW_UNAUTHENTICATED, KOMMUNICATE_TOKEN, KORE_ACCESS_TOKEN, KORE_CLIENT, QIKCHAT_LOGIN, SettingError,
    Settings,
};

type Signer = Box<dyn Sign>;

/// A sender of webhooks: a provider, or one of its roles on the wire.
pub(crate) struct Role {
    /// What the user reads.
    pub(crate) name: &'static str,
    /// The path of its webhook, with one segment in braces that names the channel.
    pub(crate) path: &'static str,
    /// The setting with its secrets.
    pub(crate) keyring: &'static str,
    /// The setting that accepts it without a proof.
    pub(crate) waiver: Option<&'static str>,
    /// A short body of its own form, to try it out.
    pub(crate) body: &'static str,
    from_settings: fn(&Settings<'_>) -> Result<Option<Signer>, SettingError>,
}

/// All of them.
pub(crate) static ROLES: [Role; 5] = [
    Role {
        name: "kommo",
        path: "/kommo/{scope_id}",
        keyring: KOMMO_SECRET,
        waiver: None,
        body: r#"{"message":{"sender":{"id":"agent"},"receiver":{"id":"ada"},"conversation":{"id":"chat"},"message":{"id":"hello","type":"text","text":"Hello"}}}"#,
        from_settings: |settings| Ok(Some(Box::new(kommo::Kommo::from_settings(settings)?))),
    },
    Role {
        name: "kommunicate",
        path: "/kommunicate/{channel}",
        keyring: KOMMUNICATE_TOKEN,
        waiver: Some(KOMMUNICATE_ALLOW_UNAUTHENTICATED),
        body: r#"{"key":"hello","from":"ada","groupId":1,"message":"Hello"}"#,
        from_settings: |settings| Ok(Some(Box::new(kommunicate::Kommunicate::from_settings(settings)?))),
    },
    Role {
        name: "kore callback",
        path: "/kore/callback/{bot}",
        keyring: KORE_ACCESS_TOKEN,
        waiver: None,
        body: r#"{"text":"Hello","to":"ada","from":"bot"}"#,
        from_settings: |settings| Ok(kore::callback::Callback::from_settings(settings)?.map(|role| Box::new(role) as Signer)),
    },
    Role {
        name: "kore hooks",
        path: "/kore/chatbot/hooks/{bot}",
        keyring: KORE_CLIENT,
        waiver: None,
        body: r#"{"message":{"text":"Hello"},"from":{"id":"ada"}}"#,
        from_settings: |settings| Ok(kore::hooks::Hooks::from_settings(settings)?.map(|role| Box::new(role) as Signer)),
    },
    Role {
        name: "qikchat",
        path: "/qikchat/{channel}",
        keyring: QIKCHAT_LOGIN,
        waiver: None,
        body: r#"{"event":"whatsapp:message:in","payload":{"id":"hello","message":{"from":"12025550142","type":"text","text":{"body":"Hello"}}}}"#,
        from_settings: |settings| Ok(Some(Box::new(qikchat::Qikchat::from_settings(settings)?))),
    },
];

/// A role with the secrets in force.
pub(crate) struct Sender {
    /// What is fixed about it.
    pub(crate) role: &'static Role,
    /// What signs and verifies.
    pub(crate) signer: Signer,
}

impl Sender {
    /// Its channel in a path, percent-decoded. None where the path is not its own.
    fn channel(&self, path: &str) -> Option<Option<String>> {
        let segments = route::segments(path)?;
        let (name, segments) = segments.split_first()?;
        let channel = self.signer.route(segments).filter(|_| *name == self.signer.about().name)?;
        channel.map_or(Some(None), |channel| route::decode(channel).map(Some))
    }
}

/// The roles whose secrets are set.
///
/// # Errors
/// A setting is missing or wrong.
pub(crate) fn senders(settings: &Settings<'_>) -> Result<Vec<Sender>, SettingError> {
    let sender = |role: &'static Role| (role.from_settings)(settings).map(|signer| signer.map(|signer| Sender { role, signer }));
    ROLES.iter().filter_map(|role| sender(role).transpose()).collect()
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
    senders.iter().find_map(|sender| Some((sender, sender.channel(path)?)))
}
