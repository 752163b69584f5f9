"""One vector: a request, the keys that are accepted for it, and what a verifier must say of it."""

import base64
from urllib.parse import unquote

# The moment at which every request arrives, unless its vector says otherwise: seconds since 1970.
NOW = 1_800_000_000


def vector(flag, id, comment, *, keyring, path, headers, body, reason=None, key=0, now=NOW, event=None):
    """A vector. `reason` is why it is refused, `key` which key of the list accepts it; `headers` are pairs."""
    made = {
        "id": id,
        "comment": comment,
        "flags": [flag],
        "keyring": keyring,
        "channel": channel_of(path),
        "path": path,
        "headers": [list(pair) for pair in headers],
        "body": base64.b64encode(body).decode(),
        "now": now,
        "verdict": "invalid" if reason else "valid",
        "reason": reason,
        "key_position": None if reason else key,
    }
    if event:
        made["event"] = event
    return made


def channel_of(path):
    """The channel in a path: the segment after the webhook's own ones, percent-decoded."""
    for webhook in ["/kore/callback/", "/kore/chatbot/hooks/", "/kore/chatbot/v2/webhook/", "/kommo/", "/kommunicate/", "/qikchat/"]:
        if path.startswith(webhook):
            return unquote(path.removeprefix(webhook).split("/")[0])
    return None


def base64_event(body):
    """The body as AWS Lambda's HTTP API event carries bytes that are not text."""
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def text_event(body):
    """The body as that event carries text."""
    return {"body": body.decode(), "isBase64Encoded": False}
