const DECIMAL = /^(-?)(\d{1,15})(?:\.(\d+))?$/;
const EXPONENT = /^(-?)(\d)(?:\.(\d+))?e([+-]\d{1,2})$/i;

/** Digits this far behind the point are the sender's binary rounding noise, not money. */
const SIGNIFICANT_DECIMALS = 9;

/**
 * Thousandths of a currency unit from a decimal number or its text, or null if it is not one. Works on the digits:
 * 90.275 * 1000 is not 90275 in binary. Costs are rounded up and balances down, so no rounding is in our favour.
 */
export function milliFromDecimal(value: number | string, rounding: 'up' | 'down' = 'up'): number | null {
  const match = DECIMAL.exec(plainText(String(value).trim()));
  if (!match) return null;
  const [, sign = '', whole = '', allDecimals = ''] = match;
  const decimals = allDecimals.slice(0, SIGNIFICANT_DECIMALS).padEnd(3, '0');
  const magnitude = Number(whole) * 1000 + Number(decimals.slice(0, 3));
  const hasRest = /[1-9]/.test(decimals.slice(3));
  const isNegative = sign === '-';
  const away = hasRest && (rounding === 'up') !== isNegative ? 1 : 0;
  const milli = magnitude + away;
  if (!Number.isSafeInteger(milli)) return null;
  return isNegative && milli !== 0 ? -milli : milli;
}

/** JavaScript writes small and very large numbers as 1e-7; the digits are what counts. */
function plainText(text: string): string {
  const match = EXPONENT.exec(text);
  if (!match) return text;
  const [, sign = '', first = '', rest = '', exponentText = '0'] = match;
  const exponent = Number(exponentText);
  const digits = first + rest;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const decimals = digits.slice(exponent + 1);
  return `${sign}${whole}${decimals ? `.${decimals}` : ''}`;
}
