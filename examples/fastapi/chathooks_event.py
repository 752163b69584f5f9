"""The events of Chathooks, version 1. Made from event.consumer.schema.json by datamodel-code-generator; do not edit."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Attachment(BaseModel):
    """A file, a location, a contact or a structured message, sent with a message."""

    model_config = ConfigDict(
        extra="allow",
    )
    kind: str
    """
    The kind of the attachment. More values may be added.

    - `image`: An image.
    - `video`: A video.
    - `audio`: An audio file.
    - `voice`: A voice message.
    - `file`: A file of another type.
    - `sticker`: A sticker.
    - `location`: A location.
    - `contact`: A contact.
    - `template`: A structured message, such as buttons or cards.
    - `other`: Anything else: see `original.body`.
    """

    url: str | None
    """The URL of the file, as the provider sent it. Not validated."""

    name: str | None
    """The display name. For kind `other`, the provider's word for the kind."""

    content_type: str | None
    """The media type, as the provider sent it."""

    size: Annotated[int | None, Field(ge=0, le=9007199254740991)]
    """The size in bytes. Null if the provider sends none, or one greater than 2^53 - 1."""

    thumbnail_url: str | None
    """The URL of a preview."""

    latitude: Annotated[float | None, Field(ge=-90.0, le=90.0)] = None
    """The latitude in degrees. Only for kind `location`."""

    longitude: Annotated[float | None, Field(ge=-180.0, le=180.0)] = None
    """The longitude in degrees. Only for kind `location`."""


class Message(BaseModel):
    """A message, with at least one of a text, an attachment and `replaces`."""

    model_config = ConfigDict(
        extra="allow",
    )
    id: str | None
    """The provider's message id."""

    text: str | None
    """The text as a person reads it. Multiple parts are joined by newlines. Null if there is none."""

    attachments: list[Attachment]
    """Files, locations, contacts and structured messages sent with the text."""

    reply_to: str | None
    """The id of the message that this one replies to."""

    replaces: str | None
    """The id of the message that this one edits. `text` is the new text."""


class MessageStatus(BaseModel):
    """The status of an earlier message."""

    model_config = ConfigDict(
        extra="allow",
    )
    message_id: str | None
    """The provider's message id."""

    state: str | None
    """`sent`, `delivered`, `read`, `failed`, `deleted`, or the provider's own word in lower case."""

    error: str | None
    """The reason for a failure, in the provider's words. Null if there is none."""


class Part(BaseModel):
    """The position of an event among the events of its request."""

    model_config = ConfigDict(
        extra="allow",
    )
    index: Annotated[int, Field(ge=0, le=9007199254740991)]
    """The event's index, starting at 0."""

    count: Annotated[int, Field(ge=2, le=9007199254740991)]
    """The number of events in the request."""


class Participant(BaseModel):
    """The sender or the recipient of an event."""

    model_config = ConfigDict(
        extra="allow",
    )
    id: str | None
    """The provider's id, or the id that the integration assigned."""

    role: str
    """
    The participant's role in the conversation. More values may be added.

    - `agent`: A person who works for the business.
    - `customer`: A person who talks to the business.
    - `bot`: A program that speaks for the business.
    - `business`: The business itself.
    - `unknown`: The provider does not say.
    """

    name: str | None
    """The display name."""

    phone: str | None
    """The phone number, as the provider sent it."""

    email: str | None
    """The e-mail address."""


class Reaction(BaseModel):
    """A reaction to a message."""

    model_config = ConfigDict(
        extra="allow",
    )
    emoji: str | None
    """The emoji. Null if the provider does not name it, for example when a reaction is removed."""

    message_id: str | None
    """The provider's id of the message that somebody reacted to."""

    removed: bool
    """Whether the reaction was removed."""


class Original(BaseModel):
    """What the provider sent. If `part` is null, `body` is the exact request body, and its signature can be verified again."""

    model_config = ConfigDict(
        extra="allow",
    )
    body: str
    """The request body. If the request has more than one event, the body is reduced to this event."""

    encoding: str
    """
    The encoding of `body`. More values may be added.

    - `utf-8`: The text as received.
    - `base64`: Base64, because the bytes are not UTF-8.
    """

    sha256: str
    """The SHA-256 digest of the whole request body, in hex."""

    signature: str | None
    """The signature of the request body, as received. Null if the provider does not sign bodies."""

    part: Part | None
    """The position of this event among the events of its request. Null if it is the only one."""


class EventData(BaseModel):
    """A chat event: who said what to whom, and what the provider sent."""

    model_config = ConfigDict(
        extra="allow",
    )
    provider: str
    """The provider's name: the first segment of `source`."""

    kind: str
    """
    What the event is about. More values may be added.

    - `message`: Somebody sent or edited a message.
    - `status`: An earlier message was sent, delivered, read or deleted, or failed.
    - `reaction`: Somebody reacted to a message, or removed a reaction.
    - `typing`: Somebody is typing.
    - `notice`: The platform reports something else, such as the end of a task.
    - `unknown`: Something that this release does not recognize: see `original.body`.
    """

    channel: str | None
    """The scope, bot or channel from the webhook's path. Null if the path has none."""

    conversation: str | None
    """The provider's conversation id. Null if there is none."""

    sender: Participant | None
    """The sender. Null if nothing is known about them."""

    recipient: Participant | None
    """The recipient. Null if nothing is known about them."""

    message: Message | None
    """The message, if `kind` is `message`. Otherwise null."""

    status: MessageStatus | None
    """The new status of an earlier message, if `kind` is `status`. Otherwise null."""

    reaction: Reaction | None
    """The reaction to an earlier message, if `kind` is `reaction`. Otherwise null."""

    warnings: list[str]
    """Conditions that a consumer should know about: `account_mismatch`, `too_many_events`, `too_large`; on quarantined events `not_json`, `scalar` or `missing_field`. More values may be added."""

    original: Original


class ChathooksEvent(BaseModel):
    """The body of a queue message: a CloudEvents 1.0 event."""

    model_config = ConfigDict(
        extra="allow",
    )
    specversion: Literal["1.0"]
    """The version of the CloudEvents specification: `1.0`."""

    id: str
    """The event's id, unique across all sources: `<provider>-<32 hex digits>`. A redelivery has the same id if the provider's payload identifies the event."""

    source: str
    """The origin of the event, a URI reference: `/<provider>/<channel>` or `/<provider>`."""

    type: str
    """The provider's prefix followed by `data.kind`, as in `com.example.message`."""

    time: AwareDatetime
    """The time of the event according to the provider, or the time of receipt if the provider gives none. RFC 3339, in UTC."""

    datacontenttype: str
    """The media type of `data`: `application/json`."""

    dataschema: Literal["urn:chathooks:data:1"]
    """The schema of `data`: `urn:chathooks:data:1`. Each version of the event has its own schema."""

    data: EventData
    subject: str | None = None
    """The key of the conversation, unique across all sources: the first 32 hex digits of the SHA-256 digest of `source`, a newline and `data.conversation`. Absent if there is no conversation. It is a pseudonym, so routers and tracers can log it."""

    traceparent: str | None = None
    """The trace that the event belongs to (W3C Trace Context). Absent if there is none."""
