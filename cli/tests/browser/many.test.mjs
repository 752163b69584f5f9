// Ten thousand deliveries: few elements, and every row within reach.

import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';

import { row, rows, start, visit } from './browser.mjs';
import { Gateway } from './gateway.mjs';

const MANY = 10_000;

let browser;
let gateway;

before(async () => {
  browser = await start();
  gateway = await Gateway.start();
});
after(async () => {
  await browser.close();
  await gateway.remove();
});

test('ten thousand deliveries make a list like any other', async () => {
  await gateway.send('kommo/v2-text');
  await gateway.reformatted();
  let page = await visit(browser, gateway);
  await row(page, 2).waitFor();
  await page.context().close();
  const file = new DatabaseSync(gateway.file);
  const columns = file.prepare("SELECT group_concat(name, ', ') AS names FROM pragma_table_info('delivery') WHERE name <> 'number'").get().names;
  file.exec(`WITH RECURSIVE copy (count) AS (VALUES (3) UNION ALL SELECT count + 1 FROM copy WHERE count < ${MANY})
    INSERT INTO delivery (${columns}) SELECT ${columns} FROM copy JOIN delivery ON number = 1 + count % 7 / 6`);
  file.close();

  page = await visit(browser, gateway);
  await page.locator('#count', { hasText: String(MANY) }).waitFor();
  const elements = () => page.evaluate(() => document.getElementsByTagName('*').length);
  const few = await elements();
  assert.ok(few < 700, `${few} elements`);
  await page.locator('#list').focus();
  await page.keyboard.press('End');
  await row(page, 1).and(page.locator('[aria-selected=true]')).waitFor();
  assert.equal(await row(page, 1).getAttribute('aria-posinset'), String(MANY));
  assert.ok(await elements() < few + 200);

  // From top to bottom: at each stop, the visible rows are rendered.
  const stops = await page.evaluate(async () => {
    const box = document.getElementById('list');
    const frame = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    const found = [];
    for (let part = 0; part <= 1; part += 0.05) {
      box.scrollTop = part * (box.scrollHeight - box.clientHeight);
      await frame();
      const { left, top, height } = box.getBoundingClientRect();
      found.push(Number(document.elementFromPoint(left + 30, top + height / 2).closest('.row')?.dataset.number));
    }
    return found;
  });
  assert.ok(stops.every((number, index) => number > 0 && (index === 0 || number < stops[index - 1])), String(stops));
  assert.ok(await rows(page).count() < 80);

  await page.locator('#filter').fill('refused');
  await page.locator('#count', { hasText: new RegExp(`^14\\d\\d of ${MANY}$`) }).waitFor();
  await page.locator('#filter').fill('');
  await page.evaluate(() => { document.getElementById('list').scrollTop = 46_000; });
  const middle = () => page.evaluate(async () => {
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    const { left, top, height } = document.getElementById('list').getBoundingClientRect();
    return document.elementFromPoint(left + 30, top + height / 2).closest('.row').id;
  });
  const shown = await middle();
  await gateway.send('kommo/v2-text');
  await page.locator('#count', { hasText: String(MANY + 1) }).waitFor();
  assert.equal(await middle(), shown, 'a new delivery does not scroll the list');
  assert.deepEqual(page.mistakes, []);
});
