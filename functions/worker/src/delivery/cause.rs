//! Why there was no answer. The texts are our own, because the libraries' errors may quote names and addresses.

use std::error::Error as Source;
use std::io::{self, ErrorKind};
use std::iter::successors;

use hyper_util::client::legacy;
use rustls::CertificateError::{
    self, BadSignature, Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext, Revoked,
    UnknownIssuer,
};
use rustls::{Error as TlsError, InvalidMessage};

use super::connector::Phase;
use crate::error::Error;
use crate::reason::Reason;

/// Returns the error of a request that failed in this phase.
pub(super) fn of(error: &legacy::Error, phase: Phase) -> Error {
    let (reason, text) = cause(error, if error.is_connect() { phase } else { Phase::Answer });
    Error::because(reason, text)
}

/// Returns the error of a delivery that timed out in this phase.
pub(super) fn timeout(phase: Phase) -> Error {
    Error::because(Reason::Timeout, format!("it took too long: {}", phase.name()))
}

fn cause(error: &legacy::Error, phase: Phase) -> (Reason, &'static str) {
    if phase == Phase::LookUp {
        return (Reason::Dns, "the receiver's host name cannot be resolved");
    }
    if let Some(error) = find::<TlsError>(error) {
        return (Reason::Tls, tls(error));
    }
    if find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
        return (Reason::NotHttp, "the receiver's answer is not HTTP");
    }
    // The innermost one is the system's.
    let kind = chain(error).filter_map(|error| error.downcast_ref::<io::Error>()).last().map(io::Error::kind);
    match (kind, phase) {
        (Some(ErrorKind::ConnectionRefused), _) => (Reason::ConnectionRefused, "connection refused"),
        (Some(ErrorKind::TimedOut), Phase::Connection) => (Reason::Timeout, "it took too long: connecting"),
        (Some(ErrorKind::TimedOut), _) => (Reason::Timeout, "it took too long: the connection is dead"),
        (_, Phase::Connection) => (Reason::Unreachable, "the receiver cannot be reached: no route to its address"),
        (_, Phase::Handshake) => (Reason::Closed, "the receiver closed the connection in the TLS handshake"),
        (_, Phase::LookUp | Phase::Answer) => (Reason::Closed, "the receiver closed the connection before it answered"),
    }
}

fn tls(error: &TlsError) -> &'static str {
    match error {
        TlsError::InvalidCertificate(error) => certificate(error),
        TlsError::InvalidMessage(InvalidMessage::InvalidContentType) => "TLS: the receiver does not speak TLS on this port",
        TlsError::PeerIncompatible(_) => "TLS: no version or cipher suite in common",
        TlsError::AlertReceived(_) => "TLS: the receiver broke off the handshake",
        _ => "TLS: the handshake failed",
    }
}

fn certificate(error: &CertificateError) -> &'static str {
    match error {
        Expired | ExpiredContext { .. } => "TLS: the receiver's certificate has expired",
        NotValidYet | NotValidYetContext { .. } => "TLS: the receiver's certificate is not valid yet",
        NotValidForName | NotValidForNameContext { .. } => "TLS: the receiver's certificate is for another name",
        UnknownIssuer => "TLS: the issuer of the receiver's certificate is unknown",
        Revoked => "TLS: the receiver's certificate is revoked",
        BadSignature => "TLS: the receiver's certificate is not signed by the issuer that it names",
        _ => "TLS: the receiver's certificate is invalid",
    }
}

fn find<T: Source + 'static>(error: &legacy::Error) -> Option<&T> {
    chain(error).find_map(|error| error.downcast_ref())
}

/// An error and its sources.
fn chain<'e>(error: &'e (dyn Source + 'static)) -> impl Iterator<Item = &'e (dyn Source + 'static)> {
    successors(Some(error), |error| came_of(*error))
}

/// `io::Error` gives as its source that of the error within it, not that error itself.
fn came_of<'e>(error: &'e (dyn Source + 'static)) -> Option<&'e (dyn Source + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(within) => Some(within),
        None => error.source(),
    }
}
