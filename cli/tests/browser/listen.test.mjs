// The inspector of `chathooks listen`: verified events from an SQS queue, put there by a gateway with the demo secrets.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { accessibility, look, note, panel, row, rows, start, visit } from './browser.mjs';
import { Gateway, receiver } from './gateway.mjs';
import { Sqs } from './sqs.mjs';
import { CONVERSATION, send } from './whatsapp.mjs';

let browser;
let sqs;
let gateway;
let handler;
let listener;
let page;
let answer = 204;

before(async () => {
  browser = await start();
  sqs = await Sqs.start();
  gateway = await Gateway.start({ options: ['--queue-url', sqs.queue], env: sqs.env });
  handler = await receiver(() => answer);
  listener = await Gateway.listen(sqs.queue, handler.url, { env: sqs.env });
  page = await visit(browser, listener);
});
after(async () => {
  await browser.close();
  await listener.remove();
  await gateway.remove();
  await sqs.stop();
  handler.stop();
});

const state = (number, text, of = page) => row(of, number).locator('.state', { hasText: text }).waitFor();
const MESSAGE = '{"key":"k","from":"ada","groupId":1,"message":"Is it ready?"}';

test('before the first event the page says what it waits for, and offers nothing else', async () => {
  await page.locator('#start h2', { hasText: 'No events yet' }).waitFor();
  assert.match(await page.locator('#start').innerText(), /Queue: http:\/\/127\.0\.0\.1:\d+\/\d+\/dev-events\.fifo \(SQS\)\. Receiver: delivers to http/);
  assert.equal(await page.locator('#start button').count(), 0);
  assert.equal(await page.locator('#fault').isVisible(), false);
  assert.match(listener.lines.at(-1), /^inspector: http:\/\/127\.0\.0\.1:\d+\/\?token=[0-9a-f]{32} shows every event$/);
});

test('an event that fails and then succeeds is one row with both attempts', async () => {
  answer = { status: 500, headers: { 'x-mine': 'seen', 'retry-after': '1' }, body: 'no database' };
  await gateway.webhook(MESSAGE);
  await state(1, /retrying at \d\d:\d\d:\d\d/);
  answer = 204;
  await state(1, 'delivered');
  assert.match(await row(page, 1).innerText(), /kommunicate[\s\S]*message[\s\S]*from SQS[\s\S]*Is it ready\?/);
  await look(page, 1, 3);
  await page.locator('#panel tbody tr').nth(1).waitFor();
  const outcomes = await page.locator('#panel tbody td:nth-child(3)').allInnerTexts();
  assert.deepEqual([outcomes.at(0), outcomes.at(-1)], ['failed', 'delivered']);
  await page.locator('#panel summary').first().click();
  assert.match(await panel(page), /500[\s\S]*x-mine\s+seen[\s\S]*no database/);
  assert.equal(await sqs.count(), 0);
  assert.deepEqual(await accessibility(page), []);
});

test('its parts are its body, the event, the attempts and the conversation', async () => {
  assert.deepEqual(await page.locator('[role=tab]').allInnerTexts(), ['Body', 'Event', 'Attempts', 'Conversation']);
  await page.keyboard.press('1');
  assert.match(await panel(page), /"message": "Is it ready\?"/);
  await page.keyboard.press('2');
  assert.match(await panel(page), /1 event, received from the queue[\s\S]*"specversion": "1.0"/);
  assert.match(await page.locator('#title').innerText(), /kommunicate message delivered[\s\S]*SQS message [0-9a-f-]{36}/);
  assert.deepEqual(await page.locator('#actions button:visible').evaluateAll(all => all.map(one => one.firstChild.textContent)), ['Send again', 'Copy link']);
  await page.keyboard.press('?');
  const keys = await page.locator('#keys kbd').allInnerTexts();
  assert.deepEqual(keys, ['j', 'k', 'Enter', 'v', 'r', 'l', '/', '?', 'Escape', '1 – 4', 'Home End']);
  await page.keyboard.press('Escape');
});

test('the filter offers only the states that can occur', async () => {
  const offered = of => of.locator('#states option').evaluateAll(all => all.map(one => one.value));
  assert.deepEqual(await offered(page), ['', 'queued', 'delivering', 'delivered', 'retrying', 'dead']);
  const sender = await visit(browser, gateway);
  assert.deepEqual(await offered(sender), ['', 'queued', 'quarantined', 'refused', 'rejected', 'not_queued']);
  await sender.context().close();
});

test('an event is sent to the handler again, and the queue stays as it is', async () => {
  answer = { status: 503, body: 'busy' };
  await page.keyboard.press('r');
  await note(page, '#1 again: the receiver answered 503; the queue is unchanged');
  await page.keyboard.press('3');
  await page.locator('#panel tbody td:nth-child(5)', { hasText: 'sent again by you; status_5xx' }).waitFor();
  await state(1, 'delivered');
  answer = 204;
  await page.locator('#actions').getByRole('button', { name: 'Send again' }).click();
  await note(page, '#1 again: the receiver answered 204; the queue is unchanged');
});

test('a conversation is a chat, and a link leads to an event', async () => {
  await send(gateway, CONVERSATION);
  await page.locator('.row', { hasText: 'Hello, is my red bike ready?' }).locator('.conversation').click();
  const bubbles = page.locator('#panel .chat > li');
  await page.locator('#panel .chat', { hasText: 'Hello, is my red bike ready?' }).waitFor();
  await page.locator('#panel .chat', { hasText: 'Fine, I come at four.' }).waitFor();
  assert.ok(await bubbles.count() >= 6);
  await page.keyboard.press('l');
  await note(page, 'Copied');
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(link, /#\d+\/Conversation$/);
  const other = await page.context().newPage();
  await other.goto(link);
  await other.locator('#panel .chat', { hasText: 'Hello, is my red bike ready?' }).waitFor();
  await other.close();
});

test('killed during an attempt, it resumes, and the row shows what is known', async () => {
  const [hanging, works] = [await receiver(null), await receiver(204)];
  const newest = () => rows(page).first();
  const restart = async to => {
    await page.context().close();
    listener = await Gateway.listen(sqs.queue, to.url, { folder: listener.folder, env: sqs.env });
    page = await visit(browser, listener);
    await newest().waitFor();
  };
  try {
    await listener.stop();
    await restart(hanging);
    const before = await rows(page).count();
    await gateway.webhook(MESSAGE.replace('"k"', '"killed"'));
    await newest().locator('.state', { hasText: 'delivering' }).waitFor();
    await listener.stop('SIGKILL');
    await restart(works);
    await newest().locator('.state', { hasText: 'delivered' }).waitFor();
    assert.equal(await rows(page).count(), before + 1, 'it is the same row');
    await page.keyboard.press('j');
    await page.locator('#title', { hasText: 'delivered' }).waitFor();
    await page.keyboard.press('3');
    await page.locator('#panel tbody tr').nth(1).waitFor();
    assert.deepEqual(await page.locator('#panel tbody td:nth-child(3)').allInnerTexts(), ['interrupted', 'delivered']);
    assert.match(await panel(page), /the receiver may have handled the event/);
    assert.equal(await sqs.count(), 0);
    assert.deepEqual(page.mistakes, []);
  } finally {
    hanging.stop();
    works.stop();
  }
});

test('a message that is not an event is shown without a path', async () => {
  const before = await rows(page).count();
  await sqs.call('SendMessage', { QueueUrl: sqs.queue, MessageBody: 'plain <b>text</b>', MessageGroupId: 'g', MessageDeduplicationId: 'plain' });
  const newest = rows(page).first();
  await page.waitForFunction(count => document.querySelectorAll('.row').length > count, before);
  await newest.locator('.state', { hasText: 'retrying' }).waitFor();
  assert.match(await newest.innerText(), /^unknown message/);
  await newest.click();
  await page.locator('#title', { hasText: /^unknown message/ }).waitFor();
  await page.keyboard.press('1');
  assert.match(await panel(page), /not JSON[\s\S]*plain <b>text<\/b>/);
});

test('only an event can be sent again', async () => {
  const again = page.locator('#actions').getByRole('button', { name: 'Send again' });
  const resends = [];
  page.on('request', request => request.url().includes('/resend') && resends.push(request.url()));
  assert.equal(await again.isVisible(), false);
  await page.keyboard.press('r');
  await page.keyboard.press('2');
  await page.locator('#tab-Event[aria-selected=true]').waitFor();
  assert.deepEqual(resends, []);
  await look(page, 1);
  await again.waitFor();
  await page.keyboard.press('r');
  await note(page, '#1 again: ');
  assert.equal(resends.length, 1);
});

test('a retry that is long overdue is not shown as still to come', async () => {
  answer = { status: 500, headers: { 'retry-after': '600' } };
  await listener.stop();
  listener = await Gateway.listen(sqs.queue, handler.url, { folder: listener.folder, env: sqs.env });
  const other = await visit(browser, listener);
  const line = rows(other).filter({ hasText: 'Is it late?' });
  const newest = line.locator('.state');
  await other.clock.install();
  await gateway.webhook(MESSAGE.replace('"k"', '"late"').replace('ready', 'late'));
  await newest.filter({ hasText: 'retrying at ' }).waitFor();
  await line.click();
  await other.locator('#title .state', { hasText: 'retrying at ' }).waitFor();
  await other.keyboard.press('3');
  await other.locator('#panel .countdown', { hasText: 'next attempt at ' }).waitFor();
  const due = (await newest.innerText()).replace('retrying', '');
  await other.clock.fastForward('12:00');
  await newest.filter({ hasText: `retry was due${due}` }).waitFor();
  await other.locator('#title .state', { hasText: `retry was due${due}` }).waitFor();
  await other.locator('#panel .countdown', { hasText: `retry was due${due}` }).waitFor();
  assert.deepEqual(other.mistakes, []);
});
