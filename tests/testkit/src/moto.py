"""Runs moto on a free loopback port, prints the port, and ends when stdin does: with the process that started it.

moto counts all messages of a queue for every one that is sent or received, by a slow clock: a queue of thousands takes
minutes. What is replaced here gives the same answers sooner.
"""

import logging
import os
import sys
import threading
import time

from moto.server import ThreadedMotoServer
from moto.sqs import models

COUNTS = {
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
}
asked = threading.local()
all_attributes = models.Queue.attributes.fget
get_queue_attributes = models.SQSBackend.get_queue_attributes


class Uncounted:
    """A queue without the attributes for which its messages are counted."""

    BASE_ATTRIBUTES = [name for name in models.Queue.BASE_ATTRIBUTES if name not in COUNTS]

    def __init__(self, queue):
        self.queue = queue

    def __getattr__(self, name):
        return getattr(self.queue, name)


def attributes(queue):
    return all_attributes(queue if getattr(asked, "for_counts", False) else Uncounted(queue))


def attributes_with_counts(backend, queue_name, attribute_names):
    asked.for_counts = True
    try:
        return get_queue_attributes(backend, queue_name, attribute_names)
    finally:
        asked.for_counts = False


def is_retained(backend, queue_name, message):
    retention = backend.get_queue(queue_name).message_retention_period
    return retention + message.sent_timestamp / 1000 > time.time()


models.unix_time_millis = lambda: time.time() * 1000
models.Queue.attributes = property(attributes)
models.SQSBackend.get_queue_attributes = attributes_with_counts
models.SQSBackend.is_message_valid_based_on_retention_period = is_retained

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.buffer.read()
os._exit(0)
