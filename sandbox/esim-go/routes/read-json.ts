/** Undefined if the text is not JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Pages start at 1; anything else counts as the default. */
export function readCount(value: string | null, byDefault: number): number {
  const count = Number(value ?? '');
  return Number.isInteger(count) && count >= 1 ? count : byDefault;
}
