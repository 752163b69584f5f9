#!/usr/bin/env python3
"""Fills tests/fuzz/corpus, or the folder named, from events/: whole events for the pipeline, bodies and headers for the rest."""

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
    save("pipeline", f"{provider}-{case}", path.read_bytes())
    save(provider, case, body(event))
    for header in ("authorization", "authentication"):
        value = event["headers"].get(header, "").encode()
        if value:
            save("jwt" if value.lower().startswith(b"bearer") else "basic", f"{provider}-{case}", value)
for place, text in enumerate(JWTS):
    save("jwt", f"signed-{place}", text.encode())
for place, text in enumerate(KEYRINGS):
    save("keyring", f"keyring-{place}", text.encode())
