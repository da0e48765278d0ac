const ICCID = /\d{14,18}(\d{4})(?!\d)/g;
const PRIVATE_FIELD =
  /"(apiKey|matchingId|pin|puk|msisdn|email|emailAddress|phone|firstName|lastName|appleInstallUrl|androidInstallUrl)"\s*:\s*("(?:[^"\\]|\\.)*"?|[\d.]+)/gi;
const ACTIVATION_CODE = /LPA:1\$[^\s",]*/gi;
const EMAIL = /[\w.+-]+@[\w-]+\.[\w.-]+/g;

/** An ICCID identifies a customer's eSIM; its last four digits are enough to find a log line again. */
export function redactPath(path: string): string {
  const [withoutQuery = ''] = path.split('?');
  return withoutQuery.replace(ICCID, '…$1');
}

/** A short piece of a vendor's text that may be logged or shown to an operator. */
export function redactText(text: string, apiKey: string, maxLength = 200): string {
  // The cut comes last: a secret sliced in half would no longer match.
  return text
    .replaceAll(apiKey, '[key]')
    .replace(PRIVATE_FIELD, '"$1":"[redacted]"')
    .replace(ACTIVATION_CODE, 'LPA:[redacted]')
    .replace(EMAIL, '[email]')
    .replace(ICCID, '…$1')
    .slice(0, maxLength);
}
