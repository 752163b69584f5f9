// Shared by the four platforms: a request, how it is sent, and where settings come from.

import process from "node:process";

const TIMEOUT_MS = 10_000;

// The settings whose form is checked, and what they must be.
const FORMS: [form: RegExp, meaning: string, names: string[]][] = [
  [
    /^https?:\/\/([\w-]{1,63}(\.[\w-]{1,63})*|\[[\da-fA-F:]+\])(:\d{1,5})?(\/\S*)?$/,
    "a valid URL that begins with https:// or http://",
    ["KOMMO_URL", "KOMMUNICATE_URL", "QIKCHAT_URL", "KORE_WEBHOOK_URL", "KORE_POST_URL"],
  ],
  [/^[^\s:]+:\S+$/, "clientId:clientSecret, with a colon between them", ["KORE_CLIENT"]],
  // Sent in headers.
  [/^[!-~]+$/, "visible ASCII characters without spaces", ["KOMMUNICATE_API_KEY", "KORE_ACCESS_TOKEN", "QIKCHAT_API_KEY"]],
  // With a space, KOMMUNICATE_SENDER would not be recognized as the writer of its own answers.
  [/^\S(.*\S)?$/, "without spaces at its ends", ["KOMMO_SECRET", "KOMMO_SCOPE_ID", "KOMMUNICATE_SENDER", "KORE_BOT_ID"]],
];

export type Request = {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
  // The member of a 2xx response that must be true, on a platform that reports failures with 200.
  success?: string;
};

// Nothing can or should be sent for this event, and a retry does not help.
export class Unanswerable extends Error {}

// A setting is missing or malformed.
export class NotConfigured extends Error {}

// A line is not an event that this program can parse, or an event's original body cannot be parsed.
export class NotRead extends Error {}

// The platform did not accept the request.
export class NotSent extends Error {}

export function setting(name: string, meaning: string): string {
  const value = process.env[name];
  if (!value) throw new NotConfigured(`${name} is not set; it must be ${meaning}`);
  return value;
}

// Checks the form of the settings that are set. Which settings an event needs depends on its platform.
export function checkSettings(): void {
  for (const [form, meaning, names] of FORMS) {
    for (const name of names) {
      const value = process.env[name];
      if (value && !(form.test(value) && isParsed(name, value))) throw new NotConfigured(`${name} is malformed; it must be ${meaning}`);
    }
  }
}

// Returns whether a URL has a valid address and port, which the pattern does not ensure.
function isParsed(name: string, value: string): boolean {
  return !name.endsWith("_URL") || (URL.canParse(value) && new URL(value).port !== "0");
}

export function baseUrl(name: string, fallback: string): string {
  return (process.env[name] || fallback).replace(/\/+$/, "");
}

// Does not follow redirects, which could send the secrets in the headers to another host.
export async function send({ method, url, headers, body, success }: Request): Promise<void> {
  const host = new URL(url).hostname;
  let response: Response;
  let answer: string | undefined;
  try {
    response = await fetch(url, { method, headers, body, redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (success) answer = await response.text();
    else await response.body?.cancel();
  } catch (error) {
    throw new NotSent(`${host} cannot be reached: ${(error as Error).name}`);
  }
  if (!response.ok) throw new NotSent(`${host} responded with ${response.status}`);
  if (success && !isTrue(answer, success)) {
    throw new NotSent(`${host} responded with ${response.status} without "${success}": true`);
  }
}

function isTrue(answer: string | undefined, member: string): boolean {
  try {
    return JSON.parse(answer ?? "")?.[member] === true;
  } catch {
    return false;
  }
}
