import { createHmac, randomBytes } from 'node:crypto';

/** Launch data as a Telegram client hands it to a Mini App: a query string whose values are signed with the bot's token. */
export function signInitData(botToken: string, fields: Readonly<Record<string, string>>): string {
  // Nobody can check Telegram's own Ed25519 signature with a key of ours; it is here since real data has it and the hash covers it.
  const signed: Record<string, string> = { ...fields, signature: randomBytes(64).toString('base64url') };
  const checkString = Object.keys(signed)
    .sort()
    .map((name) => `${name}=${signed[name]}`)
    .join('\n');
  const secret = createHmac('sha256', 'WebAppData').update(botToken).digest();
  const hash = createHmac('sha256', secret).update(checkString).digest('hex');
  return Object.entries({ ...signed, hash })
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}

/** Telegram escapes slashes in the user's JSON, which catches verifiers that serialise it anew. */
export function toLaunchJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('/', String.raw`\/`);
}
