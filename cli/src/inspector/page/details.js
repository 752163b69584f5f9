// One delivery, in parts.

import * as address from './address.js';
import { offer } from './actions.js';
import { get, post } from './api.js';
import { attempts } from './attempts.js';
import { body } from './body.js';
import { conversation } from './conversation.js';
import { byId, element, note } from './element.js';
import * as list from './list.js';
import { events, headers, response, verdict } from './parts.js';
import { name, stateOf } from './state.js';
import { shown as visible } from './text.js';

const PARTS = { Verdict: verdict, Headers: headers, Body: body, Event: events, Response: response, Attempts: attempts, Conversation: conversation };

let names = [];
let shown = null; // { delivery, proof, conversation }
let part = '';
let turns = 0;
let choose = () => {};

export const current = () => shown?.delivery ?? null;
export const currentPart = () => part;
export const parts = () => names.length;
export const onChoose = handle => { choose = handle; };

/** Sets the parts that a delivery has. */
export function setUp(parts) {
  [names, part] = [parts, parts[0]];
}

/** Shows a delivery, unless another one has been selected since. With `isRead`, it is already shown, so most parts stay as they are. */
export async function show(number, isRead = false) {
  const turn = turns += 1;
  const found = await get(`deliveries/${number}`).catch(error => note(error.message, true));
  if (!found || turn !== turns || list.current() !== number) return;
  // The loaded conversation stays until the next load completes.
  found.conversation = found.delivery.subject === shown?.delivery.subject ? shown.conversation : null;
  shown = found;
  byId('details').hidden = false;
  draw(!isRead || part === 'Attempts');
  address.show(number, part);
  readConversation();
  if (!found.delivery.seen) {
    await post(`deliveries/${number}/seen`).catch(error => note(error.message, true));
    const line = list.find(number);
    if (line) line.seen = true;
    list.draw();
  }
}

/** Loads the conversation if it is shown. */
async function readConversation() {
  const of = shown;
  if (part !== 'Conversation' || !of.delivery.subject) return;
  const read = await get(`conversations/${of.delivery.subject}`).catch(error => note(error.message, true));
  if (!read || shown !== of) return;
  const isFirst = !of.conversation;
  of.conversation = read;
  if (part !== 'Conversation') return;
  const panel = byId('panel');
  const isAtEnd = panel.scrollTop + panel.clientHeight > panel.scrollHeight - 20;
  draw();
  // As in any chat, the view follows the end only if the user was at the end.
  if (isFirst) panel.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  else if (isAtEnd) panel.scrollTop = panel.scrollHeight;
}

/** Shows the state again, because its words depend on the time. */
export function tick() {
  if (!shown) return;
  const made = byId('title').querySelector('.state');
  // Only if it differs, so that selected text stays selected.
  if (made.textContent !== inWords(shown.delivery)) made.textContent = inWords(shown.delivery);
}

export function hide() {
  shown = null;
  byId('details').hidden = true;
}

/** Reloads the shown delivery if its state changed. */
export function refresh(fates) {
  const number = shown?.delivery.number;
  if (number === list.current() && fates.some(fate => fate.number === number)) show(number, true);
}

/** Reloads the shown conversation if one of these lines belongs to it. */
export function extend(lines) {
  const subject = part === 'Conversation' && shown?.delivery.subject;
  if (subject && lines.some(line => line.subject === subject)) readConversation();
}

export function tab(index) {
  prefer(names[index]);
  if (!shown) return;
  draw();
  address.show(shown.delivery.number, part);
  readConversation();
}

/** Selects the part to show from now on. */
export function prefer(name) {
  if (names.includes(name)) part = name;
}

const inWords = delivery => [delivery.status, stateOf(delivery)].filter(Boolean).join(', ');

const tools = { redraw: () => draw(), choose: (number, name) => { prefer(name); choose(number); } };

function draw(withPanel = true) {
  const { delivery } = shown;
  const focused = document.activeElement;
  const wasInPanel = byId('panel').contains(focused) && focused !== byId('panel');
  byId('title').replaceChildren(
    element('h2', {}, name(delivery), ' ', element('span', { class: `state ${delivery.state}` }, inWords(delivery))),
    element('p', { class: 'quiet' }, visible([`#${delivery.number}`, delivery.replay_of && `replay of #${delivery.replay_of}`, new Date(delivery.at).toLocaleString('en-GB'),
      delivery.message_id ? `SQS message ${delivery.message_id}` : `${delivery.method} ${delivery.path}`].filter(Boolean).join(' · '))));
  offer(delivery);
  // Redrawing the panel would close unfolded parts and scroll.
  if (!withPanel) return;
  byId('tabs').replaceChildren(...names.map((name, index) => element('button', {
    role: 'tab', id: `tab-${name}`, 'aria-selected': String(name === part), 'aria-controls': 'panel', tabindex: name === part ? 0 : -1,
    onclick: () => tab(index), onkeydown: event => move(event, index),
  }, name)));
  byId('panel').setAttribute('aria-labelledby', `tab-${part}`);
  byId('panel').replaceChildren(...[PARTS[part](shown, tools)].flat(Infinity).filter(Boolean));
  // The element that had the focus was replaced.
  if (wasInPanel) byId('panel').focus();
  else if (focused.id.startsWith('tab-')) byId(`tab-${part}`).focus();
}

function move(event, index) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  tab((index + step + names.length) % names.length);
  byId(`tab-${part}`).focus();
}
