// Receives what the worker delivers, verifies it (Standard Webhooks) and handles each event once.
//
//     npm install standardwebhooks
//     DELIVERY_SECRET=whsec_… PORT=3000 node receive.mjs

import { createServer } from "node:http";
import process from "node:process";
import { Webhook } from "standardwebhooks";

const LARGEST_EVENT = 1_048_576;

// The ids of handled events. One process forgets them when it ends: keep them where your work is kept
// (docs/handling-events.md, "Drop duplicates").
const handled = new Set();

// Your code. An exception is answered 500: the event comes again.
async function handle(event) {
  console.log(event.id, event.type, JSON.stringify(event.data.message?.text ?? null));
}

// The exact bytes: they are what is signed.
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

async function receive(request) {
  if (request.method !== "POST") return 405;
  const body = await read(request);
  if (!body) return 413;
  let event;
  try {
    event = webhook.verify(body, request.headers);
  } catch {
    return 401;
  }
  try {
    if (!handled.has(event.id)) {
      await handle(event);
      handled.add(event.id);
    }
    return 204;
  } catch (error) {
    console.error(`event ${event.id} failed: ${error.name}`);
    return 500;
  }
}

if (!process.env.DELIVERY_SECRET) {
  console.error("DELIVERY_SECRET is not set; it must be one whsec_… secret of the worker");
  process.exit(1);
}
const webhook = new Webhook(process.env.DELIVERY_SECRET);
const server = createServer(async (request, response) => {
  const status = await receive(request).catch(() => 400);
  response.writeHead(status).end();
});
server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
