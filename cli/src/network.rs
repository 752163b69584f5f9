//! Explains network errors: the step that failed, the cause, and what to try.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};
use std::iter::successors;

use rustls::CertificateError::{
    Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext, Other, UnknownIssuer,
};
use rustls::{Error as TlsError, InvalidMessage};

/// A request without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Failure {
    /// The step: the name look-up, the connection, TLS or HTTP.
    step: &'static str,
    /// Why it failed.
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
    /// Whether no connection could be made, for example because the server is not running.
    pub(crate) fn is_connection(self) -> bool {
        self.step == "connection"
    }

    /// Finds the network failure in an HTTP client's error, or returns `None` if there is none.
    pub(crate) fn of(error: &(dyn Error + 'static)) -> Option<Self> {
        if let Some(error) = chain(error).find_map(as_tls) {
            return Some(tls(error));
        }
        if chain(error).any(|error| is_look_up(&error.to_string())) {
            return Some(failure("DNS", "the name has no address", "is the host name right, and is the network up?"));
        }
        // The innermost cause is the operating system's.
        let kind = chain(error).filter_map(|error| error.downcast_ref::<io::Error>()).last().map(io::Error::kind);
        kind.and_then(of_io).or_else(|| chain(error).find_map(|error| of_text(&error.to_string())))
    }
}

/// The error and its causes. An `io::Error` skips the error that it is made of, which may be one of TLS.
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

/// The resolver has no error type of its own.
fn is_look_up(text: &str) -> bool {
    text.starts_with("dns error") || text.starts_with("failed to lookup address")
}

fn tls(error: &TlsError) -> Failure {
    let because = |cause, advice| failure("TLS", cause, advice);
    match error {
        TlsError::InvalidCertificate(UnknownIssuer) => {
            because("the certificate's issuer is not trusted on this machine", "install the issuer's certificate, or name it with --cacert")
        }
        TlsError::InvalidCertificate(Expired | ExpiredContext { .. }) => {
            because("the certificate has expired", "renew it; is this machine's clock right?")
        }
        TlsError::InvalidCertificate(NotValidYet | NotValidYetContext { .. }) => {
            because("the certificate is not valid yet", "is this machine's clock right?")
        }
        TlsError::InvalidCertificate(NotValidForName | NotValidForNameContext { .. }) => {
            because("the certificate is for another name", "use a name that the certificate lists")
        }
        // rustls has no variant for it. `openssl req -x509` makes such a certificate.
        TlsError::InvalidCertificate(Other(error)) if error.to_string() == "CaUsedAsEndEntity" => {
            because("the certificate is self-signed, as that of a CA", "name it with --cacert")
        }
        TlsError::InvalidCertificate(_) => because("the certificate is invalid", "look at it with openssl s_client"),
        TlsError::InvalidMessage(InvalidMessage::InvalidContentType) => {
            because("the port does not speak TLS", "should the URL be http://?")
        }
        TlsError::PeerIncompatible(_) => because("no version or cipher suite in common", "the server must support TLS 1.2 or 1.3"),
        TlsError::AlertReceived(_) => because("the server aborted the handshake", "is the host's name right?"),
        _ => because("the handshake failed", "look at it with openssl s_client"),
    }
}

fn of_io(kind: ErrorKind) -> Option<Failure> {
    let closed = || failure("HTTP", "the connection was closed before the answer", "should the URL be https://? See the server's log");
    Some(match kind {
        ErrorKind::ConnectionRefused => {
            failure("connection", "refused: nothing listens on that port", "is the server running, and is the port right?")
        }
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
            failure("connection", "no route to the address", ROUTE)
        }
        ErrorKind::TimedOut => failure("connection", "it took too long", "is the address right, or does a firewall block it?"),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof => closed(),
        _ => return None,
    })
}

/// Classifies errors that can be told apart only by their text.
fn of_text(text: &str) -> Option<Failure> {
    let text = text.to_ascii_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    if has(&["connect timeout", "connect timed out"]) {
        return of_io(ErrorKind::TimedOut);
    }
    if has(&["timed out", "timeout"]) {
        return Some(failure("HTTP", "no answer in time", "see the server's log"));
    }
    if has(&["invalid http", "http version parsed", "parse error"]) {
        return Some(failure("HTTP", "the answer is not HTTP", "is the port right, and should the URL be https://?"));
    }
    if has(&["connection closed", "incompletemessage", "message completed"]) {
        return of_io(ErrorKind::UnexpectedEof);
    }
    if has(&["tunnel", "proxy"]) {
        return Some(failure("proxy", "it does not let the connection through", "see HTTPS_PROXY and NO_PROXY"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;

    fn told(error: impl Error + Send + Sync + 'static) -> Option<String> {
        Failure::of(&error).map(|failure| failure.to_string())
    }

    #[test]
    fn each_step_is_told_from_the_others() {
        let io = |kind: ErrorKind| io::Error::from(kind);
        let certificate = |error| io::Error::new(ErrorKind::InvalidData, TlsError::InvalidCertificate(error));
        for (error, step) in [
            (io(ErrorKind::ConnectionRefused), "connection: refused"),
            (io(ErrorKind::NetworkUnreachable), "connection: no route"),
            (io(ErrorKind::UnexpectedEof), "HTTP: the connection was closed"),
            (certificate(UnknownIssuer), "TLS: the certificate's issuer is not trusted"),
            (certificate(NotValidForName), "TLS: the certificate is for another name"),
            (certificate(Expired), "TLS: the certificate has expired"),
            (
                io::Error::new(ErrorKind::InvalidData, TlsError::InvalidMessage(InvalidMessage::InvalidContentType)),
                "TLS: the port does not speak",
            ),
            (io::Error::other("failed to lookup address information: Name or service not known"), "DNS: "),
            (io::Error::other("invalid HTTP version parsed"), "HTTP: the answer is not HTTP"),
            (io::Error::other("operation timed out"), "HTTP: no answer in time"),
        ] {
            let shown = error.to_string();
            assert!(told(error).is_some_and(|told| told.starts_with(step)), "{shown}");
        }
        let wrapped = anyhow!(io(ErrorKind::ConnectionRefused)).context("error sending request");
        assert!(Failure::of(wrapped.as_ref()).is_some_and(|failure| failure.step == "connection"));
        assert_eq!(told(io::Error::other("something else")), None);
    }
}
