// Four parts of a delivery: the verdict, the headers, the events and the response.

import { code } from './code.js';
import { copyButton, element } from './element.js';
import { pretty } from './pretty.js';
import { raw, shown } from './text.js';

const OUTCOMES = { verified: 'Verified', accepted_without_proof: 'Accepted without a proof', refused: 'Refused', unknown_path: 'Unknown path' };
const RECORDED = { verified: 'verified', unproven: 'accepted_without_proof', refused: 'refused' };

export const rows = pairs => element('dl', {}, pairs.filter(([, value]) => value != null && value !== '').map(([name, value]) =>
  [element('dt', {}, name), element('dd', {}, typeof value === 'string' ? shown(value) : value)]));
export const quiet = text => element('p', { class: 'quiet' }, text);

export function verdict({ delivery, proof }) {
  if (!proof) return quiet(`The body of ${delivery.bytes} bytes was too large to store, so it cannot be verified again. Reason: ${delivery.reason ?? 'none'}.`);
  const steps = proof.would_verify.length ? proof.would_verify : proof.advice;
  const recorded = RECORDED[delivery.verdict];
  return [
    element('p', { class: `outcome ${proof.outcome}` }, element('strong', {}, OUTCOMES[proof.outcome]), ` – ${proof.detail}`),
    recorded && recorded !== proof.outcome && quiet(`Outcome on arrival: ${OUTCOMES[recorded]}. This verdict uses the secrets in force now.`),
    delivery.status >= 400 && delivery.status !== 401 && delivery.reason && element('p', { class: 'bad' }, `Status ${delivery.status}: ${delivery.reason}`),
    steps.length && proof.outcome !== 'verified' && [element('h3', {}, 'What to try'), element('ul', {}, steps.map(step => element('li', {}, shown(step[0].toUpperCase() + step.slice(1)))))],
    rows([
      ['Provider', proof.provider], ['Channel', proof.channel], ['Scheme', proof.scheme],
      ['Header read', proof.header && (proof.received == null ? `${proof.header} (missing)` : proof.header)],
      ['Bytes checked', proof.checked_bytes == null ? `none; the body has ${proof.body_bytes}` : `${proof.checked_bytes} (the body has ${proof.body_bytes})`],
      ['Secret', proof.secret], ['Keys', proof.keys == null ? null : String(proof.keys)],
      ['Key index', proof.key_position == null ? null : `${proof.key_position}${proof.key_position === 0 ? ' (the newest)' : ''}`],
      ['Expected', proof.expected], ['Received', proof.received], ['Reason', proof.reason],
    ]),
  ];
}

export function headers({ delivery }) {
  return element('table', {}, element('caption', { class: 'unseen' }, 'Headers'),
    element('thead', {}, element('tr', {}, ['name', 'value'].map(name => element('th', { scope: 'col' }, name)))),
    element('tbody', {}, delivery.headers.map(([name, value]) =>
      element('tr', {}, element('th', { scope: 'row' }, shown(name)), element('td', {}, shown(value))))));
}

export function events({ delivery }) {
  if (!delivery.cloud_events) return quiet('The events were too large to store here. They are in the queue.');
  if (!delivery.cloud_events.length) return quiet(delivery.message_id ? 'The message is not an event.' : 'No event: only accepted requests become events.');
  const fate = delivery.message_id ? 'received from the queue' : delivery.queue ? `put into the queue: ${delivery.queue}` : 'not queued: this is what would have been queued';
  const many = delivery.cloud_events.length;
  // More would be slow to draw.
  const first = delivery.cloud_events.slice(0, 50);
  return [quiet(`${many === 1 ? '1 event' : `${many} events`}, ${fate}${many > first.length ? `; the first ${first.length} are shown` : ''}`),
    first.map((text, index) =>
      [element('div', { class: 'bar' }, element('h3', {}, delivery.event_ids[index] ?? ''), copyButton('Copy', () => text)), code(`Event ${index + 1}`, pretty(text) ?? raw(text))])];
}

export function response({ delivery }) {
  const { headers: named, body: text } = delivery.answer;
  return [rows([['Status', String(delivery.status)], ['Time', `${delivery.ms} ms`], ...named]),
    text ? code('Body of the response', pretty(text) ?? raw(text)) : quiet('The body is empty.')];
}
