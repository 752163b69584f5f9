// Using the inspector without a mouse.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { note, panel, row, rows } from './browser.mjs';
import { page, share } from './shared.mjs';

share(3, async gateway => {
  for (const sample of ['kommo/v2-text', 'qikchat/image', 'kore/hooks-text']) await gateway.send(sample);
});

const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key); };
const shows = number => page.locator('#title', { hasText: `#${number} ` }).waitFor();
const isOpen = id => page.locator(`#${id}[open]`).waitFor();
const focused = () => page.evaluate(() => document.activeElement.id);

test('j and k move through the list, and shown deliveries are no longer new', async () => {
  assert.equal(await page.title(), '(3) chathooks');
  await press('j');
  await shows(3);
  await press('j', 'j', 'j');
  await shows(1);
  await press('k');
  await shows(2);
  assert.equal(await row(page, 2).getAttribute('aria-selected'), 'true');
  assert.equal(await page.locator('#list').getAttribute('aria-activedescendant'), 'row-2');
  await row(page, 2).and(page.locator(':not(.new)')).waitFor();
  await press('Home');
  await shows(3);
  await press('ArrowDown', 'End');
  await shows(1);
});

test('each part has a number key', async () => {
  const seen = [];
  for (const key of '1234567') {
    await press(key);
    seen.push(await page.locator('[role=tab][aria-selected=true]').innerText());
  }
  assert.deepEqual(seen, ['Verdict', 'Headers', 'Body', 'Event', 'Response', 'Attempts', 'Conversation']);
  await press('1');
  await page.locator('#tab-Verdict').focus();
  await press('ArrowRight');
  assert.equal(await focused(), 'tab-Headers');
  await press('ArrowLeft', 'ArrowLeft');
  assert.equal(await focused(), 'tab-Conversation');
  await press('1');
});

test('Enter moves to the delivery and Escape back to the list', async () => {
  await page.locator('#list').focus();
  await press('Enter');
  assert.equal(await focused(), 'panel');
  await press('Escape');
  assert.equal(await focused(), 'list');
});

test('/ filters, and Escape clears the filter', async () => {
  await press('/');
  assert.equal(await focused(), 'filter');
  await page.keyboard.type('qikchat mess');
  await page.locator('#count', { hasText: '1 of 3' }).waitFor();
  assert.deepEqual(await rows(page).evaluateAll(all => all.map(one => one.id)), ['row-2']);
  await press('Escape');
  await page.locator('#count', { hasText: /^3$/ }).waitFor();
  for (const text of ['kommo', 'verified', '200', 'message']) {
    await page.locator('#filter').fill(text);
    assert.ok(await rows(page).count() >= 1, text);
  }
  await page.locator('#filter').fill('nothing has this');
  await page.locator('#count', { hasText: '0 of 3' }).waitFor();
  await page.locator('#nothing', { hasText: 'Nothing matches' }).waitFor();
  await press('Escape');
  await page.locator('#nothing').waitFor({ state: 'hidden' });
});

/** Closes the help, and waits until all listeners have run. */
async function closed() {
  await page.evaluate(() => {
    globalThis.isClosed = new Promise(done => { document.getElementById('help').addEventListener('close', done, { once: true }); });
  });
  await press('Escape');
  await page.evaluate(() => globalThis.isClosed.then(() => {}));
}

test('? opens the help, which lists every key, and the focus returns', async () => {
  await page.locator('#tab-Verdict').focus();
  await press('?');
  await isOpen('help');
  const keys = await page.locator('#keys kbd').allInnerTexts();
  assert.deepEqual(keys, ['j', 'k', 'Enter', 'v', 'r', 'e', 't', 'n', 'c', 'l', 's', 'w', '/', '?', 'Escape', '1 – 7', 'Home End']);
  await press('r');
  await closed();
  assert.equal(await rows(page).count(), 3, 'keys are ignored behind a dialog');
  assert.equal(await focused(), 'tab-Verdict');
  await page.evaluate(() => document.activeElement.blur());
  await press('?');
  await isOpen('help');
  await closed();
  assert.equal(await focused(), 'list', 'the list gets the focus if nothing had it');
});

test('r replays, e edits, t tampers, c copies', async () => {
  await press('End');
  await shows(1);
  await press('r');
  await shows(4);
  await note(page, 'Replayed #1 as #4: status 200');
  await press('e');
  await isOpen('edit');
  const body = await page.locator('#edit-body').inputValue();
  await page.locator('#edit-body').fill(body.replace('Good morning', 'Good evening'));
  await press('Control+Enter');
  await shows(5);
  await press('3');
  assert.match(await panel(page), /Good evening/);
  await press('t');
  await isOpen('tamper');
  await press('Enter');
  await shows(6);
  await press('1');
  await page.locator('.outcome.refused', { hasText: 'Refused' }).waitFor();
  await press('Home', 'j', 't', 'Tab', 'Enter');
  await shows(7);
  await page.locator('.outcome.refused').waitFor();
  await press('c');
  await note(page, 'Copied');
  const command = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(command, /^curl -i 'http:\/\/127\.0\.0\.1:\d+\/kommo\//);
  assert.deepEqual(page.mistakes, []);
});

test('every control can be reached, and its focus is visible', async () => {
  await page.evaluate(() => document.activeElement.blur());
  const reached = new Set();
  for (let count = 0; count < 60; count += 1) {
    await press('Tab');
    const { name, outline } = await page.evaluate(() => {
      const { activeElement: at } = document;
      const seen = at.querySelector('[aria-selected=true].row') ?? at;
      return { name: at === document.body ? null : at.id || at.firstChild.textContent, outline: getComputedStyle(seen).outlineStyle };
    });
    if (!name) continue;
    if (reached.has(name)) break;
    assert.equal(outline, 'solid', name);
    reached.add(name);
  }
  for (const name of ['filter', 'states', 'fault', 'clear', 'help-button', 'list', 'Replay', 'Edit…', 'Tamper…', 'Copy as curl', 'Copy link', 'Save as sample…', 'tab-Verdict', 'panel']) {
    assert.ok(reached.has(name), `${name} is not in ${[...reached]}`);
  }
});
