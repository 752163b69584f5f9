"""Parses an event, one line of JSON, and the body that the provider sent. Members are checked before anything is sent."""

import base64
import json
import re
from datetime import datetime

from request import NotRead

ID = re.compile("[!-~]{1,256}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", re.ASCII)


def text(value):
    """Returns whether it is a nonempty string that can be sent, that is, without unpaired surrogates."""
    return isinstance(value, str) and value != "" and not re.search("[\ud800-\udfff]", value)


def null_or(check):
    return lambda value: value is None or check(value)


def has(members):
    """Returns a check for an object with these members. Later releases can add others."""
    return lambda value: isinstance(value, dict) and all(name in value and check(value[name]) for name, check in members.items())


PERSON = has({"id": null_or(text), "role": text, "name": null_or(text), "phone": null_or(text), "email": null_or(text)})

# The members of `data` that an answer needs. The consumer schema has all members.
DATA = {
    "provider": text,
    "kind": text,
    "channel": null_or(text),
    "conversation": null_or(text),
    "sender": null_or(PERSON),
    "recipient": null_or(PERSON),
    "message": null_or(has({"id": null_or(text)})),
    "warnings": lambda value: isinstance(value, list) and all(map(text, value)),
    "original": has({"body": lambda value: isinstance(value, str), "encoding": text}),
}


def parsed(line):
    """Parses a line. An event of another version is an error rather than skipped, because a newer program can answer it."""
    try:
        event = from_json(line.decode())
    except ValueError:
        raise NotRead("it is not JSON") from None
    event_id, data = member(event, "id"), member(event, "data")
    # The ID is printed.
    if not isinstance(event_id, str) or not ID.fullmatch(event_id) or not isinstance(data, dict):
        raise NotRead("it is not an event")
    if (event.get("specversion"), event.get("dataschema")) != ("1.0", "urn:chathooks:data:1"):
        raise NotRead("the event is not of version 1")
    if not is_time(event.get("time")):
        raise NotRead("its time is invalid")
    for name, check in DATA.items():
        if not has({name: check})(data):
            raise NotRead(f"its data.{name} does not match version 1")
    return event


def is_time(value):
    try:
        return TIME.fullmatch(value) is not None and datetime.fromisoformat(value) is not None
    except (TypeError, ValueError):
        return False


def from_json(content):
    try:
        return json.loads(content, parse_constant=refuse)
    except RecursionError:
        raise ValueError("too many levels") from None


def refuse(constant):
    raise ValueError(f"{constant} is not JSON")


def member(value, name):
    return value.get(name) if isinstance(value, dict) else None


def original(event):
    """Returns the JSON that the provider sent. If a request carried multiple events, the body is reduced to this event."""
    source = event["data"]["original"]
    body, encoding = source["body"], source["encoding"]
    if encoding not in ("utf-8", "base64"):
        raise NotRead("the encoding of its original body is unknown")
    try:
        return from_json(base64.b64decode(body, validate=True).decode(errors="replace") if encoding == "base64" else body)
    except ValueError:
        raise NotRead("its original body is not JSON") from None
