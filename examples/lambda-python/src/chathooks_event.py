"""The events of Chathooks, version 1. Made from event.consumer.schema.json by datamodel-code-generator; do not edit."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Attachment(BaseModel):
    """A file, a place, a contact or a structured message that came with a message."""

    model_config = ConfigDict(
        extra="allow",
    )
    kind: str
    """
    What the attachment is. More words may be added.

    - `image`: A picture.
    - `video`: A moving picture.
    - `audio`: Sound.
    - `voice`: A recorded voice message.
    - `file`: Any file.
    - `sticker`: A sticker.
    - `location`: A place.
    - `contact`: A person's card.
    - `template`: A structured message: buttons, cards.
    - `other`: Something else: see the original body.
    """

    url: str | None
    """Where it can be fetched, as the provider says. Not checked."""

    name: str | None
    """A name to show; for kind `other` the provider's word for it."""

    content_type: str | None
    """The media type, as the provider says."""

    size: int | None
    """The size in bytes."""

    thumbnail_url: str | None
    """Where a preview can be fetched."""

    latitude: float | None = None
    """Degrees north, for a location only."""

    longitude: float | None = None
    """Degrees east, for a location only."""


class Message(BaseModel):
    """A message. It has a text, an attachment or a `replaces`."""

    model_config = ConfigDict(
        extra="allow",
    )
    id: str | None
    """The provider's id of the message."""

    text: str | None
    """What a person would read; several parts are joined by a newline. Null where there is none."""

    attachments: list[Attachment]
    """What came with the text."""

    reply_to: str | None
    """The id of the message that this one answers."""

    replaces: str | None
    """The id of the message that this one edits: `text` replaces that message's."""


class MessageStatus(BaseModel):
    """What became of a message."""

    model_config = ConfigDict(
        extra="allow",
    )
    message_id: str | None
    """The provider's id of the message."""

    state: str | None
    """`sent`, `delivered`, `read`, `failed`, `deleted`, or the provider's own word in lower case."""

    error: str | None
    """Why it failed, in the provider's words."""


class Part(BaseModel):
    """The place of an event among the events of its request."""

    model_config = ConfigDict(
        extra="allow",
    )
    index: int
    """The index of the event, from 0."""

    count: int
    """How many events the request has."""


class Participant(BaseModel):
    """The sender or the recipient of an event."""

    model_config = ConfigDict(
        extra="allow",
    )
    id: str | None
    """The provider's id, or the integration's own where it gave one."""

    role: str
    """
    The participant's part in the conversation. More words may be added.

    - `agent`: A person who works for the business.
    - `customer`: A person who writes to the business.
    - `bot`: A program that writes for the business.
    - `business`: The business itself.
    - `unknown`: The provider does not say.
    """

    name: str | None
    """The display name."""

    phone: str | None
    """The phone number, as the provider wrote it."""

    email: str | None
    """The e-mail address."""


class Reaction(BaseModel):
    """A reaction to a message."""

    model_config = ConfigDict(
        extra="allow",
    )
    emoji: str | None
    """The emoji; null where one was removed."""

    message_id: str | None
    """The provider's id of the message reacted to."""

    removed: bool
    """Whether the reaction was taken back."""


class Original(BaseModel):
    """What the provider sent. Where `part` is null it is the exact body, and its signature can be verified again."""

    model_config = ConfigDict(
        extra="allow",
    )
    body: str
    """The request's body; where the request has several events, the body reduced to this one."""

    encoding: str
    """
    How `body` is written in JSON. More words may be added.

    - `utf-8`: As it is.
    - `base64`: As base64, because the bytes are not UTF-8.
    """

    sha256: str
    """SHA-256 of the whole request's body, in hex."""

    signature: str | None
    """The signature over the body as it was sent; null for schemes that sign none."""

    part: Part | None
    """Which of its request's several events this is; null where it is the only one."""


class EventData(BaseModel):
    """The event itself: who said what to whom, and what the provider sent."""

    model_config = ConfigDict(
        extra="allow",
    )
    provider: str
    """The provider's name, the first segment of `source`."""

    kind: str
    """
    What the event is about. More words may be added.

    - `message`: Somebody wrote something.
    - `status`: A message was sent, delivered, read or taken back, or it failed.
    - `reaction`: Somebody reacted to a message, or took the reaction back.
    - `typing`: Somebody is typing.
    - `notice`: The platform reports something: the end of a task, an event.
    - `unknown`: A shape that this version does not know; `original.body` has all of it.
    """

    channel: str | None
    """The scope, bot or channel from the webhook's path; null where the path has none."""

    conversation: str | None
    """The provider's id of the conversation; null where there is none."""

    sender: Participant | None
    """Who wrote; null where nothing is known."""

    recipient: Participant | None
    """Who was written to; null where nothing is known."""

    message: Message | None
    """What was written, for kind `message`; null where the event has no message."""

    status: MessageStatus | None
    """What became of an earlier message, for kind `status`; null where the event has no status."""

    reaction: Reaction | None
    """How somebody reacted to a message, for kind `reaction`; null where the event has no reaction."""

    warnings: list[str]
    """What a consumer should know: `account_mismatch`, `too_many_events`, `too_large`; on quarantined events `not_json`, `scalar` or `missing_field`. More words may be added."""

    original: Original


class ChathooksEvent(BaseModel):
    """One message of the queue: a CloudEvents 1.0 event."""

    model_config = ConfigDict(
        extra="allow",
    )
    specversion: str
    """The version of CloudEvents: `1.0`."""

    id: str
    """Unique over all sources: `<provider>-<32 hex digits>`. A redelivery has the same id wherever the provider gives one."""

    source: str
    """Where the event comes from: `/<provider>/<channel>` or `/<provider>`, a URI reference."""

    type: str
    """The provider's prefix and `data.kind`: `com.example.message`."""

    time: AwareDatetime
    """The provider's time, else the time of receipt (RFC 3339, UTC)."""

    datacontenttype: str
    """The media type of `data`: `application/json`."""

    dataschema: str
    """The version of `data`: `urn:chathooks:data:1`."""

    data: EventData
    subject: str | None = None
    """The conversation's key: 32 hex digits of SHA-256 over the source and `data.conversation`; absent where there is no conversation. A pseudonym: routers and tracers may log it."""

    traceparent: str | None = None
    """The trace that the event belongs to (W3C Trace Context); absent where there is none."""
