"""Baseline: verifies a Kommo webhook, sends it to SQS, and responds, in the style of AWS's documentation for Python functions."""

import base64
import hashlib
import hmac
import json
import os

import boto3

QUEUE_URL = os.environ["QUEUE_URL"]
SECRET = os.environ["KOMMO_SECRET"].encode()
# Outside the handler, so that it is created once, in Lambda's init phase.
sqs = boto3.client("sqs")


def handler(event, context):
    body = base64.b64decode(event["body"]) if event["isBase64Encoded"] else event["body"].encode()
    expected = hmac.new(SECRET, body, hashlib.sha1).hexdigest()
    if not hmac.compare_digest(event["headers"].get("x-signature", ""), expected):
        print("wrong signature")
        return {"statusCode": 401}
    sent = sqs.send_message(QueueUrl=QUEUE_URL, MessageBody=body.decode())
    print(json.dumps({"message": "queued", "message_id": sent["MessageId"]}))
    return {"statusCode": 200}
