// Changes while the page is open: deliveries, attempts, SQS failures, and the end and return of the gateway.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { look, note, panel, row, rows, start, visit } from './browser.mjs';
import { Gateway, receiver } from './gateway.mjs';

const MESSAGE = '{"key":"k","from":"ada","groupId":1,"message":"Hello"}';

let browser;
before(async () => { browser = await start(); });
after(() => browser.close());

/** Runs a test with its own gateway and page. */
function scene(name, run, options = {}) {
  test(name, async () => {
    const gateway = await Gateway.start(options);
    const page = await visit(browser, gateway);
    try {
      await run(page, gateway);
      assert.deepEqual(page.mistakes, []);
    } finally {
      await page.context().close();
      await gateway.remove();
    }
  });
}

scene('a copied command sends the first delivery, and the page shows it', async page => {
  await page.locator('#start h2', { hasText: 'No deliveries yet' }).waitFor();
  const urls = await page.locator('#start article code').allInnerTexts();
  assert.equal(urls.length, 5);
  await page.getByRole('button', { name: 'Copy URL' }).first().click();
  await note(page, 'Copied');
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), urls[0]);
  const commands = [];
  for (const button of await page.getByRole('button', { name: 'Copy command' }).all()) {
    await page.locator('#note').evaluate(note => { note.textContent = ''; });
    await button.click();
    await note(page, 'Copied');
    commands.push(await page.evaluate(() => navigator.clipboard.readText()));
  }
  for (const command of commands) {
    const { stdout } = await promisify(execFile)('sh', ['-c', command]);
    assert.match(stdout, /^HTTP\/1.1 200/);
  }
  await page.locator('#count', { hasText: '5' }).waitFor();
  assert.ok(await page.locator('#start').isHidden());
  assert.equal(await page.title(), '(5) chathooks');
  await page.locator('#live', { hasText: /deliver.*, verified, status 200/ }).waitFor({ state: 'attached' });
});

scene('one click sends the first delivery', async page => {
  await page.locator('#start').getByRole('button', { name: 'Send an example' }).nth(3).click();
  await note(page, 'Status 200');
  await row(page, 1).waitFor();
  assert.match(await row(page, 1).innerText(), /kore[\s\S]*message[\s\S]*verified[\s\S]*200/);
});

scene('a refusal is explained, and its bytes are shown', async (page, gateway) => {
  await gateway.send('kommo/v2-trailing-newline');
  await gateway.reformatted();
  await gateway.webhook(Buffer.from('\ufeff{"a":1}\r\n'));
  await gateway.webhook(Buffer.from([0x7b, 0xff, 0x0a, 0x7d]));
  await row(page, 4).waitFor();
  await look(page, 2);
  const verdict = await panel(page);
  for (const part of ['Refused', 'x-signature', 'KOMMO_SECRET: the demo secret', 'wrong_signature', '53b0…', 'It would verify if the body were written without white space']) assert.ok(verdict.includes(part), `${part} is not in ${verdict}`);
  await look(page, 1, 3);
  assert.match(await panel(page), /ends with \\n/);
  await page.getByRole('button', { name: 'Raw' }).click();
  assert.match(await page.locator('#panel pre').innerText(), /\}\\n\n?$/);
  await look(page, 3, 3);
  assert.match(await panel(page), /begins with a byte order mark, ends with \\r\\n/);
  assert.match(await page.locator('#panel pre').innerText(), /^BOM\{"a":1\}\\r\\n/);
  await look(page, 4, 3);
  assert.match(await panel(page), /4 bytes, not UTF-8\s+\{\\xff\\n\n?\}/);
  await look(page, 1, 2);
  assert.match(await panel(page), /x-signature\s+[0-9a-f]{40}/);
  await look(page, 4, 2);
  assert.match(await panel(page), /authentication\s+Basic \d+ characters/);
  await look(page, 1, 4);
  assert.match(await panel(page), /"specversion": "1.0"/);
  await look(page, 2, 5);
  assert.match(await panel(page), /application\/problem\+json/);
});

test('delivery attempts appear live', async () => {
  const failing = await receiver(500, 503, 204);
  const gateway = await Gateway.start({ options: ['--first-retry-ms', '300', '--forward-to', failing.url] });
  const page = await visit(browser, gateway);
  try {
    await gateway.webhook(MESSAGE);
    await look(page, 1, 6);
    await page.locator('#panel tbody tr').nth(2).waitFor();
    assert.deepEqual(await page.locator('#panel tbody td:nth-child(3)').allInnerTexts(), ['failed', 'failed', 'delivered']);
    await page.locator('#panel dd', { hasText: 'done, received 3 times' }).waitFor();
    assert.deepEqual(page.mistakes, []);
  } finally {
    await page.context().close();
    await gateway.remove();
    failing.stop();
  }
});

test('the response of the receiver and the next attempt are shown', async () => {
  const body = `<b id="injected">busy</b> ${'x'.repeat(5000)}`;
  const failing = await receiver({ status: 503, headers: { 'retry-after': '7200', 'set-cookie': 'session=hush-hush-hush-hush' }, body });
  const gateway = await Gateway.start({ options: ['--forward-to', failing.url] });
  const page = await visit(browser, gateway);
  try {
    await gateway.webhook(MESSAGE);
    await look(page, 1, 6);
    await page.locator('#panel dd', { hasText: /waiting \(status_5xx\), received once, next attempt at [\d:]{8} \(in 7\d\d\d s\)/ }).waitFor();
    assert.match(await page.locator('#panel tbody td:nth-child(5)').innerText(), /status_5xx: the receiver answered 503; retry in 7200 s/);
    const before = await page.locator('.countdown').innerText();
    await page.waitForFunction(text => document.querySelector('.countdown').textContent !== text, before);
    const answer = page.locator('#panel details');
    assert.match(await answer.locator('summary').innerText(), /503$/);
    assert.equal((await answer.locator('pre').innerText()).length, 4096);
    assert.match(await answer.locator('pre').innerText(), /^<b id="injected">busy<\/b> xxx/);
    assert.equal(await page.locator('#injected').count(), 0);
    assert.match(await answer.locator('dl').innerText(), /retry-after\s+7200/);
    assert.doesNotMatch(await answer.innerText(), /hush-hush-hush-hush/);
    assert.deepEqual(page.mistakes, []);
  } finally {
    await page.context().close();
    await gateway.remove();
    failing.stop();
  }
});

scene('SQS fails on purpose, and recovers', async (page, gateway) => {
  await gateway.webhook(MESSAGE);
  await row(page, 1).waitFor();
  await page.locator('#fault').selectOption('refuse');
  await page.locator('#banner', { hasText: 'SQS denies access: 503 immediately' }).waitFor();
  assert.equal(await gateway.webhook(MESSAGE), 503);
  await row(page, 2).locator('.status.bad', { hasText: '503' }).waitFor();
  await look(page, 2, 4);
  assert.match(await panel(page), /not queued/);
  await page.locator('#repair').click();
  await page.locator('#banner').waitFor({ state: 'hidden' });
  assert.equal(await gateway.webhook(MESSAGE), 200);
  assert.ok(gateway.lines.some(line => line.includes('from now on SQS denies access')));
});

scene('recorded deliveries can be cleared', async (page, gateway) => {
  await gateway.webhook(MESSAGE);
  await row(page, 1).waitFor();
  await page.locator('#clear').click();
  await page.locator('#clear-now').click();
  await page.locator('#start h2').waitFor();
  await gateway.webhook(MESSAGE);
  await row(page, 2).waitFor();
  assert.equal(await rows(page).count(), 1);
});

scene('a delivery becomes a sample: a download, or a file in events/', async (page, gateway) => {
  await gateway.send('kommo/v2-text');
  await look(page, 1);
  const save = async name => {
    await page.keyboard.press('s');
    await page.locator('#sample-name').fill(name);
    await page.keyboard.press('Enter');
  };
  const [download] = await Promise.all([page.waitForEvent('download'), save('mine')]);
  assert.equal(download.suggestedFilename(), 'mine.json');
  const event = JSON.parse(await readFile(await download.path(), 'utf8'));
  assert.ok(event.rawPath.startsWith('/kommo/'));
  await mkdir(join(OUTSIDE, 'events/kommo'), { recursive: true });
  await save('mine');
  await note(page, 'Saved as events/kommo/mine.json; send it with: cargo chathooks send kommo/mine');
  assert.deepEqual(JSON.parse(await readFile(join(OUTSIDE, 'events/kommo/mine.json'), 'utf8')), event);
  await save('mine');
  await note(page, 'kommo/mine exists already; choose another name');
  // Browsers report every response with an error status.
  assert.match(page.mistakes.pop(), /409/);
  await page.keyboard.press('s');
  await page.locator('#sample-name').fill('../mine');
  await page.keyboard.press('Enter');
  assert.ok(await page.locator('#sample[open]').isVisible(), 'the name is invalid, so the dialog stays open');
}, { get cwd() { return OUTSIDE; } });

test('the page resumes when the gateway ends and returns', async () => {
  let gateway = await Gateway.start();
  const { folder, origin } = gateway;
  const page = await visit(browser, gateway);
  await gateway.webhook(MESSAGE);
  await row(page, 1).waitFor();
  await gateway.stop();
  await page.locator('#connection', { hasText: 'reconnecting' }).waitFor();
  gateway = await Gateway.start({ folder, port: new URL(origin).port });
  await gateway.webhook(MESSAGE);
  await row(page, 2).waitFor();
  assert.equal(await rows(page).count(), 2);
  await page.locator('#connection', { hasText: 'live' }).waitFor();
  await gateway.remove();
  gateway = await Gateway.start({ port: new URL(origin).port });
  await page.locator('#connection', { hasText: 'ended' }).waitFor();
  await note(page, 'another file');
  await page.context().close();
  await gateway.remove();
});

const OUTSIDE = await mkdtemp(join(tmpdir(), 'outside-'));
after(() => rm(OUTSIDE, { recursive: true }));
