import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { BuildOutput } from '../build-output.ts';
import type { Problem } from '../problem.ts';

/** Patterns of things that must be in no file of ours; packages hold such text in examples and parsers. */
const PATTERNS: readonly [what: string, pattern: RegExp][] = [
  ["a Telegram bot's token", /(?<![\w-])\d{8,12}:[A-Za-z0-9_-]{35}(?![\w-])/],
  // Neither a template's, with placeholders, nor the example that our own messages show.
  ['an address with a password', /\b[a-z][a-z\d+.-]*:\/\/(?!user:password@)[^\s/?#:@"'`<>${}]*:[^\s/?#@"'`<>${}]+@/i],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ["the simulators' code", /\/sandbox\/(esimgo|telegram|api)|esim_sandbox_bot|createSandbox/],
];

/** Looks for the very secrets that the build could see, plain or in base64, in every file, and for what looks like one in our own. */
export function checkSecrets(output: BuildOutput, secrets: Readonly<Record<string, string>>): Problem[] {
  const values = Object.entries(secrets).map(([name, value]) => ({ name, needles: needlesOf(value) }));
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const { place, directory, file } of filesOf(output)) {
    const bytes = readFileSync(path.join(directory, file));
    const isOurs = !file.includes('node_modules/');
    const found = [
      ...values
        .filter(({ needles }) => needles.some((needle) => bytes.includes(needle)))
        .map(({ name }) => `the value of ${name}`),
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

/** The value, the password in it if it is an address, and both as they look inside any base64. */
function needlesOf(value: string): Buffer[] {
  const { password } = URL.canParse(value) ? new URL(value) : { password: '' };
  const plain = [value, decodeURIComponent(password)].filter((text) => text !== '');
  return [...new Set(plain.flatMap((text) => [text, ...base64Of(text)]))].map((text) => Buffer.from(text));
}

/** What stands before the value decides where its bits begin; the characters that it shares with neighbours are left out. */
function base64Of(text: string): string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
    const from = Math.ceil((before * 8) / 6);
    const to = Math.floor((bytes.length * 8) / 6);
    return [bytes.toString('base64').slice(from, to), bytes.toString('base64url').slice(from, to)];
  });
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
