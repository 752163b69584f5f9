// The attempts to deliver a delivery's own messages, and the receiver's responses.

import { code } from './code.js';
import { element } from './element.js';
import { quiet, rows } from './parts.js';
import { pretty } from './pretty.js';
import { time } from './state.js';
import { raw, rawBytes, shown } from './text.js';

export function attempts({ delivery }) {
  const where = delivery.places.map(({ event_id, state, receives, next_attempt_at, cause }) =>
    [event_id, [`${state}${cause ? ` (${cause})` : ''}, received ${receives === 1 ? 'once' : `${receives} times`}`, next_attempt_at && countdown(next_attempt_at)]]);
  const tries = delivery.attempts.map(({ at, ms, outcome, cause, error, again_ms, event_id, is_manual }) => element('tr', {},
    element('td', {}, time(at)), element('td', {}, event_id.slice(-8)), element('td', { class: outcome === 'delivered' ? 'verified' : 'refused' }, outcome),
    element('td', {}, outcome === 'interrupted' && !ms ? '' : `${Math.round(ms)} ms`), element('td', {}, [is_manual && 'sent again by you', cause && `${cause}: ${error}`, again_ms != null && `again in ${again_ms / 1000} s`].filter(Boolean).join('; '))));
  const answers = delivery.attempts.filter(({ answer }) => answer);
  return [
    where.length ? rows(where) : quiet(delivery.queue ? 'The event is in SQS: the deployed worker receives it from there.' : 'Nothing was queued, so nothing is delivered.'),
    tries.length ? element('table', { class: 'tries' }, element('caption', {}, 'Attempts to deliver'),
      element('thead', {}, element('tr', {}, ['time', 'event', 'outcome', 'took', 'why'].map(name => element('th', { scope: 'col' }, name)))),
      element('tbody', {}, tries)) : where.length ? quiet(delivery.message_id ? 'No attempt yet.' : 'No attempt yet. Events are delivered with --forward-to.') : null,
    answers.map((attempt, index) => answerOf(attempt, index === answers.length - 1)),
  ];
}

/** A response of the receiver; the newest one is open. */
function answerOf({ at, answer: { status, headers, body: { text, base64 } } }, isNewest) {
  const content = text == null ? rawBytes(base64) : text && (pretty(text) ?? raw(text));
  return element('details', { open: isNewest },
    element('summary', {}, shown(`Answer of ${time(at)}: ${status}`)), rows(headers),
    content ? code(`Body of the answer of ${time(at)}`, content) : quiet('Its body is empty.'));
}

/** When the next attempt is, and in how long. */
function countdown(at) {
  const made = element('span', { class: 'countdown', 'data-at': at });
  tick(made);
  return made;
}

function tick(span) {
  const left = Math.ceil((Number(span.dataset.at) - Date.now()) / 1000);
  span.textContent = `, next attempt at ${time(Number(span.dataset.at))} (${left > 0 ? `in ${left} s` : 'due'})`;
}

setInterval(() => document.querySelectorAll('.countdown').forEach(tick), 1000);
