// Links to a delivery: the page's address, and behind its `#` the delivery's number and the part that is shown.

/** What the address leads to, if it does. */
export function target() {
  const [, number, part] = location.hash.match(/^#(\d{1,15})(?:\/(\w+))?$/) ?? [];
  return number ? { number: Number(number), part } : null;
}

export const link = (number, part) => `${location.origin}${location.pathname}${location.search}#${number}/${part}`;

/** Makes the address lead to what is in sight. */
export const show = (number, part) => history.replaceState(null, '', link(number, part));
export const clear = () => history.replaceState(null, '', `${location.pathname}${location.search}`);
