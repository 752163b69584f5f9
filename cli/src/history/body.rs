//! A body in a form that JSON can represent.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;

/// A body.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Body {
    /// A body that is UTF-8.
    Text(String),
    /// A body that is not UTF-8.
    Base64(String),
    /// A body that was too large to keep.
    TooLarge,
}

impl Body {
    /// Converts a whole body. `None` is a body that was too large to keep.
    pub(super) fn of(body: Option<Vec<u8>>) -> Self {
        match body.map(String::from_utf8) {
            None => Self::TooLarge,
            Some(Ok(text)) => Self::Text(text),
            Some(Err(bytes)) => Self::Base64(STANDARD.encode(bytes.as_bytes())),
        }
    }

    /// Converts the beginning of a body, without a truncated character at its end.
    pub(super) fn beginning(mut body: Vec<u8>) -> Self {
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
    fn a_truncated_character_is_left_out() {
        let shown = |bytes: &[u8]| serde_json::to_string(&Body::beginning(bytes.to_vec())).expect("JSON");
        assert_eq!(shown("Grüße".as_bytes()), r#"{"text":"Grüße"}"#);
        assert_eq!(shown(&"Grü".as_bytes()[..3]), r#"{"text":"Gr"}"#);
        assert_eq!(shown(b"\xff\xfe"), r#"{"base64":"//4="}"#);
        assert_eq!(shown(b""), r#"{"text":""}"#);
    }
}
