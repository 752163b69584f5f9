"""Kommunicate: an event is any message of a conversation. The answer comes from one of your agents or bots."""

import os

from event import member, original
from request import Request, Unanswerable, base_url, setting, to_json


def answer(event, text):
    data = event["data"]
    if data["kind"] != "message":
        raise Unanswerable("it is not a message")
    us = setting("KOMMUNICATE_SENDER", "the user ID of the agent or bot that answers")
    staff = {us, *(name.strip() for name in os.environ.get("KOMMUNICATE_STAFF", "").split(","))}
    writer = (data["sender"] or {}).get("id")
    if not writer or writer in staff:
        raise Unanswerable("it is not from a customer")
    headers = {"Content-Type": "application/json", "Api-Key": setting("KOMMUNICATE_API_KEY", "the API key of the dashboard")}
    body = {**target(event, writer), "message": text, "fromUserName": us}
    url = base_url("KOMMUNICATE_URL", "https://services.kommunicate.io") + "/rest/ws/message/v2/send"
    return Request("POST", url, headers, to_json(body))


def target(event, writer):
    """Returns where the answer goes. `conversation` is the group's ID in the event, with all its digits."""
    body = original(event)
    message = body[0] if isinstance(body, list) and body else body
    for field in ("groupId", "clientGroupId"):
        if member(message, field):
            return {field: event["data"]["conversation"]}
    return {"to": writer}
