// One delivery, in six parts.

import { get, post } from './api.js';
import { byId, copyButton, element, note } from './element.js';
import * as list from './list.js';
import { ends, pretty, raw, rawBytes } from './text.js';

const PARTS = { Verdict: verdict, Headers: headers, Body: body, Event: events, Response: response, Delivery: attempts };
const OUTCOMES = { verified: 'Verified', accepted_without_proof: 'Accepted without a proof', refused: 'Refused', unknown_path: 'Unknown path' };
const RECORDED = { verified: 'verified', unproven: 'accepted_without_proof', refused: 'refused' };

let shown = null; // { delivery, proof }
let part = 'Verdict';
let form = 'Pretty';

export const current = () => shown?.delivery ?? null;

/** Shows a delivery; an earlier one whose answer comes late is dropped. */
export async function show(number) {
  const found = await get(`deliveries/${number}`).catch(error => note(error.message, true));
  if (!found || list.current() !== number) return;
  shown = found;
  byId('details').hidden = false;
  draw();
  if (!found.delivery.seen) {
    await post(`deliveries/${number}/seen`).catch(error => note(error.message, true));
    const line = list.find(number);
    if (line) line.seen = true;
    list.draw();
  }
}

export function hide() {
  shown = null;
  byId('details').hidden = true;
}

/** Reads again where this delivery is one of them. */
export function refresh(fates) {
  if (fates.some(({ number }) => number === shown?.delivery.number)) show(shown.delivery.number);
}

export function tab(index) {
  part = Object.keys(PARTS)[index] ?? part;
  if (shown) draw();
}

function draw() {
  const { delivery } = shown;
  const names = Object.keys(PARTS);
  byId('title').replaceChildren(
    element('h2', {}, list.name(delivery), ' ', element('span', { class: delivery.status === 200 ? 'status' : 'status bad' }, String(delivery.status))),
    element('p', { class: 'quiet' }, [`#${delivery.number}`, delivery.replay_of && `replay of #${delivery.replay_of}`, new Date(delivery.at).toLocaleString('en-GB'),
      `${delivery.method} ${delivery.path}`].filter(Boolean).join(' · ')));
  byId('tabs').replaceChildren(...names.map((name, index) => element('button', {
    role: 'tab', id: `tab-${name}`, 'aria-selected': String(name === part), 'aria-controls': 'panel', tabindex: name === part ? 0 : -1,
    onclick: () => tab(index), onkeydown: event => move(event, index, names.length),
  }, name)));
  byId(`tab-${part}`).scrollIntoView({ block: 'nearest', inline: 'nearest' });
  byId('panel').setAttribute('aria-labelledby', `tab-${part}`);
  byId('panel').replaceChildren(...[PARTS[part](shown)].flat().filter(Boolean));
}

function move(event, index, count) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  tab((index + step + count) % count);
  byId(`tab-${part}`).focus();
}

const rows = pairs => element('dl', {}, pairs.filter(([, value]) => value != null && value !== '').map(([name, value]) =>
  [element('dt', {}, name), element('dd', {}, value)]));
const quiet = text => element('p', { class: 'quiet' }, text);
const code = (label, content) => element('pre', { tabindex: 0, 'aria-label': label }, content);

function verdict({ delivery, proof }) {
  if (!proof) return quiet(`The body of ${delivery.bytes} bytes was too large to be kept, so it cannot be judged again. Reason: ${delivery.reason ?? 'none'}.`);
  const steps = proof.would_verify.length ? proof.would_verify : proof.advice;
  const recorded = RECORDED[delivery.verdict];
  return [
    element('p', { class: `outcome ${proof.outcome}` }, element('strong', {}, OUTCOMES[proof.outcome]), ` – ${proof.detail}`),
    recorded && recorded !== proof.outcome && quiet(`When it came it was: ${OUTCOMES[recorded]}. This is by the secrets in force now.`),
    delivery.status >= 400 && delivery.status !== 401 && delivery.reason && element('p', { class: 'bad' }, `Answered ${delivery.status}: ${delivery.reason}`),
    steps.length && proof.outcome !== 'verified' && [element('h3', {}, 'What to try'), element('ul', {}, steps.map(step => element('li', {}, step[0].toUpperCase() + step.slice(1))))],
    rows([
      ['Provider', proof.provider], ['Channel', proof.channel], ['Scheme', proof.scheme],
      ['Header read', proof.header && (proof.received == null ? `${proof.header} (missing)` : proof.header)],
      ['Bytes checked', proof.checked_bytes == null ? `none; the body has ${proof.body_bytes}` : `${proof.checked_bytes} (the body has ${proof.body_bytes})`],
      ['Secret', proof.secret], ['Keys', proof.keys == null ? null : String(proof.keys)],
      ['Key position', proof.key_position == null ? null : `${proof.key_position}${proof.key_position === 0 ? ' (the newest)' : ''}`],
      ['Expected', proof.expected], ['Received', proof.received], ['Reason', proof.reason],
    ]),
  ].flat();
}

function headers({ delivery }) {
  return element('table', {}, element('caption', { class: 'unseen' }, 'Headers'),
    element('thead', {}, element('tr', {}, ['name', 'value'].map(name => element('th', { scope: 'col' }, name)))),
    element('tbody', {}, delivery.headers.map(([name, value]) => element('tr', {}, element('th', { scope: 'row' }, name), element('td', {}, value)))));
}

function body({ delivery }) {
  const { text, base64 } = delivery.body;
  if (text == null && base64 == null) return quiet(`It has ${delivery.bytes} bytes, more than the 256 kB that are kept.`);
  const formatted = text == null ? null : pretty(text);
  const choose = name => element('button', { 'aria-pressed': String(name === form), onclick: () => { form = name; draw(); } }, name);
  const about = [`${delivery.bytes} bytes`, text == null ? 'not UTF-8' : null, ...(text == null ? [] : ends(text)), text && !formatted ? 'not JSON' : null];
  const content = text == null ? rawBytes(base64) : form === 'Pretty' && formatted ? formatted : raw(text);
  return [
    element('div', { class: 'bar' }, formatted && [choose('Pretty'), choose('Raw')], text != null && copyButton('Copy', () => text),
      element('span', { class: 'quiet' }, about.filter(Boolean).join(', '))),
    code('Body', content),
  ];
}

function events({ delivery }) {
  if (!delivery.cloud_events) return quiet('Its events were too large to be kept here. They are in the queue.');
  if (!delivery.cloud_events.length) return quiet('No event: only what proved itself becomes one.');
  const fate = delivery.queue ? `in the queue: ${delivery.queue}` : 'not queued: this is what would have been';
  return [quiet(`${delivery.cloud_events.length === 1 ? '1 event' : `${delivery.cloud_events.length} events`}, ${fate}`),
    ...delivery.cloud_events.flatMap((text, index) =>
      [element('div', { class: 'bar' }, element('h3', {}, delivery.event_ids[index]), copyButton('Copy', () => text)), code(`Event ${index + 1}`, pretty(text))])];
}

function response({ delivery }) {
  const { headers: named, body: text } = delivery.answer;
  return [rows([['Status', String(delivery.status)], ['Time', `${delivery.ms} ms`], ...named]),
    text ? code('Body of the response', pretty(text) ?? raw(text)) : quiet('Its body is empty.')];
}

function attempts({ delivery }) {
  const where = delivery.places.map(({ event_id, state, receives, next_attempt_at, cause }) =>
    [event_id, [`${state}${cause ? ` (${cause})` : ''}, received ${receives === 1 ? 'once' : `${receives} times`}`, next_attempt_at && countdown(next_attempt_at)]]);
  const tries = delivery.attempts.map(({ at, ms, outcome, cause, error, again_ms, event_id }) => element('tr', {},
    element('td', {}, list.time(at)), element('td', {}, event_id.slice(-8)), element('td', { class: outcome === 'delivered' ? 'verified' : 'refused' }, outcome),
    element('td', {}, `${Math.round(ms)} ms`), element('td', {}, [cause && `${cause}: ${error}`, again_ms != null && `again in ${again_ms / 1000} s`].filter(Boolean).join('; '))));
  const answers = delivery.attempts.filter(({ answer }) => answer);
  return [
    where.length ? rows(where) : quiet(delivery.queue ? 'The event is in SQS: the deployed worker takes it from there.' : 'Nothing was queued, so nothing is delivered.'),
    tries.length ? element('table', { class: 'tries' }, element('caption', {}, 'Attempts of the worker'),
      element('thead', {}, element('tr', {}, ['time', 'event', 'outcome', 'took', 'why'].map(name => element('th', { scope: 'col' }, name)))),
      element('tbody', {}, tries)) : where.length ? quiet('No attempt yet. Events are delivered with --forward-to.') : null,
    answers.map((attempt, index) => answerOf(attempt, index === answers.length - 1)),
  ].flat();
}

/** What the receiver answered; the newest one is open. */
function answerOf({ at, answer: { status, headers: named, body: { text, base64 } } }, isNewest) {
  const content = text == null ? rawBytes(base64) : text && (pretty(text) ?? raw(text));
  return element('details', { open: isNewest },
    element('summary', {}, `Answer of ${list.time(at)}: ${status}`), rows(named),
    content ? code(`Body of the answer of ${list.time(at)}`, content) : quiet('Its body is empty.'));
}

/** When the next attempt is, and in how long. */
function countdown(at) {
  const made = element('span', { class: 'countdown', 'data-at': at });
  tick(made);
  return made;
}

function tick(span) {
  const left = Math.ceil((Number(span.dataset.at) - Date.now()) / 1000);
  span.textContent = `, next attempt at ${list.time(Number(span.dataset.at))} (${left > 0 ? `in ${left} s` : 'due'})`;
}

setInterval(() => document.querySelectorAll('.countdown').forEach(tick), 1000);
