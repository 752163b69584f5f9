"""Validates docs/openapi.yaml, then tests the local gateway against it: `make openapi`.

Arguments are passed to Schemathesis, as in `.venv/bin/python .ci/openapi --max-examples 1000`.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

import openapi_spec_validator
import yaml

WORKSPACE = pathlib.Path(__file__).parent.parent.parent
DOCUMENT = WORKSPACE / "docs/openapi.yaml"
TOOLS = WORKSPACE / ".ci/openapi"
CONFORMANCE = "status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,not_a_server_error"
# Only the demo secrets, whatever the caller's environment contains.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME") or name.startswith(("CARGO", "RUST"))}


def main():
    openapi_spec_validator.validate(yaml.safe_load(DOCUMENT.read_text()))
    print("docs/openapi.yaml is valid", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        # The document describes the response in synchronous mode.
        gateway = subprocess.Popen(
            ["cargo", "run", "--quiet", "--locked", "--package", "chathooks", "dev", "--port", "0", "--queue-file", f"{folder}/queue.sqlite3"],
            cwd=WORKSPACE, env=ENVIRONMENT | {"KORE_REPLY": "Thank you"}, stdout=subprocess.PIPE, text=True,
        )
        try:
            url = origin(gateway.stdout)
            # Its output must be read to the end, because a full pipe would block it.
            threading.Thread(target=gateway.stdout.read, daemon=True).start()
            proved = run(folder, url, {"SCHEMATHESIS_HOOKS": "proofs", "PYTHONPATH": str(TOOLS), "WORKSPACE": str(WORKSPACE)}, [])
            # Without a proof, every response is a 401, whose form is checked.
            unproved = run(folder, url, {}, ["--checks", CONFORMANCE, "--phases", "coverage"])
            sys.exit(proved or unproved)
        finally:
            gateway.terminate()
            gateway.wait()


def origin(lines):
    """Returns the gateway's address, which it prints when it is ready."""
    for line in lines:
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        if found:
            return found[0]
    sys.exit("the gateway did not start")


def run(folder, url, environment, arguments):
    """Runs Schemathesis in the folder, where it stores its files, and returns its exit code."""
    command = [pathlib.Path(sys.executable).parent / "schemathesis", "--config-file", TOOLS / "schemathesis.toml", "run", DOCUMENT, "--url", url]
    return subprocess.run(command + arguments + sys.argv[1:], cwd=folder, env=ENVIRONMENT | environment).returncode


main()
