//! The hand-made floor: verifies a Kommo webhook, sends it to SQS, and responds. It has no SDK, no runtime client and no async,
//! only raw sockets, rustls and a hand-written signature. It shows the lower limit of the job's cost and must not ship: it has
//! no retries, timeouts, normalization or logs, and supports one provider and one queue.

mod http;
mod sigv4;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde::Deserialize;
use sha1::Sha1;

use crate::http::Connection;
use crate::sigv4::Key;

/// The members of Lambda's HTTP event that the job needs.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow)]
    headers: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
    #[serde(borrow)]
    body: Cow<'a, str>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let (queue_url, secret) = (env::var("QUEUE_URL")?, env::var("KOMMO_SECRET")?);
    let runtime_api = env::var("AWS_LAMBDA_RUNTIME_API")?;
    let key = Key { id: env::var("AWS_ACCESS_KEY_ID")?, secret: env::var("AWS_SECRET_ACCESS_KEY")?, region: env::var("AWS_REGION")? };
    let token = env::var("AWS_SESSION_TOKEN")?;
    let endpoint = env::var("AWS_ENDPOINT_URL_SQS")?;
    let host = endpoint.strip_prefix("https://").ok_or("AWS_ENDPOINT_URL_SQS must be https://host:port")?;

    let mut sqs = Connection::new(connect_tls(host)?);
    let mut runtime = Connection::new(connect(&runtime_api)?);
    let next = format!("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: {runtime_api}\r\n\r\n");
    loop {
        let event = runtime.call(&next)?;
        let id = event.header("lambda-runtime-aws-request-id").ok_or("an invocation has an id")?.to_owned();
        let Event { headers, body } = serde_json::from_slice(event.body)?;
        let status = if is_signed(&secret, headers.get("x-signature"), body.as_bytes()) {
            let input = serde_json::to_string(&BTreeMap::from([("MessageBody", body.as_ref()), ("QueueUrl", &queue_url)]))?;
            let seconds = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
            let answer = sqs.call(&send_message(host, &key, &token, seconds, &input)?)?;
            if answer.status == 200 { 200 } else { 503 }
        } else {
            401
        };
        let answer = format!(r#"{{"statusCode":{status}}}"#);
        runtime.call(&format!(
            "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nhost: {runtime_api}\r\ncontent-length: {}\r\n\r\n{answer}",
            answer.len()
        ))?;
    }
}

/// Whether `signature` is the HMAC-SHA1 of the body in hex.
fn is_signed(secret: &str, signature: Option<&Cow<'_, str>>, body: &[u8]) -> bool {
    let Ok(mac) = Hmac::<Sha1>::new_from_slice(secret.as_bytes()) else { return false };
    let digits = signature.map_or("", |signature| signature.as_ref());
    let byte = |at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    let signature: Option<Vec<u8>> = (0..digits.len()).step_by(2).map(byte).collect();
    signature.is_some_and(|signature| mac.chain_update(body).verify_slice(&signature).is_ok())
}

/// Returns a signed `SendMessage` request.
fn send_message(host: &str, key: &Key, token: &str, seconds: u64, input: &str) -> Result<String, Box<dyn Error>> {
    let time = sigv4::timestamp(seconds)?;
    let headers = [
        ("content-type", "application/x-amz-json-1.0"),
        ("host", host),
        ("x-amz-date", &time),
        ("x-amz-security-token", token),
        ("x-amz-target", "AmazonSQS.SendMessage"),
    ];
    let authorization = key.authorization("sqs", "POST", &headers, input.as_bytes(), &time);
    let mut request = format!("POST / HTTP/1.1\r\nauthorization: {authorization}\r\ncontent-length: {}\r\n", input.len());
    for (name, value) in headers {
        request.extend([name, ": ", value, "\r\n"]);
    }
    request.extend(["\r\n", input]);
    Ok(request)
}

fn connect(address: &str) -> Result<TcpStream, Box<dyn Error>> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Opens a connection and completes its handshake, so that it is ready for the first event.
fn connect_tls(host: &str) -> Result<StreamOwned<ClientConnection, TcpStream>, Box<dyn Error>> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let name = host.split(':').next().unwrap_or(host).to_owned();
    let mut stream = StreamOwned::new(ClientConnection::new(Arc::new(config), ServerName::try_from(name)?)?, connect(host)?);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    Ok(stream)
}
