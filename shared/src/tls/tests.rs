use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, Error, RootCertStore};

use super::verifier::Verifier;
use super::{config, verifier_of};
use crate::settings::{AWS_CA_BUNDLE, SSL_CERT_DIR, SSL_CERT_FILE, Settings};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::new([]).expect("parameters");
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate")
}

fn certificate(authority: &Authority, name: &str) -> CertificateDer<'static> {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new([name.to_owned()]).expect("parameters");
    params.signed_by(&key, authority).expect("a certificate").der().clone()
}

fn store(authorities: &[&Authority]) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        roots.add(authority.der().clone()).expect("a root");
    }
    roots
}

#[test]
fn system_certificates_are_read_once_and_only_for_an_unknown_issuer() {
    let (built_in, system, other) = (authority("built in"), authority("the system's"), authority("other"));
    let reads = AtomicUsize::new(0);
    let provider = Arc::new(ring::default_provider());
    let roots = store(&[&system]);
    let read_system = || {
        reads.fetch_add(1, Ordering::Relaxed);
        roots.clone()
    };
    let verifier = Verifier::new(verifier_of(store(&[&built_in]), &provider).expect("roots"), read_system, provider);
    let verify = |authority: &Authority, name: &str| {
        let host = ServerName::try_from("sqs.example").expect("a name");
        verifier.verify_server_cert(&certificate(authority, name), &[], &host, &[], UnixTime::now()).map(drop)
    };

    assert_eq!(verify(&built_in, "sqs.example"), Ok(()));
    assert!(matches!(verify(&built_in, "other.example"), Err(Error::InvalidCertificate(_))));
    assert_eq!(reads.load(Ordering::Relaxed), 0, "a wrong host name is not an unknown issuer");

    assert_eq!(verify(&system, "sqs.example"), Ok(()));
    assert!(matches!(verify(&system, "other.example"), Err(Error::InvalidCertificate(_))));
    let unknown = Err(Error::InvalidCertificate(CertificateError::UnknownIssuer));
    for _ in 0..3 {
        assert_eq!(verify(&other, "sqs.example"), unknown);
    }
    assert_eq!(reads.load(Ordering::Relaxed), 1);
}

#[test]
fn system_certificates_are_read_for_an_issuer_with_a_new_key() {
    let (old, new) = (authority("a CA"), authority("a CA"));
    let provider = Arc::new(ring::default_provider());
    let verifier = Verifier::new(verifier_of(store(&[&old]), &provider).expect("roots"), || store(&[&new]), provider);
    let host = ServerName::try_from("sqs.example").expect("a name");
    let outcome = verifier.verify_server_cert(&certificate(&new, "sqs.example"), &[], &host, &[], UnixTime::now());
    assert_eq!(outcome.map(drop), Ok(()));
}

#[test]
fn without_system_certificates_the_issuer_stays_unknown() {
    let provider = Arc::new(ring::default_provider());
    let verifier = Verifier::new(verifier_of(store(&[&authority("built in")]), &provider).expect("roots"), RootCertStore::empty, provider);
    let host = ServerName::try_from("sqs.example").expect("a name");
    let outcome = verifier.verify_server_cert(&certificate(&authority("other"), "sqs.example"), &[], &host, &[], UnixTime::now());
    assert_eq!(outcome.map(drop), Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)));
}

#[test]
fn a_setting_must_name_certificates() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("a path").to_owned();
    let pem = authority("ours").pem();
    fs::write(path("good.pem"), &pem).expect("a file");
    fs::write(path("empty.pem"), "").expect("a file");
    fs::write(path("truncated.pem"), &pem[..pem.len() / 2]).expect("a file");
    fs::write(path("junk.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").expect("a file");
    for name in ["folder", "none", "junk"] {
        fs::create_dir(path(name)).expect("a folder");
    }
    // As `openssl rehash` names it.
    fs::write(path("folder/9d66eef0.0"), &pem).expect("a file");
    fs::write(path("folder/README"), "not a certificate").expect("a file");
    fs::write(path("junk/9d66eef0.0"), "not a certificate").expect("a file");

    let failing = |pairs: &[(&'static str, String)]| {
        let settings = Settings::new(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()));
        config(&settings, Some(AWS_CA_BUNDLE), |_| ()).err().map(|error| error.setting)
    };
    assert_eq!(failing(&[]), None);
    for setting in [AWS_CA_BUNDLE, SSL_CERT_FILE] {
        assert_eq!(failing(&[(setting, path("good.pem"))]), None);
        for bad in ["missing.pem", "empty.pem", "truncated.pem", "junk.pem", "folder"] {
            assert_eq!(failing(&[(setting, path(bad))]).as_deref(), Some(setting), "{bad}");
        }
    }
    assert_eq!(failing(&[(SSL_CERT_DIR, path("folder"))]), None);
    assert_eq!(failing(&[(SSL_CERT_DIR, format!("{}:{}", path("none"), path("folder")))]), None);
    for bad in ["missing", "none", "junk", "good.pem"] {
        assert_eq!(failing(&[(SSL_CERT_DIR, path(bad))]).as_deref(), Some(SSL_CERT_DIR), "{bad}");
    }
    // Both files and folders are checked, and AWS_CA_BUNDLE takes precedence.
    assert_eq!(failing(&[(SSL_CERT_FILE, path("good.pem")), (SSL_CERT_DIR, path("none"))]).as_deref(), Some(SSL_CERT_DIR));
    assert_eq!(failing(&[(AWS_CA_BUNDLE, path("good.pem")), (SSL_CERT_FILE, path("missing.pem"))]), None);
}

#[test]
fn an_error_does_not_show_the_path() {
    let settings = Settings::new(|name| (name == SSL_CERT_FILE).then(|| "/missing/hush.pem".to_owned()));
    let error = config(&settings, None, |_| ()).expect_err("no such file").to_string();
    assert!(error.contains("SSL_CERT_FILE: must name a file of certificates in PEM: No such file") && !error.contains("hush"), "{error}");
}
