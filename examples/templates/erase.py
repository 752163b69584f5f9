"""Erases the events of one person from the archive.

pip install boto3
PERSON=… python erase.py s3://BUCKET/events/

PERSON is the provider's id of the person or the conversation. An object with such events is written again without them, which
restarts its retention. Lines that are not events are reported and kept; the exit code is then 1.
"""

import gzip
import json
import os
import sys
import zlib
from urllib.parse import urlsplit

import boto3


def names(line, person):
    """Whether the event is of the person's conversation, or from or to the person."""
    data = json.loads(line)["data"]
    participants = [data.get("sender"), data.get("recipient")]
    return person in [data.get("conversation"), *(each["id"] for each in participants if each)]


def without(person, content, key):
    """The lines of an object that remain, how many do not, and how many are not events."""
    kept, erased, unknown = [], 0, 0
    for number, line in enumerate(content.split(b"\n"), 1):
        try:
            if line and names(line, person):
                erased += 1
                continue
        except (ValueError, KeyError, TypeError, AttributeError):
            # Not the error's text, which can hold what a customer wrote.
            print(f"{key}:{number}: not an event, kept", file=sys.stderr)
            unknown += 1
        kept.append(line)
    return b"\n".join(kept), erased, unknown


def main():
    place = urlsplit(sys.argv[1] if len(sys.argv) == 2 else "")
    person = os.environ.get("PERSON")
    if place.scheme != "s3" or not place.netloc or not person:
        sys.exit("usage: PERSON=… python erase.py s3://BUCKET/PREFIX")
    s3 = boto3.client("s3")
    erased = unknown = 0
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=place.netloc, Prefix=place.path.lstrip("/")):
        for key in [stored["Key"] for stored in page.get("Contents", [])]:
            content = s3.get_object(Bucket=place.netloc, Key=key)["Body"].read()
            try:
                content = gzip.decompress(content)
            except (OSError, EOFError, zlib.error):
                print(f"{key}: not gzip, kept", file=sys.stderr)
                unknown += 1
                continue
            remaining, found, not_events = without(person, content, key)
            if found:
                s3.put_object(Bucket=place.netloc, Key=key, Body=gzip.compress(remaining))
            erased, unknown = erased + found, unknown + not_events
    print(f"{erased} events erased")
    if unknown:
        sys.exit(f"{unknown} kept that are not events: look at them yourself")


if __name__ == "__main__":
    main()
