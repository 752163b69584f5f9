"""Kommo: an event is what an agent wrote to the customer. The Chats API adds the customer's messages to Kommo."""

import hashlib
import hmac
import re
from datetime import datetime, timezone
from email.utils import format_datetime
from urllib.parse import quote

from event import member, original
from request import Request, Unanswerable, base_url, setting, to_json

CONTENT_TYPE = "application/json"
UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def answer(event, text, now=None, message_id=None):
    """Returns a request with the customer's message. `message_id` is the message's ID in your messenger."""
    data = event["data"]
    customer = data["recipient"] or {}
    if data["kind"] != "message":
        raise Unanswerable("it is not a message")
    if not data["conversation"] or not customer.get("id"):
        raise Unanswerable("it does not name the customer's chat")
    now = now or datetime.now(timezone.utc)
    milliseconds = int(now.timestamp() * 1000)
    sender = {"id": customer["id"], "name": customer["name"] or customer["id"]}
    profile = {field: customer[field] for field in ("phone", "email") if customer[field]}
    payload = {
        "timestamp": milliseconds // 1000,
        "msec_timestamp": milliseconds,
        "msgid": message_id or f"{event['id']}-answer",
        "conversation_id": data["conversation"],
        "sender": sender | ({"profile": profile} if profile else {}),
        "message": {"type": "text", "text": text},
        "silent": False,
    }
    message = member(original(event), "message")
    # A chat started in Kommo has no IDs of yours yet. This registers Kommo's IDs as yours, too.
    if is_kommos(member(message, "conversation"), data["conversation"]):
        payload["conversation_ref_id"] = data["conversation"]
    if is_kommos(member(message, "receiver"), customer["id"]):
        payload["sender"]["ref_id"] = customer["id"]
    if external_id := member(member(message, "source"), "external_id"):
        payload["source"] = {"external_id": external_id}
    return signed(event, "", {"event_type": "new_message", "payload": payload}, now)


def delivery(event, status, error=None, now=None):
    """Returns a request with the delivery status of the agent's message: 1 delivered, 2 read, -1 failed, with a text for the
    agent."""
    message = event["data"]["message"]
    if not message or not message["id"]:
        raise Unanswerable("it has no message ID")
    body = {"msgid": message["id"], "delivery_status": status}
    if status == -1:
        body |= {"error_code": 905, "error": error}
    return signed(event, f"/{quote(message['id'], safe='')}/delivery_status", body, now or datetime.now(timezone.utc))


def is_kommos(sent, event_id):
    """Returns whether an ID in the event is Kommo's own, a UUID. Accounts of the older shape send your ID without `client_id`."""
    return isinstance(sent, dict) and not sent.get("client_id") and UUID.fullmatch(event_id) is not None


def signed(event, action, body, now):
    data = event["data"]
    if "account_mismatch" in data["warnings"]:
        raise Unanswerable("its account differs from the one in its URL")
    secret = setting("KOMMO_SECRET", "the secret of the chat channel")
    scope_id = data["channel"] or setting("KOMMO_SCOPE_ID", "the scope ID, because the webhook URL has none")
    path = f"/v2/origin/custom/{quote(scope_id, safe='')}{action}"
    content = to_json(body)
    digest, date = hashlib.md5(content).hexdigest(), format_datetime(now)
    canonical = "\n".join(["POST", digest, CONTENT_TYPE, date, path])
    signature = hmac.new(secret.encode(), canonical.encode(), hashlib.sha1).hexdigest()
    headers = {"Date": date, "Content-Type": CONTENT_TYPE, "Content-MD5": digest, "X-Signature": signature}
    return Request("POST", base_url("KOMMO_URL", "https://amojo.kommo.com") + path, headers, content)
