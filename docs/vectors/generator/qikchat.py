"""Qikchat: `authorization: Basic`, a user and a password. Not signed: body, URL, time."""

import unicodedata

from basic_login import Webhook
from proof import basic

SCHEME = "Basic and the base64 of user:password (RFC 7617) in the header authorization"
LOGIN = "bike-shop:p:ss?>w~rd"
BODY = b'{"event":"whatsapp:message:in","payload":{"id":"q-1","contacts":[{"to":"12025550163"}],"message":{"type":"text","text":{"body":"Hello"}}}}'
WEBHOOK = Webhook("authorization", "/qikchat", LOGIN, BODY)


def vectors():
    return WEBHOOK.common(lambda name: f"{name}-user:{name}-password") + own()


def own():
    case = WEBHOOK.case
    user, password = LOGIN.split(":", 1)
    pound = "test:123\u00a3"
    composed, decomposed = "zoë:pässword", unicodedata.normalize("NFD", "zoë:pässword")
    wrong = {"another-password": f"{user}:another", "another-user": f"another:{password}", "user-alone": user, "user-and-colon": f"{user}:",
             "password-alone": password, "colon-and-password": f":{password}", "swapped": f"{password}:{user}", "user-in-capitals": f"{user.upper()}:{password}",
             "split-at-the-last-colon": f"{user}:{password.rsplit(':', 1)[1]}", "space-after-colon": f"{user}: {password}"}
    return [
        case("Valid", "rfc-7617-section-2", "RFC 7617, section 2", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", keys="Aladdin:open sesame"),
        case("Valid", "rfc-7617-section-2.1", "RFC 7617, section 2.1: UTF-8", "Basic dGVzdDoxMjPCow==", keys=pound),
        case("Header", "authentication", "the valid value in Kommunicate's header", name="authentication", reason="missing_header"),
        case("Header", "alphabet-of-urls", "base64url instead of base64", basic(LOGIN).replace("+", "-").replace("/", "_"), reason="malformed_header"),
        case("Unicode", "rfc-7617-as-latin-1", "a login that is not ASCII, encoded in Latin-1", basic(pound.encode("latin-1")), keys=pound, reason="wrong_token"),
        case("Unicode", "login", "a login that is not ASCII is encoded in UTF-8", basic(composed), keys=composed),
        case("Unicode", "login-decomposed", "a login with its accents as separate characters", basic(decomposed), keys=composed, reason="wrong_token"),
        case("Unicode", "login-astral", "a password that is an emoji", basic("ana:\U0001F6B2"), keys="ana:\U0001F6B2"),
    ] + [case("WrongKey", id, f"presented: {id.replace('-', ' ')}", basic(login), reason="wrong_token") for id, login in wrong.items()]
