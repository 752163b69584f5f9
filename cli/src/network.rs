//! Explains network errors: which step failed, why, and what to try.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};
use std::iter::successors;

use rustls::CertificateError::{
    Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext, Other, UnknownIssuer,
};
use rustls::{Error as TlsError, InvalidMessage};

/// Why a request got no response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Failure {
    /// The step that failed, such as `DNS`, `connection`, `TLS` or `HTTP`.
    step: &'static str,
    /// The cause.
    cause: &'static str,
    /// What to try.
    pub(crate) advice: &'static str,
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.step, self.cause)
    }
}

const fn failure(step: &'static str, cause: &'static str, advice: &'static str) -> Failure {
    Failure { step, cause, advice }
}

const ROUTE: &str = "is the network up, and is a VPN or a proxy needed?";

impl Failure {
    /// Returns whether no connection could be made, for example because the server is not running.
    pub(crate) fn is_connection(self) -> bool {
        self.step == "connection"
    }

    /// Finds the network failure in an HTTP client's error. Returns `None` if the error has another cause.
    pub(crate) fn of(error: &(dyn Error + 'static)) -> Option<Self> {
        if let Some(error) = chain(error).find_map(as_tls) {
            return Some(tls(error));
        }
        if chain(error).any(|error| is_lookup(&error.to_string())) {
            return Some(failure("DNS", "the name has no address", "is the host name correct, and is the network up?"));
        }
        // The innermost error comes from the operating system.
        let kind = chain(error).filter_map(|error| error.downcast_ref::<io::Error>()).last().map(io::Error::kind);
        kind.and_then(of_io).or_else(|| chain(error).find_map(|error| of_text(&error.to_string())))
    }
}

/// Returns the error and its causes. `io::Error::source` skips the error that it wraps, which may be a TLS error.
fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    successors(Some(error), |&error| -> Option<&'e (dyn Error + 'static)> {
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        }
    })
}

fn as_tls<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e TlsError> {
    error.downcast_ref()
}

/// Matches on text, because the resolver has no error type.
fn is_lookup(text: &str) -> bool {
    text.starts_with("dns error") || text.starts_with("failed to lookup address")
}

fn tls(error: &TlsError) -> Failure {
    let because = |cause, advice| failure("TLS", cause, advice);
    match error {
        TlsError::InvalidCertificate(UnknownIssuer) => {
            because("the certificate's issuer is not trusted on this machine", "install the issuer's certificate, or pass it with --cacert")
        }
        TlsError::InvalidCertificate(Expired | ExpiredContext { .. }) => {
            because("the certificate has expired", "renew it; is this machine's clock correct?")
        }
        TlsError::InvalidCertificate(NotValidYet | NotValidYetContext { .. }) => {
            because("the certificate is not valid yet", "is this machine's clock correct?")
        }
        TlsError::InvalidCertificate(NotValidForName | NotValidForNameContext { .. }) => {
            because("the certificate is for another host name", "use a host name that the certificate lists")
        }
        // rustls has no variant for this. `openssl req -x509` creates such certificates.
        TlsError::InvalidCertificate(Other(error)) if error.to_string() == "CaUsedAsEndEntity" => {
            because("the certificate is self-signed and marked as a CA certificate", "pass it with --cacert")
        }
        TlsError::InvalidCertificate(_) => because("the certificate is invalid", "inspect it with openssl s_client"),
        TlsError::InvalidMessage(InvalidMessage::InvalidContentType) => {
            because("the port does not speak TLS", "should the URL be http://?")
        }
        TlsError::PeerIncompatible(_) => {
            because("the server and this client share no version or cipher suite", "the server must support TLS 1.2 or 1.3")
        }
        TlsError::AlertReceived(_) => because("the server aborted the handshake", "is the host name correct?"),
        _ => because("the handshake failed", "inspect it with openssl s_client"),
    }
}

fn of_io(kind: ErrorKind) -> Option<Failure> {
    let closed = || failure("HTTP", "the connection was closed before the response", "should the URL be https://? See the server's log");
    Some(match kind {
        ErrorKind::ConnectionRefused => {
            failure("connection", "refused: nothing listens on that port", "is the server running, and is the port correct?")
        }
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
            failure("connection", "no route to the address", ROUTE)
        }
        ErrorKind::TimedOut => failure("connection", "timed out", "is the address correct, or does a firewall block it?"),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof => closed(),
        _ => return None,
    })
}

/// Classifies the errors that only their text distinguishes.
fn of_text(text: &str) -> Option<Failure> {
    let text = text.to_ascii_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    if has(&["connect timeout", "connect timed out"]) {
        return of_io(ErrorKind::TimedOut);
    }
    if has(&["timed out", "timeout"]) {
        return Some(failure("HTTP", "no response in time", "see the server's log"));
    }
    if has(&["invalid http", "http version parsed", "parse error"]) {
        return Some(failure("HTTP", "the response is not HTTP", "is the port correct, and should the URL be https://?"));
    }
    if has(&["connection closed", "incompletemessage", "message completed"]) {
        return of_io(ErrorKind::UnexpectedEof);
    }
    if has(&["tunnel", "proxy"]) {
        return Some(failure("proxy", "the proxy blocks the connection", "see HTTPS_PROXY and NO_PROXY"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;

    fn explained(error: impl Error + Send + Sync + 'static) -> Option<String> {
        Failure::of(&error).map(|failure| failure.to_string())
    }

    #[test]
    fn each_step_is_recognized() {
        let io = |kind: ErrorKind| io::Error::from(kind);
        let certificate = |error| io::Error::new(ErrorKind::InvalidData, TlsError::InvalidCertificate(error));
        for (error, step) in [
            (io(ErrorKind::ConnectionRefused), "connection: refused"),
            (io(ErrorKind::NetworkUnreachable), "connection: no route"),
            (io(ErrorKind::UnexpectedEof), "HTTP: the connection was closed"),
            (certificate(UnknownIssuer), "TLS: the certificate's issuer is not trusted"),
            (certificate(NotValidForName), "TLS: the certificate is for another host name"),
            (certificate(Expired), "TLS: the certificate has expired"),
            (
                io::Error::new(ErrorKind::InvalidData, TlsError::InvalidMessage(InvalidMessage::InvalidContentType)),
                "TLS: the port does not speak",
            ),
            (io::Error::other("failed to lookup address information: Name or service not known"), "DNS: "),
            (io::Error::other("invalid HTTP version parsed"), "HTTP: the response is not HTTP"),
            (io::Error::other("operation timed out"), "HTTP: no response in time"),
        ] {
            let shown = error.to_string();
            assert!(explained(error).is_some_and(|text| text.starts_with(step)), "{shown}");
        }
        let wrapped = anyhow!(io(ErrorKind::ConnectionRefused)).context("error sending request");
        assert!(Failure::of(wrapped.as_ref()).is_some_and(|failure| failure.step == "connection"));
        assert_eq!(explained(io::Error::other("something else")), None);
    }
}
