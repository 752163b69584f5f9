"""Writes archived events as an export, which `chathooks replay` sends to a queue.

pip install boto3
python export.py s3://BUCKET/events/2026/11/27/ > events.jsonl
cargo chathooks replay events.jsonl --queue-url https://sqs.eu-west-1.amazonaws.com/123456789012/reports

The prefix is the time of arrival (UTC): events/YYYY/MM/DD/HH/. The last command only counts; with --execute, it sends.

A line or an object that cannot be read is reported on stderr, without its content, and the rest is written. The exit status
is then 1.
"""

import gzip
import json
import sys
import zlib
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError


def archived(bucket, prefix, report):
    """Yields each line of the archive with its location, in order of arrival. A line is an event as it was in the queue."""
    s3 = boto3.client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for stored in page.get("Contents", []):
            place = f"s3://{bucket}/{stored['Key']}"
            compressed = s3.get_object(Bucket=bucket, Key=stored["Key"])["Body"].read()
            try:
                content = gzip.decompress(compressed)
            except (OSError, EOFError, zlib.error) as error:
                report(place, error)
                continue
            # Not splitlines(), which also splits at other line separators that a text can contain.
            for number, line in enumerate(content.split(b"\n"), 1):
                if line:
                    yield f"{place}, line {number}", line


def exported(line):
    """Returns a message as `chathooks tail --export` writes it. `replay` derives the group and the deduplication ID from the event."""
    event = json.loads(line)
    attributes = {
        "provider": event["data"]["provider"],
        "type": event["type"],
        "content-type": "application/cloudevents+json",
    }
    if event.get("traceparent"):
        attributes["traceparent"] = event["traceparent"]
    return event["id"], json.dumps({"body": line.decode(), "attributes": attributes})


def main():
    place = urlsplit(sys.argv[1] if len(sys.argv) == 2 else "")
    if place.scheme != "s3" or not place.netloc:
        sys.exit("usage: python export.py s3://BUCKET/PREFIX > events.jsonl")
    failures = 0

    def report(where, error):
        nonlocal failures
        failures += 1
        # Not the error's text, which can contain what a customer wrote.
        print(f"{where}: not written: {type(error).__name__}", file=sys.stderr)

    # An event that was delivered twice is in the archive twice.
    written = set()
    try:
        for where, line in archived(place.netloc, place.path.lstrip("/"), report):
            try:
                event_id, message = exported(line)
                if event_id not in written:
                    print(message)
                    written.add(event_id)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                report(where, error)
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"cannot read {sys.argv[1]}: {error}")
    if failures:
        sys.exit(f"{failures} lines or objects were not written; all others were")


if __name__ == "__main__":
    main()
