"""One vector: a request, the keys that are accepted for it, and the verdict that a verifier must return."""

import base64
from urllib.parse import unquote

# When a request arrives, unless its vector sets another time: seconds since 1970.
NOW = 1_800_000_000


def vector(flag, id, comment, *, keyring, path, headers, body, reason=None, key=0, now=NOW, event=None):
    """Returns a vector. `reason` is why it is refused, `key` the index of the key that accepts it; `headers` are pairs."""
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
    """Returns the channel in a path: the segment after the webhook's own segments, percent-decoded."""
    for webhook in ["/kore/callback/", "/kore/chatbot/hooks/", "/kore/chatbot/v2/webhook/", "/kommo/", "/kommunicate/", "/qikchat/"]:
        if path.startswith(webhook):
            return unquote(path.removeprefix(webhook).split("/")[0])
    return None


def base64_event(body):
    """Returns the body as in AWS Lambda's HTTP API event if it is not text."""
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def text_event(body):
    """Returns the body as in AWS Lambda's HTTP API event if it is text."""
    return {"body": body.decode(), "isBase64Encoded": False}
