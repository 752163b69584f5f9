// What a consumer writes with the types, and what they refuse: each `@ts-expect-error` is an error where there is none.

import type { ChathooksEvent, EventData, Participant } from "../../docs/schema/chathooks-event.js";

export function line(event: ChathooksEvent): string {
  const { data } = event;
  // @ts-expect-error: an event without a message
  void data.message.text;
  if (data.message) {
    const text: string | null = data.message.text;
    const [attachment] = data.message.attachments;
    return `${name(data.sender)}: ${text ?? attachment?.url ?? ""}`;
  }
  if (data.status) {
    return `${data.status.message_id}: ${data.status.state}`;
  }
  if (data.reaction) {
    const removed: boolean = data.reaction.removed;
    return removed ? "" : (data.reaction.emoji ?? "");
  }
  // A kind that these types do not know is text, too.
  const kind: string = data.kind;
  return kind === "tomorrow" ? addition(data) : kind;
}

// A member that these types do not declare may be an addition, or a typing error: the consumer declares what it reads.
function addition(data: EventData & { tomorrow?: unknown }): string {
  // @ts-expect-error: a typing error
  void data.mesage;
  // @ts-expect-error: one in a message
  void data.message?.txt;
  // @ts-expect-error: one in an attachment
  void data.message?.attachments[0]?.contentType;
  // @ts-expect-error: an attribute that no event has yet
  void ({} as ChathooksEvent).tomorrow;
  return String(data.tomorrow);
}

function name(participant: Participant | null): string {
  // @ts-expect-error: nobody may be known
  void participant.id;
  // @ts-expect-error: a name may be null
  const text: string = participant?.name ?? null;
  return text;
}

const attributes = { id: "", source: "", type: "", time: "", datacontenttype: "" };

// @ts-expect-error: an event without its data
export const incomplete: ChathooksEvent = { ...attributes, specversion: "1.0", dataschema: "urn:chathooks:data:1" };

export function versions(data: ChathooksEvent["data"]): void {
  void ({ ...attributes, data, specversion: "1.0", dataschema: "urn:chathooks:data:1" } satisfies ChathooksEvent);
  // @ts-expect-error: version 2 of the event
  void ({ ...attributes, data, specversion: "1.0", dataschema: "urn:chathooks:data:2" } satisfies ChathooksEvent);
  // @ts-expect-error: another version of CloudEvents
  void ({ ...attributes, data, specversion: "0.3", dataschema: "urn:chathooks:data:1" } satisfies ChathooksEvent);
}
