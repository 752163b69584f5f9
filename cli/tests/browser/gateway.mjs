// A running `chathooks dev` with the demo secrets, on a free port, in its own folder.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const WORKSPACE = fileURLToPath(new URL('../../..', import.meta.url));
const BINARY = process.env.CHATHOOKS ?? join(WORKSPACE, 'target/debug/chathooks');
const TOKEN = { authentication: 'Basic ZGVtby1rb21tdW5pY2F0ZS10b2tlbg==' };

export class Gateway {
  static async start({ folder, port = 0, cwd = WORKSPACE, options = [], env = {} } = {}) {
    const own = folder ?? await mkdtemp(join(tmpdir(), 'inspector-'));
    return Gateway.spawn(['dev', '--port', String(port), '--queue-file', join(own, 'queue.sqlite3'), ...options], own, { cwd, env });
  }

  /** A running `chathooks listen` on the queue with that URL. */
  static async listen(queue, to, { folder, env }) {
    const own = folder ?? await mkdtemp(join(tmpdir(), 'inspector-'));
    const options = ['--queue-url', queue, '--forward-to', to, '--history-file', join(own, 'listen.sqlite3'), '--visibility-s', '3'];
    return Gateway.spawn(['listen', '--port', '0', ...options], own, { cwd: WORKSPACE, env });
  }

  static async spawn(command, folder, { cwd, env }) {
    const gateway = new Gateway();
    gateway.folder = folder;
    gateway.file = join(folder, 'queue.sqlite3');
    gateway.child = spawn(BINARY, command, { cwd, env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
    gateway.lines = [];
    const lines = createInterface(gateway.child.stdout);
    const address = new Promise(found => lines.on('line', line => {
      gateway.lines.push(line);
      if (line.startsWith('inspector: ')) found(line.split(' ')[1]);
    }));
    gateway.page = await Promise.race([address, once(gateway.child, 'exit').then(() => Promise.reject(new Error('the gateway did not start')))]);
    gateway.origin = new URL(gateway.page).origin;
    return gateway;
  }

  /** Stops the process, by its ID. */
  async stop(signal = 'SIGTERM') {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
  }

  async remove() {
    await this.stop();
    await rm(this.folder, { recursive: true });
  }

  async send(sample) {
    const child = spawn(BINARY, ['send', sample, '--to', this.origin], { cwd: WORKSPACE, env: { PATH: process.env.PATH }, stdio: 'ignore' });
    const [code] = await once(child, 'exit');
    if (code > 1) throw new Error(`${sample} was not sent`);
  }

  /** Sends a webhook request with Kommunicate's demo token, and returns the status. */
  async webhook(body, path = '/kommunicate/shop', headers = TOKEN) {
    return (await fetch(`${this.origin}${path}`, { method: 'POST', headers, body })).status;
  }

  /** Sends a reformatted request, whose signature therefore covers other bytes. */
  async reformatted() {
    const { rawPath, headers, body } = JSON.parse(await readFile(join(WORKSPACE, 'events/kommo/v2-text.json'), 'utf8'));
    return this.webhook(JSON.stringify(JSON.parse(body), null, 2), rawPath, { 'content-type': headers['content-type'], 'x-signature': headers['x-signature'] });
  }
}

/**
 * Starts a receiver for the worker's deliveries with these responses, the last of which repeats: statuses,
 * { status, headers, body }, null for no response, or functions that return one of these.
 */
export async function receiver(...answers) {
  const server = createServer((request, response) => {
    request.resume();
    const given = answers.length > 1 ? answers.shift() : answers[0];
    const answer = typeof given === 'function' ? given() : given;
    if (answer === null) return; // never answered
    const { status, headers = {}, body = '' } = typeof answer === 'number' ? { status: answer } : answer;
    response.writeHead(status, headers).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}/`, stop: () => { server.closeAllConnections(); server.close(); } };
}
