// The main states at three sizes, light and dark: accessible, and captured as pictures in target/inspector for review.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { accessibility, look, row, start, visit } from './browser.mjs';
import { Gateway, receiver } from './gateway.mjs';
import { CONVERSATION, send } from './whatsapp.mjs';

const FOLDER = fileURLToPath(new URL('../../../target/inspector', import.meta.url));
const SIZES = { wide: { width: 1280, height: 640 }, medium: { width: 768, height: 700 }, narrow: { width: 390, height: 740 } };
const SAMPLES = ['kommo/v2-text', 'qikchat/image', 'kore/callback-text', 'kommunicate/group', 'kore/hooks-text', 'qikchat/status-read', 'kommo/v2-trailing-newline', 'qikchat/whatsapp-statuses', 'kommo/v2-typing'];

let browser;
let gateway;
let failing;

before(async () => {
  await mkdir(FOLDER, { recursive: true });
  browser = await start();
  failing = await receiver(500, 500, 200);
  gateway = await Gateway.start({ options: ['--first-retry-ms', '5', '--forward-to', failing.url] });
});
after(async () => {
  await browser.close();
  await gateway.remove();
  failing.stop();
});

/** States with the same layout as others, for which the wide size is enough. */
const PLAIN = ['headers', 'response', 'verified'];

/** How to reach each state. */
const STATES = {
  verdict: page => look(page, 10, 1),
  headers: page => look(page, 4, 2),
  body: page => look(page, 7, 3),
  event: page => look(page, 1, 4),
  response: page => look(page, 10, 5),
  delivery: page => look(page, 1, 6),
  verified: page => look(page, 1, 1),
  conversation: async page => { await look(page, 12, 7); await page.locator('#panel .chat').waitFor(); },
  compose: page => page.keyboard.press('w'),
  help: page => page.keyboard.press('?'),
  edit: async page => { await look(page, 1, 1); await page.keyboard.press('e'); },
  fault: page => page.locator('#fault').selectOption('hang'),
};

async function check(page, name, isJudged = true) {
  await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.screenshot({ path: `${FOLDER}/${name}.png` });
  if (isJudged) assert.deepEqual(await accessibility(page), [], name);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${name} is ${overflow} px too wide`);
}

/**
 * Runs for each size in each color scheme. The medium size has the same elements as the wide one, so accessibility is
 * checked only there, and one color scheme is enough.
 */
async function everywhere(run) {
  for (const scheme of ['light', 'dark']) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      if (size === 'medium' && scheme === 'dark') continue;
      const page = await visit(browser, gateway, { viewport, scheme });
      await run(page, name => check(page, `${name}-${size}-${scheme}`, size !== 'medium'));
      assert.deepEqual(page.mistakes, []);
      await page.context().close();
    }
  }
}

test('the empty state', () => everywhere(async (page, checked) => {
  await page.locator('#start h2').waitFor();
  await checked('empty');
}));

test('every other state', async () => {
  for (const sample of SAMPLES) await gateway.send(sample);
  assert.equal(await gateway.reformatted(), 401);
  await send(gateway, CONVERSATION);
  await everywhere(async (page, checked) => {
    await row(page, 24).waitFor();
    await checked('list');
    for (const [name, reach] of Object.entries(STATES)) {
      if (PLAIN.includes(name) && page.viewportSize().width !== SIZES.wide.width) continue;
      await reach(page);
      await checked(name);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
    }
    await page.locator('#repair').click();
    await page.locator('#banner').waitFor({ state: 'hidden' });
  });
});
