//! HTTP/1.1 with one request after another on one connection. Responses must have a `Content-Length`.

use std::io::{Error, ErrorKind, Read, Result, Write};

/// A kept-alive connection and the bytes of its last response.
pub(crate) struct Connection<S> {
    stream: S,
    answer: Vec<u8>,
}

/// A response in the connection's buffer.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    head: &'a str,
    pub(crate) body: &'a [u8],
}

impl Answer<'_> {
    /// Returns a header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(self.head, name)
    }
}

impl<S: Read + Write> Connection<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, answer: Vec::with_capacity(8 * 1024) }
    }

    /// Sends a request and reads the whole response.
    pub(crate) fn call(&mut self, request: &str) -> Result<Answer<'_>> {
        self.stream.write_all(request.as_bytes())?;
        self.stream.flush()?;
        self.answer.clear();
        let (head_end, length) = loop {
            self.read()?;
            if let Some(end) = self.answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                let head = str::from_utf8(&self.answer[..end]).map_err(|_| malformed("the head is not UTF-8"))?;
                let length = header(head, "content-length").and_then(|length| length.parse::<usize>().ok());
                break (end, length.ok_or_else(|| malformed("no content-length"))?);
            }
        };
        let body = head_end + 4;
        while self.answer.len() < body + length {
            self.read()?;
        }
        let head = str::from_utf8(&self.answer[..head_end]).unwrap_or_default();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(|| malformed("no status"))?;
        Ok(Answer { status, head, body: &self.answer[body..body + length] })
    }

    /// Reads the available bytes, at least one.
    fn read(&mut self) -> Result<()> {
        let filled = self.answer.len();
        self.answer.resize(filled + 4 * 1024, 0);
        let count = self.stream.read(&mut self.answer[filled..])?;
        self.answer.truncate(filled + count);
        if count == 0 { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let mut lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
    lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

fn malformed(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream that returns its bytes in pieces of `step` and discards everything written to it.
    struct Pieces {
        bytes: &'static [u8],
        step: usize,
    }

    impl Read for Pieces {
        fn read(&mut self, into: &mut [u8]) -> Result<usize> {
            let (piece, rest) = self.bytes.split_at(self.step.min(self.bytes.len()));
            self.bytes = rest;
            into[..piece.len()].copy_from_slice(piece);
            Ok(piece.len())
        }
    }

    impl Write for Pieces {
        fn write(&mut self, bytes: &[u8]) -> Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> Result<()> {
            Ok(())
        }
    }

    const ANSWER: &[u8] = b"HTTP/1.1 202 Accepted\r\nLambda-Id: 7\r\nContent-Length: 5\r\n\r\nhello";

    #[test]
    fn a_response_can_arrive_in_pieces_of_any_size() {
        for step in 1..=ANSWER.len() {
            let mut connection = Connection::new(Pieces { bytes: ANSWER, step });
            let answer = connection.call("").unwrap();
            assert_eq!((answer.status, answer.header("lambda-id"), answer.body), (202, Some("7"), b"hello".as_slice()), "{step}");
        }
    }

    #[test]
    fn a_truncated_response_is_an_error() {
        for length in 0..ANSWER.len() {
            let mut connection = Connection::new(Pieces { bytes: &ANSWER[..length], step: 16 });
            assert_eq!(connection.call("").unwrap_err().kind(), ErrorKind::UnexpectedEof, "{length}");
        }
    }
}
