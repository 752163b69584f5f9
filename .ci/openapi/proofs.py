"""Schemathesis hooks: prove every request with the demo secrets, over the exact bytes that are sent."""

import base64
import hashlib
import hmac
import json
import os
import pathlib

import requests
import schemathesis

DEMO = dict(
    line.split("=", 1)
    for line in (pathlib.Path(os.environ["WORKSPACE"]) / "events/demo.env").read_text().splitlines()
    if line and not line.startswith("#")
)


def kommo(body):
    return {"X-Signature": hmac.new(DEMO["KOMMO_SECRET"].encode(), body.rstrip(b"\r\n"), hashlib.sha1).hexdigest()}


def kommunicate(_):
    return {"Authentication": "Basic " + base64.b64encode(DEMO["KOMMUNICATE_TOKEN"].encode()).decode()}


def kore_callback(_):
    return {"Authorization": f"bearer {DEMO['KORE_ACCESS_TOKEN']}"}


def kore_hooks(_):
    client, secret = DEMO["KORE_CLIENT"].split(":", 1)
    coded = lambda part: base64.urlsafe_b64encode(part).rstrip(b"=").decode()
    signed = coded(b'{"alg":"HS256","typ":"JWT"}') + "." + coded(json.dumps({"appId": client, "sub": "1"}).encode())
    return {"Authorization": f"bearer {signed}.{coded(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest())}"}


def qikchat(_):
    return {"Authorization": "Basic " + base64.b64encode(DEMO["QIKCHAT_LOGIN"].encode()).decode()}


class Proof(requests.auth.AuthBase):
    """Adds a webhook's proof to a request that is ready to be sent."""

    def __init__(self, prove):
        self.prove = prove

    def __call__(self, request):
        body = request.body or b""
        request.headers.update(self.prove(body.encode() if isinstance(body, str) else body))
        return request


for path, prove in {
    "^/kommo(/|$)": kommo,
    "^/kommunicate(/|$)": kommunicate,
    "^/kore/callback/": kore_callback,
    "^/kore/chatbot/": kore_hooks,
    "^/qikchat(/|$)": qikchat,
}.items():
    schemathesis.auth.set_from_requests(Proof(prove)).apply_to(path_regex=path)
