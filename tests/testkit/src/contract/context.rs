//! An event's context: its source, time and trace.

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Returns the `traceparent` for an X-Ray header with `Root`, `Parent` and `Sampled`.
///
/// # Panics
/// If the header lacks one of the three.
pub fn traceparent(trace: &str) -> String {
    let part = |name: &str| {
        let value = trace.split(';').find_map(|part| part.strip_prefix(name));
        value.unwrap_or_else(|| panic!("no {name} in {trace}"))
    };
    let root = part("Root=1-").replace('-', "");
    format!("00-{root}-{}-0{}", part("Parent="), part("Sampled="))
}

/// Returns `/<provider>/<channel>` as a URI reference; every byte that is not an RFC 3986 `pchar` is percent-encoded.
pub(super) fn source(provider: &str, channel: Option<&str>) -> String {
    let Some(channel) = channel else { return format!("/{provider}") };
    let is_pchar = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte);
    let encode = |byte: u8| if is_pchar(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    format!("/{provider}/{}", channel.bytes().map(encode).collect::<String>())
}

/// Returns the event's time in milliseconds since 1970.
pub(super) fn moment(event: &Value) -> u64 {
    let time = event["time"].as_str().expect("a time");
    let time = OffsetDateTime::parse(time, &Rfc3339).unwrap_or_else(|error| panic!("{time} is not RFC 3339: {error}"));
    u64::try_from(time.unix_timestamp_nanos() / 1_000_000).expect("after 1970")
}
