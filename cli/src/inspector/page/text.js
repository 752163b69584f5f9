// Bodies as text: nothing invisible stays so, and no digit changes.

import { element } from './element.js';

/** Longer ones are shown without colours. */
const COLOURED = 64 * 1024;
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
const NAMES = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0', '\ufeff': 'BOM', '\u00a0': 'NBSP' };
const INVISIBLE = /[\u0000-\u001f\u007f-\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd]/u;

/** JSON with line ends and spaces between its tokens, which stay as they are; null where it is none. */
export function pretty(text) {
  const json = text.replace(/^\ufeff/, '');
  try {
    JSON.parse(json);
  } catch {
    return null;
  }
  const made = document.createDocumentFragment();
  const isColoured = json.length <= COLOURED;
  const tokens = json.match(TOKEN) ?? [];
  let depth = 0;
  let plain = '';
  tokens.forEach((token, index) => {
    const next = tokens[index + 1];
    const isEmpty = (token === '{' && next === '}') || (token === '[' && next === ']');
    if (token === '}' || token === ']') depth -= 1;
    if ((token === '}' || token === ']') && !'{['.includes(tokens[index - 1])) plain += line(depth);
    if (isColoured && /^["\w-]/.test(token)) {
      made.append(plain, element('span', { class: kind(token, next) }, token));
      plain = '';
    } else plain += token;
    if (token === '{' || token === '[') depth += 1;
    if ((token === '{' || token === '[') && !isEmpty) plain += line(depth);
    if (token === ',') plain += line(depth);
    if (token === ':') plain += ' ';
  });
  made.append(plain);
  return made;
}

const line = depth => `\n${'  '.repeat(depth)}`;

function kind(token, next) {
  if (token[0] !== '"') return 'literal';
  return next === ':' ? 'key' : 'string';
}

/** A text as it came: what cannot be seen is named. */
export function raw(text) {
  const made = document.createDocumentFragment();
  let plain = '';
  for (const character of text) {
    if (INVISIBLE.test(character)) {
      made.append(plain, element('span', { class: 'byte' }, nameOf(character)), character === '\n' ? '\n' : '');
      plain = '';
    } else plain += character;
  }
  made.append(plain);
  return made;
}

/** The same for bytes that are no UTF-8: all but ASCII by their numbers. */
export function rawBytes(base64) {
  const made = document.createDocumentFragment();
  for (const part of atob(base64).match(/[ -~]+|[^ -~]/gs) ?? []) {
    const isPlain = part >= ' ' && part <= '~~';
    made.append(isPlain ? part : element('span', { class: 'byte' }, NAMES[part] ?? `\\x${hex(part, 2)}`), part === '\n' ? '\n' : '');
  }
  return made;
}

/** What stands at the two ends and would not be seen. */
export function ends(text) {
  const trailing = text.match(/[\s\0]+$/)?.[0] ?? '';
  const said = [];
  if (text.startsWith('\ufeff')) said.push('begins with a byte order mark');
  if (trailing) said.push(`ends with ${[...trailing].slice(-8).map(nameOf).join('')}`);
  return said;
}

const nameOf = character => NAMES[character] ?? (character === ' ' ? '␠' : `\\u${hex(character, 4)}`);
const hex = (character, digits) => character.codePointAt(0).toString(16).padStart(digits, '0');
