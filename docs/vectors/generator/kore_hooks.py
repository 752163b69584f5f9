"""Kore.ai's request API: a JWT, HS256, in `authorization: bearer`.

Not signed: body, URL, and, without `exp`, time. Of the body, only `from.id` is checked, and only against a claim
`userIdentity`.
"""

import hashlib

from proof import b64, b64url, jwt
from vector import NOW, base64_event, vector

SCHEME = "a JWT (HS256 with the client secret; appId or iss is the client id) in the header authorization: bearer"
CLIENT, SECRET = "cs-bike-client", "kore-client-secret"
LOGIN = f"{CLIENT}:{SECRET}"
CLAIMS = {"appId": CLIENT, "sub": "rider-7"}
HEADER = {"alg": "HS256", "typ": "JWT"}
BODY = b'{"message":{"text":"Is my bike ready?"},"from":{"id":"rider-7"}}'


def case(flag, id, comment, token=None, *, header=None, keys=LOGIN, path="/kore/chatbot/hooks/bike-bot", name="authorization", body=BODY, **more):
    """Returns a vector with a valid token, unless `token` or `header` is given; False means no header."""
    header = f"bearer {token or jwt(SECRET, CLAIMS)}" if header is None else header
    headers = [] if header is False else [(name, value) for value in (header if isinstance(header, list) else [header])]
    keyring = {"*": [keys]} if isinstance(keys, str) else keys
    return vector(flag, id, comment, keyring=keyring, path=path, headers=headers, body=body, **more)


def claims(id, comment, changes, **more):
    """Returns a vector with a validly signed token and these changed claims; None removes a claim."""
    made = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    return case("Claims", id, comment, jwt(SECRET, made), **more)


def vectors():
    return [*ordinary(), *keys(), *header_form(), *token_form(), *algorithm(), *client_and_subject(), *user(), *time(), *body_and_text()]


def ordinary():
    hooks = {"v2": "/kore/chatbot/v2/webhook/bike-bot", "hook-instance": "/kore/chatbot/hooks/bike-bot/hookInstance/h-1",
             "v2-hook-instance": "/kore/chatbot/v2/webhook/bike-bot/hookInstance/h-1"}
    return [case("Valid", "valid", "the documented minimum: appId and sub")] + [
        case("Valid", f"path-{id}", "another of the paths", path=path) for id, path in hooks.items()
    ]


def keys():
    new, old = f"{CLIENT}:newest-secret", f"{CLIENT}:oldest-secret"
    three = {"*": [new, LOGIN, old]}
    two = {"*": [LOGIN, "cs-other:other-secret"]}
    signed = lambda secret, client=CLIENT: jwt(secret, {"appId": client, "sub": "rider-7"})
    wrong = {"another-secret": "another", "empty-secret": "", "secret-cut": SECRET[:-1], "secret-with-newline": SECRET + "\n", "the-whole-login": LOGIN,
             "the-client-id": CLIENT}
    return [
        case("Rotation", "rotated-newest", "the newest of three secrets of one client", signed("newest-secret"), keys=three),
        case("Rotation", "rotated-previous", "the previous secret", keys=three, key=1),
        case("Rotation", "rotated-oldest", "the oldest secret", signed("oldest-secret"), keys=three, key=2),
        case("Rotation", "retired", "a removed secret", signed("retired-secret"), keys=three, reason="wrong_signature"),
        case("Rotation", "second-client", "another client id with its own secret", signed("other-secret", "cs-other"), keys=two, key=1),
        case("Rotation", "clients-mixed", "the id of one client with the secret of another", signed("other-secret"), keys=two, reason="wrong_client"),
        case("Rotation", "clients-with-one-secret", "two clients with the same secret: the client id decides", signed(SECRET, "cs-other"),
             keys={"*": [LOGIN, f"cs-other:{SECRET}"]}, key=1),
        case("Keyring", "own-entry", "the bot has an entry", keys={"bike-bot": [LOGIN], "*": [new]}),
        case("Keyring", "own-entry-excludes-star", "the client of *, but the bot has its own entry", signed("newest-secret"), keys={"bike-bot": [LOGIN], "*": [new]},
             reason="wrong_signature"),
        case("Keyring", "another-bots", "the client of another bot", signed("b"), keys={"bike-bot": [LOGIN], "b": [f"{CLIENT}:b"]}, reason="wrong_signature"),
        case("Keyring", "unknown-bot", "neither an entry for the bot nor *", keys={"b": [LOGIN]}, reason="unknown_channel"),
        case("Keyring", "secret-with-colons", "a login is split at its first colon", signed("a:b:c"), keys=f"{CLIENT}:a:b:c"),
        case("WrongKey", "secret-decoded-from-base64", "a secret that looks like base64 was decoded to bytes", jwt(b"secret", CLAIMS), keys=f"{CLIENT}:{b64('secret')}",
             reason="wrong_signature"),
    ] + [case("WrongKey", id, f"signed with {id.replace('-', ' ')}", jwt(secret, CLAIMS), reason="wrong_signature") for id, secret in wrong.items()]


def header_form():
    token = jwt(SECRET, CLAIMS)
    good = {"scheme-capital": f"Bearer {token}", "scheme-upper-case": f"BEARER {token}", "several-spaces": f"bearer   {token}", "padded": f" bearer {token} "}
    malformed = {"empty": "", "scheme-alone": "bearer", "without-scheme": token, "basic": f"Basic {token}", "scheme-glued": f"bearer{token}",
                 "no-dots": "bearer abc", "quoted": f'bearer "{token}"', "comma-after-it": f"bearer {token},"}
    return [case("Header", f"form-{id}", f"the header in another format: {id.replace('-', ' ')}", header=value) for id, value in good.items()] + [
        case("Header", f"malformed-{id}", f"a malformed header: {id.replace('-', ' ')}", header=value, reason="malformed_header") for id, value in malformed.items()
    ] + [
        case("Header", "missing", "no header", header=False, reason="missing_header"),
        case("Header", "another-name", "the token in another header", name="x-token", reason="missing_header"),
        case("Header", "name-in-capitals", "header names are case-insensitive", name="AUTHORIZATION"),
        case("Header", "twice-the-same", "two headers, both valid", header=[f"bearer {token}"] * 2, reason="wrong_signature"),
    ]


def token_form():
    head, body, mac = jwt(SECRET, CLAIMS).split(".")
    other = b64url('{"appId":"cs-bike-client","sub":"somebody-else"}')
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    spelled = mac[:-1] + last[last.index(mac[-1]) + 1]  # the last two bits are unused
    refused = {"claims-changed": (f"{head}.{other}.{mac}", "wrong_signature"), "header-changed": (f"{b64url('{}')}.{body}.{mac}", "wrong_signature"),
               "signature-changed": (f"{head}.{body}.{'A' if mac[0] != 'A' else 'B'}{mac[1:]}", "wrong_signature"),
               "signature-cut": (f"{head}.{body}.{mac[:-3]}", "wrong_signature"), "signature-empty": (f"{head}.{body}.", "wrong_signature"),
               "signature-missing": (f"{head}.{body}", "malformed_header"), "fourth-part": (f"{head}.{body}.{mac}.{mac}", "wrong_signature"),
               "signature-padded": (f"{head}.{body}.{mac}=", "malformed_header"), "signature-spelled-otherwise": (f"{head}.{body}.{spelled}", "malformed_header"),
               "signature-in-hex": (f"{head}.{body}.{'0' * 64}", "wrong_signature"), "space-within": (f"{head}. {body}.{mac}", "wrong_signature"),
               "newline-within": (f"{head}.{body}.{mac[:9]}\n{mac[9:]}", "malformed_header")}
    signed = {"claims-no-json": "hello", "claims-array": "[]", "claims-text": '"rider-7"', "claims-null": "null", "claims-empty": "", "claims-not-utf-8": b'{"sub":"\xff"}',
              "claims-cut": '{"appId":"cs-bike-client","sub":"rider'}
    return [case("Tampering", id, f"a valid token, changed: {id.replace('-', ' ')}", token, reason=reason) for id, (token, reason) in refused.items()] + [
        case("Claims", id, f"validly signed: {id.replace('-', ' ')}", jwt(SECRET, text), reason="malformed_header") for id, text in signed.items()
    ] + [
        case("Algorithm", "header-no-json", "validly signed, but the header is not JSON", jwt(SECRET, CLAIMS, "hello"), reason="malformed_header"),
        case("Algorithm", "header-array", "validly signed, but the header is not an object", jwt(SECRET, CLAIMS, "[]"), reason="malformed_header"),
    ]


def algorithm():
    claims_part = jwt(SECRET, CLAIMS).split(".")[1]
    unsigned = lambda alg: f"{b64url(alg)}.{claims_part}."
    named = {"none": "none", "none-capital": "None", "lower-case": "hs256", "rs256": "RS256", "es256": "ES256", "hs512-by-sha256": "HS512", "empty": "", "number": 256,
             "list": ["HS256"]}
    with_header = lambda **more: jwt(SECRET, CLAIMS, HEADER | more)
    return [
        case("Algorithm", "none-unsigned", "alg none without a signature", unsigned('{"alg":"none"}'), reason="wrong_signature"),
        case("Algorithm", "hs256-unsigned", "alg HS256 without a signature", unsigned('{"alg":"HS256"}'), reason="wrong_signature"),
        case("Algorithm", "hs384", "signed with HMAC-SHA384", jwt(SECRET, CLAIMS, {"alg": "HS384"}, hashlib.sha384), reason="wrong_signature"),
        case("Algorithm", "hs512", "signed with HMAC-SHA512", jwt(SECRET, CLAIMS, {"alg": "HS512"}, hashlib.sha512), reason="wrong_signature"),
        case("Algorithm", "alg-missing", "signed with HMAC-SHA256, but the header names no algorithm", jwt(SECRET, CLAIMS, {"typ": "JWT"}), reason="wrong_algorithm"),
        case("Algorithm", "crit", "a critical extension", with_header(crit=["b64"], b64=False), reason="critical_header"),
        case("Algorithm", "crit-empty", "an empty list of critical extensions", with_header(crit=[]), reason="critical_header"),
        case("Algorithm", "kid-and-urls", "key ids and URLs in the header are not followed", with_header(kid="../../etc/passwd", jku="https://attacker.example/k")),
        case("Algorithm", "own-key", "signed with a key from the header itself",
             jwt("attacker", CLAIMS, HEADER | {"jwk": {"kty": "oct", "k": b64url("attacker")}}), reason="wrong_signature"),
        case("Algorithm", "claims-in-the-header", "claims in the header are ignored", with_header(appId="another", exp=1)),
        case("Algorithm", "claims-only-in-the-header", "claims only in the header do not count", jwt(SECRET, {}, HEADER | CLAIMS), reason="missing_subject"),
        case("Algorithm", "no-typ", "typ can be missing", jwt(SECRET, CLAIMS, {"alg": "HS256"})),
    ] + [case("Algorithm", f"named-{id}", "signed with HMAC-SHA256, but the header names another algorithm", jwt(SECRET, CLAIMS, {"alg": alg}), reason="wrong_algorithm")
         for id, alg in named.items()]


def client_and_subject():
    return [
        claims("iss", "iss instead of appId", {"appId": None, "iss": CLIENT}),
        claims("app-id-before-iss", "appId counts if both are present", {"iss": "another"}),
        claims("iss-does-not-help", "an invalid appId and a valid iss", {"appId": "another", "iss": CLIENT}, reason="wrong_client"),
        claims("app-id-another", "another client id", {"appId": "cs-other"}, reason="wrong_client"),
        claims("app-id-in-capitals", "the client id in another case", {"appId": CLIENT.upper()}, reason="wrong_client"),
        claims("app-id-with-space", "the client id followed by a space", {"appId": CLIENT + " "}, reason="wrong_client"),
        claims("app-id-empty", "an empty client id", {"appId": ""}, reason="wrong_client"),
        claims("app-id-list", "a list of client ids", {"appId": [CLIENT]}, reason="wrong_client"),
        claims("app-id-missing", "no client id", {"appId": None}, reason="wrong_client"),
        case("Claims", "app-id-null", "a null appId counts as missing, so iss counts", jwt(SECRET, f'{{"appId":null,"iss":"{CLIENT}","sub":"1"}}')),
        case("Claims", "app-id-twice", "of two claims with the same name, the last counts (RFC 7519, section 4)", jwt(SECRET, f'{{"appId":"another","appId":"{CLIENT}","sub":"1"}}')),
        case("Claims", "app-id-twice-last-wrong", "two appId claims, the last one invalid",
             jwt(SECRET, f'{{"appId":"{CLIENT}","appId":"another","sub":"1"}}'), reason="wrong_client"),
        claims("sub-number", "a number as the subject", {"sub": 8412}),
        claims("sub-zero", "zero as the subject", {"sub": 0}),
        claims("sub-empty", "an empty subject", {"sub": ""}, reason="missing_subject"),
        claims("sub-missing", "no subject", {"sub": None}, reason="missing_subject"),
        claims("sub-object", "an object as the subject", {"sub": {"id": "rider-7"}}, reason="missing_subject"),
        claims("sub-true", "true as the subject", {"sub": True}, reason="missing_subject"),
        claims("aud", "any audience", {"aud": ["https://idproxy.example/authorize", 7]}),
        claims("unknown", "other claims are ignored", {"isAnonymous": False, "scope": "x"}),
    ]


def user():
    """Returns vectors for the claim `userIdentity` and the body's `from.id`: if both are present, they must be equal as texts."""
    of = lambda id, comment, claim, body=BODY, **more: claims(f"user-{id}", comment, {"userIdentity": claim}, body=body, **more)
    from_id = lambda text: b'{"message":{"text":"Hello"},"from":{"id":' + text.encode() + b"}}"
    another = {"another": "rider-8", "in-capitals": "RIDER-7", "with-space": "rider-7 ", "cut": "rider-", "longer": "rider-77", "with-nul": "rider-7\0"}
    absent = {"emptied-body": b"", "body-not-json": b"hello", "body-array": b'[{"from":{"id":"rider-8"}}]', "no-from": b'{"message":{"text":"Hello"}}',
              "from-id-null": from_id("null"), "from-id-empty": from_id('""'), "from-id-zero": from_id("0"), "from-is-text": b'{"from":"rider-8"}'}
    return [
        of("same", "the body's user", "rider-7"),
        of("escaped-in-the-body", "the body's user, written with an escape", "rider-7", from_id(r'"rider\u002d7"')),
        of("number", "a number that the body has as text", 7, from_id('"7"')),
        of("number-in-the-body", "a text that the body has as a number", "7", from_id("7")),
        of("large-number", "whole numbers beyond 2^53 stay exact", 9007199254740993, from_id("9007199254740993")),
        of("large-number-another", "two different numbers that are equal as doubles", 9007199254740993, from_id("9007199254740992"), reason="wrong_user"),
        case("Claims", "user-null", "a null claim counts as missing", jwt(SECRET, CLAIMS | {"userIdentity": None}), body=from_id('"rider-8"')),
        of("empty", "an empty claim counts as missing", "", from_id('"rider-8"')),
        of("zero", "zero counts as missing", 0, from_id('"rider-8"')),
        of("decomposed", "the accent as a separate character", "Zoe\u0308", from_id('"Zo\u00eb"'), reason="wrong_user"),
        of("elsewhere-in-the-body", "an id from elsewhere in the body", "rider-8", b'{"from":{"id":"rider-7"},"to":{"id":"rider-8"},"id":"rider-8"}',
           reason="wrong_user"),
        of("twice-in-the-body", "of two members with the same name, the last counts", "rider-7", b'{"from":{"id":"rider-8"},"from":{"id":"rider-7"}}'),
        of("twice-in-the-body-last-wrong", "two members with the same name, the last one with another user", "rider-7", b'{"from":{"id":"rider-7"},"from":{"id":"rider-8"}}',
           reason="wrong_user"),
        case("Claims", "user-and-wrong-client", "the client is checked first", jwt(SECRET, {"appId": "another", "sub": "1", "userIdentity": "rider-8"}),
             reason="wrong_client"),
        case("WrongKey", "user-and-wrong-secret", "the signature is checked before the client", jwt("another", CLAIMS | {"userIdentity": "rider-8"}), reason="wrong_signature"),
    ] + [of(id, f"a user other than the body's: {id.replace('-', ' ')}", claim, reason="wrong_user") for id, claim in another.items()] + [
        of(id, f"a body without a user, which is left to the parser: {id.replace('-', ' ')}", "rider-7", body) for id, body in absent.items()
    ]


def time():
    beyond = lambda id, comment, text: case("Claims", id, comment, jwt(SECRET, f'{{"appId":"{CLIENT}","sub":"1",{text}}}'), reason="malformed_time")
    exp = lambda id, comment, value, **more: claims(f"exp-{id}", comment, {"exp": value}, **more)
    nbf = lambda id, comment, value, **more: claims(f"nbf-{id}", comment, {"nbf": value}, **more)
    return [
        case("NotProven", "no-exp", "without exp, a token never expires", now=NOW + 20 * 365 * 86_400),
        exp("ahead", "expires in an hour", NOW + 3600),
        exp("within-leeway", "expired 59 seconds ago, within the leeway of 60", NOW - 59),
        exp("at-leeway", "expired 60 seconds ago", NOW - 60, reason="expired"),
        exp("past", "expired an hour ago", NOW - 3600, reason="expired"),
        exp("fraction", "a time with a fraction of a second", NOW + 0.5),
        exp("fraction-past", "expired half a second beyond the leeway", NOW - 60.5, reason="expired"),
        exp("far", "a time too far in the future for any calendar", 1e300),
        exp("zero", "1970", 0, reason="expired"),
        exp("negative", "before 1970", -1, reason="expired"),
        exp("milliseconds", "milliseconds, interpreted as seconds: valid for a long time", (NOW - 3600) * 1000),
        exp("text", "a number as text", str(NOW + 3600), reason="malformed_time"),
        exp("true", "true instead of a number", True, reason="malformed_time"),
        exp("list", "a list", [NOW + 3600], reason="malformed_time"),
        case("Claims", "exp-null", "null instead of a number", jwt(SECRET, CLAIMS | {"exp": None}), reason="malformed_time"),
        beyond("exp-beyond-a-double", "a number too large for a double would be infinite and never expire", '"exp":1e999'),
        beyond("exp-below-a-double", "a negative number too large for a double", '"exp":-1e999'),
        nbf("past", "valid since an hour ago", NOW - 3600),
        nbf("at-leeway", "valid in 60 seconds", NOW + 60),
        nbf("after-leeway", "valid in 61 seconds", NOW + 61, reason="not_yet_valid"),
        nbf("text", "a number as text", str(NOW), reason="malformed_time"),
        beyond("nbf-beyond-a-double", "a number too large for a double", '"nbf":1e999'),
        beyond("nbf-below-a-double", "a negative number too large for a double would always be valid", '"nbf":-1e999'),
        case("Claims", "exp-no-json-number", "Infinity is not JSON", jwt(SECRET, f'{{"appId":"{CLIENT}","sub":"1","exp":Infinity}}'), reason="malformed_header"),
        claims("iat-ahead", "issued tomorrow: ignored", {"iat": NOW + 86_400}),
        claims("iat-text", "issued at a text: ignored", {"iat": "now"}),
    ]


def body_and_text():
    raw = b'{"from":{"id":"\xff"}}'
    return [
        case("NotProven", "another-body", "a JWT does not sign the body, and without userIdentity it does not cover the user", body=BODY.replace(b"rider-7", b"rider-8")),
        case("NotProven", "emptied", "no body", body=b""),
        case("NotProven", "another-url", "sent to the URL of another bot with the same client", path="/kore/chatbot/hooks/other-bot"),
        case("Bytes", "not-utf-8", "bytes that are not UTF-8", body=raw, event=base64_event(raw)),
        case("Bytes", "base64-event", "the body in base64 in the event", event=base64_event(BODY)),
        case("Unicode", "secret", "a secret that is not ASCII is encoded in UTF-8", jwt("Schlüssel-\U0001F511", CLAIMS), keys=f"{CLIENT}:Schlüssel-\U0001F511"),
        case("Unicode", "secret-latin-1", "a secret that is not ASCII, encoded in Latin-1", jwt("Schlüssel".encode("latin-1"), CLAIMS), keys=f"{CLIENT}:Schlüssel", reason="wrong_signature"),
        case("Unicode", "client", "a client id that is not ASCII", jwt(SECRET, '{"appId":"Rad\u00fc\U0001F6B2","sub":"1"}'), keys=f"Rad\u00fc\U0001F6B2:{SECRET}"),
        case("Unicode", "client-escaped", "a client id that is not ASCII, escaped", jwt(SECRET, {"appId": "Rad\u00fc\U0001F6B2", "sub": "1"}), keys=f"Rad\u00fc\U0001F6B2:{SECRET}"),
        case("Unicode", "client-decomposed", "a client id with its accent as a separate character", jwt(SECRET, {"appId": "Radu\u0308", "sub": "1"}),
             keys=f"Rad\u00fc:{SECRET}", reason="wrong_client"),
        case("Unicode", "sub-lone-surrogate", "half an emoji as an escape in the subject", jwt(SECRET, rb'{"appId":"cs-bike-client","sub":"\ud83d"}')),
        case("Unicode", "client-cut-at-nul", "a client id with a NUL", jwt(SECRET, {"appId": CLIENT + "\0", "sub": "1"}), reason="wrong_client"),
        case("Unicode", "claims-after-byte-order-mark", "a byte order mark before the claims", jwt(SECRET, "\ufeff" + '{"appId":"cs-bike-client","sub":"1"}')),
    ]
