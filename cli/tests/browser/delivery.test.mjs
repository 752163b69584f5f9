// What becomes of deliveries: their states in the list, another attempt, requests written on the page, and finding them again.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { accessibility, look, note, row, start, visit } from './browser.mjs';
import { Gateway, receiver } from './gateway.mjs';

const BUSY = { status: 503, headers: { 'retry-after': '7200' } };
const REFUSES = { status: 422, headers: { 'chathooks-refuse': 'true' }, body: 'no such customer' };

let browser;
let gateway;
let handler;
let page;
let answer = 204;

before(async () => {
  browser = await start();
  handler = await receiver(() => answer);
  gateway = await Gateway.start({ options: ['--forward-to', handler.url] });
  page = await visit(browser, gateway);
});
after(async () => {
  await browser.close();
  await gateway.remove();
  handler.stop();
});

const state = (number, text) => row(page, number).locator('.state', { hasText: text }).waitFor();
const isSelected = number => row(page, number).and(page.locator('[aria-selected=true]')).waitFor();
const shows = number => page.locator('#title', { hasText: `#${number} ` }).waitFor();
const colour = number => page.evaluate(number => getComputedStyle(document.querySelector(`#row-${number} .state`)).color, number);

test('after the first example the others stay at hand, and the new row is chosen', async () => {
  await page.locator('#start').getByRole('button', { name: 'Send an example' }).first().click();
  await isSelected(1);
  await shows(1);
  await state(1, 'delivered');
  answer = REFUSES;
  await page.locator('#examples').getByRole('button', { name: 'Send an example: kommunicate' }).click();
  await isSelected(2);
  await shows(2);
  await state(2, 'dead');
  answer = BUSY;
  await page.locator('#examples').getByRole('button', { name: 'Send an example: qikchat' }).click();
  await isSelected(3);
  await state(3, /retrying at \d\d:\d\d:\d\d/);
  await gateway.webhook('{"key":"x"}', '/kommunicate/shop', { authentication: 'Basic bm8=' });
  await state(4, 'refused');
});

test('states have their colours, and the list shows those of one alone', async () => {
  const colours = [];
  for (const number of [1, 2, 3]) colours.push(await colour(number));
  assert.equal(new Set(colours).size, 3, String(colours));
  assert.equal(await colour(4), colours[1]);
  for (const [name, number] of [['dead', 2], ['retrying', 3], ['refused', 4], ['delivered', 1]]) {
    await page.locator('#states').selectOption(name);
    await page.waitForFunction(id => Array.from(document.querySelectorAll('#rows [role=option]'), one => one.id).join() === id, `row-${number}`);
    assert.equal(await page.locator('#count').innerText(), '1 of 4');
  }
  await page.locator('#states').selectOption('gone');
  await page.locator('#nothing', { hasText: 'Nothing matches' }).waitFor();
  await page.locator('#states').selectOption('');
});

test('a dead one and a waiting one are tried again at once', async () => {
  answer = { status: 200, body: 'thank you' };
  await look(page, 2, 6);
  assert.match(await page.locator('#panel details').innerText(), /422[\s\S]*no such customer/);
  await page.getByRole('button', { name: 'Retry now' }).click();
  await note(page, 'One event is retried now');
  await state(2, 'delivered');
  await page.locator('#panel summary', { hasText: /: 200$/ }).waitFor();
  await page.locator('#retry').waitFor({ state: 'hidden' });
  await row(page, 3).click();
  await shows(3);
  await page.keyboard.press('n');
  await state(3, 'delivered');
  await look(page, 4, 6);
  await page.locator('#panel', { hasText: 'Nothing was queued' }).waitFor();
  assert.equal(await page.locator('#panel tbody tr').count(), 0, 'what was refused has no attempts of another delivery');
});

test('the number of those of a state follows what becomes of them', async () => {
  answer = BUSY;
  await page.locator('#states').selectOption('delivered');
  await page.locator('#count', { hasText: '3 of 4' }).waitFor();
  await page.locator('#examples').getByRole('button', { name: 'Send an example: kore hooks' }).click();
  await page.locator('#count', { hasText: '3 of 5' }).waitFor();
  answer = 204;
  await shows(5);
  await page.keyboard.press('3');
  await page.locator('#panel pre').evaluate(box => { box.dataset.isRead = 'yes'; });
  await page.locator('#retry').click();
  await page.locator('#count', { hasText: '4 of 5' }).waitFor();
  await page.locator('#title', { hasText: '200, delivered' }).waitFor();
  assert.equal(await page.locator('#panel pre').getAttribute('data-is-read'), 'yes', 'what is read stays as it is');
  await page.locator('#states').selectOption('');
});

test('a request is written at any time', async () => {
  await page.keyboard.press('w');
  await page.locator('#compose[open]').waitFor();
  await page.locator('#compose-webhook').selectOption('kommunicate');
  assert.match(await page.locator('#compose-path').inputValue(), /^\/kommunicate\//);
  await page.locator('#compose-check', { hasText: 'Valid JSON' }).waitFor();
  await page.locator('#compose-body').fill('{"key":"mine", "from":"ada" "message":"Written by hand"}');
  await page.locator('#compose-check.bad', { hasText: /Not JSON: .*position 28/ }).waitFor();
  await page.locator('#compose-body').fill('{"key":"mine","from":"ada","groupId":7,"message":"Written by hand"}');
  await page.locator('#compose-check', { hasText: 'Valid JSON' }).waitFor();
  await page.locator('#compose-headers').fill('x-needle Haystack-7');
  await page.locator('#compose-form .primary').click();
  await page.locator('#compose-error', { hasText: 'name: value' }).waitFor();
  assert.deepEqual(await accessibility(page), []);
  await page.locator('#compose-headers').fill('x-needle: Haystack-7');
  await page.locator('#compose-body').press('Control+Enter');
  await isSelected(6);
  await state(6, 'delivered');
  assert.match(await row(page, 6).innerText(), /7[\s\S]*Written by hand/);
  await page.keyboard.press('w');
  assert.match(await page.locator('#compose-body').inputValue(), /Written by hand/, 'what was written last is there again');
  await page.locator('#compose-sign').uncheck();
  await page.locator('#compose-form .primary').click();
  await state(7, 'refused');
});

test('words are found in headers and bodies, also of what comes later', async () => {
  await page.locator('#filter').fill('haystack-7');
  await page.locator('#count', { hasText: '2 of 7' }).waitFor();
  await page.locator('#filter').fill('haystack-7 delivered');
  await page.locator('#count', { hasText: '1 of 7' }).waitFor();
  await page.locator('#filter').fill('pebble');
  await page.locator('#nothing', { hasText: 'Nothing matches' }).waitFor();
  await gateway.webhook('{"key":"p","from":"ada","groupId":7,"metadata":{"at":"Pebble"}}');
  await page.locator('#count', { hasText: '1 of 8' }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('#count', { hasText: /^8$/ }).waitFor();
});

test('an error goes with the next key', async () => {
  await gateway.webhook(Buffer.from([0xff]));
  await look(page, 9, 3);
  await page.keyboard.press('e');
  await page.locator('#note.bad', { hasText: 'UTF-8' }).waitFor();
  await page.keyboard.press('j');
  await page.locator('#note', { hasText: /^$/ }).waitFor({ state: 'attached' });
  assert.deepEqual(page.mistakes, []);
});
