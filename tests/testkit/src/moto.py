"""Runs moto on a free loopback port, prints the port, and exits when stdin closes, that is, with its parent process.

For every message sent or received, moto counts all messages of the queue, using a slow clock: a queue of thousands takes
minutes. Some of the replacements below return the same results faster. The others are closer to AWS: the 12-hour limit of
a visibility timeout starts when the message is received, not when it is sent; on FIFO queues, messages of a group whose
visibility timeout has ended are received in order; and a conditional PutItem of DynamoDB is atomic.

The server uses the machine's clock until a line on stdin moves it forward. "advance SECONDS" adds seconds; "next" moves to
the moment when the next hidden message becomes visible. Both print the number of seconds added; "next" prints "none" if no
message is hidden.
"""

import logging
import os
import sys
import threading
import time

from moto.dynamodb.models.table import Table
from moto.server import ThreadedMotoServer
from moto.sqs import models

COUNTS = {
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
}
LONGEST_VISIBILITY_MS = 43_200_000
asked = threading.local()
writing = threading.Lock()
ahead = 0.0
all_attributes = models.Queue.attributes.fget
get_queue_attributes = models.SQSBackend.get_queue_attributes


class Uncounted:
    """A queue without the attributes that require counting its messages."""

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


def now_ms():
    return (time.time() + ahead) * 1000


def is_retained(backend, queue_name, message):
    retention = backend.get_queue(queue_name).message_retention_period
    return retention + message.sent_timestamp / 1000 > now_ms() / 1000


def mark_received(message, visibility_timeout=None):
    message.received_at = now_ms()
    return own_mark_received(message, visibility_timeout)


def receive_message(backend, queue_name, *arguments, **named):
    pending = backend.get_queue(queue_name).pending_messages
    for message in list(pending):
        if message.visible:
            pending.discard(message)
    return own_receive_message(backend, queue_name, *arguments, **named)


def change_message_visibility(backend, queue_name, receipt_handle, visibility_timeout):
    queue = backend.get_queue(queue_name)
    for message in queue._messages:
        if message.had_receipt_handle(receipt_handle):
            if now_ms() + int(visibility_timeout) * 1000 - message.received_at > LONGEST_VISIBILITY_MS:
                raise models.InvalidParameterValue("Total VisibilityTimeout for the message is beyond the limit")
            message.change_visibility(visibility_timeout)
            if message.visible:
                queue.pending_messages.discard(message)
            return
    raise models.ReceiptHandleIsInvalid


def put_item(table, *arguments, **named):
    with writing:
        return own_put_item(table, *arguments, **named)


def hidden_until():
    backends = [backend for regions in models.sqs_backends.values() for backend in regions.values()]
    messages = [message for backend in backends for queue in backend.queues.values() for message in queue._messages]
    return min((message.visible_at for message in messages if not message.visible), default=None)


def answer(command):
    global ahead
    if command[0] == "advance":
        seconds = float(command[1])
    elif (until := hidden_until()) is None:
        return "none"
    else:
        # The message becomes visible just after that moment.
        seconds = max(0.0, (until - now_ms()) / 1000 + 0.001)
    ahead += seconds
    return seconds


own_put_item = Table.put_item
own_mark_received = models.Message.mark_received
own_receive_message = models.SQSBackend.receive_message
Table.put_item = put_item
models.unix_time_millis = now_ms
models.Message.mark_received = mark_received
models.SQSBackend.receive_message = receive_message
models.SQSBackend.change_message_visibility = change_message_visibility
models.Queue.attributes = property(attributes)
models.SQSBackend.get_queue_attributes = attributes_with_counts
models.SQSBackend.is_message_valid_based_on_retention_period = is_retained

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
for line in sys.stdin:
    print(answer(line.split()), flush=True)
os._exit(0)
