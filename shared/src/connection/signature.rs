//! AWS Signature Version 4 for requests of the AWS JSON protocol.
//!
//! Source: "AWS Signature Version 4 for API requests" in the AWS IAM User Guide. This implementation uses a fraction of the CPU
//! time of aws-sigv4, because its signing key is derived once per day and the signed headers are fixed. The tests compare the two.

use std::sync::{Mutex, PoisonError};

use aws_credential_types::Credentials;
use hmac::{Hmac, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

use crate::hex_digits::hex;
use crate::timestamp::Timestamp;
use crate::verify::hmac_sha256;

/// The characters that are percent-encoded in the signed path. The path is already encoded; AWS requires a second encoding.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The parts of a POST request that are signed.
pub(super) struct Signable<'r> {
    pub(super) host: &'r str,
    pub(super) path: &'r str,
    pub(super) content_type: &'r str,
    pub(super) target: &'r str,
    pub(super) body: &'r [u8],
}

/// The headers of a signature, apart from the session token.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Signature {
    /// The value of `x-amz-date`.
    pub(super) date: String,
    pub(super) authorization: String,
}

/// Signs the requests to one service in one region.
pub(super) struct Signer {
    credentials: Credentials,
    region: String,
    service: &'static str,
    /// The key that was derived last, with its day as `yyyymmdd`.
    key: Mutex<Option<(String, Hmac<Sha256>)>>,
}

impl Signer {
    pub(super) fn new(credentials: &Credentials, region: &str, service: &'static str) -> Self {
        Self { credentials: credentials.clone(), region: region.to_owned(), service, key: Mutex::default() }
    }

    /// Derives the day's key, so that the first signature need not.
    pub(super) fn warm(&self, now: Timestamp) {
        let date = compact(now);
        let (day, _) = date.split_at(8);
        self.key(day);
    }

    /// Returns the session token, if any. It is a signed header.
    pub(super) fn token(&self) -> Option<&str> {
        self.credentials.session_token()
    }

    pub(super) fn sign(&self, request: &Signable<'_>, now: Timestamp) -> Signature {
        let date = compact(now);
        let Signable { host, path, content_type, target, body } = request;
        let path = utf8_percent_encode(path, ENCODED);
        let digest = hex(Sha256::digest(body));
        let (token, names) = match self.token() {
            Some(token) => (format!("x-amz-security-token:{token}\n"), "content-type;host;x-amz-date;x-amz-security-token;x-amz-target"),
            None => (String::new(), "content-type;host;x-amz-date;x-amz-target"),
        };
        let canonical = format!(
            "POST\n{path}\n\ncontent-type:{content_type}\nhost:{host}\nx-amz-date:{date}\n{token}x-amz-target:{target}\n\n{names}\n{digest}"
        );
        let (day, _) = date.split_at(8);
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(Sha256::digest(canonical)));
        let signature = hex(self.key(day).chain_update(text).finalize().into_bytes());
        let id = self.credentials.access_key_id();
        let authorization = format!("AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}");
        Signature { date, authorization }
    }

    fn key(&self, day: &str) -> Hmac<Sha256> {
        let mut derived = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, key)) = derived.as_ref().filter(|(known, _)| known == day) {
            return key.clone();
        }
        let secret = format!("AWS4{}", self.credentials.secret_access_key()).into_bytes();
        let parts = [day, &self.region, self.service, "aws4_request"];
        let key = parts.iter().fold(secret, |key, part| hmac_sha256(&key, part.as_bytes()).finalize().into_bytes().to_vec());
        let key = hmac_sha256(&key, b"");
        *derived = Some((day.to_owned(), key.clone()));
        key
    }
}

/// Formats a time as `yyyymmddThhmmssZ`.
fn compact(time: Timestamp) -> String {
    let text = time.to_string();
    let (seconds, _) = text.split_at(19);
    seconds.chars().filter(|character| !matches!(character, '-' | ':')).chain(['Z']).collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
    use aws_sigv4::sign::v4;
    use proptest::prelude::*;

    use super::*;

    /// Returns the headers that aws-sigv4 adds to the request.
    fn expected(signer: &Signer, request: &Signable<'_>, millis: i64) -> Vec<(String, String)> {
        let identity = signer.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&signer.region)
            .name(signer.service)
            .time(SystemTime::UNIX_EPOCH + Duration::from_millis(millis.unsigned_abs()))
            .settings(SigningSettings::default())
            .build()
            .expect("parameters")
            .into();
        let headers = [("content-type", request.content_type), ("x-amz-target", request.target)];
        let url = format!("https://{}{}", request.host, request.path);
        let signable = SignableRequest::new("POST", &url, headers.into_iter(), SignableBody::Bytes(request.body)).expect("a request");
        let (instructions, _) = sign(signable, &parameters).expect("a signature").into_parts();
        let (headers, _) = instructions.into_parts();
        headers.into_iter().map(|header| (header.name().to_owned(), header.value().to_owned())).collect()
    }

    fn signer(token: Option<&str>) -> Signer {
        let credentials =
            Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token.map(str::to_owned), None, "test");
        Signer::new(&credentials, "eu-west-1", "sqs")
    }

    fn signable<'r>(host: &'r str, path: &'r str, body: &'r [u8]) -> Signable<'r> {
        Signable { host, path, content_type: "application/x-amz-json-1.0", target: "AmazonSQS.SendMessage", body }
    }

    proptest! {
        #[test]
        fn the_signature_is_that_of_the_sdk(
            host in "[a-z0-9][a-z0-9.-]{0,20}[a-z0-9](:[1-9][0-9]{3})?",
            path in "/([A-Za-z0-9_~-]|%[2-7][0-9A-F]|[!$&'()*+,;=:@]){0,20}",
            token in proptest::option::of("[A-Za-z0-9+/=]{1,80}"),
            body in proptest::collection::vec(any::<u8>(), 0..300),
            millis in 1_000..253_402_300_799_999_i64,
        ) {
            let (signer, request) = (signer(token.as_deref()), signable(&host, &path, &body));
            let Signature { date, authorization } = signer.sign(&request, Timestamp::from_millis(millis).expect("a time"));
            let token = token.map(|token| ("x-amz-security-token".to_owned(), token));
            let own: Vec<_> =
                [("x-amz-date".to_owned(), date), ("authorization".to_owned(), authorization)].into_iter().chain(token).collect();
            let mut expected = expected(&signer, &request, millis);
            expected.sort_by_key(|(name, _)| own.iter().position(|(known, _)| known == name));
            prop_assert_eq!(own, expected);
        }
    }

    #[test]
    fn the_key_is_derived_again_on_another_day() {
        const DAY: i64 = 86_400_000;
        let (used, request) = (signer(None), signable("sqs.eu-west-1.amazonaws.com", "/", b"{}"));
        used.warm(Timestamp::from_millis(DAY).expect("a time"));
        for millis in [DAY, 2 * DAY - 1, 2 * DAY, DAY, 2 * DAY] {
            let now = Timestamp::from_millis(millis).expect("a time");
            assert_eq!(used.sign(&request, now), signer(None).sign(&request, now), "{millis}");
        }
    }
}
