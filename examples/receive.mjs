// Receives the worker's deliveries, verifies them (Standard Webhooks) and handles each event once.
//
//     npm install standardwebhooks
//     DELIVERY_SECRET=whsec_… PORT=3000 node receive.mjs

import { createServer } from "node:http";
import process from "node:process";
import { Webhook } from "standardwebhooks";

const LARGEST_EVENT = 1_048_576;
const SECRET = /^whsec_([A-Za-z0-9+/]{4}){8,}([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

// The IDs of handled events. They are lost when the process ends: store them in the database that holds your work
// (docs/handling-events.md, "Drop duplicates").
const handled = new Set();
const inProgress = new Set();

// The event can never be handled, so a retry is useless.
class Refused extends Error {}

// Your code. `Refused` moves the event to the dead-letter queue; after any other error, the event is retried.
async function handle(event) {
  console.log(event.id, event.type, JSON.stringify(event.data.message?.text ?? null));
}

// Returns the exact bytes, which the worker signed.
async function read(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > LARGEST_EVENT) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isTextOrNull = (value) => typeof value === "string" || value === null;

// Returns the event after checking the members that `handle` reads. Returns null for another version.
function parsed(body) {
  let event;
  try {
    event = JSON.parse(body.toString());
  } catch {
    throw new Refused();
  }
  if (!isObject(event)) throw new Refused();
  if (event.specversion !== "1.0" || event.dataschema !== "urn:chathooks:data:1") return null;
  const message = isObject(event.data) ? event.data.message : undefined;
  const isReadable = message === null || (isObject(message) && isTextOrNull(message.text));
  if (typeof event.id !== "string" || typeof event.type !== "string" || !isReadable) throw new Refused();
  return event;
}

// Returns the response status. Requests are served in parallel, and two of them can carry the same event.
async function handleOnce(event) {
  // The worker retries it, and finally moves it to the dead-letter queue.
  if (event === null) return 503;
  if (handled.has(event.id)) return 204;
  // The worker retries it, because the first request can still fail.
  if (inProgress.has(event.id)) return 503;
  inProgress.add(event.id);
  try {
    await handle(event);
    handled.add(event.id);
    return 204;
  } finally {
    inProgress.delete(event.id);
  }
}

// During a rotation there are two secrets, one of which must match.
function isVerified(body, headers) {
  return webhooks.some((webhook) => {
    try {
      webhook.verify(body, headers, { jsonParse: false });
      return true;
    } catch {
      return false;
    }
  });
}

async function receive(request) {
  if (request.method !== "POST") return 405;
  const body = await read(request);
  if (!body) return 413;
  if (!isVerified(body, request.headers)) return 401;
  try {
    return await handleOnce(parsed(body));
  } catch (error) {
    if (error instanceof Refused) {
      console.error(`event ${request.headers["webhook-id"]} refused`);
      return 422;
    }
    console.error(`event ${request.headers["webhook-id"]} failed: ${error.name}`);
    return 500;
  }
}

const secrets = (process.env.DELIVERY_SECRET ?? "").split(/\s+/).filter(Boolean);
if (secrets.length === 0 || !secrets.every((secret) => SECRET.test(secret))) {
  console.error(
    "DELIVERY_SECRET is not set or malformed; it must be one or more secrets of the worker, separated by spaces: " +
      "whsec_ and base64 of at least 24 bytes each",
  );
  process.exit(1);
}
const webhooks = secrets.map((secret) => new Webhook(secret));
const server = createServer(async (request, response) => {
  const status = await receive(request).catch(() => 400);
  response.writeHead(status, status === 422 ? { "chathooks-refuse": "true" } : {}).end();
});
server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
