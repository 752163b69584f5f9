//! A webhook's request in any size: one of `events/`, grown and signed again.

use serde_json::{Value, json};
use shared::function::{Function, Sender};
use shared::settings::Settings;
use testkit::{Sample, demo_env, samples};

/// The sizes of bodies in bytes; 0 is the sample as it is.
pub const SIZES: [usize; 5] = [0, 1_000, 10_000, 100_000, 1_000_000];

/// How long a text grows. What else a body has is a member that no parser reads, such as an inlined picture.
const LONGEST_TEXT: usize = 4_000;

/// A webhook, and the sample that stands for what it is sent.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// What the figures call it.
    pub name: &'static str,
    function: &'static Function,
    /// The webhook's place in its function.
    webhook: usize,
    sample: &'static str,
    /// The JSON pointer to the text that grows.
    text: &'static str,
}

/// Each scheme of proof, and each parser.
pub const CASES: [Case; 6] = [
    Case { name: "kommo-v1", function: &kommo::FUNCTION, webhook: 0, sample: "v1-text", text: "/text" },
    Case { name: "kommo-v2", function: &kommo::FUNCTION, webhook: 0, sample: "v2-text", text: "/message/message/text" },
    Case { name: "kommunicate", function: &kommunicate::FUNCTION, webhook: 0, sample: "one-to-one", text: "/message" },
    Case { name: "kore-callback", function: &kore::FUNCTION, webhook: 0, sample: "callback-text", text: "/text" },
    Case { name: "kore-hooks", function: &kore::FUNCTION, webhook: 1, sample: "hooks-text", text: "/message/text" },
    Case { name: "qikchat", function: &qikchat::FUNCTION, webhook: 0, sample: "text", text: "/payload/message/text/body" },
];

impl Case {
    /// The case of that name.
    ///
    /// # Panics
    /// There is none.
    #[must_use]
    pub fn named(name: &str) -> &'static Self {
        CASES.iter().find(|case| case.name == name).unwrap_or_else(|| panic!("no case {name}"))
    }

    /// The webhook with the demo secrets.
    #[must_use]
    pub fn sender(&self) -> Sender {
        let env = demo_env();
        let settings = Settings::new(|name| env.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()));
        self.function.senders(&settings).expect("the demo secrets").swap_remove(self.webhook)
    }

    /// A body of that size, or of the sample's own where that is larger.
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

    /// The Lambda event of a request with this body, proved with the demo secret.
    #[must_use]
    pub fn event(&self, body: &[u8]) -> Vec<u8> {
        let mut event = self.sample().event;
        let channel = event["rawPath"].as_str().and_then(|path| path.rsplit('/').next()).map(str::to_owned);
        for (name, value) in self.sender().signer.sign(channel.as_deref(), body).expect("a demo secret") {
            event["headers"][name] = value.into();
        }
        event["body"] = json!(std::str::from_utf8(body).expect("a JSON body"));
        event.to_string().into_bytes()
    }

    fn sample(&self) -> Sample {
        let sample = samples(self.function.name).into_iter().find(|sample| sample.name == self.sample);
        sample.unwrap_or_else(|| panic!("no sample {}/{}", self.function.name, self.sample))
    }
}

/// Ten of Kommunicate's messages in one request, as its hook for unread messages sends them.
#[must_use]
pub fn ten_events() -> Vec<u8> {
    let case = Case::named("kommunicate");
    let message: Value = serde_json::from_slice(&case.body(0)).expect("JSON");
    let messages = (0..10).map(|place| {
        let mut message = message.clone();
        message["key"] = format!("5-{place}").into();
        message
    });
    Value::from_iter(messages).to_string().into_bytes()
}
