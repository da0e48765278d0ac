import { readFileSync } from 'node:fs';
import vm from 'node:vm';
import { beforeEach, describe, expect, it } from 'vitest';

const ORIGIN = 'https://shop.example.com';
const FILES = ['/assets/index-aaaaaaaa.js', '/assets/index-bbbbbbbb.css'];
const source = readFileSync(new URL('../../../scripts/service-worker/worker.js', import.meta.url), 'utf8')
  .replace('__FILES__', JSON.stringify(FILES))
  .replace('__CACHE__', '"shell-new"');

type Listener = (event: object) => void;

class Answer {
  readonly text: string;
  readonly ok: boolean;
  constructor(text: string, ok = true) {
    this.text = text;
    this.ok = ok;
  }
  clone(): Answer {
    return new Answer(this.text, this.ok);
  }
}

/** What a browser gives a worker, with a network that answers, refuses, fails or hangs. */
function startWorker() {
  const stores = new Map<string, Map<string, Answer>>([
    ['shell-old', new Map([['/', new Answer('the old page')]])],
    ['flags', new Map([['/assets/flag-TR-aaaaaaaa.svg', new Answer('a flag of before')]])],
  ]);
  const listeners = new Map<string, Listener>();
  const asked: string[] = [];
  let network: 'up' | 'refuses' | 'down' | 'hangs' = 'up';
  const pathOf = (request: string | { url: string }) =>
    new URL(typeof request === 'string' ? request : request.url, ORIGIN).pathname;
  const fetchOf = (request: string | { url: string }) => {
    asked.push(pathOf(request));
    if (network === 'hangs') return new Promise<Answer>(() => {});
    if (network === 'down') return Promise.reject(new TypeError('offline'));
    return Promise.resolve(new Answer(`fresh ${pathOf(request)}`, network === 'up'));
  };
  vm.runInNewContext(source, {
    self: {
      addEventListener: (name: string, listener: Listener) => listeners.set(name, listener),
      location: { origin: ORIGIN },
    },
    caches: {
      async open(name: string) {
        const store = stores.get(name) ?? new Map<string, Answer>();
        stores.set(name, store);
        return {
          async addAll(paths: string[]) {
            for (const path of paths) store.set(path, await fetchOf(path));
          },
          match: async (request: { url: string }) => store.get(pathOf(request)),
          async put(request: { url: string }, answer: Answer) {
            // What is put again moves to the end, as the standard has it.
            store.delete(pathOf(request));
            store.set(pathOf(request), answer);
          },
          keys: async () => [...store.keys()].map((path) => ({ url: `${ORIGIN}${path}` })),
          delete: async (request: { url: string }) => store.delete(pathOf(request)),
        };
      },
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
  async function request(path: string, more: object = {}): Promise<string | null> {
    const answers: Promise<Answer>[] = [];
    const waits: Promise<unknown>[] = [];
    listeners.get('fetch')?.({
      request: { url: new URL(path, ORIGIN).href, method: 'GET', mode: 'cors', ...more },
      respondWith: (answer: Promise<Answer>) => answers.push(answer),
      waitUntil: (work: Promise<unknown>) => waits.push(work),
    });
    const [answer] = await Promise.all(answers);
    await Promise.all(waits);
    return answer?.text ?? null;
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
    expect([...worker.stores.keys()].sort()).toEqual(['flags', 'shell-new']);
  });

  it.each([
    ['/api/esimgo/catalogue', {}],
    ['/api/session', {}],
    ['/api/session', PAGE],
    ['/api/esimgo/esim', { method: 'POST' }],
    ['/sandbox', PAGE],
    ['/api/assets/flag-TH-cccccccc.svg', {}],
    ['/assets/flag-TH-cccccccc.svg', { method: 'HEAD' }],
    ['https://web.telegram.org/assets/flag-TH-cccccccc.svg', {}],
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

describe('the flags', () => {
  const flag = (name: string) => `/assets/flag-${name}-aaaaaaaa.svg`;
  const kept = () => [...(worker.stores.get('flags')?.keys() ?? [])];

  it('are shown without a network once they were shown with one, in this release or in one before', async () => {
    await worker.fire('activate');
    expect(await worker.request(flag('TH'))).toBe(`fresh ${flag('TH')}`);
    worker.set('down');
    expect(await worker.request(flag('TH'))).toBe(`fresh ${flag('TH')}`);
    expect(await worker.request(flag('TR'))).toBe('a flag of before');
    await expect(worker.request(flag('FR'))).rejects.toThrow('offline');
  });

  it('are forty at most, and those shown longest ago go first', async () => {
    for (let n = 1; n < 40; n += 1) await worker.request(flag(`A${n}`));
    expect(kept()).toHaveLength(40);
    await worker.request(flag('TR'));
    await worker.request(flag('TH'));
    await worker.request(flag('FR'));
    expect(kept()).toHaveLength(40);
    expect(kept()).toEqual(expect.arrayContaining([flag('TR'), flag('TH'), flag('FR'), flag('A3')]));
    expect(kept()).not.toContain(flag('A2'));
  });

  it('are not kept when what came is not the flag', async () => {
    worker.set('refuses');
    await worker.request(flag('TH'));
    expect(kept()).toEqual([flag('TR')]);
  });
});
