//! A request as received.

/// A request that has not been verified.
#[derive(Debug, Clone, Default)]
pub struct Received {
    /// The HTTP method.
    pub method: String,
    /// The path, percent-encoded, without the query.
    pub path: String,
    /// The query, percent-encoded and without the question mark. Empty if there is none.
    pub query: String,
    /// The headers as name and value. Names may be in any case.
    pub headers: Vec<(String, String)>,
    /// The exact bytes of the body.
    pub body: Vec<u8>,
    /// The id of this request in logs and responses.
    pub request_id: String,
    /// The X-Ray trace header, if there is a trace.
    pub trace: Option<String>,
}

impl Received {
    /// Returns the value of the first header with this name. The comparison ignores case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Returns a body without its trailing CR and LF bytes, which a sender or a proxy may add.
#[must_use]
pub fn without_line_end(body: &[u8]) -> &[u8] {
    let end = body.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
    &body[..end]
}
