// Links to a delivery: the page's address, and after `#` the delivery's number and the shown part.

/** Returns the delivery and the part that the address links to, or null. */
export function target() {
  const [, number, part] = location.hash.match(/^#(\d{1,15})(?:\/(\w+))?$/) ?? [];
  return number ? { number: Number(number), part } : null;
}

export const link = (number, part) => `${location.origin}${location.pathname}${location.search}#${number}/${part}`;

/** Makes the address link to the shown part of a delivery. */
export const show = (number, part) => history.replaceState(null, '', link(number, part));
export const clear = () => history.replaceState(null, '', `${location.pathname}${location.search}`);
