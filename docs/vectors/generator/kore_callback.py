"""Kore.ai's POST_URL: an access token in `authorization`, with or without `bearer`. Not signed: body, URL, time."""

from proof import b64
from vector import base64_event, vector

SCHEME = "the access token in the header authorization, with or without the scheme bearer"
TOKEN = "kore-access-T0ken/+="
BODY = b'{"text":"Your bike is ready","to":"rider-7","from":"st-bike-bot"}'


def case(flag, id, comment, header=f"bearer {TOKEN}", *, keys=TOKEN, path="/kore/callback/bike-bot", name="authorization", body=BODY, **more):
    """Returns a vector with a valid token, unless `header` is given; None means no header."""
    headers = [] if header is None else [(name, value) for value in (header if isinstance(header, list) else [header])]
    keyring = {"*": [keys]} if isinstance(keys, str) else keys
    return vector(flag, id, comment, keyring=keyring, path=path, headers=headers, body=body, **more)


def vectors():
    three = {"*": ["newest-token", TOKEN, "oldest-token"]}
    own = {"*": ["star-token"], "bike-bot": [TOKEN]}
    raw = b'{"text":"\xff"}'
    good = {"scheme-capital": f"Bearer {TOKEN}", "scheme-upper-case": f"BEARER {TOKEN}", "bare": TOKEN, "several-spaces": f"bearer   {TOKEN}",
            "tab": f"bearer\t{TOKEN}", "padded": f" bearer {TOKEN}  ", "bare-padded": f" {TOKEN} "}
    wrong = {"empty": "", "scheme-alone": "bearer", "nothing-after-it": "bearer ", "basic": f"Basic {TOKEN}", "basic-and-base64": f"Basic {b64(TOKEN)}",
             "base64": f"bearer {b64(TOKEN)}", "another-scheme": f"Token {TOKEN}", "scheme-twice": f"bearer bearer {TOKEN}", "scheme-glued": f"bearer{TOKEN}",
             "cut": f"bearer {TOKEN[:-1]}", "longer": f"bearer {TOKEN}x", "in-capitals": f"bearer {TOKEN.upper()}", "quoted": f'bearer "{TOKEN}"',
             "comma-after-it": f"bearer {TOKEN},", "percent-encoded": f"bearer {TOKEN.replace('/', '%2F')}", "space-within": f"bearer {TOKEN[:4]} {TOKEN[4:]}"}
    return [
        case("Valid", "valid", "an ordinary message from a bot"),
        case("Rotation", "rotated-newest", "the newest of three tokens", "bearer newest-token", keys=three),
        case("Rotation", "rotated-previous", "the previous token", keys=three, key=1),
        case("Rotation", "rotated-oldest", "the oldest token", "bearer oldest-token", keys=three, key=2),
        case("Rotation", "retired", "a removed token", "bearer retired-token", keys=three, reason="wrong_token"),
        case("Keyring", "own-entry", "the bot has an entry", keys=own),
        case("Keyring", "own-entry-excludes-star", "the token of *, but the bot has its own entry", "bearer star-token", keys=own, reason="wrong_token"),
        case("Keyring", "star-for-others", "a bot without an entry", "bearer star-token", keys=own, path="/kore/callback/other-bot"),
        case("Keyring", "another-bots", "the token of another bot", "bearer b", keys={"bike-bot": [TOKEN], "b": ["b"]}, reason="wrong_token"),
        case("Keyring", "unknown-bot", "neither an entry for the bot nor *", keys={"b": [TOKEN]}, reason="unknown_channel"),
        case("Keyring", "unknown-bot-unproved", "neither an entry for the bot nor a header", None, keys={"b": [TOKEN]}, reason="unknown_channel"),
        case("Header", "missing", "no header", None, reason="missing_header"),
        case("Header", "another-name", "the valid value in another header", name="x-kore-token", reason="missing_header"),
        case("Header", "name-in-capitals", "header names are case-insensitive", name="AUTHORIZATION"),
        case("Header", "twice-the-same", "two headers, both valid", [f"bearer {TOKEN}"] * 2, reason="wrong_token"),
        case("Header", "twice-good-first", "two headers, the second one invalid", [f"bearer {TOKEN}", "bearer x"], reason="wrong_token"),
        case("Header", "token-like-a-scheme", "a token that itself begins with bearer", "bearer x", keys="bearer x"),
        case("Unicode", "token", "a token that is not ASCII is encoded in UTF-8", "bearer Schlüssel-\U0001F511", keys="Schlüssel-\U0001F511"),
        case("Unicode", "token-decomposed", "a token with its accent as a separate character", "bearer Schlu\u0308ssel", keys="Schl\u00fcssel", reason="wrong_token"),
        case("Unicode", "full-width", "letters that only look alike", "bearer \uff4bore", keys="kore", reason="wrong_token"),
        case("NotProven", "another-body", "the body is not signed", body=BODY.replace(b"ready", b"stolen")),
        case("NotProven", "emptied", "no body", body=b""),
        case("NotProven", "replay", "the same request a year later", now=1_831_536_000),
        case("NotProven", "another-url", "sent to the URL of another bot with the same token", path="/kore/callback/other-bot"),
        case("Bytes", "trailing-newline", "a newline after the body", body=BODY + b"\n"),
        case("Bytes", "not-utf-8", "bytes that are not UTF-8", body=raw, event=base64_event(raw)),
        case("Bytes", "base64-event", "the body in base64 in the event", event=base64_event(BODY)),
    ] + [case("Header", f"form-{id}", f"the header in another format: {id.replace('-', ' ')}", value) for id, value in good.items()] + [
        case("WrongKey", f"form-{id}", f"presented: {id.replace('-', ' ')}", value, reason="wrong_token") for id, value in wrong.items()
    ]
