// One browser, gateway and page, shared by all tests of a file.

import { after, before } from 'node:test';

import { row, start, visit } from './browser.mjs';
import { Gateway } from './gateway.mjs';

export let browser;
export let gateway;
export let page;

/** Starts them before the first test of a file, and ends them after the last. `send` sends the first deliveries, `count` in total. */
export function share(count, send) {
  before(async () => {
    browser = await start();
    gateway = await Gateway.start();
    await send(gateway);
    page = await visit(browser, gateway);
    await row(page, count).waitFor();
  });
  after(async () => {
    await browser.close();
    await gateway.remove();
  });
}
