// Chromium, and a page in which every mistake is recorded: requests to other hosts, policy violations, errors.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const ARGUMENTS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
const WIDE = { width: 1280, height: 800 };

/** Launches the browser with a new data folder. */
export function start() {
  // Chrome first: Ubuntu's chromium-browser only starts a snap, which cannot access the tests' folders.
  const places = ['google-chrome', 'chromium', 'chromium-browser'].flatMap(name => process.env.PATH.split(delimiter).map(folder => join(folder, name)));
  const executablePath = places.find(existsSync);
  if (!executablePath) throw new Error('Chromium is missing: run "make tools"');
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

/** Opens the inspector in a new window. `page.mistakes` collects every mistake as it happens. */
export async function visit(browser, gateway, { viewport = WIDE, scheme = 'light' } = {}) {
  const context = await browser.newContext({ viewport, colorScheme: scheme, permissions: ['clipboard-read', 'clipboard-write'], acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.mistakes = [];
  page.on('request', request => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol !== 'blob:' && hostname !== '127.0.0.1') page.mistakes.push(`a request to ${request.url()}`);
  });
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) page.mistakes.push(message.text());
  });
  page.on('pageerror', error => page.mistakes.push(String(error)));
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', event => console.error(`policy: ${event.violatedDirective}`));
  });
  await page.goto(gateway.page);
  await page.locator('#connection', { hasText: 'live' }).waitFor();
  return page;
}

/** Returns the serious and critical violations that axe finds: their names and elements. */
export async function accessibility(page) {
  // Through the debugger, which bypasses the page's policy.
  await page.evaluate(await readFile(AXE, 'utf8'));
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html.slice(0, 120)} ${node.failureSummary.split('\n')[1] ?? ''}`));
}

export const rows = page => page.locator('#rows [role=option]');
export const row = (page, number) => page.locator(`#row-${number}`);

/** Selects a delivery with the mouse, and one of its parts with the key. */
export async function look(page, number, part = 1) {
  await row(page, number).click();
  await page.locator('#title', { hasText: `#${number} ` }).waitFor();
  await page.keyboard.press(String(part));
}

export const panel = page => page.locator('#panel').innerText();
export const note = (page, text) => page.locator('#note', { hasText: text }).waitFor();
