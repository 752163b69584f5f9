// The filter of the list, by state and by words. The page searches the lines; the gateway searches path, headers, body and
// events.

import { get } from './api.js';
import { note } from './element.js';
import { stateOf } from './state.js';

const REST = 150;

let terms = [];
let state = '';
let changed = () => {};
let pending = 0;
/** For each word, the numbers of the deliveries that contain it, and the number up to which deliveries were searched. */
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
  searchSoon();
}

/** Returns whether a line is shown. */
export function passes(line) {
  if (state && line.state !== state) return false;
  return terms.every(term => line.text.includes(term) || stateOf(line).includes(term) || hits.get(term)?.numbers.has(line.number));
}

/** Searches the content of new deliveries, once no more arrive. */
export function searchSoon() {
  clearTimeout(pending);
  if (terms.length) pending = setTimeout(() => search().catch(error => note(error.message, true)), REST);
}

async function search() {
  const searched = hits;
  await Promise.all(Array.from(searched, async ([term, hit]) => {
    const numbers = await get(`search?text=${encodeURIComponent(term)}&after=${hit.until}`);
    numbers.forEach(number => hit.numbers.add(number));
    hit.until = Math.max(hit.until, ...numbers.slice(-1));
  }));
  if (searched === hits) changed();
}
