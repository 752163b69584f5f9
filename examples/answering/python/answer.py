"""Answers events, one JSON object per line on stdin (docs/answering.md).

    python answer.py "Yes, until six." < events.jsonl
    python answer.py --delivered < events.jsonl      reports the agent's messages to Kommo as delivered

Settings and secrets come from the environment. An event that cannot be answered is reported and skipped. The program ends
with one line on stderr if a setting is missing or malformed, if a line is not an event of version 1, or if the platform
rejects a request. That line contains nothing from the event except its ID.
"""

import os
import sys

import kommo
import kommunicate
import kore
import qikchat
from event import parsed
from request import NotConfigured, NotRead, NotSent, Unanswerable, check_settings, send

ANSWER = {"kommo": kommo.answer, "kommunicate": kommunicate.answer, "kore": kore.answer, "qikchat": qikchat.answer}


def request_for(event, text):
    provider = event["data"]["provider"]
    if provider not in ANSWER:
        raise Unanswerable("its provider is not supported")
    if text != "--delivered":
        return ANSWER[provider](event, text)
    if provider != "kommo":
        raise Unanswerable("only Kommo accepts delivery statuses")
    return kommo.delivery(event, 1)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: python answer.py TEXT|--delivered < events.jsonl")
    try:
        check_settings()
    except NotConfigured as error:
        sys.exit(str(error))
    for number, line in enumerate(sys.stdin.buffer, 1):
        place = f"line {number}"
        try:
            event = parsed(line)
            place = event["id"]
            send(request_for(event, sys.argv[1]))
        except Unanswerable as reason:
            print(f"{place} skipped: {reason}", flush=True)
        except (NotConfigured, NotRead, NotSent) as error:
            sys.exit(f"{place}: {error}")
        except Exception as error:
            # Neither the error's text nor a traceback, because both can contain what a customer wrote.
            sys.exit(f"{place}: the answer failed: {type(error).__name__}")
        else:
            print(f"{place} answered", flush=True)


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        # Otherwise Python flushes the rest of its buffer again, and reports that this fails.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit("stdout is closed")
