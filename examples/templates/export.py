"""Writes archived events as an export, which `chathooks replay` sends to a queue.

pip install boto3
python export.py s3://BUCKET/events/2026/11/27/ > events.jsonl
cargo chathooks replay events.jsonl --queue-url https://sqs.eu-west-1.amazonaws.com/123456789012/reports

The prefix is the time of arrival (UTC): events/YYYY/MM/DD/HH/. The second command counts; with --execute it sends.
"""

import gzip
import json
import sys
from urllib.parse import urlsplit

import boto3


def archived(bucket, prefix):
    """Each line of the archive, in the order of arrival. A line is the event as it was in the queue."""
    s3 = boto3.client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for stored in page.get("Contents", []):
            content = gzip.decompress(s3.get_object(Bucket=bucket, Key=stored["Key"])["Body"].read())
            # Not splitlines(): it also splits at other line separators, which a text may contain.
            yield from filter(None, content.decode().split("\n"))


def exported(line):
    """A message as `chathooks tail --export` writes it. The group and the deduplication id are made from the event."""
    event = json.loads(line)
    attributes = {
        "provider": event["data"]["provider"],
        "type": event["type"],
        "content-type": "application/cloudevents+json",
    }
    if event.get("traceparent"):
        attributes["traceparent"] = event["traceparent"]
    return event["id"], json.dumps({"body": line, "attributes": attributes})


def main():
    place = urlsplit(sys.argv[1] if len(sys.argv) == 2 else "")
    if place.scheme != "s3" or not place.netloc:
        sys.exit("usage: python export.py s3://BUCKET/PREFIX > events.jsonl")
    # An event that was delivered twice is in the archive twice.
    written = set()
    for line in archived(place.netloc, place.path.lstrip("/")):
        event_id, message = exported(line)
        if event_id not in written:
            written.add(event_id)
            print(message)


if __name__ == "__main__":
    main()
