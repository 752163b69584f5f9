"""Kommunicate: `Basic` and the base64 of a bare token, in a header named `authentication`. Not signed: body, URL, time."""

import unicodedata

from basic_login import Webhook
from proof import basic

SCHEME = "Basic and the base64 of the token alone, in the header authentication, else in authorization"
TOKEN = "pedal-and-spoke~~>token??>"
BODY = b'{"key":"5-demo-1800000000000","from":"ana","groupId":1,"message":"Hello","timeStamp":1800000000000}'
WEBHOOK = Webhook("authentication", "/kommunicate", TOKEN, BODY, wraps=True)


def vectors():
    return WEBHOOK.common(lambda name: f"{name}-token") + own()


def own():
    case = WEBHOOK.case
    good, bad = basic(TOKEN), basic("another-token")
    composed, decomposed = "Zoë", unicodedata.normalize("NFD", "Zoë")
    return [
        case("Valid", "published", "the example of Kommunicate's page", "Basic YWJjZGVm", keys="abcdef"),
        case("Header", "authorization", "the same value in authorization, where there is no authentication", name="authorization"),
        case("Header", "both", "both headers, and authentication counts", headers=[("authentication", good), ("authorization", bad)]),
        case("Header", "both-authentication-wrong", "authorization does not help a wrong authentication",
             headers=[("authentication", bad), ("authorization", good)], reason="wrong_token"),
        case("Header", "both-authentication-empty", "nor an empty one", headers=[("authentication", ""), ("authorization", good)], reason="malformed_header"),
        case("Header", "alphabet-of-urls", "base64url in place of base64", good.replace("+", "-").replace("/", "_"), reason="malformed_header"),
        case("Header", "bits-after-the-end", "base64 with bits that stand for nothing: another spelling of `ab:cd`", "Basic YWI6Y2R=", keys="ab:cd",
             reason="malformed_header"),
        case("Header", "padding-too-long", "more padding than base64 has", "Basic YWI6Y2Q==", keys="ab:cd", reason="malformed_header"),
        case("WrongKey", "user-and-token", "a client that puts `user:` before the token", basic(f"user:{TOKEN}"), reason="wrong_token"),
        case("WrongKey", "token-and-colon", "a client that takes the token for a user", basic(f"{TOKEN}:"), reason="wrong_token"),
        case("WrongKey", "another", "another token", bad, reason="wrong_token"),
        case("Unicode", "token", "a token that is not ASCII is its UTF-8", basic(composed), keys=composed),
        case("Unicode", "token-decomposed", "the same token, its accent as a character of its own", basic(decomposed), keys=composed, reason="wrong_token"),
        case("Unicode", "token-latin-1", "the same token as Latin-1", basic(composed.encode("latin-1")), keys=composed, reason="wrong_token"),
        case("Unicode", "token-astral", "a token of an emoji", basic("\U0001F6B2"), keys="\U0001F6B2"),
    ]
