/** The events of Chathooks, version 1. Made from event.consumer.schema.json by json-schema-to-typescript; do not edit. */

/**
 * One message of the queue: a CloudEvents 1.0 event.
 */
export interface ChathooksEvent {
  /**
   * The version of CloudEvents: `1.0`.
   */
  specversion: string;
  /**
   * Unique over all sources: `<provider>-<32 hex digits>`. A redelivery has the same id wherever the provider gives one.
   */
  id: string;
  /**
   * Where the event comes from: `/<provider>/<channel>` or `/<provider>`, a URI reference.
   */
  source: string;
  /**
   * The provider's prefix and `data.kind`: `com.example.message`.
   */
  type: string;
  /**
   * The provider's time, else the time of receipt (RFC 3339, UTC).
   */
  time: string;
  /**
   * The media type of `data`: `application/json`.
   */
  datacontenttype: string;
  /**
   * The version of `data`: `urn:chathooks:data:1`.
   */
  dataschema: string;
  data: EventData;
  /**
   * The conversation's key: 32 hex digits of SHA-256 over the source and `data.conversation`; absent where there is no conversation. A pseudonym: routers and tracers may log it.
   */
  subject?: string | null;
  /**
   * The trace that the event belongs to (W3C Trace Context); absent where there is none.
   */
  traceparent?: string | null;
  [k: string]: unknown;
}
/**
 * The event itself: who said what to whom, and what the provider sent.
 */
export interface EventData {
  /**
   * The provider's name, the first segment of `source`.
   */
  provider: string;
  /**
   * What the event is about. More words may be added.
   *
   * - `message`: Somebody wrote something.
   * - `status`: A message was sent, delivered, read or taken back, or it failed.
   * - `reaction`: Somebody reacted to a message, or took the reaction back.
   * - `typing`: Somebody is typing.
   * - `notice`: The platform reports something: the end of a task, an event.
   * - `unknown`: A shape that this version does not know; `original.body` has all of it.
   */
  kind: string;
  /**
   * The scope, bot or channel from the webhook's path; null where the path has none.
   */
  channel: string | null;
  /**
   * The provider's id of the conversation; null where there is none.
   */
  conversation: string | null;
  /**
   * Who wrote; null where nothing is known.
   */
  sender: Participant | null;
  /**
   * Who was written to; null where nothing is known.
   */
  recipient: Participant | null;
  /**
   * What was written, for kind `message`; null where the event has no message.
   */
  message: Message | null;
  /**
   * What became of an earlier message, for kind `status`; null where the event has no status.
   */
  status: MessageStatus | null;
  /**
   * How somebody reacted to a message, for kind `reaction`; null where the event has no reaction.
   */
  reaction: Reaction | null;
  /**
   * What a consumer should know: `account_mismatch`, `too_many_events`, `too_large`; on quarantined events `not_json`, `scalar` or `missing_field`. More words may be added.
   */
  warnings: string[];
  original: Original;
  [k: string]: unknown;
}
/**
 * The sender or the recipient of an event.
 */
export interface Participant {
  /**
   * The provider's id, or the integration's own where it gave one.
   */
  id: string | null;
  /**
   * The participant's part in the conversation. More words may be added.
   *
   * - `agent`: A person who works for the business.
   * - `customer`: A person who writes to the business.
   * - `bot`: A program that writes for the business.
   * - `business`: The business itself.
   * - `unknown`: The provider does not say.
   */
  role: string;
  /**
   * The display name.
   */
  name: string | null;
  /**
   * The phone number, as the provider wrote it.
   */
  phone: string | null;
  /**
   * The e-mail address.
   */
  email: string | null;
  [k: string]: unknown;
}
/**
 * A message. It has a text, an attachment or a `replaces`.
 */
export interface Message {
  /**
   * The provider's id of the message.
   */
  id: string | null;
  /**
   * What a person would read; several parts are joined by a newline. Null where there is none.
   */
  text: string | null;
  /**
   * What came with the text.
   */
  attachments: Attachment[];
  /**
   * The id of the message that this one answers.
   */
  reply_to: string | null;
  /**
   * The id of the message that this one edits: `text` replaces that message's.
   */
  replaces: string | null;
  [k: string]: unknown;
}
/**
 * A file, a place, a contact or a structured message that came with a message.
 */
export interface Attachment {
  /**
   * What the attachment is. More words may be added.
   *
   * - `image`: A picture.
   * - `video`: A moving picture.
   * - `audio`: Sound.
   * - `voice`: A recorded voice message.
   * - `file`: Any file.
   * - `sticker`: A sticker.
   * - `location`: A place.
   * - `contact`: A person's card.
   * - `template`: A structured message: buttons, cards.
   * - `other`: Something else: see the original body.
   */
  kind: string;
  /**
   * Where it can be fetched, as the provider says. Not checked.
   */
  url: string | null;
  /**
   * A name to show; for kind `other` the provider's word for it.
   */
  name: string | null;
  /**
   * The media type, as the provider says.
   */
  content_type: string | null;
  /**
   * The size in bytes.
   */
  size: number | null;
  /**
   * Where a preview can be fetched.
   */
  thumbnail_url: string | null;
  /**
   * Degrees north, for a location only.
   */
  latitude?: number | null;
  /**
   * Degrees east, for a location only.
   */
  longitude?: number | null;
  [k: string]: unknown;
}
/**
 * What became of a message.
 */
export interface MessageStatus {
  /**
   * The provider's id of the message.
   */
  message_id: string | null;
  /**
   * `sent`, `delivered`, `read`, `failed`, `deleted`, or the provider's own word in lower case.
   */
  state: string | null;
  /**
   * Why it failed, in the provider's words.
   */
  error: string | null;
  [k: string]: unknown;
}
/**
 * A reaction to a message.
 */
export interface Reaction {
  /**
   * The emoji; null where one was removed.
   */
  emoji: string | null;
  /**
   * The provider's id of the message reacted to.
   */
  message_id: string | null;
  /**
   * Whether the reaction was taken back.
   */
  removed: boolean;
  [k: string]: unknown;
}
/**
 * What the provider sent. Where `part` is null it is the exact body, and its signature can be verified again.
 */
export interface Original {
  /**
   * The request's body; where the request has several events, the body reduced to this one.
   */
  body: string;
  /**
   * How `body` is written in JSON. More words may be added.
   *
   * - `utf-8`: As it is.
   * - `base64`: As base64, because the bytes are not UTF-8.
   */
  encoding: string;
  /**
   * SHA-256 of the whole request's body, in hex.
   */
  sha256: string;
  /**
   * The signature over the body as it was sent; null for schemes that sign none.
   */
  signature: string | null;
  /**
   * Which of its request's several events this is; null where it is the only one.
   */
  part: Part | null;
  [k: string]: unknown;
}
/**
 * The place of an event among the events of its request.
 */
export interface Part {
  /**
   * The index of the event, from 0.
   */
  index: number;
  /**
   * How many events the request has.
   */
  count: number;
  [k: string]: unknown;
}
