// Creates elements. Text is never parsed as markup: no function here does, and the page's content security policy forbids it.

export const byId = id => document.getElementById(id);

/** Creates an element with attributes (`on…` are listeners) and children. */
export function element(name, attributes = {}, ...children) {
  const created = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) created.addEventListener(key.slice(2), value);
    else if (value === true) created.setAttribute(key, '');
    else if (value !== false && value != null) created.setAttribute(key, value);
  }
  created.append(...children.flat(Infinity).filter(child => child != null && child !== false));
  return created;
}

/** A button that copies the result of `text`. */
export function copyButton(label, text) {
  return element('button', { onclick: async () => note(await copied(await text())) }, label);
}

export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return 'Copied';
  } catch {
    return 'The browser does not allow this page to copy';
  }
}

/** Shows the result of an action. The next key or click clears it. */
export function note(text, isBad = false) {
  byId('note').textContent = text;
  byId('note').classList.toggle('bad', isBad);
}

for (const action of ['keydown', 'pointerdown']) addEventListener(action, () => note(''), true);

/** Opens a dialog. When it closes, the focus returns to where it was. */
export function open(id) {
  const before = document.activeElement;
  byId(id).addEventListener('close', () => {
    // The element can have been redrawn since.
    const there = before.isConnected && before !== document.body ? before : byId(before.id) ?? byId('list');
    there.focus();
  }, { once: true });
  byId(id).showModal();
}
