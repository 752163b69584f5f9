// Requests to the gateway, with the token that the page's own address carries.

const TOKEN = new URLSearchParams(location.search).get('token') ?? '';

async function ask(path, options = {}) {
  const answer = await fetch(`/inspector/api/${path}`, { ...options, headers: { ...options.headers, 'x-chathooks-token': TOKEN } });
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw new Error(problem.detail ?? `the gateway answered ${answer.status}`);
}

export const get = async path => (await ask(path)).json();
export const text = async path => (await ask(path)).text();

export async function post(path, body = {}) {
  const answer = await ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return answer.status === 204 ? null : answer.json();
}

/** What is new, by the names of the events. The browser connects again by itself, and goes on where it was. */
export function listen(handlers, onState) {
  const stream = new EventSource(`/inspector/api/stream?token=${encodeURIComponent(TOKEN)}`);
  for (const [name, handle] of Object.entries(handlers)) {
    stream.addEventListener(name, event => handle(JSON.parse(event.data), event.lastEventId));
  }
  stream.addEventListener('open', () => onState('open'));
  // The browser gives up where the gateway refuses: with another file it has another token.
  stream.addEventListener('error', () => onState(stream.readyState === EventSource.CLOSED ? 'refused' : 'waiting'));
}
