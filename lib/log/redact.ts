const NEVER = new Set([
  'authorization',
  'initdata',
  'hash',
  'signature',
  'xapikey',
  'apikey',
  'token',
  'bottoken',
  'secret',
  'secrettoken',
  'password',
  'cookie',
  'lpa',
  'lpastring',
  'activationcode',
  'qrcode',
  'matchingid',
  'pin',
  'puk',
  'body',
]);
const MAX_TEXT = 500;
const MAX_DEPTH = 5;

// Secrets also hide inside texts: an error message of a library may quote a URL or a header.
const IN_TEXT: readonly [RegExp, string][] = [
  [/LPA:1\$[^\s"'<>]*/gi, 'LPA:[redacted]'],
  [/\b\d{5,12}:[A-Za-z0-9_-]{30,}/g, '[bot token]'],
  [/\btma\s+\S+/gi, 'tma [redacted]'],
  [/\bbearer\s+\S+/gi, 'bearer [redacted]'],
  [/\b(hash|signature|secret|token|apikey)=[^&\s"']+/gi, '$1=[redacted]'],
  [/:\/\/[^/\s:@]+:[^/\s@]+@/g, '://[redacted]@'],
  [/\b\d{14,18}(\d{4})\b/g, '…$1'],
  [/\b([A-Za-z0-9._%+-])[A-Za-z0-9._%+-]*@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}/g, '$1…@…'],
];

export function redactText(text: string): string {
  let result = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  for (const [pattern, replacement] of IN_TEXT) result = result.replace(pattern, replacement);
  return result;
}

/** A copy that is safe to print: secrets by key and by shape, ICCIDs as their last four digits, e-mail addresses masked. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return redactText(value.toString());
  if (value === null || typeof value !== 'object') return typeof value === 'function' ? '[function]' : value;
  if (depth >= MAX_DEPTH) return '[deep]';
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Error) return describeError(value, depth);
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => redact(item, depth + 1));
  return redactFields(value, depth);
}

export function redactFields(fields: object, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, item]) => [
      key,
      NEVER.has(key.replaceAll(/[-_]/g, '').toLowerCase()) ? '[redacted]' : redact(item, depth + 1),
    ]),
  );
}

function describeError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause, ...fields } = error;
  return {
    name: error.name || name,
    message: redactText(message),
    // The first line of a stack repeats the message.
    stack: stack === undefined ? undefined : redactText(stack.split('\n').slice(1, 6).join('\n')),
    ...redactFields(fields, depth),
    ...(cause === undefined ? {} : { cause: redact(cause, depth + 1) }),
  };
}
