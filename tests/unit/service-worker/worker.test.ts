import { readFileSync } from 'node:fs';
import vm from 'node:vm';
import { beforeEach, describe, expect, it } from 'vitest';

const ORIGIN = 'https://shop.example.com';
const FILES = ['/assets/index-aaaaaaaa.js', '/assets/index-bbbbbbbb.css'];
const source = readFileSync(new URL('../../../scripts/service-worker/worker.js', import.meta.url), 'utf8')
  .replace('__FILES__', JSON.stringify(FILES))
  .replace('__CACHE__', '"shell-new"');

type Listener = (event: object) => void;

/** What a browser gives a worker, with a network that answers, fails or hangs. */
function startWorker() {
  const stores = new Map<string, Map<string, string>>([['shell-old', new Map([['/', 'the old page']])]]);
  const listeners = new Map<string, Listener>();
  const asked: string[] = [];
  let network: 'up' | 'down' | 'hangs' = 'up';
  const pathOf = (request: string | { url: string }) =>
    new URL(typeof request === 'string' ? request : request.url, ORIGIN).pathname;
  const fetchOf = (request: string | { url: string }) => {
    asked.push(pathOf(request));
    if (network === 'hangs') return new Promise<string>(() => {});
    return network === 'up' ? Promise.resolve(`fresh ${pathOf(request)}`) : Promise.reject(new TypeError('offline'));
  };
  vm.runInNewContext(source, {
    self: {
      addEventListener: (name: string, listener: Listener) => listeners.set(name, listener),
      location: { origin: ORIGIN },
    },
    caches: {
      open: async (name: string) => ({
        async addAll(paths: string[]) {
          const store = new Map<string, string>();
          for (const path of paths) store.set(path, await fetchOf(path));
          stores.set(name, store);
        },
      }),
      keys: async () => [...stores.keys()],
      delete: async (name: string) => stores.delete(name),
      match: async (request: string, { cacheName }: { cacheName: string }) =>
        stores.get(cacheName)?.get(pathOf(request)),
    },
    fetch: fetchOf,
    URL,
  });

  async function fire(name: string): Promise<void> {
    const waits: Promise<unknown>[] = [];
    listeners.get(name)?.({ waitUntil: (work: Promise<unknown>) => waits.push(work) });
    await Promise.all(waits);
  }

  /** Null where the worker leaves the request to the browser. */
  async function request(path: string, more: object = {}): Promise<unknown> {
    let answer: Promise<unknown> | null = null;
    listeners.get('fetch')?.({
      request: { url: new URL(path, ORIGIN).href, method: 'GET', mode: 'cors', ...more },
      respondWith: (given: Promise<unknown>) => (answer = given),
    });
    return answer;
  }

  return { stores, asked, fire, request, set: (state: typeof network) => (network = state) };
}

const PAGE = { mode: 'navigate' };
let worker: ReturnType<typeof startWorker>;

beforeEach(async () => {
  worker = startWorker();
  await worker.fire('install');
});

describe('the service worker', () => {
  it('keeps the page and the built files, and nothing else', () => {
    expect([...(worker.stores.get('shell-new')?.keys() ?? [])]).toEqual(['/', ...FILES]);
  });

  it('leaves the files of an earlier release until its pages are closed', async () => {
    expect(worker.stores.has('shell-old')).toBe(true);
    await worker.fire('activate');
    expect([...worker.stores.keys()]).toEqual(['shell-new']);
  });

  it.each([
    ['/api/esimgo/catalogue', {}],
    ['/api/session', {}],
    ['/api/session', PAGE],
    ['/api/esimgo/esim', { method: 'POST' }],
    ['/sandbox', PAGE],
    ['/assets/flag-TH-cccccccc.svg', {}],
    ['/assets/index-dddddddd.js', {}],
    ['https://web.telegram.org/', PAGE],
  ])('leaves to the browser what is not of the shell: %s %o', async (path, more) => {
    for (const state of ['up', 'down'] as const) {
      worker.set(state);
      expect(await worker.request(path, more)).toBeNull();
    }
  });

  it('asks the network for a page that it does not keep any more', async () => {
    worker.stores.clear();
    expect(await worker.request('/to/TH', PAGE)).toBe('fresh /to/TH');
  });

  it.each(['/', '/?tgWebAppStartParam=to_TH', '/esims', '/esims/esim_1', '/orders/ord_1', '/help'])(
    'opens %s without asking the network, whether there is one, none, or one that only hangs',
    async (path) => {
      const before = worker.asked.length;
      for (const state of ['up', 'down', 'hangs'] as const) {
        worker.set(state);
        expect(await worker.request(path, PAGE)).toBe('fresh /');
      }
      expect(worker.asked).toHaveLength(before);
    },
  );

  it('takes a built file from what it keeps, without asking the network', async () => {
    const before = worker.asked.length;
    expect(await worker.request(FILES[0] ?? '')).toBe(`fresh ${FILES[0]}`);
    expect(worker.asked).toHaveLength(before);
  });
});
