// Texts as they came: nothing invisible stays so. Long ones are made piece by piece.

import { element } from './element.js';

const NAMES = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0', '\ufeff': 'BOM', '\u00a0': 'NBSP' };
const INVISIBLE = '\\u0000-\\u001f\\u007f-\\u00a0\\u00ad\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff\\ufffd';
const RAW = new RegExp(`[^${INVISIBLE}]{1,4096}|[${INVISIBLE}]`, 'gu');
/** Invisible characters, and those that change the direction. Joiners and line ends stay as they are. */
const HIDING = '\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff';
const SHOWN = new RegExp(`[^${HIDING}]{1,4096}|[${HIDING}]`, 'gu');
const HIDES = new RegExp(`^[${HIDING}]$`, 'u');
const IS_INVISIBLE = new RegExp(`^[${INVISIBLE}]$`, 'u');

const mark = name => element('span', { class: 'byte' }, name);

/** A text for a line or a bubble: invisible characters, and those that change its direction, are named. */
export function shown(text) {
  return Array.from(String(text).matchAll(SHOWN), ([piece]) => (HIDES.test(piece) ? mark(nameOf(piece)) : piece));
}

/** The same where there is no room for elements. */
export const shownPlainly = text => Array.from(String(text).matchAll(SHOWN), ([piece]) => (HIDES.test(piece) ? nameOf(piece) : piece)).join('');

/** The pieces of a text as it came: what cannot be seen is named. */
export function* raw(text) {
  for (const [piece] of text.matchAll(RAW)) {
    if (!IS_INVISIBLE.test(piece)) yield piece;
    else {
      yield mark(nameOf(piece));
      if (piece === '\n') yield '\n';
    }
  }
}

/** The same for bytes that are no UTF-8: all but ASCII by their numbers. */
export function* rawBytes(base64) {
  for (const [piece] of atob(base64).matchAll(/[ -~]{1,4096}|[^ -~]/gs)) {
    if (piece >= ' ' && piece <= '~~') yield piece;
    else {
      yield mark(NAMES[piece] ?? `\\x${hex(piece, 2)}`);
      if (piece === '\n') yield '\n';
    }
  }
}

/** What stands at the two ends and would not be seen. */
export function ends(text) {
  let last = text.length;
  while (last > 0 && /[\s\0]/.test(text[last - 1])) last -= 1;
  const said = [];
  if (text.startsWith('\ufeff')) said.push('begins with a byte order mark');
  if (last < text.length) said.push(`ends with ${[...text.slice(last)].slice(-8).map(nameOf).join('')}`);
  return said;
}

const nameOf = character => NAMES[character] ?? (character === ' ' ? '␠' : `\\u${hex(character, 4)}`);
const hex = (character, digits) => character.codePointAt(0).toString(16).padStart(digits, '0');
