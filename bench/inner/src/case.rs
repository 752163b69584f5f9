//! A webhook's request in any size: a sample from `events/`, enlarged and signed again.

use serde_json::{Value, json};
use shared::endpoint::Endpoint;
use shared::provider::Provider;
use shared::route::{self, Prefix};
use shared::settings::Settings;
use testkit::{Sample, demo_env, samples};

/// The sizes of bodies in bytes; 0 is the unchanged sample.
pub const SIZES: [usize; 5] = [0, 1_000, 10_000, 100_000, 1_000_000];

/// The maximum length of the text. Larger bodies get a member that no parser reads, such as an inlined picture.
const LONGEST_TEXT: usize = 4_000;

/// A representative request of a webhook, from a sample.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// The name in the figures.
    pub name: &'static str,
    provider: &'static str,
    sample: &'static str,
    /// The JSON pointer to the text that grows.
    text: &'static str,
}

/// The cases, which cover each scheme and each parser.
pub const CASES: [Case; 6] = [
    Case { name: "kommo-v1", provider: "kommo", sample: "v1-text", text: "/text" },
    Case { name: "kommo-v2", provider: "kommo", sample: "v2-text", text: "/message/message/text" },
    Case { name: "kommunicate", provider: "kommunicate", sample: "one-to-one", text: "/message" },
    Case { name: "kore-callback", provider: "kore", sample: "callback-text", text: "/text" },
    Case { name: "kore-hooks", provider: "kore", sample: "hooks-text", text: "/message/text" },
    Case { name: "qikchat", provider: "qikchat", sample: "text", text: "/payload/message/text/body" },
];

/// Returns a provider's endpoints with the demo secrets.
pub(crate) fn endpoints(provider: &'static Provider) -> Vec<Endpoint> {
    let env = demo_env();
    let settings = Settings::new(|name| env.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()));
    provider.endpoints(&settings).expect("the demo secrets")
}

impl Case {
    /// Returns the case with this name.
    ///
    /// # Panics
    /// There is no such case.
    #[must_use]
    pub fn named(name: &str) -> &'static Self {
        CASES.iter().find(|case| case.name == name).unwrap_or_else(|| panic!("no case {name}"))
    }

    /// Returns a body of this size, or the sample's body if that is larger.
    #[must_use]
    pub fn body(&self, size: usize) -> Vec<u8> {
        let sample = self.sample();
        let missing = size.saturating_sub(sample.body.len());
        if missing == 0 {
            return sample.body;
        }
        let mut body: Value = serde_json::from_slice(&sample.body).expect("JSON");
        let text = body.pointer_mut(self.text).expect("the sample's text");
        let longer = text.as_str().expect("a text").chars().cycle().take(missing.min(LONGEST_TEXT)).collect::<String>();
        *text = longer.into();
        let missing = size.saturating_sub(body.to_string().len() + r#","preview":"""#.len());
        if missing > 0 {
            body["preview"] = "iVBORw0KGgo/".chars().cycle().take(missing).collect::<String>().into();
        }
        body.to_string().into_bytes()
    }

    /// Returns the Lambda event of a request with this body, with a proof by the demo secret.
    #[must_use]
    pub fn event(&self, body: &[u8]) -> Vec<u8> {
        signed(self.sample().event, body)
    }

    /// Returns the endpoint of the request, with the demo secret.
    #[must_use]
    pub fn endpoint(&self) -> Endpoint {
        endpoint(self.sample().event["rawPath"].as_str().expect("a path")).0
    }

    fn sample(&self) -> Sample {
        let sample = samples(self.provider).into_iter().find(|sample| sample.name == self.sample);
        sample.unwrap_or_else(|| panic!("no sample {}/{}", self.provider, self.sample))
    }
}

/// Returns a Lambda event with another body, with a proof by the demo secret.
pub(crate) fn signed(mut event: Value, body: &[u8]) -> Vec<u8> {
    let (endpoint, channel) = endpoint(event["rawPath"].as_str().expect("a path"));
    for (name, value) in endpoint.sign(channel.as_deref(), body).expect("a demo secret") {
        event["headers"][name] = value.into();
    }
    event["body"] = json!(std::str::from_utf8(body).expect("a text"));
    event.to_string().into_bytes()
}

/// Returns the endpoint that a path leads to, and the channel in it.
fn endpoint(path: &str) -> (Endpoint, Option<String>) {
    let mut endpoints: Vec<Endpoint> = functions::PROVIDERS.iter().flat_map(|provider| endpoints(provider)).collect();
    let route = route::find(endpoints.iter().map(|endpoint| endpoint.webhook), path, Prefix::Required).expect("a provider's path");
    (endpoints.swap_remove(route.index), route.channel)
}

/// Returns a body with ten Kommunicate messages, as its webhook for unread messages sends them.
#[must_use]
pub fn ten_events() -> Vec<u8> {
    let case = Case::named("kommunicate");
    let message: Value = serde_json::from_slice(&case.body(0)).expect("JSON");
    let messages = (0..10).map(|index| {
        let mut message = message.clone();
        message["key"] = format!("5-{index}").into();
        message
    });
    Value::from_iter(messages).to_string().into_bytes()
}
