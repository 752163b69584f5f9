"""Answers events, one JSON object a line on stdin (docs/answering.md).

    python answer.py "Yes, until six." < events.jsonl
    python answer.py --delivered < events.jsonl      reports the agent's messages to Kommo as delivered

Settings and secrets come from the environment. An event that cannot be answered is reported and skipped; a request that
the platform rejects ends the program.
"""

import json
import sys

import kommo
import kommunicate
import kore
import qikchat
from request import NotConfigured, NotSent, Unanswerable, send

ANSWER = {"kommo": kommo.answer, "kommunicate": kommunicate.answer, "kore": kore.answer, "qikchat": qikchat.answer}


def request_for(event, text):
    provider = event["data"]["provider"]
    if provider not in ANSWER:
        raise Unanswerable("no answer is known for its provider")
    if text != "--delivered":
        return ANSWER[provider](event, text)
    if provider != "kommo":
        raise Unanswerable("only Kommo accepts delivery statuses")
    return kommo.delivery(event, 1)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: python answer.py TEXT|--delivered < events.jsonl")
    for line in sys.stdin.buffer:
        event = json.loads(line)
        try:
            send(request_for(event, sys.argv[1]))
        except Unanswerable as reason:
            print(f"{event['id']} skipped: {reason}", flush=True)
        except (NotConfigured, NotSent) as error:
            sys.exit(f"{event['id']}: {error}")
        else:
            print(f"{event['id']} answered", flush=True)


if __name__ == "__main__":
    main()
