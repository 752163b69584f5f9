// Answers events, one JSON object a line on stdin (docs/answering.md). Node 24 runs it as it is.
//
//     node answer.ts "Yes, until six." < events.jsonl
//     node answer.ts --delivered < events.jsonl      reports the agent's messages to Kommo as delivered
//
// Settings and secrets come from the environment. An event that cannot be answered is reported and skipped; a request that
// the platform rejects ends the program.

import process from "node:process";
import { createInterface } from "node:readline";
import * as kommo from "./kommo.ts";
import * as kommunicate from "./kommunicate.ts";
import * as kore from "./kore.ts";
import * as qikchat from "./qikchat.ts";
import { type ChatEvent, NotConfigured, NotSent, type Request, Unanswerable, send } from "./request.ts";

const PLATFORMS: Record<string, { answer(event: ChatEvent, text: string): Request } | undefined> = { kommo, kommunicate, kore, qikchat };

function requestFor(event: ChatEvent, text: string): Request {
  const { provider } = event.data;
  const platform = PLATFORMS[provider];
  if (!platform) throw new Unanswerable("no answer is known for its provider");
  if (text !== "--delivered") return platform.answer(event, text);
  if (provider !== "kommo") throw new Unanswerable("only Kommo accepts delivery statuses");
  return kommo.delivery(event, 1);
}

if (process.argv.length !== 3) {
  console.error("usage: node answer.ts TEXT|--delivered < events.jsonl");
  process.exit(1);
}
for await (const line of createInterface({ input: process.stdin })) {
  const event: ChatEvent = JSON.parse(line);
  try {
    await send(requestFor(event, process.argv[2]));
    console.log(`${event.id} answered`);
  } catch (error) {
    if (error instanceof Unanswerable) {
      console.log(`${event.id} skipped: ${error.message}`);
    } else if (error instanceof NotConfigured || error instanceof NotSent) {
      console.error(`${event.id}: ${error.message}`);
      process.exit(1);
    } else {
      throw error;
    }
  }
}
