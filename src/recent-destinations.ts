import { isStringList, keep, readKept } from './kept-values.ts';

const RECENT = 'recent-destinations';
const MAX = 3;

export function recentDestinations(): string[] {
  return readKept(RECENT, isStringList) ?? [];
}

export function rememberDestination(code: string): void {
  keep(RECENT, [code, ...recentDestinations().filter((other) => other !== code)].slice(0, MAX));
}
