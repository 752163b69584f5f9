// The delivery attempts for a delivery's messages, and the receiver's responses.

import { code } from './code.js';
import { element } from './element.js';
import { quiet, rows } from './parts.js';
import { pretty } from './pretty.js';
import { isLate, time } from './state.js';
import { raw, rawBytes, shown } from './text.js';

export function attempts({ delivery }) {
  const where = delivery.places.map(({ event_id, state, receives, next_attempt_at, cause }) =>
    [event_id, [`${state}${cause ? ` (${cause})` : ''}, received ${receives === 1 ? 'once' : `${receives} times`}`, next_attempt_at && countdown(next_attempt_at)]]);
  const tries = delivery.attempts.map(({ at, ms, outcome, cause, error, again_ms, event_id, is_manual }) => element('tr', {},
    element('td', {}, time(at)), element('td', {}, event_id.slice(-8)), element('td', { class: outcome === 'delivered' ? 'verified' : 'refused' }, outcome),
    element('td', {}, outcome === 'interrupted' && !ms ? '' : `${Math.round(ms)} ms`), element('td', {}, [is_manual && 'sent again by you', cause && `${cause}: ${error}`, again_ms != null && `retry in ${again_ms / 1000} s`].filter(Boolean).join('; '))));
  const answers = delivery.attempts.filter(({ answer }) => answer);
  return [
    where.length ? rows(where) : quiet(delivery.queue ? 'The event is in SQS, from where the deployed worker delivers it.' : 'Nothing was queued, so there is nothing to deliver.'),
    tries.length ? element('table', { class: 'tries' }, element('caption', {}, 'Delivery attempts'),
      element('thead', {}, element('tr', {}, ['time', 'event', 'outcome', 'took', 'why'].map(name => element('th', { scope: 'col' }, name)))),
      element('tbody', {}, tries)) : where.length ? quiet(delivery.message_id ? 'No attempt yet.' : 'No attempt yet. Events are delivered only with --forward-to.') : null,
    answers.map((attempt, index) => answerOf(attempt, index === answers.length - 1)),
  ];
}

/** A receiver's response. The newest one is open. */
function answerOf({ at, answer: { status, headers, body: { text, base64 } } }, isNewest) {
  const content = text == null ? rawBytes(base64) : text && (pretty(text) ?? raw(text));
  return element('details', { open: isNewest },
    element('summary', {}, shown(`Response at ${time(at)}: ${status}`)), rows(headers),
    content ? code(`Body of the response at ${time(at)}`, content) : quiet('The body is empty.'));
}

/** The time of the next attempt, and the time left until then. */
function countdown(at) {
  const made = element('span', { class: 'countdown', 'data-at': at });
  tick(made);
  return made;
}

function tick(span) {
  const at = Number(span.dataset.at);
  const left = Math.ceil((at - Date.now()) / 1000);
  span.textContent = isLate(at) ? `, retry was due at ${time(at)}` : `, next attempt at ${time(at)} (${left > 0 ? `in ${left} s` : 'due'})`;
}

setInterval(() => document.querySelectorAll('.countdown').forEach(tick), 1000);
