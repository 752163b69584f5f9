// Shows a long text part by part, so that a large body does not block the page.

import { element } from './element.js';

/** The limits of one part. */
const PIECES = 3_000;
const CHARACTERS = 60_000;

/** A box with the first part of the pieces (strings or elements), and a button that shows more if there is more. */
export function code(label, pieces) {
  const iterator = typeof pieces === 'string' ? [pieces].values() : pieces[Symbol.iterator]();
  const box = element('pre', { tabindex: 0, 'aria-label': label });
  const whole = element('div', { class: 'code' }, box);
  const next = () => {
    const { part, rest } = take(iterator);
    box.append(part);
    if (rest === null) return button.remove();
    iterator.rest = rest;
    return whole.append(button);
  };
  const button = element('button', { class: 'more', onclick: next }, 'Show more');
  next();
  return whole;
}

/** Returns the next part, and the piece after it, which is null at the end. */
function take(iterator) {
  const part = document.createDocumentFragment();
  let [count, characters, plain] = [0, 0, ''];
  let piece = iterator.rest ?? iterator.next().value ?? null;
  iterator.rest = null;
  for (; piece !== null; piece = iterator.next().value ?? null) {
    if (count >= PIECES || characters >= CHARACTERS) break;
    const isText = typeof piece === 'string';
    if (isText) plain += piece;
    else {
      part.append(plain, piece);
      plain = '';
    }
    count += 1;
    characters += isText ? piece.length : piece.textContent.length;
  }
  part.append(plain);
  return { part, rest: piece };
}
