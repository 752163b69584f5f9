// Parses an event, one line of JSON, and the body that the provider sent. Members are checked before anything is sent.

import { NotRead } from "./request.ts";

export type Participant = { id: string | null; role: string; name: string | null; phone: string | null; email: string | null };

// The members of an event that an answer needs.
export type ChatEvent = {
  id: string;
  time: string;
  data: {
    provider: string;
    kind: string;
    channel: string | null;
    conversation: string | null;
    sender: Participant | null;
    recipient: Participant | null;
    message: { id: string | null } | null;
    warnings: string[];
    original: { body: string; encoding: string };
  };
};

type Check = (value: unknown) => boolean;

// A nonempty string that can be sent, that is, without unpaired surrogates.
const text: Check = (value) => typeof value === "string" && value !== "" && value.isWellFormed();
const nullOr = (check: Check): Check => (value) => value === null || check(value);
// An object with these members. Later releases can add others.
const has = (members: Record<string, Check>): Check => (value) =>
  isObject(value) && Object.entries(members).every(([name, check]) => Object.hasOwn(value, name) && check(value[name]));

const person = has({ id: nullOr(text), role: text, name: nullOr(text), phone: nullOr(text), email: nullOr(text) });

// The members of `data` that an answer needs. The consumer schema has all members.
const DATA: Record<keyof ChatEvent["data"], Check> = {
  provider: text,
  kind: text,
  channel: nullOr(text),
  conversation: nullOr(text),
  sender: nullOr(person),
  recipient: nullOr(person),
  message: nullOr(has({ id: nullOr(text) })),
  warnings: (value) => Array.isArray(value) && value.every(text),
  original: has({ body: (value) => typeof value === "string", encoding: text }),
};

// Parses a line. An event of another version is an error rather than skipped, because a newer program can answer it.
export function parsed(line: Buffer): ChatEvent {
  let event: unknown;
  try {
    event = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(line));
  } catch {
    throw new NotRead("it is not JSON");
  }
  const [id, data] = [member(event, "id"), member(event, "data")];
  // The ID is printed.
  if (typeof id !== "string" || !/^[!-~]{1,256}$/.test(id) || !isObject(data)) throw new NotRead("it is not an event");
  if (member(event, "specversion") !== "1.0" || member(event, "dataschema") !== "urn:chathooks:data:1") {
    throw new NotRead("the event is not of version 1");
  }
  if (!isTime(member(event, "time"))) throw new NotRead("its time is invalid");
  for (const [name, check] of Object.entries(DATA)) {
    if (!has({ [name]: check })(data)) throw new NotRead(`its data.${name} does not match version 1`);
  }
  return event as ChatEvent;
}

// Date.parse turns February 30 into another day, and also accepts other forms.
function isTime(value: unknown): boolean {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value)) return false;
  const time = Date.parse(value);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value.slice(0, 19));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function member(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

// Returns the JSON that the provider sent. If a request carried multiple events, the body is reduced to this event.
// Numbers beyond 2^53 lose digits here: take IDs from the event.
export function original(event: ChatEvent): unknown {
  const { body, encoding } = event.data.original;
  if (encoding !== "utf-8" && encoding !== "base64") throw new NotRead("the encoding of its original body is unknown");
  try {
    return JSON.parse(encoding === "base64" ? fromBase64(body) : body);
  } catch {
    throw new NotRead("its original body is not JSON");
  }
}

// Buffer ignores characters that are not base64.
function fromBase64(text: string): string {
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") !== text) throw new SyntaxError("not base64");
  return bytes.toString();
}
