use super::*;

#[test]
fn kommo_verified() {
    let signature = proof::hmac_sha1(KOMMO, BODY.as_bytes());
    let verdict = verdict("", "/kommo/shop", ("X-Signature", &signature), format!("{BODY}\n").as_bytes());
    assert_eq!((verdict.outcome, verdict.key_position, verdict.keys), (Outcome::Verified, Some(0), Some(1)));
    assert_eq!((verdict.body_bytes, verdict.checked_bytes), (BODY.len() + 1, Some(BODY.len())));
    assert_eq!((verdict.expected.clone(), verdict.reason), (verdict.received.clone(), None));
    assert_eq!(verdict.received, Some(format!("{}… (40 characters)", &signature[..4])));
    assert_eq!(verdict.channel.as_deref(), Some("shop"));
    assert!(verdict.would_verify.is_empty() && verdict.advice.is_empty());
}

#[test]
fn kommo_the_second_of_two_keys() {
    let signature = proof::hmac_sha1("older-secret", BODY.as_bytes());
    let keyring = r#"KOMMO_SECRET={"shop":["newer-secret","older-secret"]}"#;
    let verdict = verdict(keyring, "/kommo/shop_account", ("x-signature", &signature), BODY.as_bytes());
    assert_eq!((verdict.key_position, verdict.keys), (Some(1), Some(2)));
    assert_eq!(verdict.secret.as_deref(), Some("KOMMO_SECRET: your own, from my.env"));
    assert_ne!(verdict.expected, verdict.received);
}

#[test]
fn kommo_the_body_was_changed_in_transit() {
    let long = BODY.replace(',', ",\r\n");
    let escaped = r#"{"text":"Gr\u00fc\u00dfe \/ <b>","ids":[1,2.50]}"#;
    for (signed, came, words) in [
        (format!("{BODY}\n"), BODY.into(), r"the body ended with a line feed (\n)"),
        (format!("{BODY}\r\n"), BODY.into(), r"the body ended with \r\n"),
        (BODY.into(), format!(" {BODY} "), "the body had no white space around it"),
        (long.replace("\r\n", "\n"), long.clone(), r"the body had \n line endings instead of \r\n"),
        (long.clone(), long.replace("\r\n", "\n"), r"the body had \r\n line endings instead of \n"),
        (BODY.into(), format!("\u{feff}{BODY}"), "the body had no byte order mark"),
        (format!("\u{feff}{BODY}"), BODY.into(), "the body had a byte order mark"),
        (BODY.into(), STANDARD.encode(BODY), "the body were decoded from base64"),
        (STANDARD.encode(BODY), BODY.into(), "the body were encoded in base64"),
        ("a=b c&d={}".into(), "a=b+c&d=%7B%7D".into(), "the body were decoded from form encoding"),
        (BODY.into(), BODY.bytes().map(char::from).collect(), "the body were still UTF-8"),
        (BODY.into(), BODY.replace(':', ": ").replace(',', ", "), "the body were written without white space, as JSON.stringify writes it"),
        (BODY.replace(':', ": ").replace(',', ", "), BODY.into(), "the body were written with a space after each `:` and `,`, as Python's"),
        (BODY.replace('/', r"\/"), BODY.into(), r"the body were written with `/` as `\/`"),
        (BODY.into(), escaped.replace(r"\/", "/"), r"the body were written with characters instead of `\u` escapes"),
        (
            escaped.into(),
            BODY.into(),
            r"the body were written with `/` as `\/`, as PHP writes it and with `\u` escapes for non-ASCII characters",
        ),
        (BODY.replace('<', r"\u003c").replace('>', r"\u003e"), BODY.into(), r"the body were written with `\u` escapes for `<`, `>`"),
        (escaped.replace(',', ",\n    ").replace('{', "{\n    "), "{}".into(), ""),
    ] {
        let signature = proof::hmac_sha1(KOMMO, signed.as_bytes());
        let verdict = verdict("", "/kommo", ("x-signature", &signature), came.as_bytes());
        assert_eq!(verdict.reason, Some("wrong_signature"));
        if words.is_empty() {
            remedies(&verdict, &[]);
            continue;
        }
        remedies(&verdict, &[words]);
        assert!(
            verdict.would_verify[0].ends_with(&format!("({} bytes instead of {})", signed.len(), came.len())),
            "{:?}",
            verdict.would_verify
        );
    }
}

#[test]
fn kommo_the_header_has_another_form() {
    let signature = proof::hmac_sha1(KOMMO, BODY.as_bytes());
    let bytes: Vec<u8> = (0..20).map(|place| u8::from_str_radix(&signature[place * 2..place * 2 + 2], 16).expect("hex")).collect();
    for (name, value, reason, words) in [
        ("x-signature", format!("sha1={signature}"), "malformed_header", "the header x-signature had no algorithm name"),
        ("x-signature", STANDARD.encode(bytes), "malformed_header", "the header x-signature contained the signature in hex"),
        ("x-signature", format!("\"{signature}\""), "malformed_header", "the header x-signature had no quotes"),
        ("x-signature", format!("{} {}", &signature[..20], &signature[20..]), "malformed_header", "the header x-signature were one word"),
        ("x-hub-signature", signature.clone(), "missing_header", "the header x-hub-signature were named x-signature"),
        (
            "x-hub-signature",
            format!("sha1={signature}"),
            "missing_header",
            "the header x-hub-signature were named x-signature and had no algorithm name",
        ),
    ] {
        let verdict = verdict("", "/kommo", (name, &value), BODY.as_bytes());
        assert_eq!(verdict.reason, Some(reason), "{value}");
        remedies(&verdict, &[words]);
    }
    // Upper case is accepted.
    assert_eq!(verdict("", "/kommo", ("x-signature", &signature.to_uppercase()), BODY.as_bytes()).outcome, Outcome::Verified);
}

#[test]
fn kommo_the_secret_differs() {
    let header = |secret: &str| proof::hmac_sha1(secret, BODY.as_bytes());
    for (settings, signed_by, words) in [
        (r#"KOMMO_SECRET={"shop":"secret-one","other":["secret-two"]}"#, "secret-two", "its path named the channel other"),
        (r#"KOMMO_SECRET={"shop":"secret-one","*":["secret-two"]}"#, "secret-two", "the channel had no entry in KOMMO_SECRET"),
        (r#"KOMMO_SECRET={"other":"secret-one"}"#, "secret-one", "its path named the channel other"),
        ("KOMMO_SECRET=secret-one", KOMMO, "KOMMO_SECRET were the demo secret"),
        (r#"KOMMO_SECRET=' secret-one '"#, "secret-one", "the secret in KOMMO_SECRET had no white space around it"),
        (r#"KOMMO_SECRET={"*":["`secret-one`"]}"#, "secret-one", "the secret in KOMMO_SECRET had no quotes around it"),
        ("KOMMO_SECRET=c2VjcmV0LW9uZQ==", "secret-one", "the secret in KOMMO_SECRET were decoded from base64"),
        ("KOMMO_SECRET=SECRET-ONE", "secret-one", "the secret in KOMMO_SECRET were in lower case"),
        ("KOMMO_SECRET=user:secret-one", "secret-one", "the secret in KOMMO_SECRET were only the part after its `:`"),
    ] {
        remedies(&verdict(settings, "/kommo/shop", ("x-signature", &header(signed_by)), BODY.as_bytes()), &[words]);
    }
    let unknown = verdict(r#"KOMMO_SECRET={"other":"secret-one"}"#, "/kommo/shop", ("x-signature", &header("secret-two")), BODY.as_bytes());
    assert_eq!((unknown.reason, unknown.keys), (Some("unknown_channel"), Some(0)));
    assert_eq!(unknown.advice, ["add the channel, or `*`, to KOMMO_SECRET"]);
}
