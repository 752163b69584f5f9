//! `chathooks send`: a sample, signed with the secrets in force and posted.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Url, redirect};
use serde_json::Value;
use shared::json;
use shared::received::Received;

use crate::args::SendArgs;
use crate::assignment::Assignment;
use crate::output::{self, BAD, BOLD, GOOD};
use crate::sources::Sources;
use crate::{functions, sample};

/// No gateway holds a request for longer than this.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What is not sent of an event's headers: what belongs to its own connection, what the gateway of the
/// target adds itself, and proofs, which are made anew.
const DROPPED: [&str; 12] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "expect",
    "accept-encoding",
    "x-amzn-trace-id",
    "x-forwarded-for",
    "x-forwarded-port",
    "x-forwarded-proto",
    "authorization",
    "authentication",
];

/// Sends one request and shows its answer.
///
/// # Errors
/// A setting, the sample or the address is wrong, or nobody answers there.
pub(crate) async fn run(args: SendArgs) -> anyhow::Result<ExitCode> {
    let sources = Sources::read(args.env_file.as_deref())?;
    let senders = functions::senders(&sources.settings())?;
    let mut request = sample::read(&args.sample)?;
    if !args.set.is_empty() {
        request.body = changed(&request.body, &args.set)?;
    }
    let Some((sender, channel)) = functions::of_path(&senders, &request.path) else {
        bail!("no provider has the sample's path {}", request.path);
    };
    let keyring = sender.webhook.keyring;
    let proof = sender
        .signer
        .sign(channel.as_deref(), &request.body)
        .ok_or_else(|| anyhow!("{keyring} has no secret for the channel in the sample's path; add one for it, or one for `*`"))?;
    let secret = sources.find(keyring).map_or_else(|| "no proof".to_owned(), |(_, source)| format!("{keyring}: {source}"));

    let method: Method = request.method.parse().context("the sample's method is none of HTTP")?;
    let url = target(&args.to, &request.path)?;
    let headers = headers(&request, proof)?;
    output::line(format_args!("--> {BOLD}{method} {url}{BOLD:#} {} B ({secret})", request.body.len()));

    let client = client(&url)?;
    let started = Instant::now();
    let answer = client.request(method, url.clone()).headers(headers).body(request.body).send().await;
    let answer = answer.map_err(|error| unreachable(&url, error))?;
    let status = answer.status();
    let body = answer.text().await.context("the answer broke off; see the receiver's log")?;
    let style = if status.is_success() { GOOD } else { BAD };
    output::line(format_args!("<-- {style}[{}]{style:#} {} ms", status.as_u16(), started.elapsed().as_millis()));
    if !body.is_empty() {
        output::line(format_args!("{}", output::printable(&body)));
    }
    Ok(if status.is_success() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn changed(body: &[u8], changes: &[Assignment]) -> anyhow::Result<Vec<u8>> {
    let text = json::decode(body).map_err(|_| anyhow!("--set needs a JSON body, and the sample's is not UTF-8"))?;
    let mut body: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).context("--set needs a JSON body")?;
    for change in changes {
        change.apply(&mut body).map_err(|problem| anyhow!("--set: {problem}"))?;
    }
    Ok(serde_json::to_vec(&body)?)
}

/// The event's path behind the URL's own.
fn target(to: &Url, path: &str) -> anyhow::Result<Url> {
    let is_plain = to.username().is_empty() && to.password().is_none() && to.query().is_none() && to.fragment().is_none();
    if !matches!(to.scheme(), "http" | "https") || !is_plain {
        bail!("--to must be an http or https URL like https://hooks.example.com, without a login, a `?` or a `#`");
    }
    let mut url = to.clone();
    url.set_path(&format!("{}/{}", to.path().trim_end_matches('/'), path.trim_start_matches('/')));
    Ok(url)
}

fn headers(request: &Received, proof: Vec<(String, String)>) -> anyhow::Result<HeaderMap> {
    let is_kept = |name: &str| {
        let dropped = DROPPED.iter().copied().chain(proof.iter().map(|(name, _)| name.as_str()));
        !dropped.into_iter().any(|dropped| dropped.eq_ignore_ascii_case(name))
    };
    let kept = request.headers.iter().filter(|(name, _)| is_kept(name));
    kept.chain(&proof)
        .map(|(name, value)| {
            let header = HeaderName::try_from(name).with_context(|| format!("`{name}` is no header's name"))?;
            let value = HeaderValue::try_from(value).map_err(|_| anyhow!("the value of the header {name} cannot be sent"))?;
            Ok((header, value))
        })
        .collect()
}

fn client(url: &Url) -> anyhow::Result<Client> {
    // An error says that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().redirect(redirect::Policy::none()).timeout(TIMEOUT);
    // Plain HTTP works on a machine without root certificates too.
    let client = if url.scheme() == "http" { client.tls_certs_only([]) } else { client };
    // A proxy cannot reach this machine's loopback address.
    let client = if is_loopback(url) { client.no_proxy() } else { client };
    client.build().context("cannot set up TLS; are the system's root certificates installed?")
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost" || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn unreachable(url: &Url, error: reqwest::Error) -> anyhow::Error {
    let hint = match is_loopback(url) {
        true => "is `cargo dev` running?",
        false => "is the URL in --to right?",
    };
    let cause = anyhow::Error::from(error.without_url());
    anyhow!("no answer from {} ({}); {hint}", url.origin().ascii_serialization(), cause.root_cause())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(to: &str, path: &str) -> Result<String, String> {
        let to: Url = to.parse().expect("a URL");
        target(&to, path).map(String::from).map_err(|error| error.to_string())
    }

    #[test]
    fn the_path_goes_behind_that_of_the_url() {
        for (to, expected) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/kommo/a%20b"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/kommo/a%20b"),
            ("https://h.example/base", "https://h.example/base/kommo/a%20b"),
            ("https://h.example/a/b/", "https://h.example/a/b/kommo/a%20b"),
        ] {
            assert_eq!(joined(to, "/kommo/a%20b").as_deref(), Ok(expected));
        }
    }

    #[test]
    fn a_url_that_is_more_than_an_address_is_refused() {
        for to in ["ftp://h.example", "http://user:hush@h.example", "http://h.example/?a=b", "http://h.example/#a"] {
            let problem = joined(to, "/kommo").expect_err(to);
            assert!(problem.contains("--to") && !problem.contains("hush"), "{problem}");
        }
    }

    #[test]
    fn old_proofs_and_the_connection_are_not_sent() {
        let given = ["Host", "X-Signature", "AUTHORIZATION", "Content-Length", "X-Forwarded-For", "User-Agent"];
        let headers_given = given.iter().map(|name| ((*name).to_owned(), "old".to_owned())).collect();
        let request = Received { headers: headers_given, ..Received::default() };
        let headers = headers(&request, vec![("x-signature".to_owned(), "new".to_owned())]).expect("headers");
        assert_eq!(headers.len(), 2);
        assert_eq!((&headers["user-agent"], &headers["x-signature"]), (&HeaderValue::from_static("old"), &HeaderValue::from_static("new")));
    }

    #[test]
    fn a_changed_body_may_have_had_half_an_emoji() {
        let changes = ["a=x".parse().expect("a change")];
        assert_eq!(changed(br#"{"a":1,"b":"\ud83d"}"#, &changes).expect("a body"), "{\"a\":\"x\",\"b\":\"\u{fffd}\"}".as_bytes());
        assert!(changed(b"no json", &changes).is_err());
        assert!(changed(b"\xff", &changes).is_err());
    }

    #[test]
    fn loopback_is_told_from_elsewhere() {
        for (url, expected) in
            [("http://127.0.0.1", true), ("http://[::1]:1", true), ("http://localhost", true), ("http://10.0.0.1", false)]
        {
            assert_eq!(is_loopback(&url.parse().expect("a URL")), expected, "{url}");
        }
    }
}
