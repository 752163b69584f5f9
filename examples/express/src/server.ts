// Receives the Chathooks worker's deliveries, verifies them (Standard Webhooks) and handles each event once.
//
//     DELIVERY_SECRET=whsec_… PORT=3000 npm start

import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import express, { type ErrorRequestHandler } from 'express';
import { Webhook } from 'standardwebhooks';
import type { ChathooksEvent } from './chathooks-event.ts';

const LARGEST_EVENT = 1_048_576;
const SECRET = /^whsec_([A-Za-z0-9+/]{4}){8,}([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const secrets = (process.env.DELIVERY_SECRET ?? '').split(/\s+/).filter(Boolean);
if (secrets.length === 0 || !secrets.every((secret) => SECRET.test(secret))) {
  console.error(
    'DELIVERY_SECRET is not set or malformed; it must be one or more secrets of the worker, separated by spaces: ' +
      'whsec_ and base64 of at least 24 bytes each',
  );
  process.exit(1);
}
const webhooks = secrets.map((secret) => new Webhook(secret));

// Your database. It stores the IDs of handled events next to the work, so that one transaction writes both.
const database = new DatabaseSync(process.env.DATABASE ?? 'events.sqlite3');
database.exec(`
  CREATE TABLE IF NOT EXISTS handled_events (id TEXT PRIMARY KEY, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
  CREATE TABLE IF NOT EXISTS messages (conversation TEXT, text TEXT);
`);
const addId = database.prepare('INSERT INTO handled_events (id) VALUES (?) ON CONFLICT DO NOTHING');
const addMessage = database.prepare('INSERT INTO messages VALUES (?, ?)');

// The event can never be accepted, so a retry is useless.
class Refused extends Error {
  override name = 'Refused';
}

// The event's version is unknown to this receiver, but a later release might accept it, so the worker retries it.
class OtherVersion extends Error {
  override name = 'OtherVersion';
}

// Your code. Its writes are committed together with the event's ID. `Refused` moves the event to the dead-letter queue;
// after any other error, the event is retried.
function handle(event: ChathooksEvent): void {
  const { message, conversation } = event.data;
  if (message) addMessage.run(conversation, message.text);
}

function handleOnce(event: ChathooksEvent): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    if (addId.run(event.id).changes) handle(event);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): boolean => typeof value === 'string';
const isTextOrNull = (value: unknown): boolean => isText(value) || value === null;

// Accepts every event of version 1, including those of later releases. It checks what `handle` reads: check what yours reads.
function parsed(body: Buffer): ChathooksEvent {
  let event: unknown;
  try {
    event = JSON.parse(body.toString());
  } catch {
    throw new Refused();
  }
  if (!isObject(event)) throw new Refused();
  if (event.specversion !== '1.0' || event.dataschema !== 'urn:chathooks:data:1') throw new OtherVersion();
  const { id, type, data } = event;
  if (!isText(id) || !isText(type) || !isObject(data) || !isTextOrNull(data.conversation)) throw new Refused();
  const { message } = data;
  if (message !== null && !(isObject(message) && isTextOrNull(message.text))) throw new Refused();
  return event as unknown as ChathooksEvent;
}

// During a rotation there are two secrets, one of which must match.
function isVerified(body: Buffer, headers: Record<string, string>): boolean {
  return webhooks.some((webhook) => {
    try {
      webhook.verify(body, headers, { jsonParse: false });
      return true;
    } catch {
      return false;
    }
  });
}

const app = express();
app.disable('x-powered-by');

// The exact bytes, which the worker signed.
app.post('/events', express.raw({ type: () => true, limit: LARGEST_EVENT, inflate: false }), (request, response) => {
  // Express sets an object here if there is no body.
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  if (!isVerified(body, request.headers as Record<string, string>)) {
    response.status(401).end();
    return;
  }
  try {
    handleOnce(parsed(body));
    // Only now is the work stored.
    response.status(204).end();
  } catch (error) {
    const refused = error instanceof Refused;
    const status = refused ? 422 : error instanceof OtherVersion ? 503 : 500;
    // The text of an error can contain what a customer wrote.
    const name = error instanceof Error ? error.name : typeof error;
    console.error(`event ${request.get('webhook-id')} ${refused ? 'refused' : 'failed'}: ${name}`);
    if (refused) response.set('chathooks-refuse', 'true');
    response.status(status).end();
  }
});

// For example, if a body is too large.
const answerError: ErrorRequestHandler = (error: { status?: number }, _request, response, _next) => {
  response.status(error.status ?? 500).end();
};
app.use(answerError);

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
