"""Kommunicate: `Basic` and the base64 of a bare token, in a header named `authentication`. Not signed: body, URL, time."""

import unicodedata

from basic_login import Webhook
from proof import b64, basic

SCHEME = "Basic and the base64 of only the token, in the header authentication, or else in authorization"
TOKEN = "pedal-and-spoke~~>token??>"
BODY = b'{"key":"5-demo-1800000000000","from":"ana","groupId":1,"message":"Hello","timeStamp":1800000000000}'
WEBHOOK = Webhook("authentication", "/kommunicate", TOKEN, BODY, may_wrap=True)


# Long enough for a second line of base64, which some encoders begin after 76 characters (RFC 2045, section 6.8).
LONG = "a-token-of-two-lines-" * 4


def vectors():
    return WEBHOOK.common(lambda name: f"{name}-token") + own() + wrapped()


def own():
    case = WEBHOOK.case
    good, bad = basic(TOKEN), basic("another-token")
    composed, decomposed = "Zoë", unicodedata.normalize("NFD", "Zoë")
    return [
        case("Valid", "published", "the example of Kommunicate's page", "Basic YWJjZGVm", keys="abcdef"),
        case("Header", "authorization", "the same value in authorization, without an authentication header", name="authorization"),
        case("Header", "both", "both headers; authentication takes precedence", headers=[("authentication", good), ("authorization", bad)]),
        case("Header", "both-authentication-wrong", "a valid authorization does not make up for an invalid authentication",
             headers=[("authentication", bad), ("authorization", good)], reason="wrong_token"),
        case("Header", "both-authentication-empty", "a valid authorization does not make up for an empty authentication", headers=[("authentication", ""), ("authorization", good)], reason="malformed_header"),
        case("Header", "alphabet-of-urls", "base64url instead of base64", good.replace("+", "-").replace("/", "_"), reason="malformed_header"),
        case("Header", "bits-after-the-end", "base64 with non-zero unused bits: another spelling of `ab:cd`", "Basic YWI6Y2R=", keys="ab:cd",
             reason="malformed_header"),
        case("Header", "padding-too-long", "too much padding", "Basic YWI6Y2Q==", keys="ab:cd", reason="malformed_header"),
        case("WrongKey", "user-and-token", "a client that puts `user:` before the token", basic(f"user:{TOKEN}"), reason="wrong_token"),
        case("WrongKey", "token-and-colon", "a client that uses the token as the user", basic(f"{TOKEN}:"), reason="wrong_token"),
        case("WrongKey", "another", "another token", bad, reason="wrong_token"),
        case("Unicode", "token", "a token that is not ASCII is encoded in UTF-8", basic(composed), keys=composed),
        case("Unicode", "token-decomposed", "a token with its accent as a separate character", basic(decomposed), keys=composed, reason="wrong_token"),
        case("Unicode", "token-latin-1", "a token that is not ASCII, encoded in Latin-1", basic(composed.encode("latin-1")), keys=composed, reason="wrong_token"),
        case("Unicode", "token-astral", "a token that is an emoji", basic("\U0001F6B2"), keys="\U0001F6B2"),
    ]


def wrapped():
    """White space within the base64 is ignored, because encoders for e-mail insert it."""
    coded = b64(LONG)
    breaks = {"space": " ", "line-feed": "\n", "line-end": "\r\n", "folded": "\r\n ", "tab": "\t", "spaces": "   "}
    at_76 = lambda end: end.join(coded[at:at + 76] for at in range(0, len(coded), 76))
    case = lambda id, comment, coded, **more: WEBHOOK.case("Header", f"wrapped-{id}", comment, f"Basic {coded}", keys=LONG, **more)
    return [case(f"by-{id}", f"wrapped at 76 characters with: {id.replace('-', ' ')}", at_76(end)) for id, end in breaks.items()] + [
        case("with-a-line-end-after-it", "also a line end after the last line", at_76("\r\n") + "\r\n"),
        case("after-each-character", "white space anywhere", " ".join(coded)),
        case("without-padding", "wrapped, and without padding", at_76(" ").rstrip("=")),
        case("another", "another token, wrapped", " ".join(b64(LONG + "x")), reason="wrong_token"),
        case("only-spaces", "only white space", " \t ", reason="malformed_header"),
        WEBHOOK.case("Header", "wrapped-in-authorization", "wrapped, in authorization", f"Basic {at_76(' ')}", keys=LONG, name="authorization"),
    ]
