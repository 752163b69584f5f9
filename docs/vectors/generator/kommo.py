"""Kommo: HMAC-SHA1 of the body in `x-signature`. Not signed: time and URL."""

import unicodedata

from proof import b64, hmac_hex
from vector import base64_event, text_event, vector

SCHEME = "HMAC-SHA1 of the raw body with the channel secret, as 40 hex digits in the header x-signature"
SECRET = "pedal-and-spoke-channel-secret"
CHANNEL = "3f0c6a1e-52d7-4b8e-9a64-0d2b7c91e5f3"
SCOPE = CHANNEL + "_71d9e2b4-8c35-4f06-b1aa-6e40c2f7d918"
OTHER = "8a11c0de-0000-4000-8000-00000000beef_71d9e2b4-8c35-4f06-b1aa-6e40c2f7d918"
BODY = b'{"account_id":"71d9e2b4-8c35-4f06-b1aa-6e40c2f7d918","time":1800000000,"message":{"message":{"id":"m-1","type":"text","text":"Your bike is ready"}}}'
ESCAPED = rb'{"text":"https:\/\/example.com\/caf\u00e9"}'


def case(flag, id, comment, header=None, *, body=BODY, keys=SECRET, path=f"/kommo/{SCOPE}", name="x-signature", **more):
    """Returns a vector with the body's own signature, unless `header` is given; False means no header."""
    header = hmac_hex(SECRET, body) if header is None else header
    headers = [] if header is False else [(name, value) for value in (header if isinstance(header, list) else [header])]
    keyring = {"*": [keys]} if isinstance(keys, str) else keys
    return vector(flag, id, comment, keyring=keyring, path=path, headers=headers, body=body, **more)


def signed(flag, id, comment, body, signed_body=None, **more):
    """Returns a vector whose body differs from the signed one, if `signed_body` is given."""
    return case(flag, id, comment, hmac_hex(SECRET, body if signed_body is None else signed_body), body=body, **more)


def vectors():
    return [*ordinary(), *rotation(), *keyring(), *tampering(), *wrong_keys(), *header(), *body_bytes(), *unicode()]


def ordinary():
    other_scope = SCOPE.replace("71d9", "0000")
    return [
        case("Valid", "valid", "a version 2 message"),
        case("Valid", "rfc-2202-case-2", "RFC 2202, section 3, case 2: a published vector", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
             body=b"what do ya want for nothing?", keys="Jefe"),
        case("Valid", "long-secret", "a secret longer than SHA-1's block of 64 bytes", hmac_hex("long" * 20, BODY), keys="long" * 20),
        case("Valid", "hex-like-secret", "a secret of hex digits is used as text, not decoded", hmac_hex("00ff" * 10, BODY), keys="00ff" * 10),
        case("NotProven", "replay", "the same request a year later: the signature does not cover a time", now=1_831_536_000),
        case("NotProven", "another-url", "a body signed for one account, sent to the URL of another account with the same secret", path=f"/kommo/{other_scope}"),
    ]


def rotation():
    three = {"*": ["newest-secret", SECRET, "oldest-secret"]}
    return [
        case("Rotation", "rotated-newest", "signed with the newest of three secrets", hmac_hex("newest-secret", BODY), keys=three),
        case("Rotation", "rotated-previous", "signed with the previous secret", keys=three, key=1),
        case("Rotation", "rotated-oldest", "signed with the oldest secret", hmac_hex("oldest-secret", BODY), keys=three, key=2),
        case("Rotation", "retired", "signed with a removed secret", hmac_hex("retired-secret", BODY), keys=three, reason="wrong_signature"),
    ]


def keyring():
    star = {"*": ["star-secret"], CHANNEL: [SECRET]}
    return [
        case("Keyring", "channel-entry", "the part before the scope's underscore has an entry", keys=star),
        case("Keyring", "scope-entry", "the scope's own entry takes precedence over the channel's", keys={CHANNEL: ["channel-secret"], SCOPE: [SECRET]}),
        case("Keyring", "own-entry-excludes-star", "signed with the secret of *, but the channel has its own entry", hmac_hex("star-secret", BODY),
             keys=star, reason="wrong_signature"),
        case("Keyring", "star-for-others", "a channel without an entry", hmac_hex("star-secret", BODY), keys=star, path=f"/kommo/{OTHER}"),
        case("Keyring", "another-channels-secret", "signed with the secret of another channel", hmac_hex("other-secret", BODY),
             keys={CHANNEL: [SECRET], OTHER: ["other-secret"]}, reason="wrong_signature"),
        case("Keyring", "unknown-channel", "neither an entry for the channel nor *", keys={OTHER: [SECRET]}, reason="unknown_channel"),
        case("Keyring", "unknown-channel-unsigned", "neither an entry for the channel nor a header", False, keys={OTHER: [SECRET]}, reason="unknown_channel"),
        case("Keyring", "star-in-the-path", "the path names the channel *, which is not a channel", hmac_hex("star-secret", BODY), keys=star, path="/kommo/*"),
        case("Keyring", "encoded-channel", "a channel is percent-decoded", path="/kommo/my%20shop", keys={"my shop": [SECRET]}),
        case("Keyring", "no-channel", "without a channel, only * counts", path="/kommo"),
        case("Keyring", "no-channel-no-star", "without a channel and without *", path="/kommo", keys={CHANNEL: [SECRET]}, reason="unknown_channel"),
    ]


def tampering():
    middle = len(BODY) // 2
    flipped = {"first": 0, "middle": middle, "last": len(BODY) - 1}
    bits = [signed("Tampering", f"flipped-{place}", f"one bit of the {place} byte is flipped",
                   BODY[:at] + bytes([BODY[at] ^ 1]) + BODY[at + 1:], BODY, reason="wrong_signature") for place, at in flipped.items()]
    spaced = BODY.replace(b'":', b'": ')
    return bits + [
        signed("Tampering", "truncated", "the last byte is missing", BODY[:-1], BODY, reason="wrong_signature"),
        signed("Tampering", "emptied", "the whole body is missing", b"", BODY, reason="wrong_signature"),
        signed("Tampering", "extended", "a space is added after the body", BODY + b" ", BODY, reason="wrong_signature"),
        signed("Tampering", "leading-newline", "a newline is added before the body", b"\n" + BODY, BODY, reason="wrong_signature"),
        signed("Tampering", "newline-and-space", "a newline and a space are added after the body", BODY + b"\n ", BODY, reason="wrong_signature"),
        signed("Tampering", "pretty-printed", "the JSON was serialized again, with spaces", spaced, BODY, reason="wrong_signature"),
        signed("Tampering", "slashes-unescaped", r"the JSON was serialized again, without \/", ESCAPED.replace(rb"\/", b"/"), ESCAPED, reason="wrong_signature"),
        signed("Tampering", "letters-unescaped", r"the JSON was serialized again, without \u", ESCAPED.replace(rb"\u00e9", "é".encode()), ESCAPED,
               reason="wrong_signature"),
    ]


def wrong_keys():
    wrong = {"another-secret": "another", "empty-secret": "", "secret-with-newline": SECRET + "\n", "secret-with-space": SECRET + " ",
             "secret-upper-case": SECRET.upper(), "secret-cut": SECRET[:-1]}
    decoded = hmac_hex(bytes.fromhex("00ff" * 10), BODY)
    return [case("WrongKey", id, f"signed with {id.replace('-', ' ')}", hmac_hex(secret, BODY), reason="wrong_signature") for id, secret in wrong.items()] + [
        case("WrongKey", "secret-decoded-from-hex", "a secret of hex digits was decoded to bytes", decoded, keys="00ff" * 10, reason="wrong_signature"),
    ]


def header():
    good = hmac_hex(SECRET, BODY)
    zero = ("1" if good[0] == "0" else "0") + good[1:]
    forms = {"upper-case": good.upper(), "mixed-case": good[:20].upper() + good[20:], "padded": f" {good}\t"}
    malformed = {"empty": "", "blank": "  ", "cut": good[:39], "longer": good + "0", "prefixed": f"sha1={good}", "no-hex": "g" * 40,
                 "forty-bytes-of-accents": "é" * 20, "full-width-digits": "\uff10" * 40, "with-sign": "+" + good[1:],
                 "base64": b64(bytes.fromhex(good)), "sha256": hmac_hex(SECRET, BODY, "sha256"), "md5": hmac_hex(SECRET, BODY, "md5")}
    return [case("Header", id, f"the signature in another format: {id.replace('-', ' ')}", value) for id, value in forms.items()] + [
        case("Header", "name-in-capitals", "header names are case-insensitive", name="X-SIGNATURE"),
        case("Header", "missing", "no header", False, reason="missing_header"),
        case("Header", "another-name", "the signature in another header", name="authorization", reason="missing_header"),
        case("Header", "crm-webhook", "a webhook of another Kommo product, which does not sign", False, body=b"leads%5Badd%5D%5B0%5D%5Bid%5D=1", reason="missing_header"),
        case("Header", "first-digit-changed", "one digit is changed", zero, reason="wrong_signature"),
        case("Header", "all-zero", "forty zeros", "0" * 40, reason="wrong_signature"),
        case("Header", "twice-the-same", "two headers, both valid", [good, good], reason="malformed_header"),
        case("Header", "twice-good-first", "two headers, the second one invalid", [good, "0" * 40], reason="malformed_header"),
        case("Header", "twice-good-last", "two headers, the first one invalid", ["0" * 40, good], reason="malformed_header"),
    ] + [case("Header", f"malformed-{id}", f"not forty hex digits: {id.replace('-', ' ')}", value, reason="malformed_header") for id, value in malformed.items()]


def body_bytes():
    coded = b64(BODY).encode()
    raw = b'{"text":"\xff\xfe"}'
    return [
        signed("Bytes", "newline-not-signed", "a newline added after signing, as Kommo does", BODY + b"\n", BODY),
        signed("Bytes", "crlf-not-signed", "CR and LF added after signing", BODY + b"\r\n", BODY),
        signed("Bytes", "newlines-not-signed", "two newlines added after signing", BODY + b"\n\n", BODY),
        signed("Bytes", "newline-signed", "a signed newline", BODY + b"\n"),
        signed("Bytes", "signed-newline-removed", "a signed newline, removed after signing", BODY, BODY + b"\n", reason="wrong_signature"),
        signed("Bytes", "one-of-two-newlines-signed", "two newlines, only one of them signed", BODY + b"\n\n", BODY + b"\n", reason="wrong_signature"),
        signed("Bytes", "empty", "an empty body", b""),
        signed("Bytes", "only-newlines", "a body of line ends; the empty body was signed", b"\r\n\r\n", b""),
        signed("Bytes", "not-utf-8", "bytes that are not UTF-8", raw),
        signed("Bytes", "not-utf-8-replaced", "bytes that are not UTF-8, replaced in transit", raw.decode(errors="replace").encode(), raw, reason="wrong_signature"),
        signed("Bytes", "not-json", "the proof does not require JSON", b"<xml/>"),
        signed("Bytes", "escaped", r"JSON with \/ and \u", ESCAPED),
        case("Bytes", "text-event", "the body as text in the event", event=text_event(BODY)),
        case("Bytes", "base64-event", "the body in base64 in the event, decoded before verification", event=base64_event(BODY)),
        signed("Bytes", "base64-event-of-bytes", "bytes that are not text always arrive in base64", raw, event=base64_event(raw)),
        signed("Bytes", "base64-text-signed", "the base64 was signed instead of the bytes", BODY, coded, event=base64_event(BODY), reason="wrong_signature"),
        signed("Bytes", "body-that-is-base64", "a body that is itself base64 and is not decoded", coded, event=text_event(coded)),
    ]


def unicode():
    astral = '{"text":"\U0001F6B2 \U0001F468\u200d\U0001F469\u200d\U0001F467"}'.encode()
    composed = '{"text":"Zoë"}'
    decomposed = unicodedata.normalize("NFD", composed).encode()
    lone = rb'{"text":"half \ud83d"}'
    marked = b"\xef\xbb\xbf" + BODY
    return [
        signed("Unicode", "astral", "characters outside the Basic Multilingual Plane", astral),
        signed("Unicode", "astral-as-surrogates", "such a character with each surrogate encoded in three bytes (CESU-8)",
               astral.replace("\U0001F6B2".encode(), b"\xed\xa0\xbd\xed\xba\xb2"), astral, reason="wrong_signature"),
        signed("Unicode", "combining", "a letter and a combining mark", decomposed),
        signed("Unicode", "normalised", "a combining mark, composed in transit", composed.encode(), decomposed, reason="wrong_signature"),
        signed("Unicode", "latin-1", "UTF-8 when signed, Latin-1 on arrival", composed.encode("latin-1"), composed.encode(), reason="wrong_signature"),
        signed("Unicode", "lone-surrogate", "half an emoji as an escape, which some parsers reject", lone),
        signed("Unicode", "lone-surrogate-replaced", "half an emoji as an escape, replaced in transit", lone.replace(rb"\ud83d", rb"\ufffd"), lone, reason="wrong_signature"),
        signed("Unicode", "byte-order-mark", "a signed byte order mark", marked),
        signed("Unicode", "byte-order-mark-removed", "a signed byte order mark, removed in transit", BODY, marked, reason="wrong_signature"),
        signed("Unicode", "byte-order-mark-added", "a byte order mark that was not signed", marked, BODY, reason="wrong_signature"),
        signed("Unicode", "nul", "a NUL in the body", b'{"text":"a\x00b"}'),
        signed("Unicode", "cut-at-nul", "a body truncated at its NUL", b'{"text":"a', b'{"text":"a\x00b"}', reason="wrong_signature"),
        case("Unicode", "secret", "a secret that is not ASCII is encoded in UTF-8", hmac_hex("Schlüssel-\U0001F511", BODY), keys="Schlüssel-\U0001F511"),
        case("Unicode", "secret-latin-1", "a secret that is not ASCII, encoded in Latin-1", hmac_hex("Schlüssel".encode("latin-1"), BODY), keys="Schlüssel", reason="wrong_signature"),
    ]
