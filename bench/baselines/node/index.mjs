// Baseline: verify a Kommo webhook, send it to SQS, answer; as AWS's documentation writes a Node.js function.
import { createHmac, timingSafeEqual } from "node:crypto";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

const { QUEUE_URL, KOMMO_SECRET } = process.env;
// Outside of the handler: made once, in Lambda's init phase.
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
