//! Every sample in `events/kore`, in-process: its demo proof is valid, and no event is of kind `unknown` by accident.

use shared::received::Received;
use shared::route::{self, Prefix};
use shared::settings::Settings;
use shared::timestamp::Timestamp;

use super::events;

#[test]
fn every_sample_is_verified_and_recognized() {
    let demo = testkit::demo_env();
    let settings = Settings::new(|name| demo.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()));
    let endpoints = crate::PROVIDER.endpoints(&settings).expect("endpoints");
    for sample in testkit::samples("kore") {
        let path = sample.event["rawPath"].as_str().expect("a path");
        let route = route::find(endpoints.iter().map(|endpoint| endpoint.webhook), path, Prefix::Required).expect("a route");
        let authorization = sample.event["headers"]["authorization"].as_str().unwrap_or_default().to_owned();
        let headers = vec![("authorization".to_owned(), authorization)];
        let request = Received { headers, body: sample.body.clone(), ..Received::default() };
        let verified = endpoints[route.index].verify(&request, route.channel.as_deref(), Timestamp::now());
        assert_eq!(verified.map(|verified| verified.key_position()), Ok(Some(0)), "{}", sample.name);
        let length = sample.event["headers"]["content-length"].as_str().and_then(|length| length.parse().ok());
        assert_eq!(length, Some(sample.body.len()), "{}", sample.name);

        let body = std::str::from_utf8(&sample.body).expect("UTF-8");
        let unknown = events(path, body).iter().filter(|event| event.event_type == "ai.kore.unknown").count();
        let expected = sample.name.ends_with("unknown-shape") || sample.name == "callback-v2-mixed-entries";
        assert_eq!(unknown, usize::from(expected), "{}", sample.name);
    }
}
