// Answers events, one JSON object per line on stdin (docs/answering.md). Node 24 runs this file directly.
//
//     node answer.ts "Yes, until six." < events.jsonl
//     node answer.ts --delivered < events.jsonl      reports the agent's messages to Kommo as delivered
//
// Settings and secrets come from the environment. An event that cannot be answered is reported and skipped. The program ends
// with one line on stderr if a setting is missing or malformed, if a line is not an event of version 1, or if the platform
// rejects a request. That line contains nothing from the event except its ID.

import process from "node:process";
import { type ChatEvent, parsed } from "./event.ts";
import * as kommo from "./kommo.ts";
import * as kommunicate from "./kommunicate.ts";
import * as kore from "./kore.ts";
import * as qikchat from "./qikchat.ts";
import { NotConfigured, NotRead, NotSent, type Request, Unanswerable, checkSettings, send } from "./request.ts";

type Platform = { answer(event: ChatEvent, text: string): Request };

// A Map, because an object would also find providers named like a member of Object.prototype.
const PLATFORMS = new Map<string, Platform>(Object.entries({ kommo, kommunicate, kore, qikchat }));

function requestFor(event: ChatEvent, text: string): Request {
  const { provider } = event.data;
  const platform = PLATFORMS.get(provider);
  if (!platform) throw new Unanswerable("its provider is not supported");
  if (text !== "--delivered") return platform.answer(event, text);
  if (provider !== "kommo") throw new Unanswerable("only Kommo accepts delivery statuses");
  return kommo.delivery(event, 1);
}

// Not node:readline, which also ends a line at U+2028 and U+2029: JSON can contain both unescaped.
async function* lines(): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of process.stdin) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
      yield rest.subarray(0, end);
      rest = rest.subarray(end + 1);
    }
  }
  if (rest.length > 0) yield rest;
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

async function main(text: string): Promise<void> {
  let number = 0;
  for await (const line of lines()) {
    number += 1;
    let place = `line ${number}`;
    try {
      const event = parsed(line);
      place = event.id;
      await send(requestFor(event, text));
      console.log(`${place} answered`);
    } catch (error) {
      if (error instanceof Unanswerable) console.log(`${place} skipped: ${error.message}`);
      else if ([NotConfigured, NotRead, NotSent].some((known) => error instanceof known)) fail(`${place}: ${(error as Error).message}`);
      // Neither the error's text nor its stack, because both can contain what a customer wrote.
      else fail(`${place}: the answer failed: ${error instanceof Error ? error.name : typeof error}`);
    }
  }
}

process.stdout.on("error", () => fail("stdout is closed"));
const [, , text, ...more] = process.argv;
if (text === undefined || more.length > 0) fail("usage: node answer.ts TEXT|--delivered < events.jsonl");
try {
  checkSettings();
} catch (error) {
  fail((error as Error).message);
}
await main(text);
