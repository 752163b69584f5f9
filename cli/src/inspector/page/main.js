// The page: what comes from the stream, what is in sight, and the keyboard.

import * as actions from './actions.js';
import { get, listen } from './api.js';
import * as details from './details.js';
import { byId, element, note, open } from './element.js';
import * as fault from './fault.js';
import * as list from './list.js';
import * as start from './start.js';

const KEYS = {
  j: ['next delivery', () => go(1)],
  k: ['previous delivery', () => go(-1)],
  Enter: ['open it', () => reveal()],
  r: ['replay', actions.replay],
  e: ['edit and replay', actions.edit],
  t: ['tamper and replay', actions.tamper],
  c: ['copy as curl', actions.curl],
  s: ['save as a sample', actions.sample],
  '/': ['filter', () => byId('filter').focus()],
  '?': ['this help', () => open('help')],
  Escape: ['back', back],
};
const HELP = [...Object.entries(KEYS).map(([key, [meaning]]) => [key, meaning]), ['1 – 6', 'a part of the delivery'], ['Home End', 'newest, oldest']];
const MOVES = { ArrowDown: () => 1, ArrowUp: () => -1, PageDown: () => list.page(), PageUp: () => -list.page(), Home: () => -Infinity, End: () => Infinity };

let pending = 0;
let fresh = [];
let said = 0;

function go(distance) {
  const number = list.beside(distance);
  if (number != null) choose(number);
}

/** Marks a delivery, and shows it once the keys rest. */
function choose(number) {
  list.select(number);
  clearTimeout(pending);
  pending = setTimeout(() => details.show(number), 40);
}

/** Where there is no room for both: the delivery in place of the list. */
function reveal() {
  if (list.current() == null) go(0);
  if (list.current() == null) return;
  document.body.classList.add('reading');
  byId('panel').focus();
}

function back() {
  if (document.activeElement === byId('filter') && byId('filter').value) {
    byId('filter').value = '';
    list.filter('');
    update();
  }
  document.body.classList.remove('reading');
  byId('list').focus();
}

function update() {
  const unseen = list.unseen();
  byId('count').textContent = list.counts();
  document.title = unseen ? `(${unseen}) chathooks` : 'chathooks';
  start.show(list.isEmpty());
  if (list.isEmpty()) details.hide();
}

/** Tells who cannot see the list; at most once in a while. */
function announce(lines) {
  fresh = [...lines, ...fresh];
  clearTimeout(said);
  said = setTimeout(() => {
    const [last] = fresh;
    const many = fresh.length === 1 ? 'New delivery' : `${fresh.length} new deliveries, the last`;
    byId('live').textContent = `${many}: ${list.name(last)}, ${last.verdict}, status ${last.status}`;
    fresh = [];
  }, 500);
}

/** Reads all lines that are kept, the newest first. */
async function load({ resumed, newest, oldest, fault: name }) {
  fault.show(name);
  if (resumed) return list.drop(oldest);
  list.drop(Infinity);
  for (let before = newest + 1; ;) {
    const lines = await get(`deliveries?before=${before}`);
    list.add(lines, 'end');
    update();
    if (!lines.length) return;
    before = lines.at(-1).number;
  }
}

function onKey(event) {
  const isTyping = event.target.matches('input, textarea, select');
  if (document.querySelector('dialog[open]') || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping && event.key !== 'Escape') return;
  const isButton = event.target.matches('button') && (event.key === 'Enter' || event.key === ' ');
  const isInList = event.target === byId('list') || event.target === document.body;
  if (isButton) return;
  if (MOVES[event.key] && isInList) {
    event.preventDefault();
    go(MOVES[event.key]());
  } else if (/^[1-6]$/.test(event.key)) {
    details.tab(Number(event.key) - 1);
  } else if (KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key][1]();
  }
}

const setup = await get('setup');
list.setMost(setup.most);
fault.setUp(setup.faults);
start.setUp(setup);
actions.setUp(details.current, choose);
byId('keys').append(...HELP.flatMap(([key, meaning]) => [element('dt', {}, element('kbd', {}, key)), element('dd', {}, meaning)]));
byId('kept').textContent = `The last ${setup.most.toLocaleString('en')} deliveries are kept in ${setup.kept_in}.`;
byId('help-button').addEventListener('click', () => open('help'));
byId('back').addEventListener('click', back);
byId('filter').addEventListener('input', event => { list.filter(event.target.value); update(); });
byId('list').addEventListener('click', event => {
  const row = event.target.closest('.row');
  if (!row) return;
  choose(Number(row.dataset.number));
  if (matchMedia('(max-width: 700px)').matches) reveal();
});
addEventListener('keydown', onKey);
listen({
  hello: hello => load(hello).then(update, error => note(error.message, true)),
  deliveries: lines => {
    list.add(lines.toReversed(), 'front');
    announce(lines.toReversed());
    update();
  },
  oldest: oldest => { list.drop(oldest); update(); },
  attempts: details.refresh,
  fault: fault.show,
}, isOpen => { byId('connection').textContent = isOpen ? '● live' : '○ reconnecting'; });
