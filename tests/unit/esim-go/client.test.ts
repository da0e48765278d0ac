import { inspect } from 'node:util';
import { http, HttpResponse, type JsonBodyType } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createEsimGoClient } from '../../../lib/esim-go/client.ts';
import {
  EsimGoRefusedError,
  EsimGoShapeError,
  EsimGoUnreachableError,
  isEsimGoError,
} from '../../../lib/esim-go/errors.ts';
import type { EsimGoCallLine, EsimGoClientOptions } from '../../../lib/esim-go/transport.ts';
import {
  aBundleWire,
  aCataloguePageWire,
  anAssignmentWire,
  anEsimBundlesWire,
  anEsimPageWire,
  anEsimWire,
  anOrderPageWire,
  anOrganisationWire,
  aPlacedOrderWire,
  aValidatedOrderWire,
  INSTALL_DETAILS_CSV,
  installDetailsWire,
  SAMPLE_BUNDLE_NAME,
  SAMPLE_ICCID,
  SAMPLE_ORDER_REFERENCE,
} from '../../support/esim-go-samples.ts';

const BASE = 'https://esim-go.test/v2.5';
const API_KEY = 'key-not-real-0123456789';

interface Seen {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: string;
}

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

/** Gives the answers in turn, the last one for ever, and keeps what was asked. */
function vendorAnswers(...answers: (() => Response)[]): Seen[] {
  const seen: Seen[] = [];
  server.use(
    http.all(`${BASE}/*`, async ({ request }) => {
      const url = new URL(request.url);
      const path = url.pathname.replace('/v2.5', '');
      seen.push({
        method: request.method,
        path,
        query: url.searchParams,
        headers: request.headers,
        body: await request.text(),
      });
      const answer = answers[Math.min(seen.length, answers.length) - 1];
      return answer ? answer() : HttpResponse.error();
    }),
  );
  return seen;
}

const json = (body: JsonBodyType, init?: ResponseInit) => () => HttpResponse.json(body, init);
const text = (body: string, init?: ResponseInit) => () => new HttpResponse(body, init);
const networkError = () => HttpResponse.error();

function aClient(options: Partial<EsimGoClientOptions> = {}) {
  let nowMs = Date.parse('2026-01-05T10:00:00Z');
  const slept: number[] = [];
  const lines: EsimGoCallLine[] = [];
  const client = createEsimGoClient({
    baseUrl: `${BASE}/`,
    apiKey: API_KEY,
    ratePerS: 0,
    orderIntervalMs: 0,
    userAgent: 'esim-shop/test',
    now: () => nowMs,
    sleep: async (ms) => {
      slept.push(ms);
      nowMs += ms;
    },
    random: () => 0,
    onCall: (line) => lines.push(line),
    ...options,
  });
  return { ...client, slept, lines };
}

const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'succeeded',
    (error: unknown) => error,
  );

async function collect(pages: AsyncIterable<{ name: string }[]>): Promise<string[][]> {
  const names: string[][] = [];
  for await (const page of pages) names.push(page.map(({ name }) => name));
  return names;
}

describe('every request', () => {
  it('carries the key, asks for JSON and names the shop', async () => {
    const [seen] = await asked((client) => client.getOrganisation(), json(anOrganisationWire()));
    expect(seen?.headers.get('x-api-key')).toBe(API_KEY);
    expect(seen?.headers.get('accept')).toBe('application/json');
    expect(seen?.headers.get('user-agent')).toBe('esim-shop/test');
    expect(seen?.path).toBe('/organisation');
  });

  it('is told of, attempt by attempt, with the ICCID cut', async () => {
    vendorAnswers(json({}, { status: 500 }), json(anEsimWire()));
    const client = aClient();
    await client.getEsim(SAMPLE_ICCID);
    expect(client.lines).toEqual([
      { method: 'GET', path: '/esims/…0017', status: 500, ms: 0, attempt: 1, outcome: 'unreachable' },
      { method: 'GET', path: '/esims/…0017', status: 200, ms: 0, attempt: 2, outcome: 'ok' },
    ]);
  });

  it('keeps its answer when the log fails', async () => {
    vendorAnswers(json(aPlacedOrderWire()));
    const client = aClient({
      onCall: () => {
        throw new Error('the disk is full');
      },
    });
    expect((await client.placeOrder({ bundleName: 'x' })).order.orderReference).toBe(SAMPLE_ORDER_REFERENCE);
  });

  it('does not follow a redirect, which would hand the key to another host', async () => {
    const seen = vendorAnswers(text('', { status: 307, headers: { location: 'https://elsewhere.test/' } }));
    expect(await failureOf(aClient().getOrganisation())).toBeInstanceOf(EsimGoShapeError);
    expect(seen).toHaveLength(1);
  });

  it.each(['', 'two words', 'line\nbreak'])('needs a key that a header can carry, not "%s"', (apiKey) => {
    expect(() => aClient({ apiKey })).toThrow(TypeError);
  });
});

describe('errors', () => {
  it.each([401, 403])('are one class for a bad key, a blocked address and a foreign eSIM (%i)', async (status) => {
    vendorAnswers(json({ message: 'access denied' }, { status }));
    const error = await failureOf(aClient().getEsim(SAMPLE_ICCID));
    expect(error).toBeInstanceOf(EsimGoRefusedError);
    expect(error).toMatchObject({ status, vendorMessage: 'access denied', path: '/esims/…0017' });
  });

  it('survive a 404 in plain text', async () => {
    vendorAnswers(text('Not Found', { status: 404, headers: { 'content-type': 'text/plain' } }));
    expect(await failureOf(aClient().getBundle('x'))).toMatchObject({ status: 404, vendorMessage: 'Not Found' });
  });

  it('survive text where JSON was promised', async () => {
    vendorAnswers(text('<html>busy</html>', { headers: { 'content-type': 'text/html' } }));
    const error = await failureOf(aClient().getOrganisation());
    expect(error).toBeInstanceOf(EsimGoShapeError);
    expect(error).toMatchObject({ issues: ['(whole): not JSON'], mayHaveBeenApplied: false });
  });

  it('survive JSON that is cut', async () => {
    vendorAnswers(text('{"balance":', { headers: { 'content-type': 'application/json' } }));
    expect(await failureOf(aClient().getOrganisation())).toBeInstanceOf(EsimGoShapeError);
  });

  it('read JSON whose header calls it text', async () => {
    vendorAnswers(text(JSON.stringify(anOrganisationWire()), { headers: { 'content-type': 'text/plain' } }));
    expect((await aClient().getOrganisation()).balanceMilli).toBe(996555);
  });

  it('hold neither key nor ICCID nor activation code, however they are printed', async () => {
    const leaky = JSON.stringify({
      message: `bad key ${API_KEY} for ${SAMPLE_ICCID}, LPA:1$rsp.example.io$AAAAA-BBBBB`,
    });
    const jsonHeader = { 'content-type': 'application/json' };
    const answers = [
      text(leaky, { status: 403, headers: jsonHeader }),
      text(leaky, { status: 500, headers: jsonHeader }),
      text(leaky, { status: 200, headers: jsonHeader }),
      text(`${API_KEY} ${SAMPLE_ICCID}`, { status: 200 }),
      networkError,
    ];
    for (const answer of answers) {
      vendorAnswers(answer);
      const error = await failureOf(aClient().getEsim(SAMPLE_ICCID));
      expect(isEsimGoError(error)).toBe(true);
      const printed = JSON.stringify(error) + inspect(error, { depth: 10, showHidden: true }) + String(error);
      expect(printed).not.toMatch(new RegExp(`${API_KEY}|${SAMPLE_ICCID}|AAAAA`));
    }
  });
});

describe('GET', () => {
  it.each([
    ['a network error', networkError],
    ['a 500', json({ message: 'oops' }, { status: 500 })],
    ['a 503', json({ message: 'Processing' }, { status: 503 })],
    ['a 429', json({ message: 'Rate limit exceeded' }, { status: 429, headers: { 'retry-after': '1' } })],
  ])('is repeated after %s', async (_what, answer) => {
    const seen = vendorAnswers(answer, answer, json(anOrganisationWire()));
    await aClient().getOrganisation();
    expect(seen).toHaveLength(3);
  });

  it('gives up after three tries and says which way', async () => {
    const seen = vendorAnswers(networkError);
    const error = await failureOf(aClient().getOrganisation());
    expect(seen).toHaveLength(3);
    expect(error).toBeInstanceOf(EsimGoUnreachableError);
    expect(error).toMatchObject({ reason: 'cut_off', mayHaveBeenApplied: false });
  });

  it('waits as long as Retry-After says', async () => {
    vendorAnswers(json({}, { status: 503, headers: { 'retry-after': '4' } }), json(anOrganisationWire()));
    const client = aClient();
    await client.getOrganisation();
    expect(client.slept).toContain(4_000);
  });

  it('gives up at once when told to wait for more than ten seconds', async () => {
    const limited = json({ message: 'Rate limit exceeded' }, { status: 429, headers: { 'retry-after': '60' } });
    const seen = vendorAnswers(limited);
    const error = await failureOf(aClient().getOrganisation());
    expect(seen).toHaveLength(1);
    expect(error).toMatchObject({ name: 'EsimGoRefusedError', status: 429, retryAfterMs: 60_000 });
  });

  it('is not repeated after a refusal', async () => {
    const seen = vendorAnswers(json({ message: 'Forbidden' }, { status: 403 }));
    await failureOf(aClient().getOrganisation());
    expect(seen).toHaveLength(1);
  });
});

describe('placeOrder', () => {
  const order = { bundleName: SAMPLE_BUNDLE_NAME };

  it('buys one new eSIM, with the lower-case keys of the request', async () => {
    const [seen] = await asked((client) => client.placeOrder(order), json(aPlacedOrderWire()));
    expect(seen).toMatchObject({ method: 'POST', path: '/orders' });
    expect(JSON.parse(seen?.body ?? '')).toEqual({
      type: 'transaction',
      assign: true,
      order: [{ type: 'bundle', item: SAMPLE_BUNDLE_NAME, quantity: 1, allowReassign: false }],
    });
  });

  it('puts a top-up on that eSIM or on none', async () => {
    const [seen] = await asked(
      (client) => client.placeOrder({ ...order, iccid: SAMPLE_ICCID }),
      json(aPlacedOrderWire()),
    );
    expect(JSON.parse(seen?.body ?? '').order).toEqual([
      { type: 'bundle', item: SAMPLE_BUNDLE_NAME, quantity: 1, allowReassign: false, iccids: [SAMPLE_ICCID] },
    ]);
  });

  it('gives the codes and the time by the clock of the vendor', async () => {
    vendorAnswers(json(aPlacedOrderWire(), { headers: { date: 'Mon, 05 Jan 2026 10:11:16 GMT' } }));
    const placed = await aClient().placeOrder(order);
    expect(placed.vendorTime).toEqual(new Date('2026-01-05T10:11:16Z'));
    expect(placed.order.items[0]?.esims[0]?.iccid).toBe(SAMPLE_ICCID);
  });

  it('keeps every digit of an ICCID that is written as a number', async () => {
    vendorAnswers(
      text(JSON.stringify(aPlacedOrderWire()).replace(`"iccid":"${SAMPLE_ICCID}"`, `"iccid":${SAMPLE_ICCID}`)),
    );
    const placed = await aClient().placeOrder(order);
    expect(placed.order.items[0]?.iccids).toEqual([SAMPLE_ICCID]);
  });

  it.each([
    ['a network error', networkError, { name: 'EsimGoUnreachableError', reason: 'cut_off', mayHaveBeenApplied: true }],
    [
      'a 500',
      json({}, { status: 500 }),
      { name: 'EsimGoUnreachableError', reason: 'server_error', mayHaveBeenApplied: true },
    ],
    [
      'a 503 with Retry-After',
      json({ message: 'Processing' }, { status: 503, headers: { 'retry-after': '1' } }),
      { name: 'EsimGoUnreachableError', status: 503, mayHaveBeenApplied: true, retryAfterMs: 1_000 },
    ],
    ['a 408 of a proxy', text('', { status: 408 }), { name: 'EsimGoUnreachableError', mayHaveBeenApplied: true }],
    [
      'a 429',
      json({ message: 'Rate limit exceeded' }, { status: 429, headers: { 'retry-after': '1' } }),
      { name: 'EsimGoRefusedError', status: 429, retryAfterMs: 1_000 },
    ],
    [
      'a 400',
      json({ message: 'Failed to process Order. No payment taken.' }, { status: 400 }),
      { name: 'EsimGoRefusedError', status: 400, vendorMessage: 'Failed to process Order. No payment taken.' },
    ],
    ['a 403', json({ message: 'access denied' }, { status: 403 }), { name: 'EsimGoRefusedError', status: 403 }],
    ['garbage', text('%$§'), { name: 'EsimGoShapeError', mayHaveBeenApplied: true }],
    ['half an answer', text('{"order":[{"esims'), { name: 'EsimGoShapeError', mayHaveBeenApplied: true }],
    ['an empty answer', text(''), { name: 'EsimGoShapeError', mayHaveBeenApplied: true }],
    ['no order reference', json({ status: 'completed' }), { name: 'EsimGoShapeError', mayHaveBeenApplied: true }],
    [
      'a redirect',
      text('', { status: 307, headers: { location: '/v2.5/orders' } }),
      { name: 'EsimGoShapeError', mayHaveBeenApplied: true },
    ],
  ])('is sent once and classified after %s', async (_what, answer, expected) => {
    const seen = vendorAnswers(answer, json(aPlacedOrderWire()));
    const error = await failureOf(aClient().placeOrder(order));
    expect(seen).toHaveLength(1);
    expect(error).toMatchObject(expected);
  });

  it.each([400, 500, 200])('tells the time of the vendor with an error (%i)', async (status) => {
    vendorAnswers(json({}, { status, headers: { date: 'Mon, 05 Jan 2026 10:11:16 GMT' } }));
    expect(await failureOf(aClient().placeOrder(order))).toMatchObject({
      vendorTime: new Date('2026-01-05T10:11:16Z'),
    });
  });

  it('runs beforeSend before anything is sent', async () => {
    const seen = vendorAnswers(json(aPlacedOrderWire()));
    const sentBefore: number[] = [];
    await aClient().placeOrder(order, { beforeSend: () => void sentBefore.push(seen.length) });
    expect(sentBefore).toEqual([0]);
    expect(seen).toHaveLength(1);
  });

  it('sends nothing if beforeSend fails', async () => {
    const seen = vendorAnswers(json(aPlacedOrderWire()));
    const refused = new Error('somebody else has it');
    expect(await failureOf(aClient().placeOrder(order, { beforeSend: () => Promise.reject(refused) }))).toBe(refused);
    expect(seen).toHaveLength(0);
  });

  it('sends nothing if more than five seconds pass in beforeSend', async () => {
    const seen = vendorAnswers(json(aPlacedOrderWire()));
    let nowMs = Date.parse('2026-01-05T10:00:00Z');
    const client = aClient({ now: () => nowMs });
    const error = await failureOf(client.placeOrder(order, { beforeSend: () => void (nowMs += 5_001) }));
    expect(error).toMatchObject({ name: 'EsimGoUnreachableError', reason: 'not_sent', mayHaveBeenApplied: false });
    expect(seen).toHaveLength(0);
    expect(client.lines).toMatchObject([{ outcome: 'not_sent' }]);
  });
});

describe('validateOrder', () => {
  it('charges nothing, so it is repeated', async () => {
    const seen = vendorAnswers(networkError, json(aValidatedOrderWire()));
    expect(await aClient().validateOrder({ bundleName: SAMPLE_BUNDLE_NAME })).toMatchObject({
      valid: true,
      totalMilli: 3450,
    });
    expect(seen.map(({ body }) => JSON.parse(body).type)).toEqual(['validate', 'validate']);
  });
});

describe('calls with an effect', () => {
  const cases: [string, (client: ReturnType<typeof aClient>) => Promise<unknown>][] = [
    ['refreshEsim', (client) => client.refreshEsim(SAMPLE_ICCID)],
    ['sendSms', (client) => client.sendSms(SAMPLE_ICCID, 'Hello')],
    ['suspendEsim', (client) => client.suspendEsim(SAMPLE_ICCID, true)],
    [
      'revokeAssignment',
      (client) =>
        client.revokeAssignment({ iccid: SAMPLE_ICCID, bundleName: 'b', assignmentId: '1', type: 'transaction' }),
    ],
  ];
  it.each(cases)('%s is sent once', async (_name, call) => {
    for (const answer of [networkError, json({}, { status: 500 }), json({}, { status: 429 })]) {
      const seen = vendorAnswers(answer);
      expect(isEsimGoError(await failureOf(call(aClient())))).toBe(true);
      expect(seen).toHaveLength(1);
    }
  });

  it('setCustomerRef has the same effect however often, so it is repeated', async () => {
    const seen = vendorAnswers(networkError, json({ status: 'ok' }));
    await aClient().setCustomerRef(SAMPLE_ICCID, 'ord_42');
    expect(seen).toHaveLength(2);
    expect(seen[1]).toMatchObject({ method: 'PUT', path: '/esims' });
    expect(JSON.parse(seen[1]?.body ?? '')).toEqual({ iccid: SAMPLE_ICCID, customerRef: 'ord_42' });
  });

  it.each(['validate', 'transaction'] as const)('revokeAssignment always says which type: %s', async (type) => {
    const revoke = { iccid: SAMPLE_ICCID, bundleName: SAMPLE_BUNDLE_NAME, assignmentId: '200000001', type };
    const [seen] = await asked(
      (client) => client.revokeAssignment(revoke),
      json({ status: 'Successfully Revoked Bundle' }),
    );
    expect(seen?.method).toBe('DELETE');
    expect(seen?.path).toBe(`/esims/${SAMPLE_ICCID}/bundles/${SAMPLE_BUNDLE_NAME}/assignments/200000001`);
    expect([...(seen?.query ?? [])]).toEqual([['type', type]]);
  });

  it('sendSms uses the only sender that is allowed', async () => {
    const [seen] = await asked((client) => client.sendSms(SAMPLE_ICCID, 'Hello'), json({ status: 'sent' }));
    expect(JSON.parse(seen?.body ?? '')).toEqual({ message: 'Hello', from: 'eSIM' });
  });

  it('suspendEsim takes the 201', async () => {
    const [seen] = await asked(
      (client) => client.suspendEsim(SAMPLE_ICCID, false),
      json({ status: 'eSIM unsuspended successfully' }, { status: 201 }),
    );
    expect(JSON.parse(seen?.body ?? '')).toEqual({ suspend: false });
  });
});

describe('listCatalogue', () => {
  const page = (names: string[], extra: object) =>
    json({ bundles: names.map((name) => aBundleWire({ name })), pageSize: 2, ...extra });

  it('gives a page at a time until the page count', async () => {
    const seen = vendorAnswers(page(['a', 'b'], { pageCount: 2, rows: 3 }), page(['c'], { pageCount: 2, rows: 3 }));
    expect(await collect(aClient().listCatalogue({ perPage: 2 }))).toEqual([['a', 'b'], ['c']]);
    expect(seen.map(({ query }) => query.toString())).toEqual(['page=1&perPage=2', 'page=2&perPage=2']);
  });

  it('asks for a thousand bundles a page', async () => {
    const [seen] = await asked((client) => collect(client.listCatalogue()), json(aCataloguePageWire()));
    expect(seen?.query.get('perPage')).toBe('1000');
  });

  it('takes bare lists until an empty one', async () => {
    vendorAnswers(json([aBundleWire({ name: 'a' })]), json([aBundleWire({ name: 'b' })]), json([]));
    expect(await collect(aClient().listCatalogue({ perPage: 1 }))).toEqual([['a'], ['b']]);
  });

  it('ends at an empty page', async () => {
    vendorAnswers(page(['a'], { rows: 1 }), page([], { rows: 1 }));
    expect(await collect(aClient().listCatalogue())).toEqual([['a']]);
  });

  it('fails if a page comes twice', async () => {
    vendorAnswers(page(['a', 'b'], { pageCount: 2, rows: 4 }));
    expect(await failureOf(collect(aClient().listCatalogue()))).toMatchObject({ issues: ['page 2: bundles repeat'] });
  });

  it('fails if it did not see all bundles', async () => {
    vendorAnswers(page(['a', 'b'], { pageCount: 1, rows: 3 }));
    expect(await failureOf(collect(aClient().listCatalogue()))).toMatchObject({ issues: ['saw 2 of 3 bundles'] });
  });

  it('leaves out a bundle without a price and tells of it', async () => {
    vendorAnswers(
      json(aCataloguePageWire({ bundles: [aBundleWire({ name: 'a' }), aBundleWire({ name: 'b', price: null })] })),
    );
    const unreadable: (string | null)[] = [];
    const names = await collect(aClient().listCatalogue({ onUnreadable: ({ name }) => unreadable.push(name) }));
    expect(names).toEqual([['a']]);
    expect(unreadable).toEqual(['b']);
  });

  it('fails if a whole page is unreadable', async () => {
    vendorAnswers(json({ bundles: [{ title: 'a' }, { title: 'b' }], pageCount: 1, rows: 2 }));
    expect(await failureOf(collect(aClient().listCatalogue()))).toBeInstanceOf(EsimGoShapeError);
  });

  it('takes an account without bundles for what it is', async () => {
    vendorAnswers(json({ bundles: null, pageCount: 0, rows: 0 }));
    expect(await collect(aClient().listCatalogue())).toEqual([]);
  });
});

describe('getBundle', () => {
  it('writes the name into the path and takes the group in the singular', async () => {
    const wire = aBundleWire({ groups: undefined, group: ['Standard Fixed'] });
    const seen = vendorAnswers(json(wire));
    expect((await aClient().getBundle('esim 1/2')).groups).toEqual(['Standard Fixed']);
    expect(seen[0]?.path).toBe('/catalogue/bundle/esim%201%2F2');
  });
});

describe('listAllOrders', () => {
  const createdFrom = new Date('2026-01-05T10:00:00Z');
  const page = (references: string[], extra: object) =>
    json({ orders: references.map((orderReference) => aPlacedOrderWire({ orderReference })), ...extra });
  const references = async (client: ReturnType<typeof aClient>) =>
    (await client.listAllOrders({ createdFrom })).orders.map(({ orderReference }) => orderReference);

  it('asks for the eSIMs and for a range of time', async () => {
    const [seen] = await asked((client) => client.listAllOrders({ createdFrom }), json(anOrderPageWire()));
    expect(seen?.query.get('includeIccids')).toBe('true');
    expect(seen?.query.getAll('createdAt')).toEqual(['gte:2026-01-05T10:00:00.000Z']);
  });

  it('reads all pages, also when new orders move the older ones', async () => {
    vendorAnswers(page(['b', 'a'], { pageCount: 2, rows: 3 }), page(['a', 'z'], { pageCount: 2, rows: 4 }));
    expect(await references(aClient())).toEqual(['b', 'a', 'z']);
  });

  it('reads lists without counts until an empty page', async () => {
    vendorAnswers(page(['a'], {}), page([], {}));
    expect(await references(aClient())).toEqual(['a']);
  });

  it('is empty only if the vendor says so', async () => {
    vendorAnswers(json({ orders: null, pageCount: 0, rows: 0 }));
    expect(await references(aClient())).toEqual([]);
  });

  it.each([
    ['a page comes twice', [page(['a'], { pageCount: 3 })]],
    ['there are fewer orders than announced', [page(['a'], { pageCount: 1, rows: 2 })]],
    ['the second page is unreadable', [page(['a'], { pageCount: 2 }), text('Not Found')]],
    ['the answer is an object of another kind', [json({ message: 'Processing' })]],
  ])('fails if %s', async (_what, answers) => {
    vendorAnswers(...answers);
    expect(await failureOf(references(aClient()))).toBeInstanceOf(EsimGoShapeError);
  });

  it('tells when the listing began, by the clock of the vendor', async () => {
    const dated = (date: string) => ({ headers: { date } });
    vendorAnswers(
      json({ orders: [aPlacedOrderWire()], pageCount: 2 }, dated('Mon, 05 Jan 2026 10:11:16 GMT')),
      json({ orders: [], pageCount: 2 }, dated('Mon, 05 Jan 2026 10:11:30 GMT')),
    );
    expect((await aClient().listAllOrders({ createdFrom })).vendorTime).toEqual(new Date('2026-01-05T10:11:16Z'));
  });
});

describe('listOrders', () => {
  it('takes a range of time', async () => {
    const query = {
      createdFrom: new Date('2026-01-05T10:00:00Z'),
      createdTo: new Date('2026-01-05T11:00:00Z'),
      limit: 10,
    };
    const [seen] = await asked((client) => client.listOrders(query), json(anOrderPageWire()));
    expect(seen?.query.getAll('createdAt')).toEqual(['gte:2026-01-05T10:00:00.000Z', 'lte:2026-01-05T11:00:00.000Z']);
    expect(seen?.query.get('limit')).toBe('10');
  });
});

describe('getInstallDetails', () => {
  const details = { iccid: SAMPLE_ICCID, matchingId: 'AAAAA-BBBBB-CCCCC-DDDDD', smdpAddress: 'rsp-0000.example.io' };

  it.each([
    ['an object', json(installDetailsWire())],
    ['a list', json([installDetailsWire()])],
    ['CSV', text(INSTALL_DETAILS_CSV, { headers: { 'content-type': 'text/csv' } })],
    ['CSV that calls itself JSON', text(INSTALL_DETAILS_CSV, { headers: { 'content-type': 'application/json' } })],
  ])('takes %s', async (_what, answer) => {
    const seen = vendorAnswers(answer);
    expect(await aClient().getInstallDetails(SAMPLE_ORDER_REFERENCE)).toMatchObject({
      state: 'available',
      details: [details],
    });
    expect(seen[0]).toMatchObject({ path: '/esims/assignments' });
    expect(seen[0]?.query.get('reference')).toBe(SAMPLE_ORDER_REFERENCE);
  });

  it('hands a 503 to the schedule of the caller', async () => {
    const seen = vendorAnswers(json({ message: 'Processing' }, { status: 503, headers: { 'retry-after': '20' } }));
    expect(await aClient().getInstallDetails('x')).toEqual({ state: 'processing', retryAfterMs: 20_000 });
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['nothing', text('')],
    ['an empty list', json([])],
    ['codes that are not there yet', json(installDetailsWire({ matchingId: '' }))],
  ])('is processing for %s', async (_what, answer) => {
    vendorAnswers(answer);
    expect(await aClient().getInstallDetails('x')).toEqual({ state: 'processing', retryAfterMs: null });
  });

  it('refuses a deactivated eSIM', async () => {
    vendorAnswers(json({ message: 'gone' }, { status: 410 }));
    expect(await failureOf(aClient().getInstallDetails('x'))).toMatchObject({
      name: 'EsimGoRefusedError',
      status: 410,
    });
  });

  it('does not show a broken CSV in its error', async () => {
    vendorAnswers(text(INSTALL_DETAILS_CSV.replace(SAMPLE_ICCID, '12345')));
    expect(await failureOf(aClient().getInstallDetails('x'))).toMatchObject({ issues: ['(whole): not the known CSV'] });
  });
});

describe('reading eSIMs', () => {
  it('asks for used bundles only when told to', async () => {
    const answer = json(anEsimBundlesWire(anAssignmentWire()));
    const [all] = await asked((client) => client.listEsimBundles(SAMPLE_ICCID, { includeUsed: true }), answer);
    const [some] = await asked((client) => client.listEsimBundles(SAMPLE_ICCID), answer);
    expect([all?.query.get('includeUsed'), some?.query.get('includeUsed')]).toEqual(['true', 'false']);
  });

  it('asks whether a bundle fits before a top-up', async () => {
    const [seen] = await asked(
      (client) => client.isCompatible(SAMPLE_ICCID, SAMPLE_BUNDLE_NAME),
      json({ compatible: false }),
    );
    expect(seen?.path).toBe(`/esims/${SAMPLE_ICCID}/compatible/${SAMPLE_BUNDLE_NAME}`);
  });

  it('finds by tag exactly, though the vendor also matches parts', async () => {
    const row = { iccid: '8943100000000000025', customerRef: 'ord_421' };
    vendorAnswers(json(anEsimPageWire({ esims: [...anEsimPageWire().esims, row], rows: 2 })));
    const found = await aClient().findEsimsByCustomerRef('ord_42');
    expect(found.map(({ iccid }) => iccid)).toEqual([SAMPLE_ICCID]);
  });
});

describe('probe', () => {
  it.each([200, 403, 404, 500])('tells what came back for %i, at the first try', async (status) => {
    const seen = vendorAnswers(text('Not Found', { status, headers: { 'content-type': 'text/plain' } }));
    expect(await aClient().probe('/plans')).toMatchObject({ status, text: 'Not Found', contentType: 'text/plain' });
    expect(seen).toHaveLength(1);
  });

  it('shows no key of the organisation', async () => {
    vendorAnswers(json({ organisations: [anOrganisationWire({ apiKey: API_KEY })] }));
    const { text: shown } = await aClient().probe('/organisation');
    expect(shown).not.toContain(API_KEY);
    expect(shown.length).toBeLessThanOrEqual(200);
  });
});

describe('clockSkewMs', () => {
  it('is the clock of the vendor minus ours', async () => {
    vendorAnswers(json(anOrganisationWire(), { headers: { date: 'Mon, 05 Jan 2026 10:00:07 GMT' } }));
    const client = aClient();
    expect(client.clockSkewMs()).toBeNull();
    await client.getOrganisation();
    expect(client.clockSkewMs()).toBe(7_000);
  });
});

async function asked(
  call: (client: ReturnType<typeof aClient>) => Promise<unknown>,
  answer: () => Response,
): Promise<Seen[]> {
  const seen = vendorAnswers(answer);
  await call(aClient());
  return seen;
}
