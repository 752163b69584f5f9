// What became of a delivery, in words and colours.

const STATES = {
  queued: 'queued', delivered: 'delivered', retrying: 'retrying', dead: 'dead', quarantined: 'quarantined', refused: 'refused',
  rejected: 'rejected', not_queued: 'not queued', gone: 'no longer queued',
};

export const names = Object.entries(STATES);
export const time = at => new Date(at).toLocaleTimeString('en-GB', { hour12: false });
export const name = line => [line.provider ?? 'unknown path', line.kind].filter(Boolean).join(' ');

/** Its state, and when it is tried again. */
export function stateOf({ state, next_attempt_at }) {
  return state === 'retrying' && next_attempt_at ? `retrying at ${time(next_attempt_at)}` : STATES[state] ?? state;
}

export const canRetry = ({ state }) => state === 'retrying' || state === 'dead';
