// Kore.ai: an event is either what a bot said (callback) or what a customer said to the bot (hooks).

import { createHmac, randomInt } from "node:crypto";
import type { ChatEvent } from "./event.ts";
import { type Request, Unanswerable, setting } from "./request.ts";

const VALID_S = 300;

export function answer(event: ChatEvent, text: string, now = new Date()): Request {
  const { kind, sender, recipient } = event.data;
  if (kind !== "message") throw new Unanswerable("it is not a message");
  if (sender?.role === "bot" && recipient?.id) return toTheBot(event, recipient.id, text, now);
  if (sender?.role === "customer") return toTheClient(event, text);
  throw new Unanswerable("it does not name the customer");
}

// Returns a request with the customer's next message to the bot.
function toTheBot({ data }: ChatEvent, customer: string, text: string, now: Date): Request {
  const client = setting("KORE_CLIENT", "clientId:clientSecret of the channel's app");
  const colon = client.indexOf(":");
  const url = setting("KORE_WEBHOOK_URL", "the webhook URL of the channel, with {bot} for the bot's ID")
    .replaceAll("{bot}", () => encodeURIComponent(channel(data)));
  const message = url.includes("/v2/") ? { type: "text", val: text } : { text };
  const body = { session: { new: false }, message, from: { id: customer }, to: { id: data.sender?.id ?? channel(data) } };
  const iat = Math.floor(now.getTime() / 1000);
  const sub = String(randomInt(1, 10 ** 10));
  const claims = { appId: client.slice(0, colon), sub, userIdentity: customer, iat, exp: iat + VALID_S };
  const headers = { "Content-Type": "application/json", "Authorization": `bearer ${jwt(claims, client.slice(colon + 1))}` };
  return { method: "POST", url, headers, body: JSON.stringify(body) };
}

// Returns a request with the bot's answer to the customer's client, as Kore.ai posts it in asynchronous mode.
function toTheClient({ data }: ChatEvent, text: string): Request {
  const token = setting("KORE_ACCESS_TOKEN", "the token that the client expects");
  const headers = { "Content-Type": "application/json", "Authorization": `bearer ${token}` };
  if (!data.sender?.id) throw new Unanswerable("it does not name the customer");
  const body = JSON.stringify({ text, to: data.sender.id, from: channel(data) });
  return { method: "POST", url: setting("KORE_POST_URL", "where the client receives answers"), headers, body };
}

function channel(data: ChatEvent["data"]): string {
  return data.channel ?? setting("KORE_BOT_ID", "the bot's ID, because the webhook URL has none");
}

function jwt(claims: object, secret: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}
