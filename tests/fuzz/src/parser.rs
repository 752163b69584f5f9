//! A provider's reading of any JSON text.

use shared::json;
use shared::provider::Provider;

/// Reads a body as the pipeline does after its proof. Every element that an event names must be JSON of
/// that body: it becomes the event's `original.body`.
pub fn read(provider: &dyn Provider, body: &[u8]) {
    let Ok(text) = json::decode(body) else { return };
    assert_eq!(text.len(), body.len());
    let Ok(value) = json::parse(&text) else { return };
    for channel in [None, Some("shop_71d9e2b4")] {
        for event in provider.events(&value, channel).unwrap_or_default() {
            let Some(span) = event.element else { continue };
            assert!(json::parse(&text[span.clone()]).is_ok(), "{span:?} is no element");
        }
    }
}
