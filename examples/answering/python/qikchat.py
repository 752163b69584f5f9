"""Qikchat: an event is a customer's WhatsApp message, an echo of the business, or a status."""

from datetime import datetime, timedelta, timezone

from request import Request, Unanswerable, base_url, setting, to_json

WINDOW = timedelta(hours=24)


def answer(event, text, now=None):
    data = event["data"]
    customer = data["sender"] or {}
    if data["kind"] != "message" or customer.get("role") != "customer":
        raise Unanswerable("it is not a customer's message")
    if not customer["phone"]:
        raise Unanswerable("the customer has no phone number")
    if data["conversation"] != customer["phone"]:
        raise Unanswerable("it was written in a group")
    if (now or datetime.now(timezone.utc)) - datetime.fromisoformat(event["time"]) >= WINDOW:
        raise Unanswerable("the 24 hours are over, so only a template can be sent")
    key = setting("QIKCHAT_API_KEY", "the API key of the account")
    body = {"to_contact": f"+{customer['phone']}", "type": "text", "text": {"body": text}}
    headers = {"Content-Type": "application/json", "QIKCHAT-API-KEY": key}
    url = base_url("QIKCHAT_URL", "https://api.qikchat.in") + "/v1/messages"
    return Request("POST", url, headers, to_json(body), success="status")
