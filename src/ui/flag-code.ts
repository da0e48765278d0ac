/** Sold apart from the country whose flag they fly. */
const FLAG_OF: Readonly<Record<string, string>> = { 'US-HI': 'US', CYP: 'CY' };
/** A country that is no more; its code stands for several islands, each with a flag of its own. */
const WITHOUT_FLAG = new Set(['AN']);

/** The country whose flag stands for the code. Null for what flies none: regions, and codes that nobody knows. */
export function flagCodeOf(code: string): string | null {
  const country = FLAG_OF[code] ?? code;
  return /^[A-Z]{2}$/.test(country) && !WITHOUT_FLAG.has(country) ? country : null;
}

/** Only the code of a region is longer than two letters and begins with R. */
export function isRegion(code: string): boolean {
  return /^R[A-Z]{2,}$/.test(code);
}

/** What stands in for a flag that does not exist, or did not come. */
export function tileLetters(code: string): string {
  return code.slice(0, 2);
}
