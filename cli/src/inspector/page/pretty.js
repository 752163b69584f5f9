// Formats JSON by adding line breaks and spaces between its tokens, which do not change. The work is linear in the length of
// the text: pieces are produced on demand, and levels below a limit are folded, so that indentation stays small.

import { code } from './code.js';
import { element } from './element.js';
import { shown } from './text.js';

/** The number of levels that are indented. */
const LEVELS = 24;

/** Returns the pieces of a text, or null if it is not JSON. */
export function pretty(text) {
  const json = text.replace(/^\ufeff/, '');
  try {
    JSON.parse(json);
  } catch {
    return null;
  }
  return pieces(json, 0, json.length);
}

function* pieces(json, start, end) {
  let depth = 0;
  let isOpened = false;
  for (let [from, to] = token(json, start); from < end; [from, to] = token(json, to)) {
    const first = json[from];
    const closes = first === '}' || first === ']';
    if (closes) depth -= 1;
    // An empty object or array stays on one line.
    if (isOpened !== closes) yield line(depth);
    isOpened = false;
    if (first === '{' || first === '[') {
      const [next] = token(json, to);
      const isEmpty = json[next] === '}' || json[next] === ']';
      if (depth === LEVELS && !isEmpty) {
        to = yield* folded(json, from);
        continue;
      }
      depth += 1;
      isOpened = true;
      yield first;
    } else if (first === ',') yield first + line(depth);
    else if (first === ':') yield ': ';
    else if (closes) yield first;
    else yield* value(json, from, to);
  }
}

const line = depth => `\n${'  '.repeat(depth)}`;

/** A key, a string, a number or a literal, in slices if it is long. */
function* value(json, from, to) {
  const isString = json[from] === '"';
  const kind = !isString ? 'literal' : json[token(json, to)[0]] === ':' ? 'key' : 'string';
  for (const [slice] of json.slice(from, to).matchAll(/.{1,4096}/gsu)) yield element('span', { class: kind }, shown(slice));
}

/** The object or array at that index, as a button that unfolds it. Returns the index after it. */
function* folded(json, from) {
  let depth = 0;
  let levels = 0;
  let end = from;
  for (let [start, to] = token(json, from); ; [start, to] = token(json, to)) {
    if (json[start] === '{' || json[start] === '[') levels = Math.max(levels, depth += 1);
    else if (json[start] === '}' || json[start] === ']') depth -= 1;
    end = to;
    if (depth === 0) break;
  }
  const size = `${levels.toLocaleString('en')} ${levels === 1 ? 'level' : 'levels'}, ${(end - from).toLocaleString('en')} characters`;
  const unfold = () => {
    const inner = code('Unfolded part', pieces(json, from, end));
    button.replaceWith(inner);
    inner.firstChild.focus();
  };
  const button = element('button', { class: 'fold', 'aria-expanded': 'false', onclick: unfold }, `${json[from]} … ${size} …`);
  yield button;
  return end;
}

/** Returns the start and the end of the next token. */
function token(json, start) {
  let from = start;
  while (from < json.length && ' \t\r\n'.includes(json[from])) from += 1;
  const first = json[from];
  if (first === '"') return [from, endOfString(json, from)];
  let to = from + 1;
  if (!'{}[],:'.includes(first)) while (to < json.length && !'{}[],:" \t\r\n'.includes(json[to])) to += 1;
  return [from, to];
}

/** Returns the index after the closing quote, which has an even number of backslashes before it. */
function endOfString(json, start) {
  for (let at = start + 1; ; at += 1) {
    at = json.indexOf('"', at);
    let slash = at;
    while (json[slash - 1] === '\\') slash -= 1;
    if ((at - slash) % 2 === 0) return at + 1;
  }
}
