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

/** How long after its time a retry is considered late, in milliseconds. The program asks the queue for messages every few seconds. */
const LATE = 10_000;

export const isLate = at => Date.now() - at > LATE;

/** The state of a delivery, and the time of the next attempt. A late retry is not promised: another consumer may have received the event. */
export function stateOf({ state, next_attempt_at }) {
  if (state !== 'retrying' || !next_attempt_at) return word(state);
  return `${isLate(next_attempt_at) ? 'retry was due' : 'retrying'} at ${time(next_attempt_at)}`;
}

export const canRetry = ({ state }) => state === 'retrying' || state === 'dead';
