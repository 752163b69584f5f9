//! Signing, then verifying: what was signed is accepted, and any single change is refused.

use proptest::prelude::*;
use shared::secret::{Credential, Login, Secret};
use shared::timestamp::Timestamp;
use shared::verify::hmac_sha1::without_line_end;
use shared::verify::{basic, hmac_sha1, jwt, token};

/// What a person may choose as a secret. No NUL: HMAC itself pads a key with it (RFC 2104).
const SECRET: &str = "[!-~]{1,90}|[ -~]{0,8}[!-~é€😀]{1,20}";

fn secret(text: &str) -> Secret {
    Secret::read(text).expect("a secret")
}

/// The text with another character at one place.
fn changed(text: &str, place: prop::sample::Index, from: usize, character: char) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let place = from + place.index(characters.len() - from);
    characters[place] = if characters[place] == character { '~' } else { character };
    characters.into_iter().collect()
}

/// The text with every other printable character at each of its last three places: base64 ends in bits
/// that decode to nothing.
fn other_endings(text: &str) -> impl Iterator<Item = String> {
    let places = text.len() - 3..text.len();
    let changed = move |place: usize, other: u8| format!("{}{}{}", &text[..place], char::from(other), &text[place + 1..]);
    places.flat_map(move |place| (b'!'..=b'~').map(move |other| changed(place, other))).filter(move |other| other != text)
}

proptest! {
    #[test]
    fn a_signed_body_is_accepted(body: Vec<u8>, key in SECRET, end in "[\r\n]{0,3}") {
        let signature = hmac_sha1::sign(&secret(&key), &body);
        let sent = [&body, end.as_bytes()].concat();
        let proof = hmac_sha1::verify(&[secret("another"), secret(&key)], Some(&signature), &sent).expect("signed");
        prop_assert_eq!(proof.key_position(), Some(usize::from(key != "another")));
        prop_assert_eq!(proof.signature(), Some(signature.as_str()));
    }

    #[test]
    fn a_changed_body_is_refused(body in prop::collection::vec(any::<u8>(), 1..200), place: prop::sample::Index, bit in 0..8_u8, key in SECRET) {
        let signature = hmac_sha1::sign(&secret(&key), &body);
        let mut other = body.clone();
        other[place.index(body.len())] ^= 1_u8 << bit;
        prop_assume!(without_line_end(&other) != without_line_end(&body));
        prop_assert!(hmac_sha1::verify(&[secret(&key)], Some(&signature), &other).is_err());
        let shorter = &body[..place.index(body.len())];
        prop_assume!(without_line_end(shorter) != without_line_end(&body));
        prop_assert!(hmac_sha1::verify(&[secret(&key)], Some(&signature), shorter).is_err());
    }

    #[test]
    fn a_changed_signature_or_secret_is_refused(body: Vec<u8>, key in SECRET, place: prop::sample::Index, character in "[0-9a-f]") {
        let signature = hmac_sha1::sign(&secret(&key), &body);
        let character = character.chars().next().expect("one");
        let other = changed(&signature, place, 0, character);
        prop_assert!(hmac_sha1::verify(&[secret(&key)], Some(&other), &body).is_err());
        let longer = secret(&format!("{key}{character}"));
        prop_assert!(hmac_sha1::verify(&[longer], Some(&signature), &body).is_err());
    }

    #[test]
    fn a_basic_login_is_accepted_and_a_changed_one_refused(key in SECRET, place: prop::sample::Index, character in "[!-~]") {
        let header = basic::sign(&secret(&key));
        prop_assert_eq!(basic::verify(&[secret(&key)], Some(&header)).expect("signed").key_position(), Some(0));
        let other = changed(&header, place, "Basic ".len(), character.chars().next().expect("one"));
        for other in other_endings(&header).chain([other]) {
            prop_assert!(basic::verify(&[secret(&key)], Some(&other)).is_err(), "{}", other);
        }
        let longer = secret(&format!("{key}{character}"));
        prop_assert!(basic::verify(&[longer], Some(&header)).is_err());
    }

    #[test]
    fn a_token_is_accepted_and_a_changed_one_refused(key in "[!-~]{1,90}", place: prop::sample::Index, character in "[!-~]") {
        for header in [key.clone(), format!("bearer {key}")] {
            prop_assert!(token::verify(&[secret(&key)], Some(&header)).is_ok());
        }
        let other = changed(&key, place, 0, character.chars().next().expect("one"));
        prop_assume!(other != key);
        prop_assert!(token::verify(&[secret(&key)], Some(&other)).is_err());
    }

    #[test]
    fn a_jwt_is_accepted_and_a_changed_one_refused(
        name in "[!-9;-~]{1,20}", key in SECRET, subject in "\\PC{1,20}", place: prop::sample::Index, character in "[!-~]",
    ) {
        let client = [Login::read(&format!("{name}:{key}")).expect("a login")];
        let now = Timestamp::from_millis(1_700_000_000_000).expect("in range");
        let header = jwt::sign(&client[0], &subject);
        prop_assert!(jwt::verify(&client, Some(&header), now).is_ok());
        let other = changed(&header, place, "bearer ".len(), character.chars().next().expect("one"));
        for other in other_endings(&header).chain([other]) {
            prop_assert!(jwt::verify(&client, Some(&other), now).is_err(), "{}", other);
        }
        for other in [format!("{name}:{key}{character}"), format!("{name}{character}:{key}")] {
            prop_assert!(jwt::verify(&[Login::read(&other).expect("a login")], Some(&header), now).is_err());
        }
    }

    #[test]
    fn no_header_panics(header in "\\PC{0,40}|(Basic|bearer) [!-~]{0,60}|[0-9a-f.]{0,50}", body: Vec<u8>) {
        let now = Timestamp::from_millis(1_700_000_000_000).expect("in range");
        let login = [Login::read("a-client:s3cret").expect("a login")];
        let key = [secret("a-client:s3cret")];
        prop_assert!(hmac_sha1::verify(&key, Some(&header), &body).is_err());
        prop_assert!(basic::verify(&key, Some(&header)).is_err());
        prop_assert!(token::verify(&key, Some(&header)).is_err());
        prop_assert!(jwt::verify(&login, Some(&header), now).is_err());
    }
}
