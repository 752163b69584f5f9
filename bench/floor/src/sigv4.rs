//! AWS Signature Version 4 for a request to `/` without a query, as AWS documents the algorithm.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

/// An access key and the region it signs for.
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) region: String,
}

impl Key {
    /// Returns the value of the `Authorization` header. `headers` are the headers to sign: lower case, sorted, with trimmed
    /// values. `time` is the value of `x-amz-date`.
    pub(crate) fn authorization(&self, service: &str, method: &str, headers: &[(&str, &str)], body: &[u8], time: &str) -> String {
        let date = &time[..8];
        let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let lines: String = headers.iter().flat_map(|(name, value)| [name, ":", value, "\n"]).collect();
        let canonical = format!("{method}\n/\n\n{lines}\n{names}\n{}", hex(&Sha256::digest(body)));
        let scope = format!("{date}/{}/{service}/aws4_request", self.region);
        let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
        let first = format!("AWS4{}", self.secret).into_bytes();
        let key = [date, &self.region, service, "aws4_request"].iter().fold(first, |key, part| hmac(&key, part));
        format!("AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={}", self.id, hex(&hmac(&key, &to_sign)))
    }
}

/// Formats seconds since 1970 for `x-amz-date`.
pub(crate) fn timestamp(seconds: u64) -> Result<String, Box<dyn std::error::Error>> {
    let time = OffsetDateTime::from_unix_timestamp(seconds.try_into()?)?;
    let (date, (hour, minute, second)) = (time.date(), time.to_hms());
    Ok(format!("{:04}{:02}{:02}T{hour:02}{minute:02}{second:02}Z", date.year(), u8::from(date.month()), date.day()))
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mac = Hmac::<Sha256>::new_from_slice(key).map(|mac| mac.chain_update(text));
    mac.map(|mac| mac.finalize().into_bytes().to_vec()).unwrap_or_default()
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Signs with the key and the time of AWS's published Signature Version 4 test suite, and returns the signature.
    fn signature(method: &str, headers: &[(&str, &str)], body: &str) -> String {
        let key = Key {
            id: "AKIDEXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            region: "us-east-1".to_owned(),
        };
        let authorization = key.authorization("service", method, headers, body.as_bytes(), &timestamp(1_440_938_160).unwrap());
        let (start, signature) = authorization.split_once(", Signature=").unwrap();
        let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let credential = "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request";
        assert_eq!(start, format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}"));
        signature.to_owned()
    }

    const HOST: (&str, &str) = ("host", "example.amazonaws.com");
    const DATE: (&str, &str) = ("x-amz-date", "20150830T123600Z");

    #[test]
    fn get_vanilla() {
        assert_eq!(signature("GET", &[HOST, DATE], ""), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
    }

    #[test]
    fn post_x_www_form_urlencoded() {
        let content_type = ("content-type", "application/x-www-form-urlencoded");
        let signature = signature("POST", &[content_type, HOST, DATE], "Param1=value1");
        assert_eq!(signature, "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a");
    }
}
