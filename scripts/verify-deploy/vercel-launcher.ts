import { createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { BuiltFunction } from './build-output.ts';
import { bareEnvironment, firstMessage, type Child, type Children } from './children.ts';
import { callAsStranger, judge } from './first-answers.ts';
import type { Problem } from './problem.ts';

const START_TIMEOUT_MS = 90_000;
const AT_ONCE = 2;
const addressSchema = z.object({ port: z.number() });
const CURE = 'Run it alone: the launcher and its variables are in scripts/verify-deploy/vercel-launcher.ts.';

export interface LauncherOptions {
  children: Children;
  home: string;
  settings: Readonly<Record<string, string>>;
  functions: readonly { built: BuiltFunction; methods: readonly string[] }[];
}

/** Each function under the launcher that @vercel/node ships, which finds and calls handlers as Vercel's runtime does. */
export async function runUnderLauncher(options: LauncherOptions): Promise<{ figures: string; problems: Problem[] }> {
  const program = fileURLToPath(import.meta.resolve('@vercel/node/dist/dev-server.mjs'));
  const problems: Problem[] = [];
  const queue = [...options.functions];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { built, methods } = next;
      const child = options.children.start({
        args: [program],
        cwd: built.directory,
        env: {
          ...bareEnvironment(options.home),
          ...options.settings,
          VERCEL_DEV_ENTRYPOINT: built.handler,
          VERCEL_DEV_PORT: '0',
        },
        hasMessages: true,
      });
      try {
        problems.push(...(await judgeOne(child, built, methods, options.settings)));
      } finally {
        await child.stop();
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { figures: `${options.functions.length} functions answer, and 405 other methods`, problems };
}

async function judgeOne(
  child: Child,
  built: BuiltFunction,
  methods: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<Problem[]> {
  const { route } = built;
  const message = await firstMessage(child, `${route} under Vercel's launcher`, START_TIMEOUT_MS);
  const url = `http://127.0.0.1:${addressSchema.parse(message).port}`;
  const response = await callAsStranger(url, route, methods);
  const problems = judge(`${route} under Vercel's launcher`, response, await response.text(), child.output());
  if (!response.headers.get('cache-control')) {
    problems.push({ sentence: `${route} under Vercel's launcher sent no Cache-Control.`, cure: CURE });
  }
  const other = methods.includes('DELETE') ? 'PATCH' : 'DELETE';
  const refused = await fetch(url + route, { method: other });
  if (refused.status !== 405) {
    problems.push({ sentence: `${route} answers ${other} with ${refused.status} instead of 405.`, cure: CURE });
  }
  if (route === '/api/esimgo/webhook') problems.push(...(await sendSigned(url, route, settings.ESIMGO_API_KEY ?? '')));
  return problems;
}

/** The signature covers the bytes: what a parser would tidy up, such as blanks, escapes and bad UTF-8, must arrive. */
async function sendSigned(url: string, route: string, key: string): Promise<Problem[]> {
  const bytes = Buffer.concat([
    Buffer.from(
      '\uFEFF{ "alertType" :\t"Verify\\u00e9",\r\n  "iccid": "8900000000000000000", "n": 1.0e2, "ж": "\\/" ,"raw":"',
    ),
    Buffer.from([0xff, 0xc3, 0x28]),
    Buffer.from('" }\r\n\n '),
  ]);
  const altered = Buffer.from(bytes);
  altered[altered.length - 1] = 0x0a;
  const signature = createHmac('sha256', key).update(bytes).digest('base64');
  const problems: Problem[] = [];
  for (const [what, body, status] of [
    ['as signed', bytes, 200],
    ['with one other byte', altered, 401],
  ] as const) {
    const response = await fetch(url + route, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-signature-sha256': signature },
      body,
    });
    const text = await response.text();
    if (response.status !== status) {
      const sentence = `${route} answered ${response.status} instead of ${status} to a callback ${what}: ${text.slice(0, 200)}`;
      problems.push({ sentence, cure: 'Read the body with arrayBuffer(), and verify it before it is parsed.' });
    }
  }
  return problems;
}
