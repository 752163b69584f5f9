// Before the first delivery: where webhooks go, and a command to try each.

import { post } from './api.js';
import { byId, copyButton, element, note } from './element.js';

async function send(name) {
  try {
    const { status } = await post(`webhooks/${encodeURIComponent(name)}/example`);
    note(`Answered ${status}`, status !== 200);
  } catch (error) {
    note(error.message, true);
  }
}

export function setUp({ webhooks, queue, worker, program }) {
  const one = ({ name, url, proof, command }) => element('article', {},
    element('h3', {}, name),
    element('div', { class: 'bar' }, element('code', {}, url), command && element('button', { onclick: () => send(name) }, 'Send an example'),
      copyButton('Copy URL', () => url), command && copyButton('Copy command', () => command)),
    element('p', { class: 'quiet' }, proof),
    command && element('pre', { tabindex: 0, 'aria-label': `A command for ${name}` }, command));
  byId('start').append(
    element('h2', {}, 'No deliveries yet'),
    element('p', {}, 'Send an example with one click, or a sample from a second terminal: ', element('code', {}, `${program} send kommo/v2-text`),
      '. Or paste one of these commands.'),
    ...webhooks.map(one),
    element('p', { class: 'quiet' }, `Queue: ${queue}. Worker: ${worker}.`));
}

export function show(isEmpty) {
  byId('start').hidden = !isEmpty;
  byId('deliveries').hidden = isEmpty;
}
