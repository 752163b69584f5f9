//! The worst bodies that a webhook can receive. They must not cost more than their size justifies.

use serde_json::json;
use shared::envelope::escaped_len;

/// The largest escaped body of a queued event, in bytes: 1 MiB without the event's other members.
const LARGEST: usize = 1_040_000;

/// The limit of a process's peak memory for one request, in kB.
pub const MAX_KB: u64 = 96_000;

/// A kind of body.
#[derive(Debug, Clone, Copy)]
pub struct Worst {
    /// The name in the figures.
    pub name: &'static str,
    /// The paths to send it to; empty for the usual path of every webhook.
    paths: &'static [&'static str],
    /// Creates a body of about this many bytes.
    make: fn(usize) -> String,
}

/// All kinds.
pub const WORST: &[Worst] = &[
    Worst { name: "arrays", paths: &[], make: |size| nested("[", "]", size) },
    Worst { name: "objects", paths: &[], make: |size| nested("{\"message\":", "}", size) },
    Worst { name: "elements", paths: &[], make: |size| format!("[{}]", repeated("1", size)) },
    Worst { name: "objects-in-array", paths: &[], make: |size| format!("[{}]", repeated("{}", size)) },
    Worst { name: "members", paths: &[], make: |size| format!("{{{}}}", repeated("\"message\":{}", size)) },
    Worst { name: "escaped-names", paths: &[], make: |size| format!("{{{}}}", repeated("\"\\u006dessage\":1", size)) },
    Worst { name: "escapes", paths: &[], make: |size| json!({"text": "\u{1}".repeat(size / 6), "message": "m"}).to_string() },
    Worst { name: "numbers", paths: &[], make: |size| format!("{{\"a\":[{}],\"b\":1e999}}", repeated("1e999", size)) },
    Worst { name: "digits", paths: &[], make: |size| format!("{{\"key\":{0},\"timeStamp\":{0},\"id\":{0}}}", "7".repeat(size / 3)) },
    Worst { name: "out-of-range", paths: &[], make: out_of_range },
    Worst { name: "text", paths: &[], make: |size| json!({"text": "é".repeat(size / 2), "message": {"text": "x"}}).to_string() },
    Worst { name: "white-space", paths: &[], make: |size| format!("[{}1,2]", " ".repeat(size)) },
    Worst {
        name: "json-in-json",
        paths: &["/kore/callback/st-1"],
        make: |size| json!({"text": out_of_range(size / 2).replace('"', "&quot;"), "to": "ada"}).to_string(),
    },
    Worst { name: "escaped-json", paths: &["/kore/callback/st-1"], make: |size| json!({"text": "{&amp;".repeat(size / 6)}).to_string() },
    Worst { name: "templates", paths: &["/kore/callback/st-1"], make: |size| templates(size) },
    Worst { name: "entries", paths: &["/kore/callback/st-1"], make: |size| entries(size) },
    Worst { name: "contacts", paths: &["/qikchat/shop"], make: contacts },
    Worst { name: "statuses", paths: &["/qikchat/shop"], make: statuses },
    Worst {
        name: "shared-user",
        paths: &["/kore/callback/st-1"],
        make: |size| format!(r#"{{"to":"{}","from":"b","data":[{}]}}"#, "u".repeat(size), repeated("1", 2_000)),
    },
    Worst {
        name: "shared-number",
        paths: &["/qikchat/shop"],
        make: |size| shared_number(size, r#""statuses":[{}]"#, r#"{"id":"1","status":"s"}"#),
    },
    Worst {
        name: "shared-number-unknown",
        paths: &["/qikchat/shop"],
        make: |size| shared_number(size, r#""errors":[{}]"#, r#"{"from":"123456"}"#),
    },
    Worst {
        name: "nested-envelopes",
        paths: &["/qikchat/shop"],
        make: |size| format!(r#"{{"event":"{}",{}}}"#, r"\u0041".repeat(size / 20), repeated(r#""message":{"entry":[1]}"#, size / 2)),
    },
    Worst { name: "copies", paths: &["/qikchat/shop"], make: copies },
    Worst { name: "changes", paths: &["/qikchat/shop"], make: changes },
    Worst {
        name: "keys",
        paths: &["/kommunicate/shop"],
        make: |size| format!("[{}]", repeated("{\"key\":\"k\",\"message\":\"m\"}", size)),
    },
];

impl Worst {
    /// Returns the paths to send the body to.
    pub fn paths(&self) -> impl Iterator<Item = String> {
        let usual = functions::PROVIDERS.iter().flat_map(|provider| provider.webhooks).map(|webhook| webhook.paths[0].to_owned());
        let usual = usual.filter(|_| self.paths.is_empty()).map(|path| path.replace(['{', '}'], ""));
        self.paths.iter().map(|path| (*path).to_owned()).chain(usual)
    }

    /// Returns the Lambda event of the largest body that does not get a 413, with a proof by the demo secret.
    #[must_use]
    pub fn event(&self, path: &str) -> Vec<u8> {
        let mut size = LARGEST;
        let mut body = (self.make)(size);
        while escaped_len(body.as_bytes()) > LARGEST {
            size = size * 9 / 10;
            body = (self.make)(size);
        }
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "", "headers": {},
            "requestContext": {"http": {"method": "POST", "path": path}, "stage": "$default"}, "isBase64Encoded": false,
        });
        crate::case::signed(event, body.as_bytes())
    }
}

fn repeated(element: &str, size: usize) -> String {
    vec![element; (size / (element.len() + 1)).max(1)].join(",")
}

fn nested(open: &str, close: &str, size: usize) -> String {
    let depth = size / (open.len() + close.len());
    format!("{}1{}", open.repeat(depth), close.repeat(depth))
}

/// Nested objects, each with a number that `f64` cannot represent.
fn out_of_range(size: usize) -> String {
    let (open, close) = ("{\"a\":[", "],\"b\":1e999}");
    nested(open, close, size)
}

fn templates(size: usize) -> String {
    let template = r#"{"type":"template","payload":{"template_type":"button","text":"t"}}"#;
    format!(r#"{{"text":[{}],"to":"ada"}}"#, repeated(template, size))
}

fn entries(size: usize) -> String {
    format!(r#"{{"data":[{}],"endOfTask":true,"_v":"v2"}}"#, repeated(r#"{"type":"text","val":"t","messageId":"m"}"#, size))
}

/// As many contacts as messages, in reverse order, so that the last contact belongs to the first message.
fn contacts(size: usize) -> String {
    let count = (size / 110).clamp(1, 5_000);
    let number = |index: usize| format!("1202555{index:04}");
    let contacts = (0..count).rev().map(|index| json!({"wa_id": number(index), "profile": {"name": "n"}}));
    let messages = (0..count).map(|index| json!({"from": number(index), "id": format!("w{index}"), "type": "text", "text": {"body": "t"}}));
    value(json!({"contacts": contacts.collect::<Vec<_>>(), "messages": messages.collect::<Vec<_>>()}))
}

fn statuses(size: usize) -> String {
    let count = (size / 100).clamp(1, 1_000);
    let statuses = (0..count)
        .map(|index| json!({"id": format!("w{index}"), "status": "sent", "timestamp": "1795000360", "recipient_id": "12025550100"}));
    value(json!({"statuses": statuses.collect::<Vec<_>>()}))
}

/// A thousand small elements, and one very long phone number of the business.
fn shared_number(size: usize, array: &str, element: &str) -> String {
    let elements = vec![element; 1_000].join(",");
    let number = "1".repeat(size.saturating_sub(elements.len()));
    let array = array.replace("{}", &elements);
    format!(r#"{{"messaging_product":"w","metadata":{{"display_phone_number":"{number}","phone_number_id":"P"}},"statuses":[],{array}}}"#)
}

/// The maximum number of events for a request, each with a copy of a contact that matches none of them: almost 8 MiB of
/// messages.
fn copies(_: usize) -> String {
    let statuses = (0..1_000).map(|index| json!({"id": format!("w{index}"), "status": "sent", "recipient_id": "12025550100"}));
    let contact = json!({"wa_id": "12025550199", "profile": {"name": "\\".repeat(3_200)}});
    value(json!({"contacts": [contact], "statuses": statuses.collect::<Vec<_>>()}))
}

fn value(value: serde_json::Value) -> String {
    json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}).to_string()
}

fn changes(size: usize) -> String {
    let change = r#"{"field":"account_update","value":{"event":"e"}}"#;
    format!(r#"{{"object":"whatsapp_business_account","entry":[{{"changes":[{}]}}]}}"#, repeated(change, size))
}
