// An SQS server (moto) with a queue, and the settings that lead a command to it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { WORKSPACE } from './gateway.mjs';

export class Sqs {
  static async start() {
    const sqs = new Sqs();
    const program = await readFile(join(WORKSPACE, 'tests/testkit/src/moto.py'), 'utf8');
    sqs.child = spawn(join(WORKSPACE, '.venv/bin/python'), ['-c', program], { stdio: ['pipe', 'pipe', 'ignore'] });
    const ended = once(sqs.child, 'exit').then(() => Promise.reject(new Error('moto did not start: run "make tools" first')));
    const [port] = await Promise.race([once(createInterface(sqs.child.stdout), 'line'), ended]);
    ended.catch(() => {});
    sqs.endpoint = `http://127.0.0.1:${port.trim()}`;
    sqs.env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_SQS: sqs.endpoint };
    sqs.queue = (await sqs.call('CreateQueue', { QueueName: 'dev-events.fifo', Attributes: { FifoQueue: 'true' } })).QueueUrl;
    return sqs;
  }

  async call(action, input) {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}`, authorization: 'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/sqs/aws4_request' };
    const answer = await fetch(this.endpoint, { method: 'POST', headers, body: JSON.stringify(input) });
    if (!answer.ok) throw new Error(`${action}: ${await answer.text()}`);
    return answer.json();
  }

  /** How many messages the queue has, visible or in flight. */
  async count() {
    const { Attributes: counts } = await this.call('GetQueueAttributes', { QueueUrl: this.queue, AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] });
    return Object.values(counts).reduce((sum, count) => sum + Number(count), 0);
  }

  async stop() {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}
