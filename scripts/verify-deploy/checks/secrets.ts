import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { BuildOutput } from '../build-output.ts';
import type { Problem } from '../problem.ts';

/** Patterns of things that must be in no file of ours; packages hold such text in examples and parsers. */
const PATTERNS: readonly [what: string, pattern: RegExp][] = [
  ["a Telegram bot's token", /(?<![\w-])\d{8,12}:[A-Za-z0-9_-]{35}(?![\w-])/],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ["the simulators' code", /\/sandbox\/(esimgo|telegram|api)|esim_sandbox_bot|createSandbox/],
];

/** Looks for the very secrets that the build could see, in every file, and for what looks like one in our own. */
export function checkSecrets(output: BuildOutput, secrets: Readonly<Record<string, string>>): Problem[] {
  const values = Object.entries(secrets).map(([name, value]) => [name, Buffer.from(value)] as const);
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const { place, directory, file } of filesOf(output)) {
    const bytes = readFileSync(path.join(directory, file));
    const isOurs = !file.includes('node_modules/');
    const found = [
      ...values.filter(([, value]) => bytes.includes(value)).map(([name]) => `the value of ${name}`),
      ...(isOurs ? PATTERNS.filter(([, pattern]) => pattern.test(bytes.toString('latin1'))).map(([what]) => what) : []),
    ];
    for (const what of found) {
      if (seen.has(`${file} ${what}`)) continue; // the same file is in many functions
      seen.add(`${file} ${what}`);
      problems.push({
        sentence: `${file}, deployed with ${place}, holds ${what}.`,
        cure: 'Read it from the settings when it is needed, and never in code that the build runs.',
      });
    }
  }
  return problems;
}

function filesOf({ directory, functions, staticFiles }: BuildOutput) {
  return [
    { place: 'the site', directory, file: 'config.json' },
    ...staticFiles.map((file) => ({ place: 'static/', directory: path.join(directory, 'static'), file })),
    ...functions.flatMap(({ route, directory: folder, files }) =>
      files.map((file) => ({ place: route, directory: folder, file })),
    ),
  ];
}
