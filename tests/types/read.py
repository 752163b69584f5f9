"""Reads events by the published types, one `{"name", "event"}` a line of a file.

It fails where an event cannot be read, or where the types lose or change a part of it.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "docs" / "schema"))
from chathooks_event import ChathooksEvent


def comparable(event: dict) -> dict:
    """The same moment may be written with fewer digits."""
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
            sys.exit(f"{name}: it is not what was read")
        if event["data"]["message"] and read.data.message.text != event["data"]["message"]["text"]:
            sys.exit(f"{name}: its text is another")
        count += 1
    print(f"{count} events")


main()
