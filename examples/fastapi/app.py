"""Receives the Chathooks worker's deliveries, verifies them (Standard Webhooks) and handles each event once.

DELIVERY_SECRET=whsec_… uvicorn app:app --port 3000
"""

import json
import logging
import os
import re
import sqlite3
import sys
from contextlib import closing
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from pydantic import ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from chathooks_event import ChathooksEvent

LARGEST_EVENT = 1_048_576
VERSION_1 = ("1.0", "urn:chathooks:data:1")
SECRET = re.compile("whsec_([A-Za-z0-9+/]{4}){8,}([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
# Your database. It stores the IDs of handled events next to the work, so that one transaction writes both.
DATABASE = os.environ.get("DATABASE", "events.sqlite3")
TABLES = """
CREATE TABLE IF NOT EXISTS handled_events (id TEXT PRIMARY KEY, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE IF NOT EXISTS messages (conversation TEXT, text TEXT);
"""

secrets = os.environ.get("DELIVERY_SECRET", "").split()
if not secrets or not all(map(SECRET.fullmatch, secrets)):
    sys.exit(
        "DELIVERY_SECRET is not set or malformed; it must be one or more secrets of the worker, separated by spaces: "
        "whsec_ and base64 of at least 24 bytes each"
    )
webhooks = [Webhook(secret) for secret in secrets]
with closing(sqlite3.connect(DATABASE)) as connection:
    connection.executescript(TABLES)
app = FastAPI(openapi_url=None)
log = logging.getLogger("uvicorn.error")


class Refused(Exception):
    """The event can never be accepted, so a retry is useless."""


class OtherVersion(Exception):
    """The event's version is unknown to this receiver, but a later release might accept it, so the worker retries it."""


def handle(event: ChathooksEvent, database: sqlite3.Connection) -> None:
    """Your code. Its writes are committed together with the event's ID. `Refused` moves the event to the dead-letter queue;
    after any other exception, the event is retried."""
    if message := event.data.message:
        database.execute("INSERT INTO messages VALUES (?, ?)", (event.data.conversation, message.text))


def parsed(body: bytes) -> ChathooksEvent:
    # Only here, because a ValidationError from your own code is a failure that should be retried.
    try:
        event = json.loads(body.decode(), parse_constant=not_json)
    except (ValueError, RecursionError):
        raise Refused from None
    if not isinstance(event, dict):
        raise Refused
    if (event.get("specversion"), event.get("dataschema")) != VERSION_1:
        raise OtherVersion
    try:
        return ChathooksEvent.model_validate(event)
    except ValidationError:
        raise Refused from None


def not_json(constant: str) -> None:
    """Rejects NaN and the like, which Python would accept."""
    raise ValueError(constant)


def handle_once(event: ChathooksEvent) -> None:
    with closing(sqlite3.connect(DATABASE)) as database, database:
        added = database.execute("INSERT INTO handled_events (id) VALUES (?) ON CONFLICT DO NOTHING", (event.id,))
        if added.rowcount:
            handle(event, database)


def verify(body: bytes, headers: dict[str, str]) -> None:
    """Verifies a body. During a rotation there are two secrets, one of which must match."""
    for webhook in webhooks:
        try:
            return webhook.verify(body, headers, json_parse=False)
        except WebhookVerificationError:
            continue
    raise WebhookVerificationError


async def exact_body(request: Request) -> bytes:
    """Returns the exact bytes, which the worker signed."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_EVENT:
            raise HTTPException(413)
    return bytes(body)


# Not async: FastAPI runs it in a thread, where it can wait for the database.
@app.post("/events")
def receive(request: Request, body: Annotated[bytes, Depends(exact_body)]) -> Response:
    try:
        verify(body, dict(request.headers))
    except (WebhookVerificationError, ValueError):
        return Response(status_code=401)
    event_id = request.headers["webhook-id"]
    try:
        handle_once(parsed(body))
    except Refused:
        log.error("event %s refused", event_id)
        return Response(status_code=422, headers={"chathooks-refuse": "true"})
    except OtherVersion:
        log.error("event %s is of another version", event_id)
        return Response(status_code=503)
    except Exception as error:
        # The text of an error can contain what a customer wrote.
        log.error("event %s failed: %s", event_id, type(error).__name__)
        return Response(status_code=500)
    # Only now is the work stored.
    return Response(status_code=204)
