// Qikchat: an event is a customer's WhatsApp message, an echo of the business, or a status.

import type { ChatEvent } from "./event.ts";
import { type Request, Unanswerable, baseUrl, setting } from "./request.ts";

const WINDOW_MS = 24 * 60 * 60 * 1000;

export function answer(event: ChatEvent, text: string, now = new Date()): Request {
  const { kind, conversation, sender: customer } = event.data;
  if (kind !== "message" || customer?.role !== "customer") throw new Unanswerable("it is not a customer's message");
  if (!customer.phone) throw new Unanswerable("the customer has no phone number");
  if (conversation !== customer.phone) throw new Unanswerable("it was written in a group");
  if (now.getTime() - Date.parse(event.time) >= WINDOW_MS) {
    throw new Unanswerable("the 24 hours are over, so only a template can be sent");
  }
  const headers = { "Content-Type": "application/json", "QIKCHAT-API-KEY": setting("QIKCHAT_API_KEY", "the API key of the account") };
  const body = JSON.stringify({ to_contact: `+${customer.phone}`, type: "text", text: { body: text } });
  return { method: "POST", url: `${baseUrl("QIKCHAT_URL", "https://api.qikchat.in")}/v1/messages`, headers, body, success: "status" };
}
