import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { createBackgroundWork, provideWaitUntil } from '../../../scripts/serve/background-work.ts';
import { createShopServer, type ShopServerParts } from '../../../scripts/serve/create-shop-server.ts';
import { createFunctionRouter, handlerFor, listFunctionFiles } from '../../../scripts/serve/function-routes.ts';
import { createStaticFiles } from '../../../scripts/serve/static-files.ts';
import { createVercelSettings, readVercelSettings } from '../../../scripts/serve/vercel-settings.ts';
import { waitUntil } from '@vercel/functions';

const folder = mkdtempSync(path.join(tmpdir(), 'serve-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

const echo = `export function GET(request) { return Response.json({ url: request.url, mark: request.headers.get('x-mark') }); }
export async function POST(request) { return new Response(await request.arrayBuffer()); }`;
write('api/health.js', echo);
write('api/admin/[resource].js', echo);
write('api/admin/orders.js', `export const GET = () => new Response('exact')`);
write('api/index.js', `export default { fetch: (request) => new Response(request.method) }`);
write('api/broken.js', `export function GET() { throw new Error('secret detail') }`);
write('api/wrong.js', `export function GET() { return 'text' }`);
write('api/own.js', `export const GET = () => new Response('', { headers: { 'referrer-policy': 'origin' } })`);
write('api/_shared/tool.js', '');
write('api/_tool.js', '');
write('api/types.d.ts', '');
write('dist/index.html', `<!doctype html>${'<p>page</p>'.repeat(200)}`);
write('dist/assets/main-Ab12Cd34.js', 'export {}');
write('dist/icon.svg', '<svg/>');
write('secret.txt', 'secret');

const settings = createVercelSettings({
  headers: [{ source: '/(.*)', headers: [{ key: 'Referrer-Policy', value: 'no-referrer' }] }],
  rewrites: [{ source: '/to/:path*', destination: '/index.html' }],
});

function aServer(parts: Partial<ShopServerParts> = {}) {
  const files = createStaticFiles(path.join(folder, 'dist'));
  const fetchHandler = createShopServer({
    findFunction: createFunctionRouter(listFunctionFiles(path.join(folder, 'api'))),
    loadFunction: (file) => import(pathToFileURL(file).href),
    serveFile: files,
    settings,
    reportError: () => undefined,
    ...parts,
  });
  return (target: string, init?: RequestInit) => fetchHandler(new Request(`http://shop.test${target}`, init));
}

describe('listFunctionFiles', () => {
  it('skips what Vercel skips: names that begin with an underscore, and declarations', () => {
    const routes = listFunctionFiles(path.join(folder, 'api')).map(({ route }) => route);
    expect(routes).toEqual([
      '/api',
      '/api/admin/orders',
      '/api/broken',
      '/api/health',
      '/api/own',
      '/api/wrong',
      '/api/admin/[resource]',
    ]);
  });
});

describe('createFunctionRouter', () => {
  const find = createFunctionRouter([
    { route: '/api/admin/[resource]', file: 'param' },
    { route: '/api/admin/orders', file: 'exact' },
  ]);

  it('prefers an exact path to one with a parameter', () => {
    expect(find('/api/admin/orders')?.file).toBe('exact');
    expect(find('/api/admin/prices')).toEqual({ file: 'param', params: { resource: 'prices' } });
  });

  it('takes one decoded segment for a parameter, and no less or more', () => {
    expect(find('/api/admin/a%20b')?.params).toEqual({ resource: 'a b' });
    expect(find('/api/admin/%')?.params).toEqual({ resource: '%' });
    expect(find('/api/admin/')).toBeNull();
    expect(find('/api/admin/a/b')).toBeNull();
    expect(find('/api/admin/orders/')).toBeNull();
  });
});

describe('handlerFor', () => {
  const answer = () => new Response('');

  it('unwraps default up to five times, and prefers fetch to a method', () => {
    expect(handlerFor({ default: { default: { GET: answer } } }, 'GET')).not.toBeNull();
    expect(handlerFor({ default: { fetch: answer } }, 'PURGE')).not.toBeNull();
    expect(handlerFor({ default: {}, GET: answer }, 'GET')).toBeNull();
  });

  it('does not derive HEAD from GET, nor take a method from elsewhere', () => {
    expect(handlerFor({ GET: answer }, 'HEAD')).toBeNull();
    expect(handlerFor({ constructor: answer }, 'constructor')).toBeNull();
  });
});

describe('createShopServer', () => {
  it('hands the parameter of a path over in the query, where it wins', async () => {
    const answer = await aServer()('/api/admin/prices?page=2&resource=audit', { headers: { 'x-mark': 'kept' } });
    expect(await answer.json()).toEqual({
      url: 'http://shop.test/api/admin/prices?page=2&resource=prices',
      mark: 'kept',
    });
  });

  it('keeps every byte of a body, also behind a parameter', async () => {
    const body = Uint8Array.from({ length: 256 }, (_, index) => index);
    for (const target of ['/api/health', '/api/admin/x']) {
      const answer = await aServer()(target, { method: 'POST', body });
      expect(new Uint8Array(await answer.arrayBuffer())).toEqual(body);
    }
  });

  it('answers 405 with the methods that exist', async () => {
    const answer = await aServer()('/api/health', { method: 'DELETE' });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, POST');
    expect((await aServer()('/api/health', { method: 'HEAD' })).status).toBe(405);
  });

  it('answers 404 as a problem below /api, and never with the page', async () => {
    const answer = await aServer()('/api/_tool');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { code: 'not_found', request_id: expect.any(String) } });
  });

  it('hides what went wrong in a function and reports it', async () => {
    const reported: unknown[] = [];
    const ask = aServer({ reportError: (error) => reported.push(error) });
    for (const target of ['/api/broken', '/api/wrong']) {
      const answer = await ask(target);
      const text = await answer.text();
      expect(answer.status).toBe(500);
      expect(JSON.parse(text)).toMatchObject({ error: { code: 'internal' } });
      expect(text).not.toMatch(/secret|Error|at /);
    }
    expect(reported).toHaveLength(2);
  });

  it('adds the headers of vercel.json to pages, functions and errors, but never over a function’s own', async () => {
    for (const target of ['/', '/api/health', '/api/broken', '/nowhere', '/to/TR']) {
      expect((await aServer()(target)).headers.get('referrer-policy'), target).toBe('no-referrer');
    }
    expect((await aServer()('/api/own')).headers.get('referrer-policy')).toBe('origin');
  });

  it('rewrites only the paths of the app to its page', async () => {
    expect(await (await aServer()('/to/TR/x')).text()).toContain('<p>page</p>');
    expect((await aServer()('/tomato')).status).toBe(404);
  });
});

describe('createStaticFiles', () => {
  const files = createStaticFiles(path.join(folder, 'dist'));
  const get = (pathname: string, init?: RequestInit) => files(new Request('http://shop.test/', init), pathname);

  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '//secret.txt',
    '/assets/../../secret.txt',
    '/%00',
  ])('has nothing outside its folder: %s', async (pathname) => {
    expect(await get(pathname)).toBeNull();
  });

  it('lets hashed assets be kept for good and has the page asked for anew', async () => {
    expect((await get('/assets/main-Ab12Cd34.js'))?.headers.get('cache-control')).toContain('immutable');
    expect((await get('/'))?.headers.get('cache-control')).toContain('must-revalidate');
  });

  it('answers 304 to a known tag', async () => {
    const etag = (await get('/'))?.headers.get('etag') ?? '';
    const answer = await get('/', { headers: { 'if-none-match': `"other", ${etag}` } });
    expect(answer?.status).toBe(304);
    expect(answer?.headers.get('etag')).toBe(etag);
  });

  it('compresses what is worth it for those who take it', async () => {
    const encodingOf = async (accepted: string, pathname = '/') =>
      (await get(pathname, { headers: { 'accept-encoding': accepted } }))?.headers.get('content-encoding');
    expect(await encodingOf('gzip, br')).toBe('br');
    expect(await encodingOf('gzip')).toBe('gzip');
    expect(await encodingOf('br;q=0')).toBeNull();
    expect(await encodingOf('br', '/icon.svg')).toBeNull();
  });

  it('refuses to be written to', async () => {
    expect((await get('/', { method: 'POST' }))?.status).toBe(405);
  });
});

describe('vercel.json', () => {
  const real = readVercelSettings('vercel.json');

  it('lets Telegram Web frame the app, and nobody else', () => {
    const headers = new Map(real.headersFor('/to/TR'));
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'self' https://web.telegram.org");
    expect(headers.has('x-frame-options')).toBe(false);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each([
    '/to/TR',
    '/plan/esim_1GB_7D_TR_V2',
    '/orders/ord_1',
    '/esims',
    '/esims/esim_1',
    '/history',
    '/help',
    '/admin',
    '/admin/orders/1',
  ])('opens the app at %s', (pathname) => {
    expect(real.rewriteOf(pathname)).toBe('/index.html');
  });

  it('refuses a path syntax that our servers would read differently', () => {
    const source = { rewrites: [{ source: '/a/:b?', destination: '/' }] };
    expect(() => createVercelSettings(source)).toThrow('/a/:b?');
  });
});

describe('background work', () => {
  it('is waited for, together with what it starts, and a failure is reported', async () => {
    const failures: unknown[] = [];
    const work = createBackgroundWork((error) => failures.push(error));
    const undo = provideWaitUntil(work);
    const steps: string[] = [];
    waitUntil(
      Promise.resolve().then(() => {
        steps.push('first');
        waitUntil(Promise.resolve().then(() => steps.push('second')));
      }),
    );
    waitUntil(Promise.reject(new Error('lost')));
    await work.settled();
    undo();
    expect(steps).toEqual(['first', 'second']);
    expect(failures).toHaveLength(1);
  });
});
