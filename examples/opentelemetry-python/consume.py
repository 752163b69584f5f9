"""Consumes the queue and handles each event in the trace of the webhook request that delivered it.

QUEUE_URL=https://sqs.eu-west-1.amazonaws.com/123456789012/events OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 \\
    python consume.py

boto3 reads credentials and AWS_ENDPOINT_URL; OpenTelemetry reads OTEL_*. You can stop the program at any moment: messages
that were not deleted become visible again.
"""

import json
import os
import signal
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

tracer = trace.get_tracer("chathooks.consumer")

# The IDs of handled events. They are lost when the process ends: store them in the database that holds your work
# (docs/handling-events.md, "Drop duplicates").
handled = set()

VERSION_1 = ("1.0", "urn:chathooks:data:1")


class OtherVersion(Exception):
    """The event's version is unknown to this program. It stays in the queue, and finally moves to the dead-letter queue."""


def handle(event):
    """Your code. The span of this event is the current one: spans that you start become its children."""
    trace.get_current_span().set_attribute("chathooks.kind", event["data"]["kind"])


def trace_of(message):
    """Returns the trace context of the webhook request. It is empty if there is none or it is invalid; a new trace then starts."""
    try:
        traceparent = json.loads(message["Body"]).get("traceparent")
    except (ValueError, AttributeError):
        traceparent = None
    if not isinstance(traceparent, str):
        traceparent = message.get("MessageAttributes", {}).get("traceparent", {}).get("StringValue", "")
    return TraceContextTextMapPropagator().extract({"traceparent": traceparent}, context=trace.Context())


def process(message, queue_name):
    """Handles a message in its own span. Returns whether the message can be deleted."""
    parent = trace_of(message)
    origin = trace.get_current_span(parent).get_span_context()
    attributes = {
        "messaging.system": "aws_sqs",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": queue_name,
        "messaging.message.id": message["MessageId"],
    }
    links = [Link(origin)] if origin.is_valid else []
    with tracer.start_as_current_span(
        f"process {queue_name}", context=parent, kind=SpanKind.CONSUMER, attributes=attributes, links=links
    ) as span:
        try:
            event = json.loads(message["Body"])
            if (event.get("specversion"), event.get("dataschema")) != VERSION_1:
                raise OtherVersion
            span.set_attributes({"cloudevents.event_id": event["id"], "cloudevents.event_type": event["type"]})
            if event["id"] not in handled:
                handle(event)
                handled.add(event["id"])
            return True
        except Exception as error:
            # Not record_exception, because the text of an error can contain what a customer wrote.
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(Status(StatusCode.ERROR))
            print(f"message {message['MessageId']} failed: {type(error).__name__}", file=sys.stderr, flush=True)
            return False


def consume(sqs, queue_url):
    queue_name = queue_url.rsplit("/", 1)[-1]
    reply = sqs.receive_message(
        QueueUrl=queue_url,
        MaxNumberOfMessages=10,
        WaitTimeSeconds=20,
        MessageSystemAttributeNames=["MessageGroupId"],
        MessageAttributeNames=["traceparent"],
    )
    blocked = set()
    for message in reply.get("Messages", []):
        # On a FIFO queue, the events that follow a failed one in its group have to wait for it.
        group = message.get("Attributes", {}).get("MessageGroupId") if queue_name.endswith(".fifo") else None
        if group in blocked:
            continue
        if process(message, queue_name):
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        elif group:
            blocked.add(group)


def main():
    queue_url = os.environ.get("QUEUE_URL")
    if not queue_url:
        sys.exit("QUEUE_URL is not set; it must be the URL of the event queue")
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    # Raises SystemExit, so that `finally` exports the remaining spans.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        sqs = boto3.client("sqs", region_name=os.environ.get("AWS_REGION"))
        while True:
            consume(sqs, queue_url)
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"cannot read {queue_url}: {error}")
    finally:
        provider.shutdown()


if __name__ == "__main__":
    main()
