#!/usr/bin/env python3
"""Fills tests/fuzz/corpus, or the given folder, from events/: complete Lambda events, bodies, and proof headers."""

import base64
import json
import sys
from pathlib import Path

FUZZ = Path(__file__).resolve().parent
EVENTS = FUZZ.parent.parent / "events"
CORPUS = Path(sys.argv[1]) if len(sys.argv) > 1 else FUZZ / "corpus"

JWTS = [
    '{"alg":"HS256","typ":"JWT"}\n{"appId":"client","sub":"123"}',
    '{"alg":"HS256"}\n{"iss":"client","sub":8412,"exp":1800000000.5,"nbf":1,"iat":1.5,"aud":["x"]}',
    '{"alg":"none","crit":["exp"]}\n{"appId":"client","sub":""}',
]
PROOFS = {"authorization", "authentication", "x-signature"}
# At least as many as there are webhooks.
WEBHOOKS = 6
KEYRINGS = ["s3cret\n", '{"shop":"a","*":["new","old"]}', '{"*":"ada:secret","\\u0061":["b:c"]}', '{"a":""}']


def body(event):
    text = event.get("body") or ""
    return base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()


def save(target, name, data):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


for path in sorted(EVENTS.glob("*/*.json")):
    event, provider, case = json.loads(path.read_text()), path.parent.name, path.stem
    save("event", f"{provider}-{case}", path.read_bytes())
    # The first byte selects the webhook; a copy of each body for every choice is cheap.
    for choice in range(WEBHOOKS):
        save("body", f"{provider}-{case}-{choice}", bytes([choice]) + body(event))
    for header in PROOFS & event["headers"].keys():
        save("header", f"{provider}-{case}", event["headers"][header].encode())
for index, text in enumerate(JWTS):
    save("jwt", f"signed-{index}", text.encode())
for index, text in enumerate(KEYRINGS):
    save("keyring", f"keyring-{index}", text.encode())
