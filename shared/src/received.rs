//! A request as it arrived.

/// A request that nobody vouches for yet.
#[derive(Debug, Clone, Default)]
pub struct Received {
    /// The HTTP method.
    pub method: String,
    /// The path, still percent-encoded, without the query.
    pub path: String,
    /// The query, percent-encoded and without the question mark; empty where there is none.
    pub query: String,
    /// Header names, in any case, and values.
    pub headers: Vec<(String, String)>,
    /// The exact bytes of the body.
    pub body: Vec<u8>,
    /// The id of this request in logs and answers.
    pub request_id: String,
    /// The X-Ray trace header, where there is a trace.
    pub trace: Option<String>,
}

impl Received {
    /// Returns the first header of that name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Returns a body without the CR and LF at its end, which a sender or a proxy may add.
#[must_use]
pub fn without_line_end(body: &[u8]) -> &[u8] {
    let end = body.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
    &body[..end]
}
