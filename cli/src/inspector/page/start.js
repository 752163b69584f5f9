// The start page, before the first delivery: each webhook's URL and a command to try it. Later, the examples stay above the list.

import { post } from './api.js';
import { compose } from './compose.js';
import { byId, copyButton, element, note } from './element.js';

let choose = () => {};

async function send(name) {
  try {
    const { number, status } = await post(`webhooks/${encodeURIComponent(name)}/example`);
    note(`Status ${status}`, status !== 200);
    choose(number);
  } catch (error) {
    note(error.message, true);
  }
}

const write = () => element('button', { onclick: compose, 'aria-keyshortcuts': 'w' }, 'Write a request…');

export function setUp({ webhooks, queue, worker, program, can }, then) {
  choose = then;
  byId('examples').hidden = !can.send;
  if (!can.send) {
    byId('start').append(element('h2', {}, 'No events yet'), element('p', {}, 'Each event that is received from the queue appears here.'),
      element('p', { class: 'quiet' }, `Queue: ${queue}. Receiver: ${worker}.`));
    return;
  }
  const one = ({ name, url, proof, command }) => element('article', {},
    element('h3', {}, name),
    element('div', { class: 'bar' }, element('code', {}, url), command && element('button', { onclick: () => send(name) }, 'Send an example'),
      copyButton('Copy URL', () => url), command && copyButton('Copy command', () => command)),
    element('p', { class: 'quiet' }, proof),
    command && element('pre', { tabindex: 0, 'aria-label': `Command for ${name}` }, command));
  byId('start').append(
    element('h2', {}, 'No deliveries yet'),
    element('p', {}, 'Send an example with one click, or send a sample from a second terminal: ', element('code', {}, `${program} send kommo/v2-text`),
      '. Or run one of these commands.'),
    element('div', { class: 'bar' }, write()),
    ...webhooks.map(one),
    element('p', { class: 'quiet' }, `Queue: ${queue}. Worker: ${worker}.`));
  byId('examples').append(element('span', { class: 'quiet' }, 'Examples'),
    ...webhooks.filter(({ command }) => command).map(({ name }) => element('button', { onclick: () => send(name), 'aria-label': `Send an example: ${name}` }, name)), write());
}

export function show(isEmpty) {
  byId('start').hidden = !isEmpty;
  byId('deliveries').hidden = isEmpty;
}

/** Shows only a problem: the address lacks its token, or the gateway does not respond. */
export function fail(problem) {
  byId('start').replaceChildren(element('h2', {}, 'The deliveries cannot be shown'), element('p', { class: 'bad' }, problem));
  show(true);
}
