"""Erases a person's events from the archive in S3.

pip install boto3
python erase.py s3://BUCKET/ PERSON                    counts the events, and lists candidates
python erase.py s3://BUCKET/ PERSON --execute          erases the person's events
python erase.py s3://BUCKET/ PERSON --execute ID ...   also erases these candidates

PERSON is the provider's ID of the person or of the conversation. An event belongs to PERSON if its `data.conversation`, or
the `id`, `phone` or `email` of its sender or recipient, equals PERSON. Each object with such an event is rewritten without
it. Any other event whose `original.body` contains PERSON as a whole word is a candidate: it might belong to PERSON, or to
somebody else who mentions PERSON. Candidates are listed by object, line and event ID, and kept unless you name their IDs.

A line or an object that cannot be read is reported on stderr, without its content, and kept, so inspect it yourself. The
exit status is then 1.
"""

import base64
import gzip
import json
import re
import sys
import zlib
from urllib.parse import unquote_plus, urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

ID = re.compile("[!-~]{1,256}")


def names(data):
    """Returns everything that identifies a person or a conversation in an event."""
    people = [person for person in (data.get("sender"), data.get("recipient")) if person]
    return [data.get("conversation"), *(person.get(field) for person in people for field in ("id", "phone", "email"))]


def texts(original):
    """Returns the original body as sent and, if it is JSON, every text and number in it; all of them also percent-decoded."""
    body, encoding = original["body"], original["encoding"]
    if encoding not in ("utf-8", "base64"):
        raise ValueError("unknown encoding")
    if encoding == "base64":
        body = base64.b64decode(body, validate=True).decode(errors="replace")
    found = [body]
    try:
        # Pairs, because a name can occur twice; numbers as written.
        left = [json.loads(body, object_pairs_hook=lambda pairs: [*map(list, pairs)], parse_int=str, parse_float=str)]
    except (ValueError, RecursionError):
        left = []
    while left:
        value = left.pop()
        if isinstance(value, list):
            left += value
        elif isinstance(value, str):
            found.append(value)
    return [*found, *map(unquote_plus, found)]


def candidate(event, word):
    """Returns the ID of an event whose original body contains the word, or None."""
    original = event["data"].get("original")
    if not original or not any(map(word.search, texts(original))):
        return None
    if not ID.fullmatch(event["id"]):
        raise ValueError("an ID that cannot be printed")
    return event["id"]


def main():
    place = urlsplit(sys.argv[1] if len(sys.argv) > 2 else "")
    execute = sys.argv[3:4] == ["--execute"]
    if place.scheme != "s3" or not place.netloc or not sys.argv[2] or (sys.argv[3:] and not execute):
        sys.exit("usage: python erase.py s3://BUCKET/PREFIX PERSON [--execute [ID ...]]")
    bucket, person, chosen = place.netloc, sys.argv[2], set(sys.argv[4:])
    word = re.compile(rf"(?<!\w){re.escape(person)}(?!\w)")
    erased = candidates = failures = 0
    try:
        s3 = boto3.client("s3")
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=place.path.lstrip("/")):
            for stored in page.get("Contents", []):
                where = f"s3://{bucket}/{stored['Key']}"
                compressed = s3.get_object(Bucket=bucket, Key=stored["Key"])["Body"].read()
                try:
                    lines = gzip.decompress(compressed).split(b"\n")
                except (OSError, EOFError, zlib.error) as error:
                    failures += 1
                    print(f"{where}: not read: {type(error).__name__}", file=sys.stderr)
                    continue
                kept = []
                for number, line in enumerate(lines, 1):
                    is_theirs = False
                    try:
                        if line:
                            event = json.loads(line)
                            is_theirs = person in names(event["data"])
                            found = None if is_theirs else candidate(event, word)
                            if found in chosen:
                                is_theirs = True
                            elif found:
                                candidates += 1
                                print(f"{where}, line {number}: candidate {found}")
                    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                        failures += 1
                        print(f"{where}, line {number}: not read: {type(error).__name__}", file=sys.stderr)
                    if not is_theirs:
                        kept.append(line)
                erased += len(lines) - len(kept)
                if execute and not any(kept):
                    s3.delete_object(Bucket=bucket, Key=stored["Key"])
                elif execute and len(kept) < len(lines):
                    s3.put_object(Bucket=bucket, Key=stored["Key"], Body=gzip.compress(b"\n".join(kept)))
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"cannot erase from {sys.argv[1]}: {error}")
    print(f"{erased} events {'erased' if execute else 'to erase'}")
    if candidates:
        print(f"{candidates} candidates kept: PERSON is in their original bodies")
    if failures:
        sys.exit(f"{failures} lines or objects could not be read")


if __name__ == "__main__":
    main()
