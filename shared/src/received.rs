//! A request as it arrived, before and after its proof.

use crate::verify::Proof;

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
    /// What this delivery is called in logs and answers.
    pub request_id: String,
    /// The X-Ray trace header, where there is a trace.
    pub trace: Option<String>,
}

impl Received {
    /// The first header of that name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// A request that proved itself. Only a [`Proof`] makes one, and only [`crate::verify`] makes a proof.
#[derive(Debug)]
pub struct Verified<'r> {
    request: &'r Received,
    proof: Proof,
}

impl<'r> Verified<'r> {
    /// The request, with the proof that it is the sender's.
    #[must_use]
    pub fn new(request: &'r Received, proof: Proof) -> Self {
        Self { request, proof }
    }

    /// The request.
    #[must_use]
    pub fn request(&self) -> &'r Received {
        self.request
    }

    /// How it proved itself.
    #[must_use]
    pub fn proof(&self) -> &Proof {
        &self.proof
    }
}
