"""Runs app.handler as Lambda does. The event with the ID in FAIL_ONCE fails the first time."""

import os
import sys

import app
from awslambdaric.__main__ import main

log, failures = app.logger.info, []


def log_or_fail(message, **fields):
    if fields.get("event_id") == os.environ.get("FAIL_ONCE") and not failures:
        failures.append(message)
        raise RuntimeError("as asked")
    log(message, **fields)


app.logger.info = log_or_fail
main([sys.argv[0], "app.handler"])
