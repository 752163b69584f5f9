"""Receives what the worker delivers, verifies it (Standard Webhooks) and handles each event once.

    pip install standardwebhooks
    DELIVERY_SECRET=whsec_… PORT=3000 python receive.py
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

LARGEST_EVENT = 1_048_576

# The ids of handled events. One process forgets them when it ends: keep them where your work is kept
# (docs/handling-events.md, "Drop duplicates").
handled = set()


def handle(event):
    """Your code. An exception is answered 500: the event comes again."""
    text = (event["data"]["message"] or {}).get("text")
    print(event["id"], event["type"], json.dumps(text, ensure_ascii=False), flush=True)


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # the worker uses its connections again

    def do_POST(self):
        length = self.headers.get("content-length", "")
        if not length.isdigit() or int(length) > LARGEST_EVENT:
            self.close_connection = True
            return self.answer(413)
        body = self.rfile.read(int(length))  # the exact bytes: they are what is signed
        try:
            event = webhook.verify(body, dict(self.headers))
        except (WebhookVerificationError, ValueError):
            return self.answer(401)
        try:
            if event["id"] not in handled:
                handle(event)
                handled.add(event["id"])
        except Exception as error:
            print(f"event {self.headers['webhook-id']} failed: {type(error).__name__}", file=sys.stderr, flush=True)
            return self.answer(500)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        if status != 204:
            self.send_header("content-length", "0")
        self.end_headers()


if not os.environ.get("DELIVERY_SECRET"):
    sys.exit("DELIVERY_SECRET is not set; it must be one whsec_… secret of the worker")
webhook = Webhook(os.environ["DELIVERY_SECRET"])
server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "3000"))), Receiver)
print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
