"""Kore.ai: an event is either what a bot said (callback) or what a customer said to the bot (hooks)."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from urllib.parse import quote

from request import Request, Unanswerable, setting, to_json

VALID_S = 300


def answer(event, text, now=None):
    data = event["data"]
    role = (data["sender"] or {}).get("role")
    if data["kind"] != "message":
        raise Unanswerable("it is not a message")
    if role == "bot" and (data["recipient"] or {}).get("id"):
        return to_the_bot(data, text, time.time() if now is None else now)
    if role == "customer":
        return to_the_client(data, text)
    raise Unanswerable("it does not name the customer")


def to_the_bot(data, text, now):
    """Returns a request with the customer's next message to the bot."""
    client_id, _, secret = setting("KORE_CLIENT", "clientId:clientSecret of the channel's app").partition(":")
    url = setting("KORE_WEBHOOK_URL", "the webhook URL of the channel, with {bot} for the bot's ID")
    if "{bot}" in url:
        url = url.replace("{bot}", quote(channel(data), safe=""))
    customer, bot = data["recipient"]["id"], data["sender"]["id"] or channel(data)
    message = {"type": "text", "val": text} if "/v2/" in url else {"text": text}
    body = {"session": {"new": False}, "message": message, "from": {"id": customer}, "to": {"id": bot}}
    claims = {"appId": client_id, "sub": str(secrets.randbelow(10**10)), "userIdentity": customer}
    claims |= {"iat": int(now), "exp": int(now) + VALID_S}
    headers = {"Content-Type": "application/json", "Authorization": f"bearer {jwt(claims, secret)}"}
    return Request("POST", url, headers, to_json(body))


def to_the_client(data, text):
    """Returns a request with the bot's answer to the customer's client, as Kore.ai posts it in asynchronous mode."""
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"bearer {setting('KORE_ACCESS_TOKEN', 'the token that the client expects')}",
    }
    if not data["sender"]["id"]:
        raise Unanswerable("it does not name the customer")
    body = {"text": text, "to": data["sender"]["id"], "from": channel(data)}
    return Request("POST", setting("KORE_POST_URL", "where the client receives answers"), headers, to_json(body))


def channel(data):
    return data["channel"] or setting("KORE_BOT_ID", "the bot's ID, because the webhook URL has none")


def jwt(claims, secret):
    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    signed = ".".join(part(json.dumps(value).encode()) for value in ({"alg": "HS256", "typ": "JWT"}, claims))
    return f"{signed}.{part(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest())}"
