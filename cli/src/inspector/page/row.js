// A row of the list: a delivery in two lines.

import { element } from './element.js';
import { provider, stateOf, time } from './state.js';
import { shown, shownPlainly } from './text.js';

const MARKS = { verified: '✓ verified', unproven: '! no proof', refused: '✗ refused', unchecked: '– unchecked', from_queue: '⇣ from SQS' };

export function row(line, isSelected) {
  const unseen = line.seen ? null : 'unread';
  return element('div', {
    role: 'option', id: `row-${line.number}`, class: `row is-${line.state}${line.seen ? '' : ' new'}`, 'data-number': line.number,
    'aria-selected': String(isSelected),
  },
  element('span', { class: 'name' }, element('span', { class: 'provider' }, provider(line)), ' ', element('span', { class: 'kind' }, line.kind ?? '')),
  element('span', { class: `verdict ${line.verdict}` }, line.replay_of ? `${MARKS[line.verdict]} ↻` : MARKS[line.verdict]),
  element('span', { class: `state ${line.state}` }, stateOf(line)),
  element('span', { class: 'time' }, time(line.at)),
  element('span', { class: 'what' },
    line.conversation && element('span', { class: 'conversation', title: `Conversation ${shownPlainly(line.conversation)}` }, shown(line.conversation)),
    element('span', { class: 'preview' }, shown(line.preview ?? line.reason ?? ''))),
  element('span', { class: `status ${line.status === 200 ? line.state : 'bad'}` }, line.status == null ? '' : String(line.status)),
  element('span', { class: 'ms' }, line.ms == null ? '' : `${line.ms < 10 ? line.ms.toFixed(1) : Math.round(line.ms)} ms`),
  unseen && element('span', { class: 'unseen' }, unseen));
}
