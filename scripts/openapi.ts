import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openApiDocument } from './openapi/document.ts';
import { referencePage } from './openapi/page.ts';

const USAGE = `npm run openapi [-- --check]

Writes docs/openapi.json (OpenAPI 3.1) and docs/api.html from the schemas of lib/contract.

  --check   write nothing: fail when either is not as it would be written

Exit code: 0 done or up to date, 1 out of date, 2 wrong use.`;

const FILES: readonly (readonly [name: string, make: () => string])[] = [
  ['docs/openapi.json', () => `${JSON.stringify(openApiDocument(), null, 2)}\n`],
  ['docs/api.html', referencePage],
];

async function main(): Promise<number> {
  const { help, check } = parseArgs({
    options: { help: { type: 'boolean', short: 'h' }, check: { type: 'boolean' } },
  }).values;
  if (help) {
    console.log(USAGE);
    return 0;
  }
  const stale: string[] = [];
  for (const [name, make] of FILES) {
    const file = fileURLToPath(new URL(`../${name}`, import.meta.url));
    const text = make();
    if (!check) await writeFile(file, text);
    else if ((await readFile(file, 'utf8').catch(() => '')) !== text) stale.push(name);
  }
  if (stale.length === 0) return 0;
  console.error(`${stale.join(' and ')} do not show the routes as they are: run \`npm run openapi\`.`);
  return 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 2;
}
