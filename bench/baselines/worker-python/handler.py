"""Baseline: delivers each event of a batch with a signature, in the style of the documentation of Powertools for AWS Lambda."""

import json
import os
from datetime import datetime, timezone

import requests
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, SqsFifoPartialProcessor, process_partial_response
from standardwebhooks import Webhook

URL = os.environ["DELIVERY_URL"]
webhook = Webhook(os.environ["DELIVERY_SECRET"])
processor = SqsFifoPartialProcessor() if os.environ["FIFO"] == "true" else BatchProcessor(event_type=EventType.SQS)
# Keeps its connection open for the next event.
session = requests.Session()


def deliver(record):
    event = json.loads(record.body)
    if event["specversion"] != "1.0" or not isinstance(event["data"], dict):
        raise ValueError("the record is not an event")
    now = datetime.now(timezone.utc)
    headers = {
        "content-type": "application/cloudevents+json",
        "webhook-id": event["id"],
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": webhook.sign(event["id"], now, record.body),
    }
    answer = session.post(URL, data=record.body.encode(), headers=headers, timeout=10, allow_redirects=False)
    if not 200 <= answer.status_code < 300:
        raise RuntimeError(f"the receiver returned {answer.status_code}")
    print(json.dumps({"message": "handled", "message_id": record.message_id, "event_id": event["id"]}))


def handler(event, context):
    return process_partial_response(event=event, record_handler=deliver, processor=processor, context=context)
