//! The member names of Kommunicate's bodies.

/// The names, sorted.
pub(crate) const NAMES: &[&str] = &[
    "KM_CHAT_CONTEXT",
    "clientGroupId",
    "contentType",
    "conversationId",
    "file",
    "from",
    "groupId",
    "groupName",
    "key",
    "message",
    "metadata",
    "name",
    "receiverConnected",
    "receiverLastSeenAtTime",
    "size",
    "thumbnailUrl",
    "timeStamp",
    "to",
    "url",
];
