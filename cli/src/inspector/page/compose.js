// The form for a new request, and a check for valid JSON while a body is edited.

import { post } from './api.js';
import { byId, element, note, open } from './element.js';

let webhooks = [];
let examples = {};
let show = () => {};

export function setUp(setup, then) {
  ({ webhooks, examples } = setup);
  show = then;
  byId('compose-webhook').append(...webhooks.map(({ name }) => element('option', { value: name }, name)));
  byId('compose-webhook').addEventListener('change', fill);
  byId('compose-form').addEventListener('submit', event => {
    event.preventDefault();
    send();
  });
  byId('compose-body').addEventListener('keydown', event => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) byId('compose-form').requestSubmit();
  });
  checkWhileWritten('compose-body', 'compose-check');
  checkWhileWritten('edit-body', 'edit-check');
}

/** Opens the form, with an example at first, and later with the last content. */
export function compose() {
  if (!byId('compose-path').value) fill();
  open('compose');
}

function fill() {
  const { name, url, path } = webhooks.find(({ name }) => name === byId('compose-webhook').value) ?? {};
  byId('compose-path').value = path ?? (url ? new URL(url).pathname : '');
  byId('compose-headers').value = 'content-type: application/json';
  byId('compose-body').value = examples[name] ?? '';
  check('compose-body', 'compose-check');
}

async function send() {
  const lines = byId('compose-headers').value.split('\n').filter(line => line.trim());
  const wrong = lines.find(line => !line.includes(':'));
  if (wrong) {
    byId('compose-error').textContent = `"${wrong.slice(0, 40)}" is not a header; write headers as name: value.`;
    return;
  }
  const headers = lines.map(line => [line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 1).trim()]);
  const [path, body, sign] = [byId('compose-path').value, byId('compose-body').value, byId('compose-sign').checked];
  try {
    const { number, status } = await post('send', { path, headers, body, sign });
    byId('compose-error').textContent = '';
    byId('compose').close();
    note(`Status ${status}`, status !== 200);
    show(number);
  } catch (error) {
    byId('compose-error').textContent = error.message;
  }
}

let pending = 0;

function checkWhileWritten(body, check_) {
  byId(body).addEventListener('input', () => {
    clearTimeout(pending);
    pending = setTimeout(() => check(body, check_), 100);
  });
}

/** Shows whether a body is valid JSON, or what is wrong with it. */
export function check(body, line) {
  const text = byId(body).value;
  let problem = '';
  try {
    JSON.parse(text);
  } catch (error) {
    problem = error.message;
  }
  byId(line).textContent = problem ? `Not JSON: ${problem}` : 'Valid JSON';
  byId(line).classList.toggle('bad', problem !== '');
}
