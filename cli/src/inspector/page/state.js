// The state of a delivery, in words.

const STATES = {
  queued: 'queued', delivering: 'delivering', delivered: 'delivered', retrying: 'retrying', dead: 'dead', quarantined: 'quarantined', refused: 'refused',
  rejected: 'rejected', not_queued: 'not queued', gone: 'no longer queued',
};

/** The words for a state. */
export const word = state => STATES[state] ?? state;
export const time = at => new Date(at).toLocaleTimeString('en-GB', { hour12: false });
export const provider = line => line.provider ?? (line.verdict === 'from_queue' ? 'unknown message' : 'unknown path');
export const name = line => [provider(line), line.kind].filter(Boolean).join(' ');

/** The state of a delivery, and the time of the next attempt. */
export function stateOf({ state, next_attempt_at }) {
  return state === 'retrying' && next_attempt_at ? `retrying at ${time(next_attempt_at)}` : word(state);
}

export const canRetry = ({ state }) => state === 'retrying' || state === 'dead';
