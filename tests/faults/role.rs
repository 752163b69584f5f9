//! The providers as senders. Kore.ai has two roles on the wire.

use std::path::PathBuf;

use functions::PROVIDERS;
use testkit::{Post, Sample, binary, demo_env, parts, proof, samples};

/// A sender.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Role {
    /// Its name in the table.
    pub(crate) name: &'static str,
    /// Its function, which is also the folder of its samples.
    pub(crate) provider: &'static str,
    /// A sample; it has multiple events if a request can.
    sample: &'static str,
    /// The number of events in that sample.
    pub(crate) events: usize,
    /// The setting that holds its demo secret.
    keyring: &'static str,
    /// The header that carries the proof.
    header: &'static str,
    /// Computes the proof of a body with a secret.
    prove: fn(&str, &[u8]) -> String,
}

pub(crate) const KOMMO: Role = Role {
    name: "Kommo",
    provider: "kommo",
    sample: "v2-text",
    events: 1,
    keyring: "KOMMO_SECRET",
    header: "x-signature",
    prove: proof::hmac_sha1,
};

pub(crate) const KOMMUNICATE: Role = Role {
    name: "Kommunicate",
    provider: "kommunicate",
    sample: "array",
    events: 3,
    keyring: "KOMMUNICATE_TOKEN",
    header: "authentication",
    prove: |secret, _| proof::basic(secret),
};

const KORE_CALLBACK: Role = Role {
    name: "Kore.ai callback",
    provider: "kore",
    sample: "callback-v2-several",
    events: 3,
    keyring: "KORE_ACCESS_TOKEN",
    header: "authorization",
    prove: |secret, _| format!("bearer {secret}"),
};

const KORE_HOOKS: Role = Role {
    name: "Kore.ai hooks",
    sample: "hooks-text",
    events: 1,
    keyring: "KORE_CLIENT",
    prove: |secret, _| proof::jwt(secret),
    ..KORE_CALLBACK
};

pub(crate) const QIKCHAT: Role = Role {
    name: "Qikchat",
    provider: "qikchat",
    sample: "whatsapp-business-account",
    events: 5,
    keyring: "QIKCHAT_LOGIN",
    header: "authorization",
    prove: |secret, _| proof::basic(secret),
};

/// All roles.
pub(crate) const ROLES: [Role; 5] = [KOMMO, KOMMUNICATE, KORE_CALLBACK, KORE_HOOKS, QIKCHAT];

impl Role {
    /// Returns the path of its function's binary.
    pub(crate) fn binary(&self) -> PathBuf {
        binary(self.provider)
    }

    /// Returns the role's sample.
    pub(crate) fn sample(&self) -> Sample {
        let samples = samples(self.provider);
        samples.into_iter().find(|sample| sample.name == self.sample).unwrap_or_else(|| panic!("no sample {}", self.sample))
    }

    /// Returns the original bodies of the sample's events, in order.
    pub(crate) fn parts(&self) -> Vec<String> {
        let provider = PROVIDERS.iter().find(|provider| provider.name == self.provider).expect("a provider");
        let sample = self.sample();
        parts::bodies(provider, &Post::of(&sample).path, &sample.body)
    }

    /// Returns a request with a valid proof to the path of the sample.
    pub(crate) fn post(&self, body: impl Into<Vec<u8>>) -> Post {
        let post = Post { body: body.into(), ..Post::of(&self.sample()) };
        let known = demo_env().into_iter().find(|(name, _)| name == self.keyring);
        let (_, secret) = known.unwrap_or_else(|| panic!("{} is not in demo.env", self.keyring));
        let proof = (self.prove)(&secret, &post.body);
        post.with(self.header, proof)
    }
}
