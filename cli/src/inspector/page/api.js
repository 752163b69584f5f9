// Requests to the gateway, with the token from the page's address.

const TOKEN = new URLSearchParams(location.search).get('token') ?? '';

async function ask(path, options = {}) {
  const answer = await fetch(`/inspector/api/${path}`, { ...options, headers: { ...options.headers, 'x-chathooks-token': TOKEN } });
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw new Error(problem.detail ?? `the gateway responded with ${answer.status}`);
}

export const get = async path => (await ask(path)).json();
export const text = async path => (await ask(path)).text();

export async function post(path, body = {}) {
  const answer = await ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return answer.status === 204 ? null : answer.json();
}

/** Listens to the stream, with one handler per event name. The browser reconnects by itself and resumes after the last event. */
export function listen(handlers, onState) {
  const stream = new EventSource(`/inspector/api/stream?token=${encodeURIComponent(TOKEN)}`);
  for (const [name, handle] of Object.entries(handlers)) {
    stream.addEventListener(name, event => handle(JSON.parse(event.data), event.lastEventId));
  }
  stream.addEventListener('open', () => onState('open'));
  // The browser stops reconnecting if the gateway refuses it. A gateway with another file has another token.
  stream.addEventListener('error', () => onState(stream.readyState === EventSource.CLOSED ? 'refused' : 'waiting'));
}
