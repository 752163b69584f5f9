// The main module: handles the stream's events, and decides what is shown.

import * as actions from './actions.js';
import * as address from './address.js';
import { get, listen } from './api.js';
import * as compose from './compose.js';
import * as details from './details.js';
import { byId, element, note, open } from './element.js';
import * as fault from './fault.js';
import * as filter from './filter.js';
import * as keys from './keys.js';
import * as list from './list.js';
import * as start from './start.js';
import { name, stateOf, word } from './state.js';

let pending = 0;
let lastChange = 0;
let fresh = 0;
let last = null;
let said = 0;
let arrived = []; // oldest first
let changed = new Map(); // states by delivery number
let changedUntil = 0;
let flushing = 0;

function go(distance) {
  const number = list.beside(distance);
  if (number != null) choose(number);
}

/** Selects a delivery, and shows it after a short pause, so that holding a key does not load every delivery. */
function choose(number) {
  list.select(number);
  clearTimeout(pending);
  pending = setTimeout(() => details.show(number), 40);
}

/** On a narrow screen, shows the delivery instead of the list. */
function reveal() {
  if (list.current() == null) go(0);
  if (list.current() == null) return;
  document.body.classList.add('reading');
  byId('panel').focus();
}

function back() {
  if (document.activeElement === byId('filter') && byId('filter').value) {
    byId('filter').value = '';
    filter.setText('');
  }
  document.body.classList.remove('reading');
  byId('list').focus();
}

/** Opens a delivery's conversation. */
function chat(number = list.current()) {
  if (number == null) return;
  details.prefer('Conversation');
  choose(number);
  if (matchMedia('(max-width: 900px)').matches) reveal();
}

function update() {
  const unseen = list.unseen();
  byId('count').textContent = list.counts();
  document.title = unseen ? `(${unseen}) chathooks` : 'chathooks';
  start.show(list.isEmpty());
  if (list.isEmpty()) {
    details.hide();
    list.select(null);
    address.clear();
  }
}

/** Announces new deliveries to screen readers, at most every half second. */
function announce(lines) {
  fresh += lines.length;
  last = lines.at(-1);
  said ||= setTimeout(() => {
    const many = fresh === 1 ? 'New delivery' : `${fresh} new deliveries, the last`;
    byId('live').textContent = `${many}: ${[name(last), last.verdict === 'from_queue' ? 'from the queue' : last.verdict, last.status && `status ${last.status}`, stateOf(last)].filter(Boolean).join(', ')}`;
    [fresh, said] = [0, 0];
  }, 500);
}

/** Batches events that arrive in quick succession. */
function soon() {
  flushing ||= setTimeout(flush, 30);
}

function flush() {
  clearTimeout(flushing);
  const [lines, fates, change] = [arrived, changed, changedUntil];
  [flushing, arrived, changed] = [0, [], new Map()];
  if (lines.length) {
    list.add(lines.toReversed(), 'front');
    details.extend(lines);
    announce(lines);
    update();
  }
  if (fates.size) tell([...fates.values()], change);
}

/** Loads all stored lines, newest first. */
async function load({ resumed, newest, oldest, fault: name, left_out: leftOut }) {
  fault.show(name);
  showLeftOut(leftOut);
  lastChange = 0;
  if (resumed) {
    list.drop(oldest);
    return update();
  }
  const wanted = address.target();
  list.drop(Infinity);
  for (let before = newest + 1; ;) {
    const lines = await get(`deliveries?before=${before}`);
    list.add(lines, 'end');
    if (!lines.length) break;
    update();
    before = lines.at(-1).number;
  }
  if (wanted) follow(wanted);
  return update();
}

/** Shows the delivery that the address links to. */
function follow({ number, part }) {
  details.prefer(part);
  choose(number);
  if (matchMedia('(max-width: 900px)').matches) reveal();
}

function showLeftOut(count) {
  byId('left-out').hidden = count === 0;
  byId('left-out').textContent = `${count.toLocaleString('en')} deliveries or attempts arrived faster than they could be stored, and are not shown. Their events are in the queue.`;
}

/** Shows the new states of deliveries, unless the stream has already sent a later change. */
function tell(fates, change) {
  if (change < lastChange) return;
  lastChange = change;
  list.change(fates);
  details.refresh(fates);
  update();
}

function setUp(setup) {
  list.setMost(setup.most);
  if (setup.can.send) fault.setUp(setup.faults);
  byId('fault').closest('label').hidden = !setup.can.send;
  details.setUp(setup.parts);
  start.setUp(setup, choose);
  compose.setUp(setup, choose);
  details.onChoose(choose);
  actions.setUp(setup.can, details.current, details.currentPart, choose, tell);
  keys.setUp(setup.can, { go, reveal, back, chat: () => chat() });
  filter.onChange(() => {
    list.sift();
    update();
  });
  byId('states').append(...setup.states.map(state => element('option', { value: state }, word(state))));
  byId('kept').textContent = `The last ${setup.most.toLocaleString('en')} deliveries are stored in ${setup.kept_in}.`;
  byId('help-button').addEventListener('click', () => open('help'));
  byId('back').addEventListener('click', back);
  byId('filter').addEventListener('input', event => {
    filter.setText(event.target.value);
    byId('list').scrollTop = 0;
  });
  byId('states').addEventListener('change', event => filter.setState(event.target.value));
  byId('list').addEventListener('click', event => {
    const row = event.target.closest('.row');
    if (!row) return;
    const number = Number(row.dataset.number);
    if (event.target.closest('.conversation')) return void chat(number);
    choose(number);
    if (matchMedia('(max-width: 900px)').matches) reveal();
  });
  addEventListener('hashchange', () => address.target() && follow(address.target()));
  listen({
    hello: hello => { flush(); load(hello).catch(error => note(error.message, true)); },
    deliveries: lines => { arrived.push(...lines); soon(); },
    states: (fates, id) => {
      changedUntil = Number(id.split('.')[1]);
      fates.forEach(fate => changed.set(fate.number, fate));
      soon();
    },
    oldest: oldest => { flush(); list.drop(oldest); update(); },
    left_out: showLeftOut,
    fault: fault.show,
  }, state => {
    byId('connection').textContent = { open: '● live', waiting: '○ reconnecting', refused: '○ ended' }[state];
    if (state === 'refused') note('The inspector uses another file now; open the address that the terminal shows', true);
  });
}

setInterval(() => {
  list.draw();
  details.tick();
}, 1000);

get('setup').then(setUp, error => start.fail(error.message));
