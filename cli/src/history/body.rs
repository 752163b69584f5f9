//! A body, in a form that JSON can hold.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;

/// A body.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Body {
    /// One that is UTF-8.
    Text(String),
    /// One that is not.
    Base64(String),
    /// One that was not kept.
    TooLarge,
}

impl Body {
    /// A whole body; none where it was not kept.
    pub(super) fn of(body: Option<Vec<u8>>) -> Self {
        match body.map(String::from_utf8) {
            None => Self::TooLarge,
            Some(Ok(text)) => Self::Text(text),
            Some(Err(bytes)) => Self::Base64(STANDARD.encode(bytes.as_bytes())),
        }
    }

    /// The beginning of a body: a character that the end cuts in two is left out.
    pub(super) fn begun(mut body: Vec<u8>) -> Self {
        if let Err(error) = std::str::from_utf8(&body)
            && error.error_len().is_none()
        {
            body.truncate(error.valid_up_to());
        }
        Self::of(Some(body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_that_is_cut_is_left_out() {
        let begun = |bytes: &[u8]| serde_json::to_string(&Body::begun(bytes.to_vec())).expect("JSON");
        assert_eq!(begun("Grüße".as_bytes()), r#"{"text":"Grüße"}"#);
        assert_eq!(begun(&"Grü".as_bytes()[..3]), r#"{"text":"Gr"}"#);
        assert_eq!(begun(b"\xff\xfe"), r#"{"base64":"//4="}"#);
        assert_eq!(begun(b""), r#"{"text":""}"#);
    }
}
