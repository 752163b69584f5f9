"""Receives what the worker of Chathooks delivers, verifies it (Standard Webhooks) and handles each event once.

DELIVERY_SECRET=whsec_… uvicorn app:app --port 3000
"""

import logging
import os
import sqlite3
import sys
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from standardwebhooks import Webhook, WebhookVerificationError

from chathooks_event import ChathooksEvent

LARGEST_EVENT = 1_048_576
# Your database. It has the ids of handled events beside the work, so that one transaction writes both.
DATABASE = os.environ.get("DATABASE", "events.sqlite3")
TABLES = """
CREATE TABLE IF NOT EXISTS handled_events (id TEXT PRIMARY KEY, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE IF NOT EXISTS messages (conversation TEXT, text TEXT);
"""


def verifiers(setting: str) -> Iterator[Webhook]:
    """One for each secret. Two secrets are valid while they rotate."""
    for secret in setting.split():
        if not secret.startswith("whsec_") or len(b64decode(secret.removeprefix("whsec_"), validate=True)) < 24:
            raise ValueError
        yield Webhook(secret)


SHAPE = "it must be whsec_ and the base64 of at least 24 bytes, or several of these, separated by spaces"
try:
    webhooks = list(verifiers(os.environ.get("DELIVERY_SECRET", "")))
except ValueError:
    sys.exit(f"DELIVERY_SECRET is not a secret; {SHAPE}")
if not webhooks:
    sys.exit(f"DELIVERY_SECRET is not set; {SHAPE}")
with closing(sqlite3.connect(DATABASE)) as connection:
    connection.executescript(TABLES)
app = FastAPI(openapi_url=None)
log = logging.getLogger("uvicorn.error")


class Refused(Exception):
    """Your code can never accept the event: a retry is useless."""


def handle(event: ChathooksEvent, database: sqlite3.Connection) -> None:
    """Your code. Its writes are committed together with the event's id. `Refused` moves the event to the dead-letter queue;
    after any other exception it is retried."""
    if message := event.data.message:
        database.execute("INSERT INTO messages VALUES (?, ?)", (event.data.conversation, message.text))


def handle_once(event: ChathooksEvent) -> None:
    with closing(sqlite3.connect(DATABASE)) as database, database:
        added = database.execute("INSERT INTO handled_events (id) VALUES (?) ON CONFLICT DO NOTHING", (event.id,))
        if added.rowcount:
            handle(event, database)


async def exact_body(request: Request) -> bytes:
    """The exact bytes, which are what the worker signed."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_EVENT:
            raise HTTPException(413)
    return bytes(body)


def is_signed(body: bytes, headers: dict[str, str]) -> bool:
    for webhook in webhooks:
        try:
            webhook.verify(body, headers, json_parse=False)
            return True
        except (WebhookVerificationError, ValueError):
            pass
    return False


# Not async: FastAPI runs it in a thread, where it may wait for the database.
@app.post("/events")
def receive(request: Request, body: Annotated[bytes, Depends(exact_body)]) -> Response:
    if not is_signed(body, dict(request.headers)):
        return Response(status_code=401)
    event_id = request.headers["webhook-id"]
    try:
        # An event of another version fails here: it is retried until this receiver knows the version.
        handle_once(ChathooksEvent.model_validate_json(body))
    except Refused:
        log.error("event %s refused", event_id)
        return Response(status_code=422, headers={"chathooks-refuse": "true"})
    except Exception as error:
        # The text of an error can hold what a customer wrote.
        log.error("event %s failed: %s", event_id, type(error).__name__)
        return Response(status_code=500)
    # Only now: the work is stored.
    return Response(status_code=204)
