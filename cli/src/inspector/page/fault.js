// The switch that simulates faults of SQS, and its banner.

import { post } from './api.js';
import { byId, element, note } from './element.js';

const NAMES = { off: 'works', hang: 'never responds', 500: 'returns 500', throttle: 'throttles', refuse: 'denies access', slow: 'is slow' };
const effects = {};

export function setUp(faults) {
  for (const { name, effect } of faults) {
    effects[name] = effect;
    byId('fault').append(element('option', { value: name }, NAMES[name] ?? name));
  }
  byId('fault').addEventListener('change', event => make(event.target.value));
  byId('repair').addEventListener('click', () => make('off'));
}

async function make(sqs) {
  await post('fault', { sqs }).catch(error => note(error.message, true));
}

/** Shows the current fault. */
export function show(name) {
  byId('fault').value = name;
  byId('banner').hidden = name === 'off';
  byId('banner-text').textContent = `Simulated fault: ${effects[name]}.`;
}
