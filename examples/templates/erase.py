"""Erases the events of one person from the archive in S3.

pip install boto3
python erase.py s3://BUCKET/ PERSON             counts
python erase.py s3://BUCKET/ PERSON --execute   erases

PERSON is the provider's id of the person or of the conversation: an event is theirs if its `data.conversation`, or the `id`,
`phone` or `email` of its sender or recipient, is equal to PERSON. Each object with such an event is written again without
it. A line or an object that cannot be read is reported on stderr, without its content, and kept: look at it yourself. The
exit status is then 1.
"""

import gzip
import json
import sys
import zlib
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError


def names(event):
    """All that names a person or a conversation in an event."""
    data = event["data"]
    people = [person for person in (data.get("sender"), data.get("recipient")) if person]
    return [data.get("conversation"), *(person.get(field) for person in people for field in ("id", "phone", "email"))]


def main():
    place = urlsplit(sys.argv[1] if len(sys.argv) in (3, 4) else "")
    execute = sys.argv[3:] == ["--execute"]
    if place.scheme != "s3" or not place.netloc or not sys.argv[2] or (sys.argv[3:] and not execute):
        sys.exit("usage: python erase.py s3://BUCKET/PREFIX PERSON [--execute]")
    bucket, person = place.netloc, sys.argv[2]
    erased = failures = 0
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
                    try:
                        is_theirs = bool(line) and person in names(json.loads(line))
                    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                        failures += 1
                        print(f"{where}, line {number}: not read: {type(error).__name__}", file=sys.stderr)
                        is_theirs = False
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
    if failures:
        sys.exit(f"{failures} lines or objects could not be read")


if __name__ == "__main__":
    main()
