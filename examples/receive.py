"""Receives the worker's deliveries, verifies them (Standard Webhooks) and handles each event once.

    pip install standardwebhooks        (Python 3.10 or later)
    DELIVERY_SECRET=whsec_… PORT=3000 python receive.py
"""

import json
import os
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

from standardwebhooks import Webhook, WebhookVerificationError

LARGEST_EVENT = 1_048_576
VERSION_1 = ("1.0", "urn:chathooks:data:1")
SECRET = re.compile("whsec_([A-Za-z0-9+/]{4}){8,}([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")

# The IDs of handled events. They are lost when the process ends: store them in the database that holds your work
# (docs/handling-events.md, "Drop duplicates").
handled = set()
in_progress = set()
lock = Lock()


class Refused(Exception):
    """The event can never be handled, so a retry is useless."""


def handle(event):
    """Your code. `Refused` moves the event to the dead-letter queue; after any other exception, the event is retried."""
    text = (event["data"]["message"] or {}).get("text")
    print(event["id"], event["type"], json.dumps(text, ensure_ascii=False), flush=True)


def parsed(body):
    """Returns the event after checking the members that `handle` reads. Returns None for another version."""
    try:
        event = json.loads(body.decode(), parse_constant=not_json)
    except (ValueError, RecursionError):
        raise Refused from None
    if not isinstance(event, dict):
        raise Refused
    if (event.get("specversion"), event.get("dataschema")) != VERSION_1:
        return None
    match event:
        case {"id": str(), "type": str(), "data": {"message": None | {"text": None | str()}}}:
            return event
    raise Refused


def not_json(constant):
    """Rejects NaN and the like, which Python would accept."""
    raise ValueError(constant)


def handle_once(event):
    """Returns the response status. Requests are served in parallel, and two of them can carry the same event."""
    if event is None:
        return 503  # the worker retries it, and finally moves it to the dead-letter queue
    with lock:
        if event["id"] in handled:
            return 204
        if event["id"] in in_progress:
            return 503  # the worker retries it, because the first request can still fail
        in_progress.add(event["id"])
    try:
        handle(event)
        handled.add(event["id"])
        return 204
    finally:
        in_progress.discard(event["id"])


def verify(body, headers):
    """Verifies a body. During a rotation there are two secrets, one of which must match."""
    for webhook in webhooks:
        try:
            return webhook.verify(body, headers, json_parse=False)
        except WebhookVerificationError:
            continue
    raise WebhookVerificationError


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # the worker reuses its connections

    def do_POST(self):
        length = self.headers.get("content-length", "")
        if not length.isdigit() or int(length) > LARGEST_EVENT:
            self.close_connection = True
            return self.answer(413)
        body = self.rfile.read(int(length))  # the exact bytes, which the worker signed
        try:
            verify(body, dict(self.headers))
        except (WebhookVerificationError, ValueError):
            return self.answer(401)
        try:
            status = handle_once(parsed(body))
        except Refused:
            print(f"event {self.headers['webhook-id']} refused", file=sys.stderr, flush=True)
            return self.answer(422)
        except Exception as error:
            print(f"event {self.headers['webhook-id']} failed: {type(error).__name__}", file=sys.stderr, flush=True)
            return self.answer(500)
        self.answer(status)

    def answer(self, status):
        self.send_response(status)
        if status == 422:
            self.send_header("chathooks-refuse", "true")
        if status != 204:
            self.send_header("content-length", "0")
        self.end_headers()


secrets = os.environ.get("DELIVERY_SECRET", "").split()
if not secrets or not all(map(SECRET.fullmatch, secrets)):
    sys.exit(
        "DELIVERY_SECRET is not set or malformed; it must be one or more secrets of the worker, separated by spaces: "
        "whsec_ and base64 of at least 24 bytes each"
    )
webhooks = [Webhook(secret) for secret in secrets]
server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "3000"))), Receiver)
print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
