// Consumes events from the queue and handles each of them once.
//
//     npm install @aws-sdk/client-sqs
//     QUEUE_URL=https://sqs.eu-west-1.amazonaws.com/123456789012/events node consume.mjs
//
// The SDK reads credentials, AWS_REGION and AWS_ENDPOINT_URL. You can stop the program at any moment: messages that were not
// deleted become visible again.

import process from "node:process";
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

// The IDs of handled events. They are lost when the process ends: store them in the database that holds your work
// (docs/handling-events.md, "Drop duplicates").
const handled = new Set();

// The event's version is unknown to this program. It stays in the queue, and finally moves to the dead-letter queue.
class OtherVersion extends Error {
  name = "OtherVersion";
}

// Your code. An exception leaves the event in the queue to be retried.
async function handle(event) {
  console.log(event.id, event.type, JSON.stringify(event.data.message?.text ?? null));
}

async function consume(sqs, queueUrl) {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 20,
      MessageSystemAttributeNames: ["MessageGroupId"],
    }),
  );
  const blocked = new Set();
  for (const message of Messages) {
    // On a FIFO queue, the events that follow a failed one in its group have to wait for it.
    const group = queueUrl.endsWith(".fifo") ? message.Attributes?.MessageGroupId : undefined;
    if (blocked.has(group)) continue;
    try {
      const event = JSON.parse(message.Body);
      if (event.specversion !== "1.0" || event.dataschema !== "urn:chathooks:data:1") throw new OtherVersion();
      if (!handled.has(event.id)) {
        await handle(event);
        handled.add(event.id);
      }
    } catch (error) {
      console.error(`message ${message.MessageId} failed: ${error.name}`);
      if (group) blocked.add(group);
      continue;
    }
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }));
  }
}

const queueUrl = process.env.QUEUE_URL;
if (!queueUrl) {
  console.error("QUEUE_URL is not set; it must be the URL of the event queue");
  process.exit(1);
}
try {
  const sqs = new SQSClient({});
  for (;;) await consume(sqs, queueUrl);
} catch (error) {
  console.error(`cannot read ${queueUrl}: ${error.message}`);
  process.exit(1);
}
