// Baseline: delivers each event of a batch with a signature, in the style of the documentation of Powertools for AWS Lambda.
import { BatchProcessor, EventType, SqsFifoPartialProcessorAsync, processPartialResponse } from "@aws-lambda-powertools/batch";
import { Webhook } from "standardwebhooks";

const { DELIVERY_URL, DELIVERY_SECRET, FIFO } = process.env;
const webhook = new Webhook(DELIVERY_SECRET);
const processor = FIFO === "true" ? new SqsFifoPartialProcessorAsync() : new BatchProcessor(EventType.SQS);

const deliver = async ({ body, messageId }) => {
  const event = JSON.parse(body);
  if (event.specversion !== "1.0" || typeof event.data !== "object") throw new Error("the record is not an event");
  const now = new Date();
  const answer = await fetch(DELIVERY_URL, {
    method: "POST",
    headers: {
      "content-type": "application/cloudevents+json",
      "webhook-id": event.id,
      "webhook-timestamp": String(Math.floor(now / 1000)),
      "webhook-signature": webhook.sign(event.id, now, body),
    },
    body,
    redirect: "manual",
    signal: AbortSignal.timeout(10_000),
  });
  // A connection is reused only if its response was read.
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`the receiver returned ${answer.status}`);
  console.log(JSON.stringify({ message: "handled", message_id: messageId, event_id: event.id }));
};

export const handler = (event, context) => processPartialResponse(event, deliver, processor, { context });
