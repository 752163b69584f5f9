//! HMAC-SHA1 of the body, as 40 hex digits in a header.
//!
//! Anything but exactly 40 hex digits is refused. The signature covers no timestamp, so a replayed request passes.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::{Refusal, Verified};
use crate::received::Received;
use crate::secret::Secret;

/// The scheme's parameters.
#[derive(Debug, Clone, Copy)]
pub struct HmacSha1 {
    /// The header that carries the signature.
    pub header: &'static str,
    /// The function that returns the part of a body that its sender signs.
    pub signed: fn(&[u8]) -> &[u8],
}

impl HmacSha1 {
    /// Verifies a signature over the signed part of the body, or over the whole body.
    ///
    /// # Errors
    /// [`Refusal::UnknownChannel`] if no secret is accepted, [`Refusal::MissingHeader`], [`Refusal::MalformedHeader`] or
    /// [`Refusal::WrongSignature`].
    pub fn verify<'r>(&self, request: &'r Received, accepted: &[Secret]) -> Result<Verified<'r>, Refusal> {
        if accepted.is_empty() {
            return Err(Refusal::UnknownChannel);
        }
        let header = request.header(self.header).ok_or(Refusal::MissingHeader)?.trim();
        let mut signature = [0; 20];
        hex::decode_to_slice(header, &mut signature).map_err(|_| Refusal::MalformedHeader)?;
        let (body, signed) = (request.body.as_slice(), (self.signed)(&request.body));
        let matches = |secret: &Secret| {
            mac(secret.expose(), signed).verify_slice(&signature).is_ok()
                || (signed.len() < body.len() && mac(secret.expose(), body).verify_slice(&signature).is_ok())
        };
        let position = accepted.iter().position(matches).ok_or(Refusal::WrongSignature)?;
        Ok(Verified { signature: Some(header), ..Verified::by_key(request, position) })
    }
}

/// Returns the HMAC-SHA1 of a message. The key may have any length.
pub(crate) fn mac(key: &[u8], message: &[u8]) -> Hmac<Sha1> {
    #[allow(clippy::expect_used)] // Any length is a valid HMAC key (RFC 2104).
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("any key length");
    mac.update(message);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::received::without_line_end;

    const SCHEME: HmacSha1 = HmacSha1 { header: "x-mac", signed: without_line_end };
    const BODY: &[u8] = br#"{"message":"What \u0068urts?"}"#;

    fn key(text: &str) -> Secret {
        Secret::parse(text).expect("a secret")
    }

    fn position(accepted: &[Secret], header: &str, body: &[u8]) -> Result<Option<usize>, Refusal> {
        let headers = vec![("X-Mac".to_owned(), header.to_owned())];
        let request = Received { headers, body: body.to_vec(), ..Received::default() };
        SCHEME.verify(&request, accepted).map(|verified| verified.key_position())
    }

    fn sign(key: &Secret, body: &[u8]) -> String {
        hex_of(key.expose(), without_line_end(body))
    }

    fn hex_of(key: &[u8], message: &[u8]) -> String {
        hex::encode(mac(key, message).finalize().into_bytes())
    }

    #[test]
    fn rfc_2202_vectors_verify() {
        // RFC 2202, section 3, all seven cases.
        let counting: Vec<u8> = (1..=25).collect();
        let larger = b"Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data";
        let cases: [(&[u8], &[u8], &str); 7] = [
            (&[0x0b; 20], b"Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"),
            (b"Jefe", b"what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (&[0xaa; 20], &[0xdd; 50], "125d7342b9ac11cd91a39af48aa17b4f63f175d3"),
            (&counting, &[0xcd; 50], "4c9007f4026250c6bc8414f9bf50c86c2d7235da"),
            (&[0x0c; 20], b"Test With Truncation", "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04"),
            (&[0xaa; 80], b"Test Using Larger Than Block-Size Key - Hash Key First", "aa4ae5e15272d00e95705637ce8a3b55ed402112"),
            (&[0xaa; 80], larger, "e8e99d0f45237d786d6bbaa7965c7808bbff1a91"),
        ];
        for (key, message, expected) in cases {
            assert_eq!(hex_of(key, message), expected);
        }
        let jefe = [key("Jefe")];
        assert_eq!(position(&jefe, cases[1].2, cases[1].1), Ok(Some(0)));
    }

    #[test]
    fn the_line_end_may_be_signed_or_not() {
        let unsigned = sign(&key("k"), BODY);
        for end in ["", "\n", "\r\n", "\n\n"] {
            let body = [BODY, end.as_bytes()].concat();
            assert_eq!(position(&[key("k")], &unsigned, &body), Ok(Some(0)), "{end:?}");
        }
        let hex = hex_of(b"k", b"body\n");
        assert_eq!(position(&[key("k")], &hex, b"body\n"), Ok(Some(0)));
        assert_eq!(position(&[key("k")], &hex, b"body"), Err(Refusal::WrongSignature));
    }

    #[test]
    fn every_flipped_bit_is_refused() {
        let signature = sign(&key("k"), BODY);
        for bit in 0..BODY.len() * 8 {
            let mut body = BODY.to_vec();
            body[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(position(&[key("k")], &signature, &body), Err(Refusal::WrongSignature), "bit {bit}");
        }
        for index in 0..40 {
            let mut other = signature.clone().into_bytes();
            other[index] = if other[index] == b'0' { b'1' } else { b'0' };
            let other = String::from_utf8(other).expect("ASCII");
            assert_eq!(position(&[key("k")], &other, BODY), Err(Refusal::WrongSignature));
        }
    }

    #[test]
    fn the_header_may_only_be_padded_or_uppercase() {
        let signature = sign(&key("k"), BODY);
        for good in [format!(" {signature}\t"), signature.to_uppercase()] {
            assert_eq!(position(&[key("k")], &good, BODY), Ok(Some(0)));
        }
        for bad in [
            "",
            "sha1=",
            &signature[..39],
            &format!("{signature}0"),
            &format!("sha1={signature}"),
            &"g".repeat(40),
            &"é".repeat(20),
            &format!("+{}", &signature[1..]),
        ] {
            assert_eq!(position(&[key("k")], bad, BODY), Err(Refusal::MalformedHeader), "{bad}");
        }
        assert_eq!(SCHEME.verify(&Received::default(), &[key("k")]).map(|_| ()), Err(Refusal::MissingHeader));
    }

    #[test]
    fn the_position_of_the_key_is_returned() {
        let ring = [key("new"), key("old")];
        assert_eq!(position(&ring, &sign(&ring[1], BODY), BODY), Ok(Some(1)));
        assert_eq!(position(&ring, &sign(&key("gone"), BODY), BODY), Err(Refusal::WrongSignature));
        assert_eq!(position(&[], &sign(&ring[0], BODY), BODY), Err(Refusal::UnknownChannel));
    }

    #[test]
    fn an_empty_body_and_line_ends_can_be_signed() {
        for body in [&b""[..], b"\n", b"\r\n\r\n", b"\xff\xfe"] {
            assert_eq!(position(&[key("k")], &sign(&key("k"), body), body), Ok(Some(0)));
        }
    }
}
