// Hostile and very large bodies: the page stays responsive, and shows their contents.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { look, panel, row } from './browser.mjs';
import { browser, gateway, page, share } from './shared.mjs';

/** How many milliseconds the page can take to draw anything on a slow machine. */
const SOON = 2_000;
const MARKUP = '<img src=x onerror="document.title=1"><b id="injected">';

share(5, async gateway => {
  const message = (text, more = {}) => JSON.stringify({ key: 'k', from: 'ada', groupId: 1, message: text, ...more });
  await gateway.webhook('['.repeat(40_000) + ']'.repeat(40_000));
  await gateway.webhook(`[${'{"a":[1,"b"]},'.repeat(70_000)}0]`);
  await gateway.webhook(JSON.stringify({ long: 'x"\\'.repeat(200_000) }));
  await gateway.webhook(Buffer.alloc(900_000, '\n'));
  await gateway.webhook(message(`abc\u202edef\u2066ghi\u061c ${MARKUP}`), `/kommunicate/shop`);
});

/** Opens a delivery, and returns for how many milliseconds the page did not respond. */
async function freeze(number, part) {
  await page.evaluate(() => {
    globalThis.longest = 0;
    let last = performance.now();
    globalThis.clock = setInterval(() => {
      const now = performance.now();
      globalThis.longest = Math.max(globalThis.longest, now - last);
      last = now;
    }, 10);
  });
  await look(page, number, part);
  await page.locator('#panel pre').first().waitFor();
  await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
  return page.evaluate(() => { clearInterval(globalThis.clock); return globalThis.longest; });
}

test('a deep body is folded, and unfolds level by level', async () => {
  assert.ok(await freeze(1, 3) < SOON);
  assert.ok((await panel(page)).length < 10_000);
  const fold = page.locator('#panel .fold');
  assert.match(await fold.innerText(), /^\[ … 39,976 levels, 79,952 characters …$/);
  await fold.click();
  assert.match(await fold.innerText(), /^\[ … 39,952 levels, 79,904 characters …$/);
  assert.ok((await panel(page)).length < 20_000);
});

test('a megabyte is shown in parts, as JSON and as received', async () => {
  for (const [number, begins] of [[2, /^\[\n {2}\{\n {4}"a": \[\n {6}1,\n {6}"b"/], [3, /^\{\n {2}"long": "x\\"/], [4, /^\\n/]]) {
    assert.ok(await freeze(number, 3) < SOON, `#${number}`);
    const text = page.locator('#panel pre').first();
    assert.match(await text.innerText(), begins);
    const length = () => text.evaluate(box => box.textContent.length);
    const few = await length();
    assert.ok(few < 100_000, String(few));
    await page.getByRole('button', { name: 'Show more' }).click();
    assert.ok(await length() > few);
  }
  await look(page, 2, 3);
  await page.getByRole('button', { name: 'Raw' }).click();
  assert.match(await page.locator('#panel pre').innerText(), /^\[\{"a":\[1,"b"\]\},/);
});

test('bidirectional control characters are escaped, and markup is shown as text', async () => {
  assert.match(await row(page, 5).locator('.preview').innerText(), /^abc\\u202edef\\u2066ghi\\u061c <img src=x/);
  for (const part of [3, 4, 7]) {
    await look(page, 5, part);
    await page.locator('#panel', { hasText: 'abc' }).waitFor();
    const text = await panel(page);
    assert.ok(text.includes('abc\\u202edef') && !/[\u202e\u2066\u061c]/.test(text), text);
  }
  assert.match(await panel(page), /onerror="document\.title=1"/);
  assert.equal(await page.locator('#injected').count(), 0);
  assert.deepEqual(page.mistakes, []);
});

test('without its token the page says which address to open, and loads nothing', async () => {
  const context = await browser.newContext();
  const stranger = await context.newPage();
  await stranger.goto(gateway.origin);
  await stranger.locator('#start', { hasText: 'open the address that the terminal shows' }).waitFor();
  assert.equal((await stranger.content()).includes('abc'), false);
  await context.close();
});

test('the page counts deliveries that were not recorded in time', async () => {
  const other = await page.context().newPage();
  const hello = { resumed: false, newest: 0, oldest: 1, fault: 'off', left_out: 1234 };
  await other.route('**/inspector/api/stream*', route => route.fulfill({ contentType: 'text/event-stream', body: `event: hello\nid: 0.0\ndata: ${JSON.stringify(hello)}\n\n` }));
  await other.goto(gateway.page);
  await other.locator('#left-out', { hasText: '1,234 deliveries or attempts' }).waitFor();
  await other.close();
});
