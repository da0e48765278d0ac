import * as z from 'zod';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseBundleName } from '../../lib/esim-go/bundle-name.ts';
import { createEsimGoClient, type EsimGoClient } from '../../lib/esim-go/client.ts';
import { lpaString } from '../../lib/esim-go/lpa.ts';
import { verifyCallbackSignature } from '../../lib/esim-go/signature.ts';
import type { EsimGoClientOptions } from '../../lib/esim-go/transport.ts';
import type { Bundle } from '../../lib/esim-go/wire/bundle.ts';
import { parseCallback } from '../../lib/esim-go/wire/callback.ts';
import type { PlacedOrder } from '../../lib/esim-go/wire/order.ts';
import { startSandbox, type RunningSandbox } from '../support/running-sandbox.ts';
import { until } from '../support/until.ts';

const BUNDLE = 'esim_1GB_7D_PT_V2';

let sandbox: RunningSandbox;
let client: EsimGoClient;
const clients: EsimGoClient[] = [];

function aClient(options: Partial<EsimGoClientOptions> = {}): EsimGoClient {
  const created = createEsimGoClient({
    baseUrl: `${sandbox.url}/sandbox/esimgo/v2.5`,
    apiKey: sandbox.sandbox.keys.esimGoApiKey,
    ratePerS: 0,
    orderIntervalMs: 0,
    userAgent: 'esim-shop/test',
    ...options,
  });
  clients.push(created);
  return created;
}

async function control(name: string, body: unknown): Promise<void> {
  const response = await sandbox.control(name, body);
  if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`);
}

const faults = (...rules: object[]) => control('faults', { target: 'esimgo', rules });
const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'succeeded',
    (error: unknown) => error,
  );

async function listedOrders(): Promise<(string | null)[]> {
  const { orders } = await client.listAllOrders({ createdFrom: new Date(Date.now() - 3_600_000) });
  return orders.map(({ orderReference }) => orderReference);
}

const ledgerBody = z.object({
  esimgo: z.object({ esims: z.array(z.object({ iccid: z.string(), lpa: z.string() })) }),
});

async function ledgerEsims(): Promise<{ iccid: string; lpa: string }[]> {
  const response = await fetch(`${sandbox.url}/sandbox/api/ledger`);
  return ledgerBody.parse(await response.json()).esimgo.esims;
}

async function placedEsim(): Promise<{ order: PlacedOrder; iccid: string }> {
  const { order } = await client.placeOrder({ bundleName: BUNDLE });
  const iccid = order.items[0]?.iccids[0];
  if (iccid === undefined) throw new Error('no eSIM in the order');
  return { order, iccid };
}

beforeAll(async () => {
  sandbox = await startSandbox({ seed: 'esim-go-client' });
  client = aClient();
  await control('set', { esimgo: { rate_per_s: 0 } });
});
afterEach(() => faults());
afterAll(async () => {
  for (const opened of clients) await opened.close();
  await sandbox.close();
});

describe('the catalogue', () => {
  it('is read whole, page by page, every bundle of it', async () => {
    const bundles: Bundle[] = [];
    const unreadable: unknown[] = [];
    for await (const page of client.listCatalogue({ onUnreadable: (row) => unreadable.push(row) }))
      bundles.push(...page);
    expect(unreadable).toEqual([]);
    expect(bundles.length).toBeGreaterThan(5_000);
    expect(new Set(bundles.map(({ name }) => name)).size).toBe(bundles.length);
    expect(bundles.filter(({ name }) => parseBundleName(name) === null)).toEqual([]);
    expect(bundles.every(({ unlimited, dataMb }) => unlimited === (dataMb === null))).toBe(true);
  });

  it('holds a bundle that reads the same on its own', async () => {
    const bundle = await client.getBundle(BUNDLE);
    expect(bundle).toMatchObject({ name: BUNDLE, dataMb: 1000, durationDays: 7, groups: ['Standard Fixed'] });
  });

  it('refuses a bundle that is not sold', async () => {
    expect(await failureOf(client.getBundle('esim_1GB_7D_ZZ_V2'))).toMatchObject({ name: 'EsimGoRefusedError' });
  });
});

describe('an order', () => {
  it('costs what it was said to cost and takes it from the balance', async () => {
    const before = await client.getOrganisation();
    const validated = await client.validateOrder({ bundleName: BUNDLE });
    expect(await client.getOrganisation()).toEqual(before);
    const { order } = await placedEsim();
    expect(validated).toMatchObject({ valid: true, totalMilli: order.totalMilli, currency: order.currency });
    const after = await client.getOrganisation();
    expect(before.balanceMilli - after.balanceMilli).toBe(order.totalMilli);
  });

  it('brings one eSIM with the codes of the ledger', async () => {
    const { order, iccid } = await placedEsim();
    expect(order).toMatchObject({ status: 'completed', items: [{ item: BUNDLE, quantity: 1, iccids: [iccid] }] });
    const answer = await client.getInstallDetails(order.orderReference);
    if (answer.state !== 'available') throw new Error('no install details');
    const [details] = answer.details;
    const truth = (await ledgerEsims()).find((esim) => esim.iccid === iccid);
    expect(lpaString(details?.smdpAddress ?? '', details?.matchingId ?? '')).toBe(truth?.lpa);
  });

  it('is found again by its reference and in the list', async () => {
    const { order } = await placedEsim();
    expect(await client.getOrder(order.orderReference)).toMatchObject({
      orderReference: order.orderReference,
      totalMilli: order.totalMilli,
    });
    expect(await listedOrders()).toContain(order.orderReference);
  });

  it('tops up that eSIM', async () => {
    const { iccid } = await placedEsim();
    expect(await client.isCompatible(iccid, BUNDLE)).toBe(true);
    const { order } = await client.placeOrder({ bundleName: BUNDLE, iccid });
    expect(order.items[0]?.iccids).toEqual([iccid]);
    const assignments = await client.listEsimBundles(iccid);
    expect(assignments).toHaveLength(2);
    expect(assignments.some(({ reference }) => reference.startsWith(order.orderReference))).toBe(true);
  });

  it('is refused when the balance is empty', async () => {
    const { balanceMilli } = await client.getOrganisation();
    await control('set', { esimgo: { balance: 0 } });
    const error = await failureOf(client.placeOrder({ bundleName: BUNDLE }));
    await control('set', { esimgo: { balance: balanceMilli / 1000 } });
    expect(error).toMatchObject({ name: 'EsimGoRefusedError' });
  });

  it.each([
    ['drop_before', 0, { name: 'EsimGoUnreachableError', mayHaveBeenApplied: true }],
    ['drop_after', 1, { name: 'EsimGoUnreachableError', mayHaveBeenApplied: true }],
    ['garbage', 1, { name: 'EsimGoShapeError', mayHaveBeenApplied: true }],
    ['error_500', 0, { name: 'EsimGoUnreachableError', reason: 'server_error', mayHaveBeenApplied: true }],
    ['error_503', 0, { name: 'EsimGoUnreachableError', status: 503, mayHaveBeenApplied: true }],
    ['rate_limit', 0, { name: 'EsimGoRefusedError', status: 429, retryAfterMs: 1_000 }],
    ['forbidden', 0, { name: 'EsimGoRefusedError', status: 403 }],
  ])('is never sent twice: %s leaves %i order', async (action, placed, expected) => {
    const before = await listedOrders();
    await faults({ match: { method: 'POST', path: '/orders' }, action, times: 1 });
    const error = await failureOf(aClient().placeOrder({ bundleName: BUNDLE }));
    expect(error).toMatchObject(expected);
    expect(await listedOrders()).toHaveLength(before.length + placed);
  });

  it('is called off in time when the vendor hangs', async () => {
    const before = await listedOrders();
    await faults({ match: { method: 'POST', path: '/orders' }, action: 'hang', times: 1 });
    const error = await failureOf(aClient({ orderTimeoutMs: 200 }).placeOrder({ bundleName: BUNDLE }));
    expect(error).toMatchObject({ reason: 'timed_out', mayHaveBeenApplied: true });
    expect(await listedOrders()).toHaveLength(before.length);
  });
});

describe('reading', () => {
  it('gets over a dropped connection and a 503', async () => {
    await faults(
      { match: { path: '/organisation' }, action: 'drop_before', times: 1 },
      { match: { path: '/organisation' }, action: 'error_503', times: 1 },
    );
    expect((await client.getOrganisation()).currency).toBe('USD');
  });

  it('is refused with a wrong key', async () => {
    const error = await failureOf(aClient({ apiKey: 'sandbox-wrong' }).getOrganisation());
    expect(error).toMatchObject({ name: 'EsimGoRefusedError', status: 403 });
  });

  it('finds no catalogue below /v2, in words', async () => {
    const legacy = aClient({ baseUrl: `${sandbox.url}/sandbox/esimgo/v2` });
    expect(await legacy.probe('/catalogue')).toMatchObject({ status: 404, text: 'Not Found' });
    expect(await legacy.probe('/esims')).toMatchObject({ status: 200 });
  });

  it('shows no key when the organisation is probed', async () => {
    const { text, status } = await client.probe('/organisation');
    expect(status).toBe(200);
    expect(text).not.toContain(sandbox.sandbox.keys.esimGoApiKey);
  });

  it('reads networks', async () => {
    expect(await client.listNetworks(['PT'])).toMatchObject([{ networks: expect.any(Array) }]);
  });
});

describe('an eSIM', () => {
  it('is tagged and found by its tag', async () => {
    const { iccid } = await placedEsim();
    await client.setCustomerRef(iccid, 'ord_client_1');
    expect((await client.getEsim(iccid)).customerRef).toBe('ord_client_1');
    expect((await client.findEsimsByCustomerRef('ord_client_1')).map((esim) => esim.iccid)).toEqual([iccid]);
  });

  it('is followed from released to used, with signed callbacks', async () => {
    const { iccid } = await placedEsim();
    expect((await client.getEsim(iccid)).profileStatus).toBe('released');
    await control('esim', { iccid, action: 'install' });
    await control('esim', { iccid, action: 'attach', country: 'PT' });
    await control('esim', { iccid, action: 'use', bytes: 250_000_000 });
    const esim = await client.getEsim(iccid);
    expect(esim).toMatchObject({ profileStatus: 'installed' });
    expect(esim.firstInstalledAt).toBeInstanceOf(Date);
    expect(await client.listEsimBundles(iccid)).toMatchObject([
      { state: 'active', initialBytes: 1_000_000_000, remainingBytes: 750_000_000, unlimited: false },
    ]);
    expect((await client.getEsimLocation(iccid)).country).toBe('PT');
    expect((await client.getEsimHistory(iccid)).map(({ name }) => name)).toContain('Bundle Applied');

    const callbacks = await until(
      async () => sandbox.received.filter(({ body }) => parseCallback(body)?.iccid === iccid),
      (received) => received.length > 0,
    );
    for (const { body, headers } of callbacks) {
      const signature = headers.get('x-signature-sha256');
      const rawBody = new TextEncoder().encode(body);
      expect(verifyCallbackSignature({ rawBody, signature, keys: [sandbox.sandbox.keys.esimGoApiKey] })).toBe(true);
      expect(verifyCallbackSignature({ rawBody, signature, keys: ['another'] })).toBe(false);
    }
  });

  it('is refreshed, written to, suspended and resumed', async () => {
    const { iccid } = await placedEsim();
    await control('esim', { iccid, action: 'install' });
    await control('esim', { iccid, action: 'attach', country: 'PT' });
    await client.refreshEsim(iccid);
    expect(await client.sendSms(iccid, 'Hello')).toBe(true);
    await client.suspendEsim(iccid, true);
    expect((await client.getEsim(iccid)).state).toBe('suspended');
    await client.suspendEsim(iccid, false);
    expect((await client.getEsim(iccid)).state).toBe('active');
  });

  it('loses a bundle only by a transaction', async () => {
    const { iccid } = await placedEsim();
    const [assignment] = await client.listEsimBundles(iccid);
    const revoke = { iccid, bundleName: BUNDLE, assignmentId: assignment?.id ?? '' };
    await client.revokeAssignment({ ...revoke, type: 'validate' });
    expect(await client.listEsimBundles(iccid)).toMatchObject([{ state: 'queued' }]);
    await client.revokeAssignment({ ...revoke, type: 'transaction' });
    expect((await client.listEsimBundles(iccid)).filter(({ state }) => state !== 'revoked')).toEqual([]);
  });

  it('of somebody else is refused, its ICCID not told', async () => {
    const error = await failureOf(client.getEsim('8900000000000000999'));
    expect(error).toMatchObject({ name: 'EsimGoRefusedError', path: '/esims/…0999' });
  });
});

describe('install details', () => {
  it('that come late are processing first', async () => {
    await faults({
      match: { method: 'POST', path: '/orders' },
      action: 'assignment_delay',
      times: 1,
      delay_ms: 600_000,
    });
    const { order } = await client.placeOrder({ bundleName: BUNDLE });
    expect(await client.getInstallDetails(order.orderReference)).toMatchObject({ state: 'processing' });
    await control('set', { clock: { advance_s: 601 } });
    expect(await client.getInstallDetails(order.orderReference)).toMatchObject({ state: 'available' });
  });
});

describe('the limit of the vendor', () => {
  it('delays calls but loses none, however many ask at once', async () => {
    await control('set', { esimgo: { rate_per_s: 10 } });
    const patient = aClient({ ratePerS: 8 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => patient.getOrganisation()));
    await control('set', { esimgo: { rate_per_s: 0 } });
    expect(answers).toHaveLength(20);
  });
});
