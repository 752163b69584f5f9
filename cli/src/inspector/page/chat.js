// Converts the events of a conversation to chat bubbles, and applies later events (edits, statuses, reactions) to them.

const RANKS = ['sent', 'delivered', 'read'];

/**
 * Returns the bubbles and remarks, in order of arrival. A duplicate event appears once, and links to its newest delivery.
 * An event about a message that is not in the conversation becomes a remark.
 */
export function chat(entries) {
  const items = new Map();
  const bubbles = new Map(); // by message id
  for (const { delivery, received_at: at, event } of entries) {
    const known = items.get(event.id);
    if (known) known.delivery = delivery;
    else items.set(event.id, { event, delivery, at, isBubble: false });
  }
  for (const item of items.values()) {
    const { message } = item.event.data;
    if (message && !message.replaces) bubbles.set(message.id ?? item.event.id, bubble(item, message));
  }
  for (const item of items.values()) item.isDone = item.isBubble || applies(item, bubbles);
  // An edit of an unknown message becomes a bubble. Other events about unknown messages become remarks.
  for (const item of items.values()) {
    if (!item.isDone && item.event.data.message) bubble(item, item.event.data.message).isEdited = true;
  }
  return { items: [...items.values()].filter(item => item.isBubble || !item.isDone), bubbles };
}

function bubble(item, message) {
  const { sender } = item.event.data;
  return Object.assign(item, {
    isBubble: true, sender, text: message.text, attachments: message.attachments ?? [], replyTo: message.reply_to,
    isEdited: false, isDeleted: false, tick: null, failure: null, reactions: new Map(),
  });
}

/** Applies an event to the bubble that it is about. Returns false if there is no such bubble. */
function applies({ event: { data } }, bubbles) {
  const { message, status, reaction } = data;
  const target = bubbles.get(message?.replaces ?? status?.message_id ?? reaction?.message_id);
  if (!target) return false;
  if (message) Object.assign(target, { text: message.text, attachments: message.attachments ?? [], isEdited: true });
  else if (status?.state === 'deleted') target.isDeleted = true;
  else if (status?.state === 'failed') target.failure = status.error ?? 'no reason given';
  else if (status && RANKS.includes(status.state)) target.tick = RANKS[Math.max(RANKS.indexOf(status.state), RANKS.indexOf(target.tick))];
  else if (status) target.tick ??= status.state;
  else if (reaction) react(target.reactions, data.sender?.id ?? '', reaction);
  return true;
}

function react(reactions, who, { emoji, removed }) {
  if (removed) reactions.delete(who);
  else reactions.set(who, emoji ?? '?');
}
