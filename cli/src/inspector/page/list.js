// The list: all deliveries as data, and elements only for the visible ones.

import { byId } from './element.js';
import * as filter from './filter.js';
import { row } from './row.js';
import { provider, stateOf } from './state.js';

const BEYOND = 8;
/** The height of a row in pixels. */
const SIZE = 46;
const box = byId('list');
const rows = byId('rows');

let all = []; // newest first
let shown = []; // those that pass the filter
let byNumber = new Map();
let selected = null;
let most = Infinity;
let drawing = false;
const drawn = new Map(); // elements by number

export const find = number => byNumber.get(number);
export const current = () => selected;
export const isEmpty = () => all.length === 0;
export const unseen = () => all.reduce((count, line) => count + !line.seen, 0);
export const counts = () => (filter.isOn() ? `${shown.length} of ${all.length}` : `${all.length}`);
export const setMost = number => { most = number; };

/** Adds lines, newest first, before or after the existing ones. */
export function add(lines, where) {
  for (const line of lines) {
    line.text = [provider(line), line.kind, line.event_id, line.channel, line.status, line.reason, line.verdict, line.preview, line.conversation]
      .join(' ').toLowerCase();
    byNumber.set(line.number, line);
  }
  const before = shown.length;
  all = where === 'front' ? [...lines, ...all] : [...all, ...lines];
  all.splice(most).forEach(line => byNumber.delete(line.number));
  filter.searchSoon();
  sift();
  // The visible rows stay where they are.
  if (where === 'front' && box.scrollTop > 0) box.scrollTop += (shown.length - before) * SIZE;
  // A delivery that the page itself sent is selected before its line arrives.
  if (where === 'front' && lines.some(({ number }) => number === selected)) select(selected);
}

/** Drops the lines of deliveries that are no longer stored. */
export function drop(oldest) {
  all = all.filter(line => line.number >= oldest);
  byNumber = new Map(all.map(line => [line.number, line]));
  sift();
}

/** Updates the states of deliveries. */
export function change(fates) {
  for (const { number, state, next_attempt_at } of fates) {
    const line = find(number);
    if (line) Object.assign(line, { state, next_attempt_at });
  }
  sift();
}

export function sift() {
  shown = filter.isOn() ? all.filter(filter.passes) : all;
  byId('nothing').hidden = shown.length > 0 || all.length === 0;
  // Set before the next frame, because the height limits scrolling.
  rows.style.height = `${shown.length * SIZE}px`;
  draw();
}

/** Selects a line, and scrolls it into view. */
export function select(number) {
  selected = number;
  const index = shown.findIndex(line => line.number === number);
  if (index >= 0) {
    const top = index * SIZE;
    if (top < box.scrollTop) box.scrollTop = top;
    if (top + SIZE > box.scrollTop + box.clientHeight) box.scrollTop = top + SIZE - box.clientHeight;
  }
  draw();
}

/** Returns the number of the delivery that many lines below the selected one. */
export function beside(distance) {
  const index = shown.findIndex(line => line.number === selected); // -1 is before the first one
  const next = Math.max(0, Math.min(shown.length - 1, index + distance));
  return shown[next]?.number ?? null;
}

export const page = () => Math.max(1, Math.floor(box.clientHeight / SIZE) - 1);

export function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    const first = Math.max(0, Math.floor(box.scrollTop / SIZE) - BEYOND);
    const last = Math.min(shown.length, Math.ceil((box.scrollTop + box.clientHeight) / SIZE) + BEYOND);
    place(shown.slice(first, last).map((line, offset) => drawnRow(line, first + offset)));
    const isInSight = shown.slice(first, last).some(line => line.number === selected);
    if (isInSight) box.setAttribute('aria-activedescendant', `row-${selected}`);
    else box.removeAttribute('aria-activedescendant');
  });
}

/** Returns the element of a line, and creates a new one only if it would look different. */
function drawnRow(line, index) {
  const look = [line.state, stateOf(line), line.seen, line.number === selected].join();
  let made = drawn.get(line.number);
  if (made?.look !== look) {
    made = Object.assign(row(line, line.number === selected), { look });
    drawn.set(line.number, made);
  }
  made.setAttribute('aria-posinset', index + 1);
  made.setAttribute('aria-setsize', shown.length);
  made.style.transform = `translateY(${index * SIZE}px)`;
  return made;
}

/** Replaces the rows with these. Elements that stay are not moved, so that a click in progress is not lost. */
function place(elements) {
  let at = rows.firstChild;
  const wanted = new Set(elements);
  for (const made of elements) {
    while (at && !wanted.has(at)) at = removed(at);
    if (made === at) at = at.nextSibling;
    else rows.insertBefore(made, at);
  }
  while (at) at = removed(at);
}

function removed(made) {
  const next = made.nextSibling;
  made.remove();
  if (drawn.get(Number(made.dataset.number)) === made) drawn.delete(Number(made.dataset.number));
  return next;
}

box.addEventListener('scroll', draw, { passive: true });
new ResizeObserver(draw).observe(box);
