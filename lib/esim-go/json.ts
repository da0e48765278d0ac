/**
 * Parses vendor JSON with every ICCID as a string. Some senders write it as a number, which JavaScript would round:
 * the last digits of another customer's eSIM.
 */
export function parseVendorJson(text: string): unknown {
  return JSON.parse(text.replace(/("iccid"\s*:\s*)(\d{18,22})(?=\s*[,}\]])/g, '$1"$2"'));
}

/** Unknown paths are answered with plain text, so a body is JSON only if the header or its first character says so. */
export function looksLikeJson(text: string, contentType: string | null): boolean {
  return /^\s*[[{]/.test(text) || (contentType?.includes('json') ?? false);
}
