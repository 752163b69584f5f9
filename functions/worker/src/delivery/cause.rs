//! Why there was no response. The texts do not come from the libraries, because their errors can quote names and addresses.

use std::io::{self, ErrorKind};

use hyper_util::client::legacy;
use rustls::CertificateError::{
    self, BadSignature, Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext, Revoked,
    UnknownIssuer,
};
use rustls::{Error as TlsError, InvalidMessage};
use shared::error_chain::{error_chain, find};

use super::connector::Phase;
use crate::error::Error;
use crate::reason::Reason;

/// Returns the error of a request that failed in this phase.
pub(super) fn of(error: &legacy::Error, phase: Phase) -> Error {
    let (reason, text) = cause(error, if error.is_connect() { phase } else { Phase::Response });
    Error::because(reason, text)
}

/// Returns the error of a delivery that timed out in this phase.
pub(super) fn timeout(phase: Phase) -> Error {
    Error::because(Reason::Timeout, format!("timed out {}", phase.name()))
}

fn cause(error: &legacy::Error, phase: Phase) -> (Reason, &'static str) {
    if phase == Phase::Lookup {
        return (Reason::Dns, "the receiver's host name cannot be resolved");
    }
    if let Some(error) = find::<TlsError>(error) {
        return (Reason::Tls, tls(error));
    }
    if find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
        return (Reason::NotHttp, "the receiver's response is not HTTP");
    }
    // The innermost error is the operating system's.
    let kind = error_chain(error).filter_map(|error| error.downcast_ref::<io::Error>()).last().map(io::Error::kind);
    of_io(kind, phase)
}

fn of_io(kind: Option<ErrorKind>, phase: Phase) -> (Reason, &'static str) {
    match (kind, phase) {
        (Some(ErrorKind::ConnectionRefused), _) => (Reason::ConnectionRefused, "connection refused"),
        (Some(ErrorKind::TimedOut), Phase::Connection) => (Reason::Timeout, "timed out while connecting"),
        (Some(ErrorKind::TimedOut), _) => (Reason::Timeout, "timed out: the connection is dead"),
        (Some(ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown), _) => {
            (Reason::Unreachable, "the receiver cannot be reached: no route to its address")
        }
        // Not the receiver's fault: no free port or file descriptor, or an address that this machine cannot use.
        (Some(kind), Phase::Connection) if !is_end(kind) => (Reason::Unreachable, "this machine cannot open the connection"),
        (_, Phase::Handshake) => (Reason::Closed, "the receiver closed the connection during the TLS handshake"),
        _ => (Reason::Closed, "the receiver closed the connection before it responded"),
    }
}

/// Whether the receiver closed the connection.
fn is_end(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof)
}

fn tls(error: &TlsError) -> &'static str {
    match error {
        TlsError::InvalidCertificate(error) => certificate(error),
        TlsError::InvalidMessage(InvalidMessage::InvalidContentType) => "TLS: the receiver does not speak TLS on this port",
        TlsError::PeerIncompatible(_) => "TLS: no version or cipher suite in common",
        TlsError::AlertReceived(_) => "TLS: the receiver aborted the handshake",
        _ => "TLS: the handshake failed",
    }
}

fn certificate(error: &CertificateError) -> &'static str {
    match error {
        Expired | ExpiredContext { .. } => "TLS: the receiver's certificate has expired",
        NotValidYet | NotValidYetContext { .. } => "TLS: the receiver's certificate is not valid yet",
        NotValidForName | NotValidForNameContext { .. } => "TLS: the receiver's certificate is for another host name",
        UnknownIssuer => "TLS: the issuer of the receiver's certificate is unknown",
        Revoked => "TLS: the receiver's certificate is revoked",
        // rustls has no variant for it. `openssl req -x509` creates such a certificate.
        CertificateError::Other(error) if error.to_string() == "CaUsedAsEndEntity" => {
            "TLS: the receiver's certificate is a CA certificate, which a server must not use as its own"
        }
        BadSignature => "TLS: the receiver's certificate is not signed by the issuer that it names",
        _ => "TLS: the receiver's certificate is invalid",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_missing_route_is_reported_as_one() {
        let no_route = (Reason::Unreachable, "the receiver cannot be reached: no route to its address");
        let of = |kind, phase| of_io(Some(kind), phase);
        assert_eq!(of(ErrorKind::HostUnreachable, Phase::Connection), no_route);
        assert_eq!(of(ErrorKind::NetworkUnreachable, Phase::Response), no_route);
        // Too many open files.
        let kind = io::Error::from_raw_os_error(24).kind();
        assert_eq!(of(kind, Phase::Connection), (Reason::Unreachable, "this machine cannot open the connection"));
        for (kind, phase) in [(ErrorKind::ConnectionReset, Phase::Connection), (ErrorKind::BrokenPipe, Phase::Response)] {
            assert_eq!(of(kind, phase), (Reason::Closed, "the receiver closed the connection before it responded"), "{kind}");
        }
    }
}
