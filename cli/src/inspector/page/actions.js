// The actions on a delivery.

import * as address from './address.js';
import { post, text } from './api.js';
import { check } from './compose.js';
import { byId, copied, element, note, open } from './element.js';
import { canRetry } from './state.js';

let can = {};
let delivery = () => null;
let part = () => '';
let show = () => {};
let tell = () => {};

/** The actions on a delivery: label, key, meaning of the key, function. Only those that `can` allows. */
const all = () => [
  can.send && ['Replay', 'r', 'replay', replay],
  can.resend && ['Send again', 'r', 'send the event to the receiver again', resend],
  can.send && ['Edit…', 'e', 'edit and replay', edit],
  can.send && ['Tamper…', 't', 'tamper and replay', tamper],
  can.retry && ['Retry now', 'n', 'retry now', retry],
  can.send && ['Copy as curl', 'c', 'copy as curl', curl],
  ['Copy link', 'l', 'copy a link', link],
  can.send && ['Save as sample…', 's', 'save as a sample', sample],
].filter(Boolean);

export const keys = () => Object.fromEntries(all().map(([, key, meaning, act]) => [key, [meaning, act]]));

/** Shows only the buttons of actions that the delivery allows. */
export function offer(delivery) {
  byId('retry').hidden = !can.retry || !canRetry(delivery);
  if (can.resend) byId('resend').hidden = !delivery.can_resend;
}

/** `able` has the capabilities. `of` returns the shown delivery, `partOf` its shown part; `then` shows a delivery; `changed` receives new states. */
export function setUp(able, of, partOf, then, changed) {
  [can, delivery, part, show, tell] = [able, of, partOf, then, changed];
  const actions = all().filter(([, key]) => key !== 'n');
  const button = ([label, key, , act], more = {}) =>
    element('button', { onclick: act, 'aria-keyshortcuts': key, ...more }, label, element('kbd', { 'aria-hidden': 'true' }, key));
  byId('actions').append(button(['Retry now', 'n', '', retry], { id: 'retry', class: 'primary', hidden: true }), ...actions.map(action => button(action, action[3] === resend ? { id: 'resend' } : {})));
  byId('edit-send').addEventListener('click', () => send('edit', { body: byId('edit-body').value }));
  byId('edit-body').addEventListener('keydown', event => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) byId('edit-send').click();
  });
  byId('tamper-body').addEventListener('click', () => send('tamper', { tamper: 'body' }));
  byId('tamper-proof').addEventListener('click', () => send('tamper', { tamper: 'proof' }));
  byId('sample-form').addEventListener('submit', save);
  byId('clear').addEventListener('click', clear);
  byId('clear-now').addEventListener('click', () => attempt(async () => {
    byId('clearing').close();
    await post('clear');
    note('All deliveries were cleared');
  }));
  document.querySelectorAll('dialog .close').forEach(button => button.addEventListener('click', () => button.closest('dialog').close()));
}

async function attempt(act) {
  try {
    await act();
  } catch (error) {
    note(error.message, true);
  }
}

const path = what => `deliveries/${delivery().number}/${what}`;

export const clear = () => open('clearing');
export const replay = () => delivery() && send(null, {});
export const tamper = () => delivery() && open('tamper');
export const curl = () => delivery() && attempt(async () => note(`${await copied(await text(path('curl')))}: the command contains the proof`));
export const link = () => delivery() && attempt(async () => note(`${await copied(address.link(delivery().number, part()))}: the link contains the token of this page`));

export function retry() {
  if (!delivery() || !canRetry(delivery())) return;
  attempt(async () => {
    const { retried, fates, change } = await post(path('retry'));
    note(`Retrying ${retried === 1 ? 'one event' : `${retried} events`} now`);
    tell(fates, change);
  });
}

function resend() {
  if (!delivery()?.can_resend) return;
  const { number } = delivery();
  attempt(async () => {
    const { status, error } = await post(path('resend'));
    note(`#${number} again: ${error ?? `the receiver answered ${status ?? '2xx'}`}; the queue is unchanged`, Boolean(error));
  });
}

function send(dialog, change) {
  if (dialog) byId(dialog).close();
  return attempt(async () => {
    const { number, status } = await post(path('replay'), change);
    note(`Replayed #${delivery().number} as #${number}: status ${status}`);
    show(number);
  });
}

export function edit() {
  const body = delivery()?.body;
  if (!body) return;
  if (body.text == null) return note('Only a stored UTF-8 body can be edited', true);
  byId('edit-body').value = body.text;
  byId('edit-note').textContent = body.text.includes('\r') ? 'Line endings become \\n.' : '';
  check('edit-body', 'edit-check');
  open('edit');
}

export function sample() {
  if (!delivery()) return;
  byId('sample-name').value = '';
  open('sample');
}

function save(event) {
  event.preventDefault();
  byId('sample').close();
  return attempt(async () => {
    const saved = await post(path('sample'), { name: byId('sample-name').value });
    if (saved.saved) return note(`Saved as ${saved.saved}; send it with: ${saved.send}`);
    const url = URL.createObjectURL(new Blob([saved.event], { type: 'application/json' }));
    element('a', { href: url, download: saved.file }).click();
    URL.revokeObjectURL(url);
    return note('The gateway runs in a folder without events/, so the sample was downloaded');
  });
}
