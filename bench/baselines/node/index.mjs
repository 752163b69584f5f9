// Baseline: verifies a Kommo webhook, sends it to SQS, and responds, in the style of AWS's documentation for Node.js functions.
import { createHmac, timingSafeEqual } from "node:crypto";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

const { QUEUE_URL, KOMMO_SECRET } = process.env;
// Outside the handler, so that it is created once, in Lambda's init phase.
const sqs = new SQSClient({});

export const handler = async (event) => {
  const body = Buffer.from(event.body, event.isBase64Encoded ? "base64" : "utf8");
  const expected = createHmac("sha1", KOMMO_SECRET).update(body).digest();
  const signature = Buffer.from(event.headers["x-signature"] ?? "", "hex");
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
    console.warn("wrong signature");
    return { statusCode: 401 };
  }
  const { MessageId } = await sqs.send(new SendMessageCommand({ QueueUrl: QUEUE_URL, MessageBody: body.toString() }));
  console.log(JSON.stringify({ message: "queued", messageId: MessageId }));
  return { statusCode: 200 };
};
