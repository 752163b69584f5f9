//! A minimal HTTP/1.1 implementation for test doubles, which must be able to misbehave on purpose.
//!
//! It accepts everything that a well-behaved client sends. It is not safe against hostile clients.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// Headers by lower-case name; the last value wins.
pub type Headers = BTreeMap<String, String>;

/// An HTTP request with its complete body.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The method, as sent.
    pub method: String,
    /// The request target: path and query.
    pub target: String,
    /// The headers.
    pub headers: Headers,
    /// The body; chunks are joined.
    pub body: Vec<u8>,
}

impl Request {
    /// Returns a header's value, or `""`. `name` must be in lower case.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// An HTTP response with its complete body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: Headers,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// Returns a response with one header, `content-type`.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Headers::from([("content-type".into(), content_type.into())]), body: body.into() }
    }

    /// Sets a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }
}

/// The server side of one connection.
#[derive(Debug)]
pub struct Connection<S = TcpStream>(BufReader<S>);

impl Connection {
    /// Wraps an accepted stream.
    pub fn new(stream: TcpStream) -> Self {
        // Otherwise, a response in two segments would wait for the peer's delayed acknowledgment.
        let _ = stream.set_nodelay(true);
        Self(BufReader::new(stream))
    }

    /// Resets the connection (RST), as a crashed host or a firewall does.
    pub fn reset(self) {
        let _ = self.0.get_ref().set_zero_linger();
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Wraps a stream of another kind, such as TLS.
    pub fn over(stream: S) -> Self {
        Self(BufReader::new(stream))
    }

    /// Returns the next request, or `None` if the client has closed the connection.
    pub async fn request(&mut self) -> io::Result<Option<Request>> {
        let Some((first, headers)) = read_head(&mut self.0).await? else {
            return Ok(None);
        };
        let mut words = first.split(' ');
        let mut word = || words.next().unwrap_or_default().to_owned();
        let (method, target) = (word(), word());
        let body = read_body(&mut self.0, &headers, Some(0)).await?;
        Ok(Some(Request { method, target, headers, body }))
    }

    /// Resolves when the client closes the connection; stays pending as long as it is open.
    pub async fn closed(&mut self) {
        if matches!(self.0.fill_buf().await, Ok(bytes) if !bytes.is_empty()) {
            // A pipelined request: the client is still connected.
            std::future::pending::<()>().await;
        }
    }

    /// Sends a response and leaves the connection open.
    pub async fn answer(&mut self, response: &Response) -> io::Result<()> {
        let mut bytes = format!("HTTP/1.1 {} {}\r\n", response.status, response.status);
        for (name, value) in &response.headers {
            bytes += &format!("{name}: {value}\r\n");
        }
        bytes += &format!("content-length: {}\r\n\r\n", response.body.len());
        let mut bytes = bytes.into_bytes();
        bytes.extend_from_slice(&response.body);
        self.raw(&bytes).await
    }

    /// Sends raw bytes and leaves the connection open.
    pub async fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.get_mut().write_all(bytes).await?;
        self.0.get_mut().flush().await
    }

    /// Sends a 200 whose body trickles byte by byte until the client disconnects.
    pub async fn trickle(&mut self) {
        let head = b"HTTP/1.1 200 200\r\ntransfer-encoding: chunked\r\n\r\n";
        let mut sent = self.0.get_mut().write_all(head).await;
        while sent.is_ok() {
            sent = self.0.get_mut().write_all(b"1\r\nx\r\n").await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Sends one request to `address` (`host:port`) over a new connection.
pub async fn call(address: &str, request: &Request) -> io::Result<Response> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut bytes = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
    for (name, value) in &request.headers {
        if !HOP_BY_HOP.contains(&name.as_str()) {
            bytes += &format!("{name}: {value}\r\n");
        }
    }
    bytes += &format!("host: {address}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", request.body.len());
    let mut bytes = bytes.into_bytes();
    bytes.extend_from_slice(&request.body);
    stream.write_all(&bytes).await?;

    let mut reader = BufReader::new(stream);
    let (first, headers) = read_head(&mut reader).await?.ok_or_else(|| malformed("no response"))?;
    let status = first.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(|| malformed("no status"))?;
    let body = read_body(&mut reader, &headers, None).await?;
    let headers = headers.into_iter().filter(|(name, _)| !HOP_BY_HOP.contains(&name.as_str())).collect();
    Ok(Response { status, headers, body })
}

/// Headers that apply to one connection and are not forwarded.
const HOP_BY_HOP: [&str; 5] = ["host", "connection", "keep-alive", "content-length", "transfer-encoding"];

async fn read_head(reader: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<(String, Headers)>> {
    let mut lines = Vec::new();
    loop {
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line).await? == 0 {
            return Ok(None);
        }
        // Header values can contain any bytes; a double only needs to show them.
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let mut lines = lines.into_iter();
    let first = lines.next().ok_or_else(|| malformed("no first line"))?;
    let headers = lines
        .filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        })
        .collect();
    Ok(Some((first, headers)))
}

/// Reads a body. `without_length` is its length if no header states one; `None` means that it extends to the end of the
/// connection.
async fn read_body(reader: &mut (impl AsyncBufRead + Unpin), headers: &Headers, without_length: Option<usize>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    let chunked = headers.get("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"));
    if chunked {
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).await?;
            let size = usize::from_str_radix(line.split(';').next().unwrap_or("").trim(), 16).map_err(|_| malformed("no chunk size"))?;
            if size == 0 {
                // Trailers, up to the empty line.
                while reader.read_line(&mut line).await? > 2 {}
                return Ok(body);
            }
            let start = body.len();
            body.resize(start + size, 0);
            reader.read_exact(&mut body[start..]).await?;
            reader.read_line(&mut line).await?;
        }
    }
    let length = match headers.get("content-length") {
        Some(length) => Some(length.parse().map_err(|_| malformed("no length"))?),
        None => without_length,
    };
    match length {
        Some(length) => {
            body.resize(length, 0);
            reader.read_exact(&mut body).await?;
        }
        None => {
            reader.read_to_end(&mut body).await?;
        }
    }
    Ok(body)
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
