// The actions on a delivery.

import * as address from './address.js';
import { post, text } from './api.js';
import { check } from './compose.js';
import { byId, copied, element, note, open } from './element.js';
import { canRetry } from './state.js';

let delivery = () => null;
let part = () => '';
let show = () => {};
let tell = () => {};

/** `of` returns the shown delivery, `partOf` returns its shown part, `then` shows a delivery, `changed` receives new states. */
export function setUp(of, partOf, then, changed) {
  [delivery, part, show, tell] = [of, partOf, then, changed];
  const actions = [['Replay', 'r', replay], ['Edit…', 'e', edit], ['Tamper…', 't', tamper], ['Copy as curl', 'c', curl], ['Copy link', 'l', link], ['Save as sample…', 's', sample]];
  const button = ([label, key, act], more = {}) =>
    element('button', { onclick: act, 'aria-keyshortcuts': key, ...more }, label, element('kbd', { 'aria-hidden': 'true' }, key));
  byId('actions').append(button(['Retry now', 'n', retry], { id: 'retry', class: 'primary', hidden: true }), ...actions.map(action => button(action)));
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
    const { retried, fates, attempt: last } = await post(path('retry'));
    note(`Retrying ${retried === 1 ? 'one event' : `${retried} events`} now`);
    tell(fates, last);
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
