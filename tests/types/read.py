"""Parses events with the published types, one `{"name", "event"}` per line of a file.

Fails if an event cannot be parsed, or if the types lose or change any part of it.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "docs" / "schema"))
from chathooks_event import ChathooksEvent


def comparable(event: dict) -> dict:
    """Replaces the time with a datetime, because the same moment can be written with fewer digits."""
    return {**event, "time": datetime.fromisoformat(event["time"].replace("Z", "+00:00"))}


def main() -> None:
    count = 0
    for line in Path(sys.argv[1]).read_text().splitlines():
        name, event = (json.loads(line)[member] for member in ("name", "event"))
        try:
            read = ChathooksEvent.model_validate_json(json.dumps(event))
        except ValueError as error:
            sys.exit(f"{name}: {error}")
        if comparable(read.model_dump(mode="json", exclude_unset=True)) != comparable(event):
            sys.exit(f"{name}: the types change the event")
        if event["data"]["message"] and read.data.message.text != event["data"]["message"]["text"]:
            sys.exit(f"{name}: the message's text differs")
        count += 1
    print(f"{count} events")


main()
