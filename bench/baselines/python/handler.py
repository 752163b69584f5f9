"""Baseline: verify a Kommo webhook, send it to SQS, answer; as AWS's documentation writes a Python function."""

import base64
import hashlib
import hmac
import json
import os

import boto3

QUEUE_URL = os.environ["QUEUE_URL"]
SECRET = os.environ["KOMMO_SECRET"].encode()
# Outside of the handler: made once, in Lambda's init phase.
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
