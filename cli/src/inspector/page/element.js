// Elements. Texts are never read as markup: the page's policy forbids it, and nothing here could.

export const byId = id => document.getElementById(id);

/** An element with attributes (`on…` are listeners) and children. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, '');
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.flat(Infinity).filter(child => child != null && child !== false));
  return made;
}

/** A button that copies what `text` gives. */
export function copyButton(label, text) {
  return element('button', { onclick: async () => note(await copied(await text())) }, label);
}

export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return 'Copied';
  } catch {
    return 'The browser did not let the page copy';
  }
}

/** Tells the user how something ended; what is told goes with the next key or click. */
export function note(text, isBad = false) {
  byId('note').textContent = text;
  byId('note').classList.toggle('bad', isBad);
}

for (const action of ['keydown', 'pointerdown']) addEventListener(action, () => note(''), true);

/** Opens a dialog of the page. When it closes, the focus returns to where it was. */
export function open(id) {
  const before = document.activeElement;
  byId(id).addEventListener('close', () => {
    // It may have been drawn anew in the meantime.
    const there = before.isConnected && before !== document.body ? before : byId(before.id) ?? byId('list');
    there.focus();
  }, { once: true });
  byId(id).showModal();
}
