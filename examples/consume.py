"""Consumes events from the queue and handles each of them once.

    pip install boto3
    QUEUE_URL=https://sqs.eu-west-1.amazonaws.com/123456789012/events python consume.py

boto3 reads credentials and AWS_ENDPOINT_URL. You can stop the program at any moment: messages that were not deleted become
visible again.
"""

import json
import os
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

# The IDs of handled events. They are lost when the process ends: store them in the database that holds your work
# (docs/handling-events.md, "Drop duplicates").
handled = set()

VERSION_1 = ("1.0", "urn:chathooks:data:1")


class OtherVersion(Exception):
    """The event's version is unknown to this program. It stays in the queue, and finally moves to the dead-letter queue."""


def handle(event):
    """Your code. An exception leaves the event in the queue to be retried."""
    text = (event["data"]["message"] or {}).get("text")
    print(event["id"], event["type"], json.dumps(text, ensure_ascii=False), flush=True)


def consume(sqs, queue_url):
    reply = sqs.receive_message(
        QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=20, MessageSystemAttributeNames=["MessageGroupId"]
    )
    blocked = set()
    for message in reply.get("Messages", []):
        # On a FIFO queue, the events that follow a failed one in its group have to wait for it.
        group = message.get("Attributes", {}).get("MessageGroupId") if queue_url.endswith(".fifo") else None
        if group in blocked:
            continue
        try:
            event = json.loads(message["Body"])
            if (event.get("specversion"), event.get("dataschema")) != VERSION_1:
                raise OtherVersion
            if event["id"] not in handled:
                handle(event)
                handled.add(event["id"])
        except Exception as error:
            print(f"message {message['MessageId']} failed: {type(error).__name__}", file=sys.stderr, flush=True)
            if group:
                blocked.add(group)
            continue
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


def main():
    queue_url = os.environ.get("QUEUE_URL")
    if not queue_url:
        sys.exit("QUEUE_URL is not set; it must be the URL of the event queue")
    try:
        sqs = boto3.client("sqs", region_name=os.environ.get("AWS_REGION"))
        while True:
            consume(sqs, queue_url)
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"cannot read {queue_url}: {error}")


if __name__ == "__main__":
    main()
