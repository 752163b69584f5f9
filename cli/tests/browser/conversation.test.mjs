// A conversation as people read it, assembled from its events.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessibility, look, row } from './browser.mjs';
import { gateway, page, share } from './shared.mjs';
import { CONVERSATION, answers, becomes, says, send, text } from './whatsapp.mjs';

share(15, async gateway => {
  await send(gateway, CONVERSATION);
  await send(gateway, [CONVERSATION[0]]);
});

const items = (of = page) => of.locator('#panel .chat > li');
const lines = async (of = page) => (await items(of).allInnerTexts()).map(item => item.replace(/\d\d\/\d\d\/\d{4}, [\d:]{8}/g, 'then').replace(/\s+/g, ' '));

test('clicking the conversation in a row opens it, with the outcome of each message', async () => {
  await row(page, 2).locator('.conversation').click();
  await items().first().waitFor();
  assert.deepEqual(await lines(), [
    'Noor Nabe customer then #15 Hello, is my red bike ready?',
    `${await shop()} business then #2 Nearly. You can have it at three. ❤️ ✓✓`,
    'Noor Nabe customer then #6 Nearly. You can have it at three. Fine, I come at four. edited',
    'Noor Nabe customer then #9 [file] receipt.pdf',
    `${await shop()} business then #10 Thank you. The lock is free. ✗ failed: ${await failure()}`,
    'Noor Nabe customer then #12 deleted: That was for somebody else.',
    'reaction 👍 of long-ago by Noor Nabe then #14',
  ]);
  assert.deepEqual(await items().evaluateAll(all => all.map(item => item.className.split(' ').at(-1))),
    ['theirs', 'ours', 'theirs', 'theirs', 'ours', 'theirs', 'remark']);
  assert.equal(await page.locator('.tick').getAttribute('aria-label'), 'read');
  assert.match(await items().nth(1).getAttribute('aria-current'), /true/);
  assert.deepEqual(await accessibility(page), []);
});

const shop = async () => items().nth(1).locator('strong').innerText();
const failure = async () => (await items().nth(4).locator('.bad').innerText()).replace('✗ failed: ', '');

test('new messages appear immediately, and each bubble links to its delivery', async () => {
  await send(gateway, [answers('e3', text('See you then.')), becomes('e3', 'sent'), says('m9', text('See you!'))]);
  await items().nth(8).waitFor();
  await page.locator('.tick.sent').waitFor();
  await items().nth(3).getByRole('button', { name: 'Delivery 9' }).click();
  await page.locator('#title', { hasText: '#9 ' }).waitFor();
  await page.locator('#tab-Event[aria-selected=true]').waitFor();
  assert.match(await page.locator('#panel').innerText(), /receipt\.pdf/);
  assert.equal(new URL(page.url()).hash, '#9/Event');
});

test('a link opens a part of a delivery, and survives a reload', async () => {
  await page.keyboard.press('v');
  await items().nth(3).and(page.locator('[aria-current]')).waitFor();
  await page.keyboard.press('l');
  await page.locator('#note', { hasText: 'Copied' }).waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(link.endsWith('#9/Conversation') && link.startsWith(gateway.page));
  const other = await page.context().newPage();
  for (const reach of [() => other.goto(link), () => other.reload()]) {
    await reach();
    await items(other).nth(3).and(other.locator('[aria-current]')).waitFor();
  }
  await other.close();
  await page.evaluate(() => { location.hash = '#2/Body'; });
  await page.locator('#title', { hasText: '#2 ' }).waitFor();
  await page.locator('#panel', { hasText: 'Nearly. You can have it at three.' }).waitFor();
  assert.deepEqual(page.mistakes, []);
});

test('a delivery outside any conversation is shown as such', async () => {
  await gateway.webhook('{}', '/nobody');
  await look(page, 19, 7);
  await page.locator('#panel', { hasText: 'part of a conversation' }).waitFor();
});
