// Kommunicate: an event is any message of a conversation. The answer comes from one of your agents or bots.

import process from "node:process";
import { type ChatEvent, member, original } from "./event.ts";
import { type Request, Unanswerable, baseUrl, setting } from "./request.ts";

export function answer(event: ChatEvent, text: string): Request {
  const { kind, sender } = event.data;
  if (kind !== "message") throw new Unanswerable("it is not a message");
  const us = setting("KOMMUNICATE_SENDER", "the user ID of the agent or bot that answers");
  const staff = [us, ...(process.env.KOMMUNICATE_STAFF ?? "").split(",").map((name) => name.trim())];
  if (!sender?.id || staff.includes(sender.id)) throw new Unanswerable("it is not from a customer");
  const headers = { "Content-Type": "application/json", "Api-Key": setting("KOMMUNICATE_API_KEY", "the API key of the dashboard") };
  const body = JSON.stringify({ ...target(event, sender.id), message: text, fromUserName: us });
  const url = `${baseUrl("KOMMUNICATE_URL", "https://services.kommunicate.io")}/rest/ws/message/v2/send`;
  return { method: "POST", url, headers, body };
}

// Returns where the answer goes. `conversation` is the group's ID in the event, with all its digits.
function target(event: ChatEvent, writer: string): Record<string, string | null> {
  const body = original(event);
  const message = Array.isArray(body) ? body[0] : body;
  const field = ["groupId", "clientGroupId"].find((name) => member(message, name));
  return field ? { [field]: event.data.conversation } : { to: writer };
}
