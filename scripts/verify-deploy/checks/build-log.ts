import type { Problem } from '../problem.ts';

// ESC [ … m: colours.
const COLOUR = new RegExp(`${String.fromCodePoint(27)}\\[[\\d;]*m`, 'g');
const TYPE_ERROR = /^(\S+\.ts)[:(](\d+).*?\berror\b.*?(TS\d+): (.+)$/;

/** Vercel prints type errors and deploys all the same. */
export function checkBuildLog(log: string): Problem[] {
  const errors = new Map<string, Problem>();
  for (const line of log.replace(COLOUR, '').split('\n')) {
    const [, file, row, code, text] = TYPE_ERROR.exec(line.trim()) ?? [];
    if (file === undefined || text === undefined) continue;
    errors.set(`${file}:${row}:${code}`, {
      sentence: `Vercel's compiler says of ${file}, line ${row}: ${code} ${text}`,
      cure:
        'Correct it. If "npm run check" has no such error: Vercel reads "module" and "target" of tsconfig.json itself, ' +
        'not of the file that it extends, and without them turns "strict" off and compiles for an older language.',
    });
  }
  return [...errors.values()];
}
