import { afterAll, describe, expect, it } from 'vitest';
import { createChildren } from '../../../scripts/verify-deploy/children.ts';
import { runUnderLauncher } from '../../../scripts/verify-deploy/vercel-launcher.ts';
import { aBuildOutput, aFolder } from './output-fixture.ts';

const children = createChildren();
afterAll(() => children.stopAll());

/** What the launcher of @vercel/node makes of one function, whose file is this. */
async function problemsOf(name: string, code: string, settings: Record<string, string> = {}): Promise<string[]> {
  const files = { 'package.json': '{"type":"module"}', [`api/${name}.js`]: code };
  const functions = aBuildOutput({ functions: [{ name, files }] }).functions.map((built) => ({
    built,
    methods: ['GET', 'POST'],
  }));
  const { problems } = await runUnderLauncher({ children, home: aFolder({}), settings, functions });
  return problems.map(({ sentence }) => sentence);
}

const ANSWER = `const answer = (body, status = 200) => Response.json(body, { status, headers: { 'cache-control': 'no-store' } });`;

describe('runUnderLauncher', () => {
  it('calls a function with the parameter of its path and its settings, and finds nothing wrong', async () => {
    const code = `${ANSWER}
      export function GET(request) {
        const isAsked = new URL(request.url).pathname === '/api/cron/none' && process.env.CRON_SECRET === 'of the test';
        return answer({ isAsked }, isAsked ? 200 : 500);
      }`;
    expect(await problemsOf('cron/[job]', code, { CRON_SECRET: 'of the test' })).toEqual([]);
  });

  it('tells of a function that fails, and of one that may be kept', async () => {
    const code = `export const GET = () => Response.json({ error: 'broken' }, { status: 500 })`;
    expect(await problemsOf('health', code)).toEqual([
      expect.stringContaining("/api/health under Vercel's launcher answered 500"),
      expect.stringContaining('sent no Cache-Control'),
    ]);
  });

  it('tells of a function that answers whatever the method is', async () => {
    const code = `${ANSWER} export default { fetch: () => answer({}) };`;
    expect(await problemsOf('health', code)).toEqual(['/api/health answers DELETE with 200 instead of 405.']);
  });

  it('tells of a webhook that verifies something else than the bytes it was sent', async () => {
    const webhook = (readBody: string) => `${ANSWER} import { createHmac } from 'node:crypto';
      export const GET = () => answer({});
      export async function POST(request) {
        const mac = createHmac('sha256', process.env.ESIMGO_API_KEY).update(${readBody}).digest('base64');
        return answer({}, mac === request.headers.get('x-signature-sha256') ? 200 : 401);
      }`;
    const settings = { ESIMGO_API_KEY: 'key of the test' };
    const asBytes = webhook('Buffer.from(await request.arrayBuffer())');
    expect(await problemsOf('esimgo/webhook', asBytes, settings)).toEqual([]);
    expect(await problemsOf('esimgo/webhook', webhook('await request.text()'), settings)).toEqual([
      expect.stringContaining('401 instead of 200 to a callback as signed'),
    ]);
  });
});
