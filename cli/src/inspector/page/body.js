// The body of a delivery, as JSON or unchanged.

import { code } from './code.js';
import { copyButton, element } from './element.js';
import { quiet } from './parts.js';
import { pretty } from './pretty.js';
import { ends, raw, rawBytes } from './text.js';

let form = 'Pretty';

export function body({ delivery }, { redraw }) {
  const { text, base64 } = delivery.body;
  if (text == null && base64 == null) return quiet(`It has ${delivery.bytes} bytes, more than the 1 MB that are kept.`);
  const formatted = text == null ? null : pretty(text);
  const choose = name => element('button', { 'aria-pressed': String(name === form), onclick: () => { form = name; redraw(); } }, name);
  const about = [`${delivery.bytes} bytes`, text == null ? 'not UTF-8' : null, ...(text == null ? [] : ends(text)), text && !formatted ? 'not JSON' : null];
  const content = text == null ? rawBytes(base64) : form === 'Pretty' && formatted ? formatted : raw(text);
  return [
    element('div', { class: 'bar' }, formatted && [choose('Pretty'), choose('Raw')], text != null && copyButton('Copy', () => text),
      element('span', { class: 'quiet' }, about.filter(Boolean).join(', '))),
    code('Body', content),
  ];
}
