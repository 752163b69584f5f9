// The conversation of a delivery as a chat. Attachments are only named: the page loads nothing from elsewhere.

import { chat } from './chat.js';
import { element } from './element.js';
import { quiet } from './parts.js';
import { shown, shownPlainly } from './text.js';

const OURS = ['agent', 'bot', 'business'];
const TICKS = { sent: '✓', delivered: '✓✓', read: '✓✓' };
const QUOTE = 80;
const ID = 24;

export function conversation({ delivery, conversation: entries }, { choose }) {
  if (!delivery.subject) return quiet('None of its events is part of a conversation.');
  if (!entries) return quiet('Loading…');
  const { items, bubbles } = chat(entries);
  return [
    element('h3', {}, 'Conversation ', shown(delivery.conversation), element('span', { class: 'quiet' }, ` · ${delivery.provider}${delivery.channel ? ` · ${shownPlainly(delivery.channel)}` : ''}`)),
    entries.length >= 1000 && quiet('The newest 1,000 events are shown.'),
    element('ol', { class: 'chat', 'aria-label': 'Conversation' }, items.map(item =>
      (item.isBubble ? bubble : remark)(item, bubbles, item.delivery === delivery.number, () => choose(item.delivery, 'Event')))),
  ];
}

function bubble(item, bubbles, isCurrent, go) {
  const { sender, attachments, reactions, tick, failure } = item;
  const quoted = item.replyTo && bubbles.get(item.replyTo);
  return element('li', { class: `bubble ${OURS.includes(sender?.role) ? 'ours' : 'theirs'}`, 'aria-current': isCurrent ? 'true' : null },
    element('p', { class: 'who' }, element('strong', {}, shown(nameOf(sender))), ' ', sender && sender.role !== 'unknown' ? sender.role : '', ' ', when(item), ' ', link(item, go)),
    item.replyTo && element('p', { class: 'quote' }, quoted ? shown(cut(quoted.text ?? '', QUOTE)) : ['reply to ', shown(cut(item.replyTo, ID))]),
    item.isDeleted ? element('p', { class: 'quiet' }, 'deleted: ', element('s', {}, shown(item.text ?? ''))) : item.text != null && element('p', { class: 'said' }, shown(item.text)),
    attachments.map(({ kind, name }) => element('p', { class: 'attachment' }, `[${kind}] `, shown(name ?? ''))),
    element('p', { class: 'after' },
      item.isEdited && element('span', {}, 'edited'),
      reactions.size > 0 && element('span', { 'aria-label': `Reactions: ${[...reactions.values()].join(' ')}`, role: 'img' }, shown([...reactions.values()].join(' '))),
      tick && element('span', { class: `tick ${tick}`, role: 'img', 'aria-label': tick, title: tick }, TICKS[tick] ?? shown(tick)),
      failure != null && element('span', { class: 'bad' }, '✗ failed: ', shown(failure))));
}

function remark(item, _bubbles, isCurrent, go) {
  const { kind, status, reaction, sender } = item.event.data;
  const about = status ? `${status.state ?? 'status'} ${status.error ?? ''}` : reaction ? `${reaction.emoji ?? ''}${reaction.removed ? ' removed' : ''}` : '';
  const of = (status ?? reaction)?.message_id;
  return element('li', { class: 'remark', 'aria-current': isCurrent ? 'true' : null },
    shown([kind, about.trim(), of && `of ${cut(of, ID)}`, sender && `by ${nameOf(sender)}`].filter(Boolean).join(' ')), ' ', when(item), ' ', link(item, go));
}

const nameOf = sender => sender?.name ?? sender?.phone ?? sender?.email ?? sender?.id ?? 'unknown sender';
const cut = (text, most) => (text.length > most ? `${text.slice(0, most)}…` : text);
const link = (item, go) => element('button', { class: 'link', onclick: go, 'aria-label': `Delivery ${item.delivery}` }, `#${item.delivery}`);

function when({ event, at }) {
  const date = new Date(event.time ?? at);
  return element('time', { datetime: Number.isNaN(date.getTime()) ? null : date.toISOString() }, Number.isNaN(date.getTime()) ? '' : date.toLocaleString('en-GB'));
}
