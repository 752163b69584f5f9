"""Runs a command while LocalStack serves SQS and Secrets Manager on loopback. The tests then use it instead of moto.

    .venv-localstack/bin/python .ci/localstack.py cargo test -p worker

LocalStack starts more slowly than moto, but handles FIFO queues, visibility and deduplication more faithfully.
"""

import os
import select
import socket
import subprocess
import sys
import tempfile
import time

SECONDS_TO_START = 120


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start(port, folder):
    address = f"127.0.0.1:{port}"
    settings = {
        "SERVICES": "sqs,secretsmanager",
        "GATEWAY_LISTEN": address,
        "LOCALSTACK_HOST": address,
        # Makes queue URLs begin with the address, as moto's do.
        "SQS_ENDPOINT_STRATEGY": "path",
        # Nothing leaves this machine.
        "DISABLE_EVENTS": "1",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DNS_ADDRESS": "0",
        "HOME": folder,
    }
    program = [sys.executable, "-m", "localstack.runtime.main"]
    server = subprocess.Popen(
        program, env=os.environ | settings, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    deadline, printed = time.monotonic() + SECONDS_TO_START, b""
    while b"Ready." not in printed:
        readable, _, _ = select.select([server.stdout], [], [], max(0, deadline - time.monotonic()))
        more = os.read(server.stdout.fileno(), 65536) if readable else b""
        if not more:
            server.kill()
            sys.exit(f"LocalStack did not start:\n{printed.decode(errors='replace')}")
        printed += more
    return server, f"http://{address}"


def main():
    with tempfile.TemporaryDirectory() as folder:
        server, endpoint = start(free_port(), folder)
        # Its further output is irrelevant, but a full pipe would block it.
        drain = subprocess.Popen(["cat"], stdin=server.stdout, stdout=subprocess.DEVNULL)
        try:
            return subprocess.run(sys.argv[1:], env=os.environ | {"CHATHOOKS_TEST_AWS": endpoint}).returncode
        finally:
            server.terminate()
            server.wait()
            drain.wait()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main())
