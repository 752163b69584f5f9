// The keyboard shortcuts.

import * as actions from './actions.js';
import { compose } from './compose.js';
import * as details from './details.js';
import { byId, element, open } from './element.js';
import * as list from './list.js';

const MOVES = { ArrowDown: () => 1, ArrowUp: () => -1, PageDown: () => list.page(), PageUp: () => -list.page(), Home: () => -Infinity, End: () => Infinity };

/** `can` has the capabilities. `go` selects the delivery that many lines below, `reveal` opens it, `back` returns to the list, `chat` opens its conversation. */
export function setUp(can, { go, reveal, back, chat }) {
  const keys = {
    j: ['next delivery', () => go(1)],
    k: ['previous delivery', () => go(-1)],
    Enter: ['open the delivery', reveal],
    v: ['open its conversation', chat],
    ...actions.keys(),
    ...(can.send ? { w: ['write a request', compose] } : {}),
    '/': ['filter', () => byId('filter').focus()],
    '?': ['this help', () => open('help')],
    Escape: ['back', back],
  };
  const help = [...Object.entries(keys).map(([key, [meaning]]) => [key, meaning]), [`1 – ${details.parts()}`, 'show a part of the delivery'], ['Home End', 'newest, oldest']];
  byId('keys').append(...help.flatMap(([key, meaning]) => [element('dt', {}, element('kbd', {}, key)), element('dd', {}, meaning)]));
  addEventListener('keydown', event => onKey(event, keys, go));
}

function onKey(event, keys, go) {
  const isTyping = event.target.matches('input, textarea, select');
  if (document.querySelector('dialog[open]') || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping && event.key !== 'Escape') return;
  if (event.target.matches('button, summary') && (event.key === 'Enter' || event.key === ' ')) return;
  const isInList = event.target === byId('list') || event.target === document.body;
  if (MOVES[event.key] && isInList) {
    event.preventDefault();
    go(MOVES[event.key]());
  } else if (/^[1-9]$/.test(event.key) && Number(event.key) <= details.parts()) {
    details.tab(Number(event.key) - 1);
  } else if (keys[event.key]) {
    event.preventDefault();
    keys[event.key][1]();
  }
}
