//! HMAC-SHA1 over the body, 40 hex characters in a header (Kommo's `X-Signature`).
//!
//! Refuses anything that is not exactly 40 hex characters. No time is signed: a replay passes.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::{Proof, Refusal};
use crate::hex;
use crate::secret::Secret;

/// Checks a signature over `body`, with or without the line end that a sender may add after signing.
///
/// # Errors
/// [`Refusal::UnknownChannel`] without a key, [`Refusal::MissingHeader`], [`Refusal::MalformedHeader`],
/// [`Refusal::WrongSignature`].
pub fn verify(accepted: &[Secret], header: Option<&str>, body: &[u8]) -> Result<Proof, Refusal> {
    if accepted.is_empty() {
        return Err(Refusal::UnknownChannel);
    }
    let header = header.ok_or(Refusal::MissingHeader)?.trim();
    let signature = read_hex(header).ok_or(Refusal::MalformedHeader)?;
    let signed = without_line_end(body);
    let matches = |secret: &Secret| {
        mac(secret.expose(), signed).verify_slice(&signature).is_ok()
            || (signed.len() < body.len() && mac(secret.expose(), body).verify_slice(&signature).is_ok())
    };
    let position = accepted.iter().position(matches).ok_or(Refusal::WrongSignature)?;
    Ok(Proof { signature: Some(header.to_owned()), ..Proof::by_key(position) })
}

/// The signature of a body, in lower-case hex: what a sender puts into the header.
#[must_use]
pub fn sign(secret: &Secret, body: &[u8]) -> String {
    hex::encode(&mac(secret.expose(), without_line_end(body)).finalize().into_bytes())
}

/// A body without the CR and LF at its end.
#[must_use]
pub fn without_line_end(body: &[u8]) -> &[u8] {
    let end = body.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
    &body[..end]
}

pub(super) fn mac(key: &[u8], message: &[u8]) -> Hmac<Sha1> {
    #[allow(clippy::expect_used)] // Any length is a valid HMAC key (RFC 2104).
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("any key length");
    mac.update(message);
    mac
}

fn read_hex(text: &str) -> Option<[u8; 20]> {
    let digits: &[u8; 40] = text.as_bytes().try_into().ok()?;
    let mut bytes = [0; 20];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |character: u8| char::from(character).to_digit(16);
        *byte = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Credential;

    const BODY: &[u8] = br#"{"message":"What \u0068urts?"}"#;

    fn key(text: &str) -> Secret {
        Secret::read(text).expect("a secret")
    }

    fn position(accepted: &[Secret], header: &str, body: &[u8]) -> Result<Option<usize>, Refusal> {
        verify(accepted, Some(header), body).map(|proof| proof.key_position())
    }

    fn hex_of(key: &[u8], message: &[u8]) -> String {
        hex::encode(&mac(key, message).finalize().into_bytes())
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
        for place in 0..40 {
            let mut other = signature.clone().into_bytes();
            other[place] = if other[place] == b'0' { b'1' } else { b'0' };
            let other = String::from_utf8(other).expect("ASCII");
            assert_eq!(position(&[key("k")], &other, BODY), Err(Refusal::WrongSignature));
        }
    }

    #[test]
    fn the_header_may_be_padded_or_upper_case_and_nothing_else() {
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
        assert_eq!(verify(&[key("k")], None, BODY), Err(Refusal::MissingHeader));
    }

    #[test]
    fn the_position_of_the_key_is_told() {
        let ring = [key("new"), key("old")];
        assert_eq!(position(&ring, &sign(&ring[1], BODY), BODY), Ok(Some(1)));
        assert_eq!(position(&ring, &sign(&key("gone"), BODY), BODY), Err(Refusal::WrongSignature));
        assert_eq!(position(&[], &sign(&ring[0], BODY), BODY), Err(Refusal::UnknownChannel));
    }

    #[test]
    fn an_empty_body_and_one_of_line_ends_can_be_signed() {
        for body in [&b""[..], b"\n", b"\r\n\r\n", b"\xff\xfe"] {
            assert_eq!(position(&[key("k")], &sign(&key("k"), body), body), Ok(Some(0)));
        }
    }
}
