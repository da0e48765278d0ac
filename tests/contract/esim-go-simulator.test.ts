import { createHmac } from 'node:crypto';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { jsonOf, startSandbox, type ReceivedCallback, type RunningSandbox } from '../support/running-sandbox.ts';

const THAILAND = 'esim_1GB_7D_TH_V2';
const UNLIMITED = 'esim_ULP_30D_TH_V2';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Waits for what happens after an answer, such as a callback; the limit only bounds a failing test. */
function eventually<Value>(read: () => Value | Promise<Value>) {
  return expect.poll(read, { timeout: 20_000 });
}

let running: RunningSandbox;
beforeAll(async () => {
  running = await startSandbox({ seed: 'esim-go' });
  await running.control('set', { esimgo: { rate_per_s: 0 } });
});
afterAll(() => running.close());
afterEach(async () => {
  await running.control('reset', {});
  await running.control('set', { esimgo: { rate_per_s: 0, catalogue: 'ok' } });
});

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return running.esimGo(path, { headers });
}

async function read(path: string) {
  const response = await get(path);
  expect(response.status, path).toBe(200);
  return jsonOf(response);
}

function post(path: string, body: unknown): Promise<Response> {
  return running.esimGo(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
}

function order(
  item: string,
  extra: { quantity?: number; iccids?: string[]; allowReassign?: boolean } = {},
  assign = true,
) {
  const line = { type: 'bundle', item, quantity: 1, allowReassign: false, ...extra };
  return post('/v2.5/orders', { type: 'transaction', assign, order: [line] });
}

async function buy(item = THAILAND): Promise<{ iccid: string; reference: string }> {
  const response = await order(item);
  expect(response.status).toBe(200);
  const body = await jsonOf(response);
  return { iccid: body.order[0].iccids[0], reference: body.orderReference };
}

async function ledger() {
  return (await jsonOf(await fetch(`${running.url}/sandbox/api/ledger`))).esimgo;
}

async function move(iccid: string, action: string, extra: object = {}) {
  const response = await running.control('esim', { iccid, action, ...extra });
  expect(response.status).toBe(200);
  return jsonOf(response);
}

function callbacksAbout(iccid: string): ReceivedCallback[] {
  return running.received.filter(({ body }) => body.includes(iccid));
}

describe('routes and keys', () => {
  it('answers unknown paths in plain text before it looks at the key', async () => {
    for (const path of [
      '/v2.5/products',
      '/v2.5/bundles',
      '/v2.5/catalog',
      '/v2.4/plans',
      '/v2.6/esims',
      '/plans',
      '/v2/catalogue',
    ]) {
      const response = await get(path, { 'x-api-key': 'wrong' });
      expect([path, response.status, await response.text()]).toEqual([path, 404, 'Not Found']);
      expect(response.headers.get('content-type')).toContain('text/plain');
    }
  });

  it('refuses a wrong, an empty and a missing key with 403', async () => {
    const url = `${running.url}/sandbox/esimgo/v2.5/catalogue`;
    const key = running.sandbox.keys.esimGoApiKey;
    const attempts: Record<string, string>[] = [
      { 'x-api-key': 'wrong' },
      { 'x-api-key': '' },
      {},
      { authorization: `Bearer ${key}` },
    ];
    for (const headers of attempts) {
      const response = await fetch(url, { headers });
      expect([response.status, await jsonOf(response)]).toEqual([403, { message: 'access denied' }]);
    }
  });

  it('meets the legacy v2 as a list of eSIMs without a catalogue', async () => {
    await buy();
    expect(await read('/v2/esims')).toEqual({ esims: [], pageCount: 0, pageSize: 10, rows: 0 });
    expect((await get('/v2/bundles')).status).toBe(403);
    expect(await jsonOf(await get('/v2/products'))).toEqual({ message: 'access denied' });
    expect((await get('/v2/esims', { 'x-api-key': 'wrong' })).status).toBe(403);
  });

  it('has the calls that came with later versions only in those', async () => {
    const { iccid } = await buy();
    expect((await get(`/v2.3/esims/${iccid}/compatible/${THAILAND}`)).status).toBe(404);
    expect((await get(`/v2.4/esims/${iccid}/compatible/${THAILAND}`)).status).toBe(200);
    expect((await get(`/v2.4/esims/${iccid}/suspend`)).status).toBe(404);
    expect((await get(`/v2.5/esims/${iccid}/suspend`)).status).toBe(200);
  });

  it('denies what belongs to others in the words of a wrong key', async () => {
    for (const path of [
      '/v2.5/esims/8943100000099999999',
      '/v2.5/esims/8943100000099999999/bundles',
      '/v2.5/catalogue/prices',
    ]) {
      const response = await get(path);
      expect([path, response.status, await jsonOf(response)]).toEqual([path, 403, { message: 'access denied' }]);
    }
  });
});

describe('the rate limit', () => {
  it('counts in windows of a second and says how many calls are left', async () => {
    await running.control('set', { esimgo: { rate_per_s: 10 } });
    const responses = await Promise.all(Array.from({ length: 60 }, () => get('/v2.5/organisation/groups')));
    const refused = responses.filter((response) => response.status === 429);
    expect(refused.length).toBeGreaterThan(0);
    for (const response of responses) {
      expect(response.headers.get('x-ratelimit-limit')).toBe('10');
      expect(response.headers.get('x-ratelimit-remaining')).toMatch(/^\d$/);
      expect(response.headers.get('x-ratelimit-reset')).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
      expect(response.headers.get('x-ratelimit-cost')).toBe('1');
    }
    const [one] = refused;
    expect(one?.headers.get('retry-after')).toBe('1');
    expect(await one?.text()).toBe('{"message":"Rate limit exceeded"}');
    const resets = new Map<string, number>();
    for (const response of responses.filter((answer) => answer.status === 200)) {
      const reset = response.headers.get('x-ratelimit-reset') ?? '';
      resets.set(reset, (resets.get(reset) ?? 0) + 1);
    }
    expect(Math.max(...resets.values())).toBeLessThanOrEqual(10);
  });

  it('counts calls that carry a body in the same window', async () => {
    await running.control('set', { esimgo: { rate_per_s: 1 } });
    const both = async (): Promise<number[]> =>
      (await Promise.all([get('/v2.5/esims'), post('/v2.5/orders', {})])).map((response) => response.status);
    await eventually(both).toContain(429);
  });

  it('is off at 0', async () => {
    const responses = await Promise.all(Array.from({ length: 40 }, () => get('/v2.5/organisation/groups')));
    expect(responses.every((response) => response.status === 200)).toBe(true);
  });
});

describe('the catalogue', () => {
  interface ListedBundle {
    name: string;
    countries: { name?: string; iso?: string; country?: { iso: string } }[];
    roamingEnabled?: unknown[] | null;
    dataAmount: number;
    unlimited: boolean;
    speed: string[] | null;
    price: number;
    groups: string[];
  }

  let all: ListedBundle[];
  beforeAll(async () => {
    all = (await read('/v2.5/catalogue?perPage=6000')).bundles;
  });

  it('sells about 5,200 bundles for 190 countries and all regions, in the names of the rate sheet', () => {
    expect(all.length).toBeGreaterThan(5_000);
    expect(all.length).toBeLessThan(5_400);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    const places = new Set<string>();
    for (const { name } of all) {
      const [, size, , place] = /^esim_(\d+GB|UL|ULE|ULP)_(\d+)D_([A-Z0-9-]+)_V2$/.exec(name) ?? [];
      expect(size, name).toBeDefined();
      places.add(place ?? '');
    }
    const countries = [...places].filter((place) => /^[A-Z]{2}$/.test(place));
    expect(countries.length).toBeGreaterThanOrEqual(190);
    const regions = 'RAF RAS RBK RCA RCE RCI REUP REUL RGB RLA RME RMENA RNA ROC RGBL RGBS RGBM REUS RBH'.split(' ');
    for (const code of [...regions, 'US-HI', 'CYP', 'IC', 'AN', 'XK']) expect(places).toContain(code);
  });

  it('prices within the spread of the rate sheet, sometimes with three decimals', () => {
    const prices = all.map(({ price }) => price);
    expect([Math.min(...prices), Math.max(...prices)]).toEqual([1.17, 451.7]);
    const withThree = prices.filter((price) => Math.round(price * 1000) % 10 !== 0);
    expect(withThree.length).toBeGreaterThan(100);
    expect(all.find(({ name }) => name === THAILAND)?.price).toBe(1.99);
    expect(all.find(({ name }) => name === UNLIMITED)?.price).toBe(143.77);
  });

  it('uses five groups without hyphens', () => {
    expect(new Set(all.flatMap(({ groups }) => groups))).toEqual(
      new Set([
        'Standard Fixed',
        'Standard Unlimited Lite',
        'Standard Unlimited Essential',
        'Standard Unlimited Plus',
        'Standard Long Duration',
      ]),
    );
  });

  it('is as uneven as the real one', () => {
    expect(all.some(({ speed }) => speed === null)).toBe(true);
    expect(all.some((bundle) => bundle.roamingEnabled === null)).toBe(true);
    expect(all.some((bundle) => !('roamingEnabled' in bundle))).toBe(true);
    expect(all.some(({ countries }) => countries[0]?.country !== undefined)).toBe(true);
    expect(all.filter(({ unlimited }) => unlimited).every(({ dataAmount }) => dataAmount === -1)).toBe(true);
    const europe = all.filter(({ name, countries }) => /_REU[PL]_/.test(name) && countries[0]?.country === undefined);
    expect(new Set(europe.map(({ countries }) => countries[0]?.iso))).toEqual(new Set(['Europe Lite']));
    const coverage = { REUP: 36, REUL: 34, RGB: 105, RNA: 3 };
    for (const [code, count] of Object.entries(coverage)) {
      expect(all.find(({ name }) => name.includes(`_30D_${code}_`))?.roamingEnabled).toHaveLength(count);
    }
  });

  it('comes in pages of 50 unless asked otherwise, in an object', async () => {
    const first = await read('/v2.5/catalogue');
    expect(first).toMatchObject({ rows: all.length, pageSize: 50, pageCount: Math.ceil(all.length / 50) });
    expect(first.bundles).toEqual(all.slice(0, 50));
    const third = await read('/v2.5/catalogue?perPage=1000&page=3');
    expect(third.bundles.map(({ name }: ListedBundle) => name)).toEqual(all.slice(2000, 3000).map(({ name }) => name));
    expect((await read('/v2.5/catalogue?perPage=1000&page=7')).bundles).toEqual([]);
  });

  it('filters by base country, region of the base country, group and description', async () => {
    const thai = await read('/v2.5/catalogue?countries=TH,VN&perPage=100');
    expect(new Set(thai.bundles.map(({ name }: ListedBundle) => name.split('_')[3]))).toEqual(new Set(['TH', 'VN']));
    expect(thai.rows).toBe(58);
    const europe = await read('/v2.5/catalogue?region=Europe&perPage=6000');
    expect(europe.bundles.some(({ name }: ListedBundle) => name.includes('_REU'))).toBe(false);
    const lite = await read(
      '/v2.5/catalogue?group=Standard%20Unlimited%20Lite&description=thailand&orderBy=duration&direction=desc',
    );
    expect(lite.bundles.map(({ name }: ListedBundle) => name)[0]).toBe('esim_UL_30D_TH_V2');
    expect(lite.rows).toBe(7);
  });

  it('spells the group differently for one bundle', async () => {
    const bundle = await read(`/v2.5/catalogue/bundle/${THAILAND}`);
    expect(bundle).toMatchObject({
      name: THAILAND,
      group: ['Standard Fixed'],
      allowances: [{ amount: 1000, unit: 'MB' }],
    });
    expect(bundle).not.toHaveProperty('groups');
    expect((await get('/v2.5/catalogue/bundle/esim_1gb_7d_th_v2')).status).toBe(400);
  });

  it('has allowances and profiles since 2.5', async () => {
    const older = await read('/v2.4/catalogue?perPage=1');
    expect(older.bundles[0]).not.toHaveProperty('allowances');
    expect(all[0]).toHaveProperty('profileName');
  });

  it('can be closed', async () => {
    await running.control('set', { esimgo: { catalogue: 404 } });
    expect(await (await get('/v2.5/catalogue')).text()).toBe('Not Found');
    await running.control('set', { esimgo: { catalogue: 403 } });
    expect(await jsonOf(await get('/v2.5/catalogue'))).toEqual({ message: 'access denied' });
  });

  it('takes new prices and removals, and keeps them over a restart', async () => {
    const set = (bundle: object): Promise<Response> => running.control('set', { esimgo: { bundle } });
    await set({ name: THAILAND, price: 2.345 });
    await set({ name: UNLIMITED, price: null });
    await running.restart();
    expect((await read(`/v2.5/catalogue/bundle/${THAILAND}`)).price).toBe(2.345);
    expect((await read('/v2.5/catalogue?perPage=1')).rows).toBe(all.length - 1);
    expect((await order(UNLIMITED)).status).toBe(400);
    await set({ name: THAILAND });
    await set({ name: UNLIMITED });
    expect((await read(`/v2.5/catalogue/bundle/${THAILAND}`)).price).toBe(1.99);
    expect((await read('/v2.5/catalogue?perPage=1')).rows).toBe(all.length);
  });
});

describe('orders', () => {
  it('are priced without effect by validate', async () => {
    const line = { type: 'bundle', item: THAILAND, quantity: 2, allowReassign: true };
    const response = await post('/v2.5/orders', { type: 'validate', assign: true, order: [line] });
    expect(await jsonOf(response)).toEqual({
      order: [{ type: 'bundle', item: THAILAND, quantity: 2, subTotal: 3.98, pricePerUnit: 1.99, AllowReassign: true }],
      total: 3.98,
      valid: true,
      currency: 'USD',
      createdDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/),
      assigned: true,
    });
    expect(await ledger()).toEqual({ balance: 1_000_000, orders: [], esims: [], assignments: [] });
  });

  it('bring a new eSIM in the same answer', async () => {
    const body = await jsonOf(await order(THAILAND));
    const [line] = body.order;
    expect(line.iccids[0]).toMatch(/^89\d{17}$/);
    expect(body).toEqual({
      order: [
        {
          esims: [
            {
              iccid: line.iccids[0],
              matchingId: expect.stringMatching(/^[A-Z0-9]+(-[A-Z0-9]+){2,3}$/),
              smdpAddress: expect.any(String),
            },
          ],
          type: 'bundle',
          item: THAILAND,
          iccids: line.iccids,
          quantity: 1,
          subTotal: 1.99,
          pricePerUnit: 1.99,
          AllowReassign: false,
        },
      ],
      total: 1.99,
      currency: 'USD',
      status: 'completed',
      statusMessage: 'Order completed: 1 eSIMs assigned',
      orderReference: expect.stringMatching(UUID),
      createdDate: expect.any(String),
      assigned: true,
      sourceIP: '127.0.0.1',
      runningBalance: '999998.01',
    });
    const { orders, esims, assignments } = await ledger();
    expect(orders).toMatchObject([
      { order_reference: body.orderReference, item: THAILAND, iccid: line.iccids[0], status: 'completed' },
    ]);
    const [{ matchingId, smdpAddress }] = line.esims;
    expect(esims).toMatchObject([
      { iccid: line.iccids[0], lpa: `LPA:1$${smdpAddress}$${matchingId}`, profile_status: 'Released', state: 'active' },
    ]);
    expect(assignments).toMatchObject([
      { reference: `${body.orderReference}-0`, iccid: line.iccids[0], item: THAILAND, state: 'queued' },
    ]);
  });

  it('are carried out again when they are sent again', async () => {
    const [one, two] = [await buy(), await buy()];
    expect(one.iccid).not.toBe(two.iccid);
    expect((await ledger()).orders).toHaveLength(2);
  });

  it('carry nanoseconds in their date', async () => {
    const dates: string[] = [];
    for (let count = 0; count < 5; count += 1) dates.push((await jsonOf(await order(THAILAND))).createdDate);
    expect(dates.some((date) => /\.\d{9}Z$/.test(date))).toBe(true);
  });

  it.each([
    ['{', 'failed to parse request body'],
    [{ type: 'purchase', order: [] }, 'Invalid Order type'],
    [{ type: 'transaction', assign: true, order: [] }, 'Order must contain Order Items'],
    [{ type: 'transaction', assign: true, Order: [{ type: 'bundle' }] }, 'Order must contain Order Items'],
    [
      {
        type: 'validate',
        assign: true,
        order: [{ type: 'bundle', item: THAILAND, quantity: 1 }],
        profileID: 'not-a-uuid',
      },
      'invalid UUID length: 10',
    ],
  ])('refuse %j', async (body, message) => {
    const response = await post('/v2.5/orders', body);
    expect([response.status, await jsonOf(response)]).toEqual([400, { message }]);
  });

  it.each([
    ['an unknown bundle', 'esim_1GB_7D_ZZ_V2', {}],
    ['a quantity of none', THAILAND, { quantity: 0 }],
    ['more than ten', THAILAND, { quantity: 11 }],
    ['a quantity that is not the number of eSIMs', THAILAND, { quantity: 2, iccids: ['8943100000000000010'] }],
  ])('refuse %s', async (_what, item, extra) => {
    expect((await order(item, extra)).status).toBe(400);
    expect((await ledger()).orders).toEqual([]);
  });

  it('take no payment when the balance is too low, and list the failure', async () => {
    await running.control('set', { esimgo: { balance: 1.98 } });
    const response = await order(THAILAND);
    expect([response.status, await jsonOf(response)]).toEqual([
      400,
      { message: 'Failed to process Order. No payment taken.' },
    ]);
    expect(await ledger()).toEqual({ balance: 1.98, orders: [], esims: [], assignments: [] });
    const { orders } = await read('/v2.5/orders?includeIccids=true');
    expect(orders[0]).toMatchObject({ status: 'failed', statusMessage: 'Order processing failed' });
  });

  it('never spend more than the balance, however many come at once', async () => {
    await running.control('set', { esimgo: { balance: 1.99 * 5 } });
    const responses = await Promise.all(Array.from({ length: 20 }, () => order(THAILAND)));
    expect(responses.filter((response) => response.status === 200)).toHaveLength(5);
    const { balance, orders, esims } = await ledger();
    expect([balance, orders.length, esims.length]).toEqual([0, 5, 5]);
    expect(new Set(esims.map(({ iccid }: { iccid: string }) => iccid)).size).toBe(5);
  });

  it('are listed newest first with number balances, the account’s own payment among them', async () => {
    const one = await buy();
    const two = await buy();
    const listed = await read('/v2.5/orders?includeIccids=true');
    expect(listed).toMatchObject({ pageCount: 1, pageSize: 10, rows: 3 });
    expect(listed.orders.map((entry: { orderReference: string }) => entry.orderReference).slice(0, 2)).toEqual([
      two.reference,
      one.reference,
    ]);
    expect(listed.orders[0]).toMatchObject({
      order: [{ iccids: [two.iccid], esims: [{ iccid: two.iccid }] }],
      status: 'completed',
      runningBalance: 999_996.02,
    });
    expect(listed.orders[2].order[0]).toMatchObject({ type: 'topup', invoiceLink: expect.any(String) });
    const bare = await read('/v2.5/orders');
    expect(bare.orders[0].order[0]).not.toHaveProperty('iccids');
  });

  it('are listed in pages and between times', async () => {
    const references: string[] = [];
    const dates: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      const body = await jsonOf(await order(THAILAND));
      references.push(body.orderReference);
      dates.push(body.createdDate);
    }
    const referencesOf = async (query: string): Promise<string[]> =>
      (await read(`/v2.5/orders?${query}`)).orders.map((entry: { orderReference: string }) => entry.orderReference);
    expect(await referencesOf('limit=2&page=1')).toEqual([references[2], references[1]]);
    expect((await referencesOf('limit=2&page=2'))[0]).toBe(references[0]);
    expect(await referencesOf(`createdAt=gte:${dates[1]}`)).toEqual([references[2], references[1]]);
    expect(await referencesOf(`createdAt=gte:${dates[1]}&createdAt=lt:${dates[2]}`)).toEqual([references[1]]);
    expect((await get('/v2.5/orders?createdAt=gte:yesterday')).status).toBe(400);
  });

  it('are shown one by one', async () => {
    const { iccid, reference } = await buy();
    const shown = await read(`/v2.5/orders/${reference}`);
    expect(shown).toMatchObject({ orderReference: reference, order: [{ iccids: [iccid], esims: [{ iccid }] }] });
    expect(await jsonOf(await get('/v2.5/orders/x'))).toEqual({ message: 'invalid UUID length: 1' });
    expect((await get('/v2.5/orders/00000000-1111-4222-8333-444444444444')).status).toBe(403);
  });

  it('of more than five bundles are answered before the eSIMs exist', async () => {
    const body = await jsonOf(await order(THAILAND, { quantity: 6 }));
    expect(body.order[0]).not.toHaveProperty('esims');
    await running.control('set', { clock: { advance_s: 5 } });
    expect((await read(`/v2.5/orders/${body.orderReference}`)).order[0].esims).toHaveLength(6);
    expect(await read(`/v2.5/esims/assignments?reference=${body.orderReference}`)).toHaveLength(6);
  });

  it('fill the inventory when nothing is assigned', async () => {
    const body = await jsonOf(await order(THAILAND, { quantity: 3 }, false));
    expect(body).toMatchObject({ assigned: false });
    expect(body.order[0]).not.toHaveProperty('iccids');
    const { bundles } = await read('/v2.5/inventory');
    expect(bundles).toMatchObject([{ name: THAILAND, available: [{ total: 3, remaining: 3 }] }]);
  });

  it('outlast a restart', async () => {
    const { iccid, reference } = await buy();
    const before = await ledger();
    await running.restart();
    expect(await ledger()).toEqual(before);
    expect((await read(`/v2.5/orders/${reference}`)).order[0].iccids).toEqual([iccid]);
    const next = await buy();
    expect(next.iccid).not.toBe(iccid);
  });
});

describe('top-ups', () => {
  it('put another bundle on an eSIM', async () => {
    const { iccid } = await buy();
    const body = await jsonOf(await order('esim_3GB_30D_TH_V2', { iccids: [iccid] }));
    expect(body.order[0]).toMatchObject({ iccids: [iccid] });
    const { bundles } = await read(`/v2.5/esims/${iccid}/bundles`);
    expect(bundles).toMatchObject([
      { name: THAILAND, assignments: [{ bundleState: 'queued' }] },
      {
        name: 'esim_3GB_30D_TH_V2',
        assignments: [{ assignmentReference: `${body.orderReference}-0`, bundleState: 'queued' }],
      },
    ]);
    expect((await ledger()).esims).toHaveLength(1);
  });

  it('of another network profile are refused, or bring a new eSIM if that is allowed', async () => {
    const { bundles } = await read('/v2.5/catalogue?perPage=6000');
    const foreign = bundles.find((bundle: { profileName: string }) => bundle.profileName === 'Profile 4').name;
    const { iccid } = await buy();
    expect(await read(`/v2.5/esims/${iccid}/compatible/${foreign}`)).toEqual({ compatible: false });
    expect(await read(`/v2.5/esims/${iccid}/compatible/${THAILAND}`)).toEqual({ compatible: true });
    expect((await order(foreign, { iccids: [iccid] })).status).toBe(400);
    const body = await jsonOf(await order(foreign, { iccids: [iccid], allowReassign: true }));
    expect(body.order[0].iccids).not.toEqual([iccid]);
  });

  it('of a foreign eSIM are denied', async () => {
    expect((await order(THAILAND, { iccids: ['8943100000099999999'] })).status).toBe(403);
  });
});

describe('install details', () => {
  it('come as JSON when asked for, bare for one eSIM and in a list for several', async () => {
    const one = await buy();
    const two = await buy();
    const path = `/v2.5/esims/assignments?additionalFields=installUrl&reference=${one.reference}`;
    const details = await read(path);
    const { esims } = await ledger();
    expect(details).toMatchObject({
      iccid: one.iccid,
      profileStatus: 'Released',
      firstInstalledDateTime: '',
      puk: expect.stringMatching(/^\d{8}$/),
    });
    expect(details.appleInstallUrl).toBe(
      `https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=${esims[0].lpa}`,
    );
    expect(details.androidInstallUrl).toContain('esimsetup.android.com');
    expect(await read(`${path}&reference=${two.reference}`)).toHaveLength(2);
  });

  it('come as CSV by default', async () => {
    const { iccid, reference } = await buy();
    const response = await get(`/v2.5/esims/assignments?reference=${reference}`, { accept: '*/*' });
    expect(response.headers.get('content-type')).toContain('text/csv');
    const [head, row] = (await response.text()).split('\n');
    expect(head).toBe('"ICCID","Matching ID","RSP URL","Bundle","Reference"');
    expect(row).toMatch(new RegExp(`^"${iccid}","[A-Z0-9-]+","[^"]+","${THAILAND}","${reference}"$`));
  });

  it('show some addresses with a scheme, which the ledger never does', async () => {
    for (let count = 0; count < 3; count += 1) await order(THAILAND, { quantity: 5 });
    const { orders, esims } = await ledger();
    const references = [...new Set(orders.map(({ order_reference }: { order_reference: string }) => order_reference))];
    const details: { smdpAddress: string }[] = await read(
      `/v2.5/esims/assignments?reference=${references.join('&reference=')}`,
    );
    expect(details).toHaveLength(15);
    const schemes = details.filter(({ smdpAddress }) => smdpAddress.startsWith('http://'));
    expect(schemes.length).toBeGreaterThan(0);
    expect(schemes.length).toBeLessThan(15);
    for (const { lpa, smdp_address } of esims) {
      expect(smdp_address).not.toContain('/');
      expect(lpa).toMatch(/^LPA:1\$[a-z0-9.-]+\$[A-Z0-9-]+$/);
    }
  });

  it('are late under an assignment_delay, and then there', async () => {
    const rules = [{ match: { method: 'POST', path: '/orders' }, action: 'assignment_delay', delay_ms: 60_000 }];
    await running.control('faults', { target: 'esimgo', rules });
    const body = await jsonOf(await order(THAILAND));
    expect(body.status).toBe('completed');
    expect(body.order[0]).not.toHaveProperty('esims');
    const path = `/v2.5/esims/assignments?reference=${body.orderReference}`;
    const early = await get(path);
    expect([early.status, await jsonOf(early)]).toEqual([503, { message: 'Processing' }]);
    expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(50);
    expect((await read('/v2.5/orders?includeIccids=true')).orders[0].order[0]).not.toHaveProperty('iccids');
    await running.control('set', { clock: { advance_s: 60 } });
    const { iccid } = await read(path);
    expect((await ledger()).orders).toMatchObject([{ iccid }]);
    expect((await read('/v2.5/orders?includeIccids=true')).orders[0].order[0].iccids).toEqual([iccid]);
  });

  it('can be held back on their own', async () => {
    const { reference } = await buy();
    await running.control('faults', {
      target: 'esimgo',
      rules: [{ match: { path: '/esims/assignments' }, action: 'assignment_delay' }],
    });
    expect((await get(`/v2.5/esims/assignments?reference=${reference}`)).status).toBe(503);
    await running.control('set', { clock: { advance_s: 10 } });
    expect((await get(`/v2.5/esims/assignments?reference=${reference}`)).status).toBe(200);
  });
});

describe('eSIMs', () => {
  it('can be tagged and found by the tag', async () => {
    const { iccid } = await buy();
    await buy();
    const put = (body: object): Promise<Response> =>
      running.esimGo('/v2.5/esims', { method: 'PUT', body: JSON.stringify(body) });
    expect((await put({ iccid, customerRef: 'shop1 ord_42' })).status).toBe(200);
    expect((await put({ iccid: '8943100000099999999', customerRef: 'x' })).status).toBe(403);
    for (const filter of ['ord_42', 'eq:shop1%20ord_42']) {
      const found = await read(`/v2.5/esims?filterBy=customerRef&filter=${filter}`);
      expect(found).toMatchObject({
        rows: 1,
        esims: [{ iccid, customerRef: 'shop1 ord_42', state: 'active', physical: false }],
      });
    }
    expect((await read('/v2.5/esims?filterBy=customerRef&filter=eq:ord_42')).rows).toBe(0);
    expect((await read(`/v2.5/esims/${iccid}`)).customerRef).toBe('shop1 ord_42');
    expect((await ledger()).esims).toMatchObject([{ customer_ref: 'shop1 ord_42' }, { customer_ref: '' }]);
  });

  it('are listed in pages of fixed sizes', async () => {
    await order(THAILAND, { quantity: 5 });
    expect(await read('/v2.5/esims')).toMatchObject({ rows: 5, pageCount: 1, pageSize: 10 });
    expect((await get('/v2.5/esims?perPage=7')).status).toBe(400);
  });

  it('write the date of installation as a number here and as a text there', async () => {
    const { iccid, reference } = await buy();
    expect((await read(`/v2.5/esims/${iccid}`)).firstInstalledDateTime).toBe(0);
    await move(iccid, 'install');
    const esim = await read(`/v2.5/esims/${iccid}?additionalFields=installUrl`);
    expect(esim).toMatchObject({
      profileStatus: 'Installed',
      firstInstalledDateTime: expect.any(Number),
      profileName: 'Profile 1',
    });
    const details = await read(`/v2.5/esims/assignments?reference=${reference}`);
    expect(Date.parse(details.firstInstalledDateTime)).toBe(esim.firstInstalledDateTime);
    const older = await read(`/v2.4/esims/${iccid}?additionalFields=appleInstallUrl`);
    expect(older).not.toHaveProperty('state');
    expect(older).toHaveProperty('appleInstallUrl');
  });

  it('keep a history and a location', async () => {
    const { iccid } = await buy();
    await read(`/v2.5/esims/${iccid}/refresh`);
    await move(iccid, 'use', { bytes: 10_000_000 });
    const history: { name: string; date: string }[] = await read(`/v2.5/esims/${iccid}/history`);
    expect(new Set(history.map(({ name }) => name))).toEqual(
      new Set([
        'Bundle Applied',
        'eSIM Refreshed',
        'eSIM First Attachment',
        'eSIM First Use',
        'eSIM Utilisation Alert',
      ]),
    );
    expect(await read(`/v2.5/esims/${iccid}/location`)).toMatchObject({
      country: 'TH',
      networkName: 'Net A',
      lastSeen: expect.any(String),
    });
  });

  it('can be suspended, and are then without network', async () => {
    const { iccid } = await buy();
    const response = await post(`/v2.5/esims/${iccid}/suspend`, { suspend: true });
    expect([response.status, await jsonOf(response)]).toEqual([201, { status: 'eSIM suspended successfully' }]);
    expect(await read(`/v2.5/esims/${iccid}/suspend`)).toEqual({ suspended: true });
    expect((await running.control('esim', { iccid, action: 'attach' })).status).toBe(400);
    await post(`/v2.5/esims/${iccid}/suspend`, { suspend: false });
    await move(iccid, 'attach');
  });

  it('take short messages', async () => {
    const { iccid } = await buy();
    expect(await jsonOf(await post(`/v2.5/esims/${iccid}/sms`, { message: 'Hello', from: 'eSIM' }))).toEqual({
      status: 'sent',
    });
    expect((await post(`/v2.5/esims/${iccid}/sms`, { message: 'x'.repeat(161), from: 'eSIM' })).status).toBe(400);
  });
});

describe('the account', () => {
  it('is wrapped in a list and shows what must not leave the server', async () => {
    const { organisations } = await read('/v2.5/organisation');
    expect(organisations).toMatchObject([
      {
        balance: 1_000_000,
        currency: 'USD',
        apiKey: running.sandbox.keys.esimGoApiKey,
        users: [{ emailAddress: expect.any(String) }],
      },
    ]);
    const { groups } = await read('/v2.5/organisation/groups');
    expect(groups[0]).toMatchObject({ name: 'Standard Fixed' });
  });

  it('names the networks of countries', async () => {
    const { countryNetworks } = await read('/v2.5/networks?isos=TH,FR');
    expect(countryNetworks.map(({ name }: { name: string }) => name)).toEqual(['TH', 'FR']);
    expect((await read('/v2.5/networks?countries=Thailand')).countryNetworks).toMatchObject([{ name: 'Thailand' }]);
    expect((await read('/v2.5/networks?returnAll=true')).countryNetworks.length).toBeGreaterThan(190);
  });
});

describe('revoking', () => {
  it('is done unless it is only tried, and refunds an unstarted bundle to the inventory', async () => {
    const { iccid } = await buy();
    const path = `/v2.5/esims/${iccid}/bundles/${THAILAND}`;
    const remove = (query: string): Promise<Response> => running.esimGo(`${path}${query}`, { method: 'DELETE' });
    expect((await remove('?type=validate')).status).toBe(200);
    expect((await read(`/v2.5/esims/${iccid}/bundles`)).bundles).toHaveLength(1);
    expect(await jsonOf(await remove(''))).toEqual({
      status: 'Successfully Revoked Bundle, bundle has been refunded to inventory',
    });
    expect((await read(`/v2.5/esims/${iccid}/bundles`)).bundles).toEqual([]);
    const { bundles } = await read(`/v2.5/esims/${iccid}/bundles?includeUsed=true`);
    expect(bundles[0].assignments[0].bundleState).toBe('revoked');
    expect((await read('/v2.5/inventory')).bundles).toHaveLength(1);
    expect((await remove('')).status).toBe(400);
  });

  it('takes a started bundle without a refund, and says so when only tried', async () => {
    const { iccid } = await buy();
    await move(iccid, 'use');
    const { assignments } = await read(`/v2.5/esims/${iccid}/bundles/${THAILAND}`);
    const path = `/v2.5/esims/${iccid}/bundles/${THAILAND}/assignments/${assignments[0].id}`;
    expect((await running.esimGo(`${path}?type=validate`, { method: 'DELETE' })).status).toBe(400);
    expect(await jsonOf(await running.esimGo(path, { method: 'DELETE' }))).toEqual({
      status: 'Successfully Revoked Bundle',
    });
    expect((await read('/v2.5/inventory')).bundles).toEqual([]);
  });

  it('gives the money back when asked to', async () => {
    const { iccid } = await buy();
    await running.esimGo(`/v2.5/esims/${iccid}/bundles/${THAILAND}?refundToBalance=true`, { method: 'DELETE' });
    expect((await ledger()).balance).toBe(1_000_000);
  });
});

describe('the life of an eSIM', () => {
  let iccid: string;
  beforeEach(async () => {
    iccid = (await buy()).iccid;
  });

  it('is unknown for a number that was never sold', async () => {
    const response = await running.control('esim', { iccid: '8943100000099999999', action: 'install' });
    expect(response.status).toBe(404);
  });

  it('starts with the installation, which the vendor does not report', async () => {
    expect(await move(iccid, 'install')).toEqual({
      iccid,
      profile_status: 'Installed',
      state: 'active',
      country: null,
      bundles: [{ name: THAILAND, state: 'queued', remaining_bytes: 1_000_000_000 }],
    });
    await move(iccid, 'attach');
    await eventually(() => callbacksAbout(iccid)).toHaveLength(1);
  });

  it('reports the first attachment once, and another country', async () => {
    await move(iccid, 'attach');
    await move(iccid, 'attach');
    await move(iccid, 'attach', { country: 'VN' });
    await eventually(() => callbacksAbout(iccid)).toHaveLength(2);
    const [first, second] = callbacksAbout(iccid);
    expect(JSON.parse(first?.body ?? '')).toEqual({ alertType: 'FirstAttachment', iccid });
    expect(JSON.parse(second?.body ?? '')).toEqual({
      iccid,
      alertType: 'CountryChange',
      country: { code: 'VN', name: 'Vietnam' },
    });
  });

  it('signs each callback with the API key over the bytes that are sent', async () => {
    await move(iccid, 'attach');
    await eventually(() => callbacksAbout(iccid)).toHaveLength(1);
    const [callback] = callbacksAbout(iccid);
    expect(callback?.path).toBe('/api/esimgo/webhook');
    const expected = createHmac('sha256', running.sandbox.keys.esimGoApiKey)
      .update(callback?.body ?? '')
      .digest('base64');
    expect(callback?.headers.get('x-signature-sha256')).toBe(expected);
  });

  it('never sends a callback again, whatever the shop answers', async () => {
    running.shop.answer = () => new Response('no', { status: 500 });
    await move(iccid, 'attach');
    await move(iccid, 'attach', { country: 'VN' });
    await eventually(() => callbacksAbout(iccid)).toHaveLength(2);
    running.shop.answer = () => new Response('ok');
  });

  it('reports first use once, with the ICCID as a number of all its digits', async () => {
    await move(iccid, 'use', { bytes: 1_000 });
    await move(iccid, 'use', { bytes: 1_000 });
    await eventually(() => callbacksAbout(iccid)).toHaveLength(2);
    const texts = callbacksAbout(iccid).map(({ body }) => body);
    expect(texts[1]).toContain(`"iccid":${iccid},`);
    const { bundle } = JSON.parse(texts[1] ?? '');
    expect(bundle).toMatchObject({ name: THAILAND, initialQuantity: 1_000_000_000, remainingQuantity: 1_000_000_000 });
    expect(Date.parse(bundle.endTime) - Date.parse(bundle.startTime)).toBe(7 * 86_400_000);
  });

  it('counts data down, reports 1, 50, 80 and 100 percent, and ends depleted', async () => {
    expect((await move(iccid, 'use', { bytes: 20_000_000 })).bundles[0]).toMatchObject({
      state: 'active',
      remaining_bytes: 980_000_000,
    });
    await move(iccid, 'use', { bytes: 500_000_000 });
    await move(iccid, 'use', { bytes: 300_000_000 });
    expect((await move(iccid, 'use', { bytes: 900_000_000 })).bundles[0]).toMatchObject({
      state: 'depleted',
      remaining_bytes: 0,
    });
    await eventually(() => callbacksAbout(iccid)).toHaveLength(6);
    const utilisations = callbacksAbout(iccid)
      .map(({ body }) => JSON.parse(body))
      .filter(({ alertType }) => alertType === 'Utilisation');
    expect(utilisations.map(({ bundle }) => bundle.remainingQuantity)).toEqual([
      980_000_000, 480_000_000, 180_000_000, 0,
    ]);
    expect(utilisations[0].bundle).toMatchObject({
      id: expect.stringMatching(/^\d+$/),
      reference: expect.stringMatching(/-0$/),
      unlimited: false,
    });
  });

  it('uses the next bundle when one runs out', async () => {
    await order('esim_3GB_30D_TH_V2', { iccids: [iccid] });
    expect((await move(iccid, 'use', { bytes: 1_500_000_000 })).bundles).toEqual([
      { name: THAILAND, state: 'depleted', remaining_bytes: 0 },
      { name: 'esim_3GB_30D_TH_V2', state: 'active', remaining_bytes: 2_500_000_000 },
    ]);
  });

  it('uses no data where no bundle works', async () => {
    expect((await move(iccid, 'use', { bytes: 1_000, country: 'BR' })).bundles[0]).toMatchObject({ state: 'queued' });
  });

  it('has start and end only from first use on, and ends with the time', async () => {
    const show = async () => (await read(`/v2.5/esims/${iccid}/bundles/${THAILAND}`)).assignments[0];
    expect(await show()).not.toHaveProperty('startTime');
    await move(iccid, 'use');
    expect(await show()).toMatchObject({
      bundleState: 'active',
      startTime: expect.any(String),
      endTime: expect.any(String),
    });
    await running.control('set', { clock: { advance_s: 7 * 86_400 } });
    expect(await show()).toMatchObject({ bundleState: 'expired' });
    expect((await read(`/v2.5/esims/${iccid}/bundles`)).bundles).toEqual([]);
    expect((await read(`/v2.5/esims/${iccid}/history`))[0]).toMatchObject({ name: 'Bundle Expired' });
  });

  it('can be brought to its end', async () => {
    await move(iccid, 'use');
    expect((await move(iccid, 'expire')).bundles[0]).toMatchObject({ state: 'expired' });
    const other = await buy();
    expect((await move(other.iccid, 'expire')).bundles[0]).toMatchObject({ state: 'lapsed' });
  });

  it('never runs out of unlimited data', async () => {
    const unlimited = await buy(UNLIMITED);
    const moved = await move(unlimited.iccid, 'use', { bytes: 500_000_000_000 });
    expect(moved.bundles).toEqual([{ name: UNLIMITED, state: 'active', remaining_bytes: -1 }]);
    expect((await read(`/v2.5/esims/${unlimited.iccid}/bundles`)).bundles[0].assignments[0]).toMatchObject({
      unlimited: true,
    });
  });

  it('tells where it stands without moving it', async () => {
    const moved = await move(iccid, 'use', { bytes: 250_000_000 });
    const shown = () => fetch(`${running.url}/sandbox/api/esim?iccid=${iccid}`);
    expect(await jsonOf(await shown())).toEqual(moved);
    expect(await jsonOf(await shown())).toEqual(moved);
    expect((await fetch(`${running.url}/sandbox/api/esim?iccid=8943100000099999999`)).status).toBe(404);
    expect((await fetch(`${running.url}/sandbox/api/esim`)).status).toBe(400);
  });

  it('pauses while the vendor suspends it, and goes on where it was', async () => {
    await move(iccid, 'use', { bytes: 250_000_000 });
    expect(await move(iccid, 'suspend')).toMatchObject({ state: 'suspended', profile_status: 'Installed' });
    expect((await read(`/v2.5/esims/${iccid}`)).state).toBe('suspended');
    expect((await running.control('esim', { iccid, action: 'use' })).status).toBe(400);
    expect(await move(iccid, 'resume')).toMatchObject({ state: 'active', bundles: [{ remaining_bytes: 750_000_000 }] });
    await move(iccid, 'use');
  });

  it('ends when the vendor deactivates it, with everything on it', async () => {
    const { reference } = await buy();
    const details = await read(`/v2.5/esims/assignments?reference=${reference}`);
    expect(await move(details.iccid, 'deactivate')).toEqual({
      iccid: details.iccid,
      profile_status: 'Deactivated',
      state: 'deactivated',
      country: null,
      bundles: [{ name: THAILAND, state: 'revoked', remaining_bytes: 1_000_000_000 }],
    });
    expect(await read(`/v2.5/esims/${details.iccid}`)).toMatchObject({
      profileStatus: 'Deactivated',
      state: 'deactivated',
    });
    await eventually(() => callbacksAbout(details.iccid).map(({ body }) => JSON.parse(body))).toEqual([
      { date: expect.any(String), event: 'esim.deleted', iccid: details.iccid },
    ]);
    expect((await get(`/v2.5/esims/assignments?reference=${reference}`)).status).toBe(410);
    expect((await get(`/v2.4/esims/assignments?reference=${reference}`)).status).toBe(200);
    expect(await read(`/v2.5/esims/${details.iccid}/compatible/${THAILAND}`)).toEqual({ compatible: false });
    expect((await order(THAILAND, { iccids: [details.iccid] })).status).toBe(400);
    expect((await post(`/v2.5/esims/${details.iccid}/suspend`, { suspend: false })).status).toBe(400);
    for (const action of ['install', 'use', 'expire', 'resume', 'deactivate']) {
      expect((await running.control('esim', { iccid: details.iccid, action })).status).toBe(400);
    }
  });

  it('cannot be installed once its profile is unavailable', async () => {
    expect(await move(iccid, 'make_unavailable')).toMatchObject({ profile_status: 'Unavailable', state: 'active' });
    expect((await read(`/v2.5/esims/${iccid}`)).profileStatus).toBe('Unavailable');
    for (const action of ['install', 'attach', 'use']) {
      expect((await running.control('esim', { iccid, action })).status).toBe(400);
    }
    const installed = await buy();
    await move(installed.iccid, 'install');
    expect((await running.control('esim', { iccid: installed.iccid, action: 'make_unavailable' })).status).toBe(400);
  });

  it('outlasts a restart', async () => {
    const moved = await move(iccid, 'use', { bytes: 250_000_000 });
    await running.restart();
    expect((await move(iccid, 'attach')).bundles).toEqual(moved.bundles);
  });
});

describe('the balance', () => {
  it('is reported when it falls below the threshold and when it does not suffice', async () => {
    const before = running.received.length;
    const alerts = (): { alertType: string; balanceInfo: { balance: number } }[] =>
      running.received.slice(before).map(({ body }) => JSON.parse(body));
    await running.control('set', { esimgo: { balance: 101.5 } });
    await buy();
    await order(UNLIMITED);
    await eventually(() => alerts().filter(({ alertType }) => alertType !== 'Topup')).toMatchObject([
      { alertType: 'LowBalance', balanceInfo: { balance: 99.51, threshold: 100 } },
      { alertType: 'InsufficientBalance', balanceInfo: { balance: 99.51 } },
    ]);
  });
});
