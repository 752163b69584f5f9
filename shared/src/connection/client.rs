//! A client of one AWS service in one region.

use std::env;

use bytes::Bytes;
use futures_util::future::join;
use http_body_util::Full;
use lambda_http::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, USER_AGENT};
use lambda_http::http::uri::Scheme;
use lambda_http::http::{HeaderValue, Request, Response, Uri};

use super::pool::Pool;
use super::signature::{Signable, Signature, Signer};
use super::{Connection, Unanswered};
use crate::timestamp::Timestamp;

/// An AWS service that uses the AWS JSON protocol.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AwsService {
    /// The name in a signature.
    pub(crate) name: &'static str,
    /// The media type of requests.
    pub(crate) content_type: &'static str,
    /// Whether the service is asked for the error codes of its former query protocol, as the SDK does.
    pub(crate) has_query_codes: bool,
}

/// Signs requests and sends them over kept-alive connections. The caller limits the time and retries.
pub(crate) struct Client {
    service: AwsService,
    signer: Signer,
    pool: Pool,
    host: String,
    path: String,
}

impl Client {
    /// Returns a client that sends to an endpoint and signs for a region. Does not connect yet.
    pub(crate) fn new(connection: &Connection, service: AwsService, region: &str, endpoint: &Uri) -> Self {
        let signer = Signer::new(&connection.credentials, region, service.name);
        let pool = Pool::new(&connection.connector, endpoint.clone());
        Self { service, signer, pool, host: host_of(endpoint), path: normalized(endpoint.path()) }
    }

    /// Opens a connection in advance, so that the first call does not wait for the name lookup and the TLS handshake.
    ///
    /// How long SQS keeps an unused connection open is unknown. If SQS closes it, the first call opens another one.
    pub(crate) async fn warm(&self) {
        // The key is derived while the server responds.
        join(self.pool.warm(), async { self.signer.warm(Timestamp::now()) }).await;
    }

    /// Calls the operation named by `target`, the value of `x-amz-target`.
    pub(crate) async fn call(&self, target: &'static str, body: Bytes) -> Result<Response<Bytes>, Unanswered> {
        let request = self.request(target, body, Timestamp::now(), trace()).ok_or(Unanswered::Unbuildable)?;
        self.pool.call(request).await
    }

    fn request(&self, target: &'static str, body: Bytes, now: Timestamp, trace: Option<HeaderValue>) -> Option<Request<Full<Bytes>>> {
        let Self { service: AwsService { content_type, has_query_codes, .. }, signer, host, path, .. } = self;
        let Signature { date, authorization } = signer.sign(&Signable { host, path, content_type, target, body: &body }, now);
        let mut request = Request::post(path.as_str())
            .header(HOST, host)
            .header(USER_AGENT, crate::USER_AGENT)
            .header(CONTENT_TYPE, *content_type)
            .header(CONTENT_LENGTH, body.len())
            .header("x-amz-target", target)
            .header("x-amz-date", date)
            .header("authorization", authorization);
        if *has_query_codes {
            request = request.header("x-amzn-query-mode", "true");
        }
        if let Some(token) = signer.token() {
            request = request.header("x-amz-security-token", token);
        }
        if let Some(trace) = trace {
            request = request.header("x-amzn-trace-id", trace);
        }
        request.body(Full::new(body)).ok()
    }
}

/// Returns a path that ends with a slash, as in the SDK's requests, without empty segments or dot segments, because AWS
/// computes the signature without them.
fn normalized(path: &str) -> String {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            _ => segments.push(segment),
        }
    }
    segments.iter().fold("/".to_owned(), |path, segment| path + segment + "/")
}

/// Returns the host and port of an endpoint as the SDK signs them: in lower case, without the default port of the scheme.
fn host_of(endpoint: &Uri) -> String {
    let host = endpoint.host().unwrap_or_default().to_ascii_lowercase();
    let default = if endpoint.scheme() == Some(&Scheme::HTTP) { 80 } else { 443 };
    match endpoint.port_u16() {
        Some(port) if port != default => format!("{host}:{port}"),
        _ => host,
    }
}

/// Returns the trace header of the current invocation, by which Lambda detects recursive loops.
fn trace() -> Option<HeaderValue> {
    env::var("_X_AMZN_TRACE_ID").ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{AWS_SESSION_TOKEN, Settings};

    const SQS: AwsService = AwsService { name: "sqs", content_type: "application/x-amz-json-1.0", has_query_codes: true };
    const SECRETS: AwsService = AwsService { name: "secretsmanager", content_type: "application/x-amz-json-1.1", has_query_codes: false };

    fn client(service: AwsService, endpoint: &str, has_token: bool) -> Client {
        let settings =
            Settings::new(|name| (name.contains("ACCESS_KEY") || has_token && name == AWS_SESSION_TOKEN).then(|| "x".to_owned()));
        let connection = Connection::open(&settings, |_| {}).expect("a connection");
        Client::new(&connection, service, "eu-west-1", &endpoint.parse().expect("a URL"))
    }

    fn request(client: &Client, trace: Option<&'static str>) -> Request<Full<Bytes>> {
        let now = Timestamp::from_millis(1_440_938_160_000).expect("a time");
        client.request("Service.Operation", Bytes::from_static(b"{}"), now, trace.map(HeaderValue::from_static)).expect("a request")
    }

    /// Returns the headers, with the authorization reduced to what precedes the signature.
    fn headers(request: &Request<Full<Bytes>>) -> Vec<(&str, &str)> {
        let pairs = request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().expect("text")));
        pairs.map(|(name, value)| (name, value.split(", Signature=").next().unwrap_or_default())).collect()
    }

    #[test]
    fn a_request_has_exactly_these_headers() {
        let agent = concat!("chathooks/", env!("CARGO_PKG_VERSION"));
        let with_everything = request(&client(SQS, "https://sqs.eu-west-1.amazonaws.com", true), Some("Root=1-2-3"));
        assert_eq!((with_everything.method().as_str(), with_everything.uri().to_string().as_str()), ("POST", "/"));
        assert_eq!(
            headers(&with_everything),
            [
                ("host", "sqs.eu-west-1.amazonaws.com"),
                ("user-agent", agent),
                ("content-type", "application/x-amz-json-1.0"),
                ("content-length", "2"),
                ("x-amz-target", "Service.Operation"),
                ("x-amz-date", "20150830T123600Z"),
                (
                    "authorization",
                    "AWS4-HMAC-SHA256 Credential=x/20150830/eu-west-1/sqs/aws4_request, \
                     SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target"
                ),
                ("x-amzn-query-mode", "true"),
                ("x-amz-security-token", "x"),
                ("x-amzn-trace-id", "Root=1-2-3"),
            ]
        );
        let bare = request(&client(SECRETS, "http://[::1]:4566/path%20here", false), None);
        assert_eq!(bare.uri().to_string(), "/path%20here/");
        assert_eq!(
            headers(&bare),
            [
                ("host", "[::1]:4566"),
                ("user-agent", agent),
                ("content-type", "application/x-amz-json-1.1"),
                ("content-length", "2"),
                ("x-amz-target", "Service.Operation"),
                ("x-amz-date", "20150830T123600Z"),
                (
                    "authorization",
                    "AWS4-HMAC-SHA256 Credential=x/20150830/eu-west-1/secretsmanager/aws4_request, \
                     SignedHeaders=content-type;host;x-amz-date;x-amz-target"
                ),
            ]
        );
    }

    #[test]
    fn the_path_is_normalized() {
        for (path, expected) in
            [("", "/"), ("//", "/"), ("/base", "/base/"), ("/a%20b/%2F/", "/a%20b/%2F/"), ("/a/../b/.//c/..", "/b/"), ("/../..", "/")]
        {
            assert_eq!(normalized(path), expected, "{path}");
        }
    }

    #[test]
    fn the_host_has_no_default_port() {
        for (endpoint, host) in [
            ("https://H:443", "h"),
            ("http://h:80/x", "h"),
            ("https://h:80", "h:80"),
            ("http://h:443", "h:443"),
            ("https://user:password@h:9000", "h:9000"),
            ("http://[::1]", "[::1]"),
        ] {
            assert_eq!(host_of(&endpoint.parse().expect("a URL")), host, "{endpoint}");
        }
    }
}
