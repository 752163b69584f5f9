// How consumers use the types, and what the types reject: a `@ts-expect-error` without an error below it is itself an error.

import type { ChathooksEvent, EventData, Participant } from "../../docs/schema/chathooks-event.js";

export function line(event: ChathooksEvent): string {
  const { data } = event;
  // @ts-expect-error: the event might have no message
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
  // A kind unknown to these types is still a string.
  const kind: string = data.kind;
  return kind === "tomorrow" ? addition(data) : kind;
}

// A member that these types do not declare can be an addition or a typo, so a consumer declares what it reads.
function addition(data: EventData & { tomorrow?: unknown }): string {
  // @ts-expect-error: a typo
  void data.mesage;
  // @ts-expect-error: a typo in a message
  void data.message?.txt;
  // @ts-expect-error: a typo in an attachment
  void data.message?.attachments[0]?.contentType;
  // @ts-expect-error: an attribute that no event has yet
  void ({} as ChathooksEvent).tomorrow;
  return String(data.tomorrow);
}

function name(participant: Participant | null): string {
  // @ts-expect-error: the sender might be unknown
  void participant.id;
  // @ts-expect-error: a name can be null
  const text: string = participant?.name ?? null;
  return text;
}

const attributes = { id: "", source: "", type: "", time: "", datacontenttype: "" };

// @ts-expect-error: the event lacks its data
export const incomplete: ChathooksEvent = { ...attributes, specversion: "1.0", dataschema: "urn:chathooks:data:1" };

export function versions(data: ChathooksEvent["data"]): void {
  void ({ ...attributes, data, specversion: "1.0", dataschema: "urn:chathooks:data:1" } satisfies ChathooksEvent);
  // @ts-expect-error: version 2 of the event
  void ({ ...attributes, data, specversion: "1.0", dataschema: "urn:chathooks:data:2" } satisfies ChathooksEvent);
  // @ts-expect-error: another version of CloudEvents
  void ({ ...attributes, data, specversion: "0.3", dataschema: "urn:chathooks:data:1" } satisfies ChathooksEvent);
}
