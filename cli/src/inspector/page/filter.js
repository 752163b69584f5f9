// Which deliveries the list shows: by words, which are looked for in the line and, by the gateway, in path, headers, body and
// events; and by state.

import { get } from './api.js';
import { note } from './element.js';
import { stateOf } from './state.js';

const REST = 150;

let terms = [];
let state = '';
let changed = () => {};
let pending = 0;
/** For each word the numbers of the deliveries that have it somewhere, and how far was looked. */
let hits = new Map();

export const isOn = () => terms.length > 0 || state !== '';
export const onChange = handle => { changed = handle; };

export function setState(name) {
  state = name;
  changed();
}

export function setText(text) {
  terms = [...new Set(text.toLowerCase().split(/\s+/).filter(Boolean))];
  hits = new Map(terms.map(term => [term, hits.get(term) ?? { numbers: new Set(), until: 0 }]));
  changed();
  lookSoon();
}

/** Whether a line is shown. */
export function passes(line) {
  if (state && line.state !== state) return false;
  return terms.every(term => line.text.includes(term) || stateOf(line).includes(term) || hits.get(term)?.numbers.has(line.number));
}

/** Looks into the content of deliveries that are new, once no more come. */
export function lookSoon() {
  clearTimeout(pending);
  if (terms.length) pending = setTimeout(() => look().catch(error => note(error.message, true)), REST);
}

async function look() {
  const looked = hits;
  await Promise.all(Array.from(looked, async ([term, hit]) => {
    const numbers = await get(`search?text=${encodeURIComponent(term)}&after=${hit.until}`);
    numbers.forEach(number => hit.numbers.add(number));
    hit.until = Math.max(hit.until, ...numbers.slice(-1));
  }));
  if (looked === hits) changed();
}
