// Receives what the worker delivers, verifies it (Standard Webhooks) and handles each event once.
// A duplicate that arrives while the first copy is being handled is answered 500: it comes again.
//
//     npm install standardwebhooks
//     DELIVERY_SECRET=whsec_… PORT=3000 node receive.mjs

import { createServer } from "node:http";
import process from "node:process";
import { Webhook } from "standardwebhooks";

const LARGEST_EVENT = 1_048_576;

// The ids of handled events, and of those that are being handled. One process forgets them when it ends: keep them where your work is kept
// (docs/handling-events.md, "Drop duplicates").
const handled = new Set();
const inProgress = new Set();

// Your code. An exception is answered 500: the event comes again.
async function handle(event) {
  console.log(event.id, event.type, JSON.stringify(event.data.message?.text ?? null));
}

async function handleOnce(event) {
  if (handled.has(event.id)) return;
  if (inProgress.has(event.id)) throw new Error("a copy is being handled");
  inProgress.add(event.id);
  try {
    await handle(event);
    handled.add(event.id);
  } finally {
    inProgress.delete(event.id);
  }
}

// An event of version 1, including those of later releases. Another version is answered 500: it comes again.
function parse(body) {
  const event = JSON.parse(body);
  if (event.specversion !== "1.0" || event.dataschema !== "urn:chathooks:data:1") {
    throw new TypeError("not an event of version 1");
  }
  return event;
}

// One for each secret. Two secrets are valid while they rotate.
function verifiers(setting) {
  const shape = "it must be whsec_ and the base64 of at least 24 bytes, or several of these, separated by spaces";
  const secrets = setting.split(/\s+/).filter(Boolean);
  if (!secrets.length) throw new Error(`DELIVERY_SECRET is not set; ${shape}`);
  return secrets.map((secret) => {
    const encoded = secret.startsWith("whsec_") ? secret.slice("whsec_".length) : "";
    const bytes = Buffer.from(encoded, "base64");
    if (bytes.length < 24 || bytes.toString("base64") !== encoded) throw new Error(`DELIVERY_SECRET is not a secret; ${shape}`);
    return new Webhook(secret);
  });
}

function isSigned(body, headers) {
  return webhooks.some((webhook) => {
    try {
      webhook.verify(body, headers, { jsonParse: false });
      return true;
    } catch {
      return false;
    }
  });
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
  if (!isSigned(body, request.headers)) return 401;
  try {
    await handleOnce(parse(body));
    return 204;
  } catch (error) {
    console.error(`event ${request.headers["webhook-id"]} failed: ${error.name}`);
    return 500;
  }
}

let webhooks;
try {
  webhooks = verifiers(process.env.DELIVERY_SECRET ?? "");
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const server = createServer(async (request, response) => {
  const status = await receive(request).catch(() => 400);
  response.writeHead(status).end();
});
server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
