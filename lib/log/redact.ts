// Keys as they are without `-` and `_`, in lower case. A part is enough: `x-signature-sha256`, `telegramBotToken`.
const NEVER =
  /authorization|initdata|signature|apikey|datakey|token|secret|password|cookie|^lpa|activationcode|qrcode|matchingid|^(hash|body|pin\d?|puk\d?)$/;
const MAX_TEXT = 500;
// Looked at before the cut to `MAX_TEXT`, because a secret sliced in half would no longer match.
const MAX_LOOK = 2_000;
const MAX_DEPTH = 5;
const MAX_ITEMS = 50;
// Of one line in all, so that an object that holds itself many times over ends as well.
const MAX_VALUES = 500;
// An ICCID that lost its quotes; counts of ours stay far below.
const MIN_ICCID = 1e17;

// Secrets also hide inside texts: an error message of a library may quote a URL or a header.
const IN_TEXT: readonly [RegExp, string][] = [
  [/\0|\p{Surrogate}/gu, '\u{FFFD}'],
  [/LPA(?::|%3A)1(?:\$|%24)[^\s"'<>&]*/gi, 'LPA:[redacted]'],
  [/(?<!\d)\d{5,15}:[A-Za-z0-9_-]{30,}/g, '[bot token]'],
  [/\btma\s+\S+/gi, 'tma [redacted]'],
  [/\bbearer\s+\S+/gi, 'bearer [redacted]'],
  [
    // Launch data is a query within a fragment within a URL, so it comes encoded once or twice.
    /(?:\b|(?<=%(?:25)*[0-9a-f]{2}))(hash|(?:x-)?signature(?:-sha256)?|secret|(?:\w+_)?token|(?:x-)?api[-_]?key|matching_?id|init_?data|tgWebAppData|password|pin|puk)((?:["']|%(?:25)*2[27])?\s*(?:[=:]|%(?:25)*3[ad])\s*(?:["']|%(?:25)*2[27])?)[^&\s"',}]+/gi,
    '$1$2[redacted]',
  ],
  [/:\/\/[^/\s:@]*:[^/\s@]+@/g, '://[redacted]@'],
  [/(?<!\d)\d{14,18}(\d{4})(?!\d)/g, '…$1'],
  [
    /(?<![\p{L}\p{N}._%+-])([\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]*(?:@|%(?:25)*40)(?:[\p{L}\p{N}-]+\.)+[\p{L}]{2,}/giu,
    '$1…@…',
  ],
];

export function redactText(text: string): string {
  let result = text.length > MAX_LOOK ? `${text.slice(0, MAX_LOOK).replace(/\S+$/, '')}…` : text;
  for (const [pattern, replacement] of IN_TEXT) result = result.replace(pattern, replacement);
  return result.length > MAX_TEXT ? `${result.slice(0, MAX_TEXT)}…` : result;
}

/** A copy that is safe to print: secrets by key and by shape, ICCIDs as their last four digits, e-mail addresses masked. */
export function redactFields(fields: object): Record<string, unknown> {
  return copyFields(fields, { depth: 0, left: { values: MAX_VALUES } });
}

interface Place {
  depth: number;
  /** Shared by the whole copy. */
  left: { values: number };
}

function copy(value: unknown, place: Place): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return redactText(value.toString());
  if (typeof value === 'number' && Math.abs(value) >= MIN_ICCID) return redactText(String(value));
  if (value === null || typeof value !== 'object') return typeof value === 'function' ? '[function]' : value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[no date]' : value.toISOString();
  if (value instanceof URL) return redactText(value.href);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (place.depth >= MAX_DEPTH) return '[deep]';
  if (value instanceof Error) return describeError(value, place);
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => copyInside(item, place));
  return copyFields(value, place);
}

function copyInside(value: unknown, { depth, left }: Place): unknown {
  left.values -= 1;
  return left.values < 0 ? '[more]' : copy(value, { depth: depth + 1, left });
}

function copyFields(fields: object, place: Place): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields)
      .slice(0, MAX_ITEMS)
      .map(([key, item]) => [key, isSecret(key) ? '[redacted]' : copyInside(item, place)]),
  );
}

function isSecret(key: string): boolean {
  return NEVER.test(key.replaceAll(/[-_]/g, '').toLowerCase());
}

function describeError(error: Error, place: Place): Record<string, unknown> {
  const { name, message, stack, cause, ...fields } = error;
  return {
    name: error.name || name,
    message: redactText(message),
    // The first line of a stack repeats the message.
    stack: stack === undefined ? undefined : redactText(stack.split('\n').slice(1, 6).join('\n')),
    ...copyFields(fields, place),
    ...(cause === undefined ? {} : { cause: copyInside(cause, place) }),
  };
}
