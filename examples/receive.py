"""Receives what the worker delivers, verifies it (Standard Webhooks) and handles each event once.

A duplicate that arrives while the first copy is being handled is answered 500: it comes again.

    pip install standardwebhooks
    DELIVERY_SECRET=whsec_… PORT=3000 python receive.py
"""

import json
import os
import sys
from base64 import b64decode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

from standardwebhooks import Webhook, WebhookVerificationError

LARGEST_EVENT = 1_048_576

# The ids of handled events, and of those that are being handled. One process forgets them when it ends: keep them where your work is kept
# (docs/handling-events.md, "Drop duplicates").
handled, in_progress, lock = set(), set(), Lock()


def handle(event):
    """Your code. An exception is answered 500: the event comes again."""
    text = (event["data"]["message"] or {}).get("text")
    print(event["id"], event["type"], json.dumps(text, ensure_ascii=False), flush=True)


def handle_once(event):
    with lock:
        if event["id"] in handled:
            return
        if event["id"] in in_progress:
            raise RuntimeError("a copy is being handled")
        in_progress.add(event["id"])
    try:
        handle(event)
        handled.add(event["id"])
    finally:
        in_progress.remove(event["id"])


def parse(body):
    """An event of version 1, including those of later releases. Another version is answered 500: it comes again."""
    event = json.loads(body)
    if (event["specversion"], event["dataschema"]) != ("1.0", "urn:chathooks:data:1"):
        raise ValueError("not an event of version 1")
    return event


def verifiers(setting):
    """One for each secret. Two secrets are valid while they rotate."""
    for secret in setting.split():
        if not secret.startswith("whsec_") or len(b64decode(secret.removeprefix("whsec_"), validate=True)) < 24:
            raise ValueError
        yield Webhook(secret)


def is_signed(body, headers):
    for webhook in webhooks:
        try:
            webhook.verify(body, headers, json_parse=False)
            return True
        except (WebhookVerificationError, ValueError):
            pass
    return False


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # the worker uses its connections again

    def do_POST(self):
        length = self.headers.get("content-length", "")
        if not length.isdigit() or int(length) > LARGEST_EVENT:
            self.close_connection = True
            return self.answer(413)
        body = self.rfile.read(int(length))  # the exact bytes: they are what is signed
        if not is_signed(body, dict(self.headers)):
            return self.answer(401)
        try:
            handle_once(parse(body))
        except Exception as error:
            print(f"event {self.headers['webhook-id']} failed: {type(error).__name__}", file=sys.stderr, flush=True)
            return self.answer(500)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        if status != 204:
            self.send_header("content-length", "0")
        self.end_headers()


SHAPE = "it must be whsec_ and the base64 of at least 24 bytes, or several of these, separated by spaces"
try:
    webhooks = list(verifiers(os.environ.get("DELIVERY_SECRET", "")))
except ValueError:
    sys.exit(f"DELIVERY_SECRET is not a secret; {SHAPE}")
if not webhooks:
    sys.exit(f"DELIVERY_SECRET is not set; {SHAPE}")
server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "3000"))), Receiver)
print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
