// The list: all deliveries as data, and elements for those in sight alone.

import { byId, element } from './element.js';

const BEYOND = 8;
const narrow = matchMedia('(max-width: 700px)');
const box = byId('list');
const rows = byId('rows');
const MARKS = { verified: '✓ verified', unproven: '! no proof', refused: '✗ refused', unchecked: '– unchecked' };

let all = []; // newest first
let shown = []; // those that the filter lets through
let terms = [];
let selected = null;
let most = Infinity;
let drawing = false;

const height = () => (narrow.matches ? 48 : 26);

export const time = at => new Date(at).toLocaleTimeString('en-GB', { hour12: false });
export const name = line => [line.provider ?? 'unknown path', line.kind].filter(Boolean).join(' ');
export const find = number => all.find(line => line.number === number);
export const current = () => selected;
export const isEmpty = () => all.length === 0;
export const unseen = () => all.reduce((count, line) => count + !line.seen, 0);
export const counts = () => (terms.length ? `${shown.length} of ${all.length}` : `${all.length}`);
export const setMost = number => { most = number; };

/** Adds lines, newest first, in front of or behind those that are there. */
export function add(lines, where) {
  for (const line of lines) {
    line.text = [line.provider ?? 'unknown path', line.kind, line.event_id, line.channel, line.status, line.reason, line.verdict].join(' ').toLowerCase();
  }
  const before = shown.length;
  all = where === 'front' ? [...lines, ...all].slice(0, most) : [...all, ...lines];
  sift();
  // What the reader looks at stays where it is.
  if (where === 'front' && box.scrollTop > 0) box.scrollTop += (shown.length - before) * height();
}

/** Drops the lines that are no longer kept. */
export function drop(oldest) {
  all = all.filter(line => line.number >= oldest);
  sift();
}

export function filter(text) {
  terms = text.toLowerCase().split(/\s+/).filter(Boolean);
  sift();
  box.scrollTop = 0;
}

function sift() {
  shown = terms.length ? all.filter(line => terms.every(term => line.text.includes(term))) : all;
  draw();
}

/** Marks a line, and brings it into sight. */
export function select(number) {
  selected = number;
  const index = shown.findIndex(line => line.number === number);
  if (index >= 0) {
    const top = index * height();
    if (top < box.scrollTop) box.scrollTop = top;
    if (top + height() > box.scrollTop + box.clientHeight) box.scrollTop = top + height() - box.clientHeight;
  }
  draw();
}

/** The number so many lines further down. */
export function beside(distance) {
  const index = shown.findIndex(line => line.number === selected); // -1 is before the first one
  const next = Math.max(0, Math.min(shown.length - 1, index + distance));
  return shown[next]?.number ?? null;
}

export const page = () => Math.max(1, Math.floor(box.clientHeight / height()) - 1);

export function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    const size = height();
    const first = Math.max(0, Math.floor(box.scrollTop / size) - BEYOND);
    const last = Math.min(shown.length, Math.ceil((box.scrollTop + box.clientHeight) / size) + BEYOND);
    rows.style.height = `${shown.length * size}px`;
    rows.replaceChildren(...shown.slice(first, last).map((line, offset) => row(line, first + offset, size)));
    const isInSight = shown.slice(first, last).some(line => line.number === selected);
    if (isInSight) box.setAttribute('aria-activedescendant', `row-${selected}`);
    else box.removeAttribute('aria-activedescendant');
  });
}

function row(line, index, size) {
  const unseen = [line.reason, line.seen ? null : 'unread'].filter(Boolean).join(', ');
  const made = element('div', {
    role: 'option', id: `row-${line.number}`, class: line.seen ? 'row' : 'row new', 'data-number': line.number,
    'aria-selected': String(line.number === selected), 'aria-posinset': index + 1, 'aria-setsize': shown.length,
  },
  element('span', { class: 'time' }, time(line.at)),
  element('span', { class: 'provider' }, line.provider ?? 'unknown path'),
  element('span', { class: 'kind' }, line.kind ?? ''),
  element('span', { class: `verdict ${line.verdict}` }, line.replay_of ? `${MARKS[line.verdict]} ↻` : MARKS[line.verdict]),
  element('span', { class: line.status === 200 ? 'status' : 'status bad' }, String(line.status)),
  element('span', { class: 'ms' }, line.ms < 10 ? line.ms.toFixed(1) : String(Math.round(line.ms))),
  unseen && element('span', { class: 'unseen' }, unseen));
  made.style.transform = `translateY(${index * size}px)`;
  return made;
}

box.addEventListener('scroll', draw, { passive: true });
new ResizeObserver(draw).observe(box);
