"""Parses every event and all its futures with the code that quicktype, and datamodel-code-generator with its own defaults,
generate from the consumer schema.

    python read.py EVENTS FOLDER     EVENTS: one `{"name", "event"}` per line; FOLDER: the folder of generated code
"""

import json
import subprocess
import sys
from pathlib import Path

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "event.consumer.schema.json"
MODELS = ["pydantic_v2.BaseModel", "pydantic_v2.dataclass", "dataclasses.dataclass", "typing.TypedDict", "msgspec.Struct"]


def main() -> None:
    events, folder = Path(sys.argv[1]), Path(sys.argv[2])
    named = [json.loads(line) for line in events.read_text().splitlines()]
    for model in MODELS:
        module = folder / f"{model.replace('.', '_').lower()}.py"
        generate = [sys.executable, "-m", "datamodel_code_generator", "--input", SCHEMA, "--input-file-type", "jsonschema"]
        subprocess.run([*generate, "--output", module, "--output-model-type", model, "--formatters", "builtin"], check=True)
        compile(module.read_text(), module, "exec")
    sys.path.insert(0, str(folder))
    import pydantic_v2_basemodel
    import quicktype

    readers = {
        "datamodel-code-generator": pydantic_v2_basemodel.ChathooksEvent.model_validate,
        "quicktype, Python": quicktype.ChathooksEvent.from_dict,
    }
    for name, read in readers.items():
        for future in named:
            try:
                message = read(future["event"]).data.message
            except Exception as error:
                sys.exit(f"{name}: {future['name']}: {error!r}")
            expected = future["event"]["data"]["message"]
            if (message and message.text) != (expected and expected["text"]):
                sys.exit(f"{name}: {future['name']}: the text differs")
        print(f"{name}: {len(named)} events")


main()
