/** The events of Chathooks, version 1. Made from event.consumer.schema.json by json-schema-to-typescript; do not edit. */

/**
 * The body of a queue message: a CloudEvents 1.0 event.
 */
export interface ChathooksEvent {
  /**
   * The version of the CloudEvents specification: `1.0`.
   */
  specversion: "1.0";
  /**
   * The event's id, unique across all sources: `<provider>-<32 hex digits>`. A redelivery has the same id if the provider's payload identifies the event.
   */
  id: string;
  /**
   * The origin of the event, a URI reference: `/<provider>/<channel>` or `/<provider>`.
   */
  source: string;
  /**
   * The provider's prefix followed by `data.kind`, as in `com.example.message`.
   */
  type: string;
  /**
   * The time of the event according to the provider, or the time of receipt if the provider gives none. RFC 3339, in UTC.
   */
  time: string;
  /**
   * The media type of `data`: `application/json`.
   */
  datacontenttype: string;
  /**
   * The schema of `data`: `urn:chathooks:data:1`. Each version of the event has its own schema.
   */
  dataschema: "urn:chathooks:data:1";
  data: EventData;
  /**
   * The key of the conversation, unique across all sources: the first 32 hex digits of the SHA-256 digest of `source`, a newline and `data.conversation`. Absent if there is no conversation. It is a pseudonym, so routers and tracers can log it.
   */
  subject?: string | null;
  /**
   * The trace that the event belongs to (W3C Trace Context). Absent if there is none.
   */
  traceparent?: string | null;
}
/**
 * A chat event: who said what to whom, and what the provider sent.
 */
export interface EventData {
  /**
   * The provider's name: the first segment of `source`.
   */
  provider: string;
  /**
   * What the event is about. More values may be added.
   *
   * - `message`: Somebody sent or edited a message.
   * - `status`: An earlier message was sent, delivered, read or deleted, or failed.
   * - `reaction`: Somebody reacted to a message, or removed a reaction.
   * - `typing`: Somebody is typing.
   * - `notice`: The platform reports something else, such as the end of a task.
   * - `unknown`: Something that this release does not recognize: see `original.body`.
   */
  kind: string;
  /**
   * The scope, bot or channel from the webhook's path. Null if the path has none.
   */
  channel: string | null;
  /**
   * The provider's conversation id. Null if there is none.
   */
  conversation: string | null;
  /**
   * The sender. Null if nothing is known about them.
   */
  sender: Participant | null;
  /**
   * The recipient. Null if nothing is known about them.
   */
  recipient: Participant | null;
  /**
   * The message, if `kind` is `message`. Otherwise null.
   */
  message: Message | null;
  /**
   * The new status of an earlier message, if `kind` is `status`. Otherwise null.
   */
  status: MessageStatus | null;
  /**
   * The reaction to an earlier message, if `kind` is `reaction`. Otherwise null.
   */
  reaction: Reaction | null;
  /**
   * Conditions that a consumer should know about: `account_mismatch`, `too_many_events`, `too_large`; on quarantined events `not_json`, `scalar` or `missing_field`. More values may be added.
   */
  warnings: string[];
  original: Original;
}
/**
 * The sender or the recipient of an event.
 */
export interface Participant {
  /**
   * The provider's id, or the id that the integration assigned.
   */
  id: string | null;
  /**
   * The participant's role in the conversation. More values may be added.
   *
   * - `agent`: A person who works for the business.
   * - `customer`: A person who talks to the business.
   * - `bot`: A program that speaks for the business.
   * - `business`: The business itself.
   * - `unknown`: The provider does not say.
   */
  role: string;
  /**
   * The display name.
   */
  name: string | null;
  /**
   * The phone number, as the provider sent it.
   */
  phone: string | null;
  /**
   * The e-mail address.
   */
  email: string | null;
}
/**
 * A message, with at least one of a text, an attachment and `replaces`.
 */
export interface Message {
  /**
   * The provider's message id.
   */
  id: string | null;
  /**
   * The text as a person reads it. Multiple parts are joined by newlines. Null if there is none.
   */
  text: string | null;
  /**
   * Files, locations, contacts and structured messages sent with the text.
   */
  attachments: Attachment[];
  /**
   * The id of the message that this one replies to.
   */
  reply_to: string | null;
  /**
   * The id of the message that this one edits. `text` is the new text.
   */
  replaces: string | null;
}
/**
 * A file, a location, a contact or a structured message, sent with a message.
 */
export interface Attachment {
  /**
   * The kind of the attachment. More values may be added.
   *
   * - `image`: An image.
   * - `video`: A video.
   * - `audio`: An audio file.
   * - `voice`: A voice message.
   * - `file`: A file of another type.
   * - `sticker`: A sticker.
   * - `location`: A location.
   * - `contact`: A contact.
   * - `template`: A structured message, such as buttons or cards.
   * - `other`: Anything else: see `original.body`.
   */
  kind: string;
  /**
   * The URL of the file, as the provider sent it. Not validated.
   */
  url: string | null;
  /**
   * The display name. For kind `other`, the provider's word for the kind.
   */
  name: string | null;
  /**
   * The media type, as the provider sent it.
   */
  content_type: string | null;
  /**
   * The size in bytes. Null if the provider sends none, or one greater than 2^53 - 1.
   */
  size: number | null;
  /**
   * The URL of a preview.
   */
  thumbnail_url: string | null;
  /**
   * The latitude in degrees. Only for kind `location`.
   */
  latitude?: number | null;
  /**
   * The longitude in degrees. Only for kind `location`.
   */
  longitude?: number | null;
}
/**
 * The status of an earlier message.
 */
export interface MessageStatus {
  /**
   * The provider's message id.
   */
  message_id: string | null;
  /**
   * `sent`, `delivered`, `read`, `failed`, `deleted`, or the provider's own word in lower case.
   */
  state: string | null;
  /**
   * The reason for a failure, in the provider's words. Null if there is none.
   */
  error: string | null;
}
/**
 * A reaction to a message.
 */
export interface Reaction {
  /**
   * The emoji. Null if the provider does not name it, for example when a reaction is removed.
   */
  emoji: string | null;
  /**
   * The provider's id of the message that somebody reacted to.
   */
  message_id: string | null;
  /**
   * Whether the reaction was removed.
   */
  removed: boolean;
}
/**
 * What the provider sent. If `part` is null, `body` is the exact request body, and its signature can be verified again.
 */
export interface Original {
  /**
   * The request body. If the request has more than one event, the body is reduced to this event.
   */
  body: string;
  /**
   * The encoding of `body`. More values may be added.
   *
   * - `utf-8`: The text as received.
   * - `base64`: Base64, because the bytes are not UTF-8.
   */
  encoding: string;
  /**
   * The SHA-256 digest of the whole request body, in hex.
   */
  sha256: string;
  /**
   * The signature of the request body, as received. Null if the provider does not sign bodies.
   */
  signature: string | null;
  /**
   * The position of this event among the events of its request. Null if it is the only one.
   */
  part: Part | null;
}
/**
 * The position of an event among the events of its request.
 */
export interface Part {
  /**
   * The event's index, starting at 0.
   */
  index: number;
  /**
   * The number of events in the request.
   */
  count: number;
}
