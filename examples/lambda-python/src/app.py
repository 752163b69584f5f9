"""Handles each event in the queue once: AWS Lambda, with Powertools for AWS Lambda (Python)."""

import os

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    SqsFifoPartialProcessor,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.parser import parse
from aws_lambda_powertools.utilities.typing import LambdaContext

from chathooks_event import ChathooksEvent

# An event can be redelivered for 10 days from the queue, 14 days from the dead-letter queue, and 10 days after a redrive.
REMEMBERED_SECONDS = 35 * 24 * 3600

VERSION_1 = ("1.0", "urn:chathooks:data:1")

logger = Logger()
handled = DynamoDBPersistenceLayer(table_name=os.environ["HANDLED_EVENTS_TABLE"])
once = IdempotencyConfig(
    event_key_jmespath="id", raise_on_no_idempotency_key=True, expires_after_seconds=REMEMBERED_SECONDS
)


# With a fixed prefix, the stored IDs stay valid when this function is renamed.
@idempotent_function(data_keyword_argument="event", persistence_store=handled, config=once, key_prefix="chathooks")
def handle(event: ChathooksEvent) -> None:
    """Your code. An exception leaves the event in the queue to be retried."""
    if message := event.data.message:
        # For instance: open_ticket(event.data.conversation, message.text)
        logger.info("message", event_id=event.id, attachments=len(message.attachments))
    else:
        logger.info("nothing to do", event_id=event.id, kind=event.data.kind)


class OtherVersion(Exception):
    """The event's version is unknown to this function. It stays in the queue, and finally moves to the dead-letter queue."""


def handle_record(record: SQSRecord) -> None:
    try:
        event = parse(event=record.body, model=ChathooksEvent)
        if (event.specversion, event.dataschema) != VERSION_1:
            raise OtherVersion
        handle(event=event)
    except Exception as error:
        # The text of an error can contain what a customer wrote.
        logger.error("failed", message_id=record.message_id, error=type(error).__name__)
        raise


standard = BatchProcessor(event_type=EventType.SQS)
# Events that follow a failed one in its conversation wait for it; other conversations continue.
fifo = SqsFifoPartialProcessor(skip_group_on_error=True)
# Otherwise a batch that fails entirely raises, and Lambda logs the texts of all errors.
standard.raise_on_entire_batch_failure = fifo.raise_on_entire_batch_failure = False


@logger.inject_lambda_context
def handler(event: dict, context: LambdaContext) -> PartialItemFailureResponse:
    once.register_lambda_context(context)
    is_fifo = event["Records"][0]["eventSourceARN"].endswith(".fifo")
    return process_partial_response(event, handle_record, fifo if is_fifo else standard, context)
