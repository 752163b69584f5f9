// Shows received text with invisible characters made visible. Long text is produced piece by piece.

import { element } from './element.js';

const NAMES = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0', '\ufeff': 'BOM', '\u00a0': 'NBSP' };
const INVISIBLE = '\\u0000-\\u001f\\u007f-\\u00a0\\u00ad\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff\\ufffd';
const RAW = new RegExp(`[^${INVISIBLE}]{1,4096}|[${INVISIBLE}]`, 'gu');
/** Invisible characters, and characters that change the text direction. Joiners and line endings are not among them. */
const HIDING = '\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff';
const SHOWN = new RegExp(`[^${HIDING}]{1,4096}|[${HIDING}]`, 'gu');
const HIDES = new RegExp(`^[${HIDING}]$`, 'u');
const IS_INVISIBLE = new RegExp(`^[${INVISIBLE}]$`, 'u');

const mark = name => element('span', { class: 'byte' }, name);

/** Text for a line or a bubble, with the names of invisible characters and of characters that change the direction. */
export function shown(text) {
  return Array.from(String(text).matchAll(SHOWN), ([piece]) => (HIDES.test(piece) ? mark(nameOf(piece)) : piece));
}

/** Like `shown`, but as a plain string. */
export const shownPlainly = text => Array.from(String(text).matchAll(SHOWN), ([piece]) => (HIDES.test(piece) ? nameOf(piece) : piece)).join('');

/** The pieces of a raw text, with the names of all invisible characters. */
export function* raw(text) {
  for (const [piece] of text.matchAll(RAW)) {
    if (!IS_INVISIBLE.test(piece)) yield piece;
    else {
      yield mark(nameOf(piece));
      if (piece === '\n') yield '\n';
    }
  }
}

/** Like `raw`, for bytes that are not UTF-8: all but printable ASCII is shown as hex. */
export function* rawBytes(base64) {
  for (const [piece] of atob(base64).matchAll(/[ -~]{1,4096}|[^ -~]/gs)) {
    if (piece >= ' ' && piece <= '~~') yield piece;
    else {
      yield mark(NAMES[piece] ?? `\\x${hex(piece, 2)}`);
      if (piece === '\n') yield '\n';
    }
  }
}

/** Describes invisible characters at the beginning and the end of a text. */
export function ends(text) {
  let last = text.length;
  while (last > 0 && /[\s\0]/.test(text[last - 1])) last -= 1;
  const found = [];
  if (text.startsWith('\ufeff')) found.push('begins with a byte order mark');
  if (last < text.length) found.push(`ends with ${[...text.slice(last)].slice(-8).map(nameOf).join('')}`);
  return found;
}

const nameOf = character => NAMES[character] ?? (character === ' ' ? '␠' : `\\u${hex(character, 4)}`);
const hex = (character, digits) => character.codePointAt(0).toString(16).padStart(digits, '0');
