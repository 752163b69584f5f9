// Kommo: an event is what an agent wrote to the customer. The Chats API adds the customer's messages to Kommo.

import { createHash, createHmac } from "node:crypto";
import { type ChatEvent, member, original } from "./event.ts";
import { type Request, Unanswerable, baseUrl, setting } from "./request.ts";

const CONTENT_TYPE = "application/json";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

// Returns a request with the customer's message. `messageId` is the message's ID in your messenger.
export function answer(event: ChatEvent, text: string, now = new Date(), messageId = `${event.id}-answer`): Request {
  const { kind, conversation, recipient: customer } = event.data;
  if (kind !== "message") throw new Unanswerable("it is not a message");
  if (!conversation || !customer?.id) throw new Unanswerable("it does not name the customer's chat");
  const profile = { ...(customer.phone && { phone: customer.phone }), ...(customer.email && { email: customer.email }) };
  const message = member(original(event), "message");
  const externalId = member(member(message, "source"), "external_id");
  const payload = {
    timestamp: Math.floor(now.getTime() / 1000),
    msec_timestamp: now.getTime(),
    msgid: messageId,
    conversation_id: conversation,
    // A chat started in Kommo has no IDs of yours yet. This registers Kommo's IDs as yours, too.
    ...(isKommos(member(message, "conversation"), conversation) && { conversation_ref_id: conversation }),
    sender: {
      id: customer.id,
      name: customer.name ?? customer.id,
      ...(Object.keys(profile).length > 0 && { profile }),
      ...(isKommos(member(message, "receiver"), customer.id) && { ref_id: customer.id }),
    },
    ...(externalId ? { source: { external_id: externalId } } : {}),
    message: { type: "text", text },
    silent: false,
  };
  return signed(event, "", { event_type: "new_message", payload }, now);
}

// Returns a request with the delivery status of the agent's message: 1 delivered, 2 read, -1 failed, with a text for the agent.
export function delivery(event: ChatEvent, status: 1 | 2 | -1, error = "", now = new Date()): Request {
  const id = event.data.message?.id;
  if (!id) throw new Unanswerable("it has no message ID");
  const body = { msgid: id, delivery_status: status, ...(status === -1 && { error_code: 905, error }) };
  return signed(event, `/${encodeURIComponent(id)}/delivery_status`, body, now);
}

// Returns whether an ID in the event is Kommo's own, a UUID. Accounts of the older shape send your ID without `client_id`.
function isKommos(sent: unknown, eventId: string): boolean {
  return typeof sent === "object" && sent !== null && !member(sent, "client_id") && UUID.test(eventId);
}

function signed(event: ChatEvent, action: string, content: object, now: Date): Request {
  const { warnings, channel } = event.data;
  if (warnings.includes("account_mismatch")) throw new Unanswerable("its account differs from the one in its URL");
  const secret = setting("KOMMO_SECRET", "the secret of the chat channel");
  const scopeId = channel ?? setting("KOMMO_SCOPE_ID", "the scope ID, because the webhook URL has none");
  const path = `/v2/origin/custom/${encodeURIComponent(scopeId)}${action}`;
  // The body is serialized once, because the bytes that are signed must be the bytes that are sent.
  const body = JSON.stringify(content);
  const digest = createHash("md5").update(body).digest("hex");
  const date = now.toUTCString().replace("GMT", "+0000");
  const canonical = ["POST", digest, CONTENT_TYPE, date, path].join("\n");
  const signature = createHmac("sha1", secret).update(canonical).digest("hex");
  const headers = { "Date": date, "Content-Type": CONTENT_TYPE, "Content-MD5": digest, "X-Signature": signature };
  return { method: "POST", url: baseUrl("KOMMO_URL", "https://amojo.kommo.com") + path, headers, body };
}
