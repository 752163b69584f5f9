// Handles each event in the queue once: AWS Lambda, with Powertools for AWS Lambda (TypeScript).

import { BatchProcessor, EventType, processPartialResponse, SqsFifoPartialProcessorAsync } from '@aws-lambda-powertools/batch';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { Logger } from '@aws-lambda-powertools/logger';
import type { SQSHandler, SQSRecord } from 'aws-lambda';
import type { ChathooksEvent } from './chathooks-event.js';

const tableName = process.env.HANDLED_EVENTS_TABLE;
if (!tableName) throw new Error('HANDLED_EVENTS_TABLE is not set; it must be the name of a DynamoDB table');

// An event can be redelivered for 10 days from the queue, 14 days from the dead-letter queue, and 10 days after a redrive.
const REMEMBERED_SECONDS = 35 * 24 * 3600;

export const logger = new Logger();
const once = new IdempotencyConfig({
  eventKeyJmesPath: 'id',
  throwOnNoIdempotencyKey: true,
  expiresAfterSeconds: REMEMBERED_SECONDS,
});

// Your code. An exception leaves the event in the queue to be retried.
async function handle(event: ChathooksEvent): Promise<void> {
  const { message, kind } = event.data;
  if (message) {
    // For instance: await openTicket(event.data.conversation, message.text)
    logger.info('message', { event_id: event.id, attachments: message.attachments.length });
  } else {
    logger.info('nothing to do', { event_id: event.id, kind });
  }
}

const handleOnce = makeIdempotent(handle, {
  persistenceStore: new DynamoDBPersistenceLayer({ tableName }),
  config: once,
  dataIndexArgument: 0,
  // With a fixed prefix, the stored IDs stay valid when the function is renamed.
  keyPrefix: 'chathooks',
});

async function handleRecord(record: SQSRecord): Promise<void> {
  try {
    await handleOnce(parse(record.body));
  } catch (error) {
    // The text of an error can contain what a customer wrote.
    logger.error('failed', { message_id: record.messageId, error_name: error instanceof Error ? error.name : typeof error });
    throw error;
  }
}

// The event's version is unknown to this function. It stays in the queue, and finally moves to the dead-letter queue.
class OtherVersion extends Error {
  override name = 'OtherVersion';
}

// Accepts every event of version 1, including those of later releases. The schema guarantees the types.
function parse(body: string): ChathooksEvent {
  const event: unknown = JSON.parse(body);
  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject(event)) throw new TypeError('not an event');
  if (event.specversion !== '1.0' || event.dataschema !== 'urn:chathooks:data:1') throw new OtherVersion();
  if (typeof event.id !== 'string' || !isObject(event.data)) throw new TypeError('not an event of version 1');
  return event as unknown as ChathooksEvent;
}

const standard = new BatchProcessor(EventType.SQS);
const fifo = new SqsFifoPartialProcessorAsync();

export const handler: SQSHandler = async (event, context) => {
  logger.addContext(context);
  once.registerLambdaContext(context);
  // Otherwise a batch that fails entirely throws, and Lambda logs the texts of all errors.
  const options = { context, throwOnFullBatchFailure: false };
  if (!event.Records[0]?.eventSourceARN.endsWith('.fifo')) {
    return processPartialResponse(event, handleRecord, standard, options);
  }
  // Events that follow a failed one in its conversation wait for it; other conversations continue.
  return processPartialResponse(event, handleRecord, fifo, { ...options, skipGroupOnError: true });
};
