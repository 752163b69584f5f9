//! Certificates in the files named by settings.

use std::env::split_paths;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls_native_certs::{CertificateResult, ErrorKind, load_certs_from_paths};

use crate::settings::{SSL_CERT_DIR, SSL_CERT_FILE, SettingError, Settings};

/// Returns the root certificates in the files named by settings: only those of `bundle` if it is set, otherwise those of
/// `SSL_CERT_FILE` and `SSL_CERT_DIR`. `None` if none is set. Certificates that cannot be roots are left out.
///
/// # Errors
/// A file cannot be read or is not PEM, or there is no certificate for a setting.
pub(super) fn roots(settings: &Settings<'_>, bundle: Option<&'static str>) -> Result<Option<RootCertStore>, SettingError> {
    let set = |setting| settings.optional(setting).map(|value| (setting, value));
    let named = match bundle.and_then(set) {
        Some(bundle) => vec![bundle],
        None => [SSL_CERT_FILE, SSL_CERT_DIR].into_iter().filter_map(set).collect(),
    };
    let mut roots = RootCertStore::empty();
    for (setting, value) in &named {
        let found = if *setting == SSL_CERT_DIR { folders(value) } else { file(value) };
        let (form, found) = found.map_err(|problem| SettingError::new(setting, problem))?;
        if roots.add_parsable_certificates(found.certs).0 == 0 {
            return Err(SettingError::new(setting, format!("must name {form}; no CA certificate was found there")));
        }
    }
    Ok((!named.is_empty()).then_some(roots))
}

type Found = Result<(&'static str, CertificateResult), String>;

fn file(path: &str) -> Found {
    let form = "a file of certificates in PEM";
    let found = load_certs_from_paths(Some(Path::new(path)), None);
    match found.errors.first() {
        Some(error) => Err(format!("must name {form}: {}", cause(&error.kind))),
        None => Ok((form, found)),
    }
}

/// Reads all certificates in folders. They may contain other files, so only an unreadable folder is an error.
fn folders(paths: &str) -> Found {
    let form = "folders of certificates in PEM, separated by colons";
    let mut all = CertificateResult::default();
    for folder in split_paths(paths).collect::<Vec<PathBuf>>() {
        if let Err(error) = folder.read_dir() {
            return Err(format!("must name {form}: {error}"));
        }
        all.certs.extend(load_certs_from_paths(None, Some(&folder)).certs);
    }
    Ok((form, all))
}

/// Returns the cause of an error without the path, because that is the value of the setting.
fn cause(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::Io { inner, .. } => inner.to_string(),
        ErrorKind::Os(error) => error.to_string(),
        ErrorKind::Pem(error) => error.to_string(),
        _ => "it cannot be read".to_owned(),
    }
}
