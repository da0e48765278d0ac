import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signCallback } from '../../../lib/esim-go/signature.ts';
import { moneySteps } from '../../support/money.ts';
import { startShop, type ShopUnderTest } from '../../support/shop.ts';

const LIMIT = 25;
const SNAPSHOT = 'supplier:snapshot';

let shop: ShopUnderTest;
let ours: { orderId: string; reference: string; esimId: string; iccid: string };
let lastAddress = 0;
let address = '';
beforeAll(async () => {
  shop = await startShop({
    ESIMGO_CALLBACK_V2: 'on',
    AUTH_FAILURES_PER_MIN: String(LIMIT),
    ADMIN_TELEGRAM_IDS: '31337',
  });
  const [plan] = await shop.plans('TH');
  if (plan === undefined) throw new Error('Thailand is not sold');
  const { buyer, orderId } = await moneySteps(shop).paid(plan);
  await buyer.waitFor(orderId, 'ready');
  await shop.settled();
  const [row] = await shop.query<{ reference: string; esim_id: string; iccid: string }>(
    `SELECT esimgo_order_id AS reference, esim_id, iccid FROM orders JOIN esims ON esims.id = esim_id WHERE orders.id = $1`,
    [orderId],
  );
  if (row === undefined) throw new Error('nothing was delivered');
  ours = { orderId, reference: row.reference, esimId: row.esim_id, iccid: row.iccid };
});
afterAll(() => shop?.close());
beforeEach(async () => {
  address = `203.0.113.${(lastAddress += 1)}`;
  await shop.query(`DELETE FROM inbox WHERE source = 'esimgo'`);
});

async function send(payload: object, signature?: string): Promise<number> {
  const { status } = await shop.call('/api/esimgo/webhook', {
    method: 'POST',
    body: JSON.stringify(payload),
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': address,
      ...(signature === undefined ? {} : { 'x-signature-sha256': signature }),
    },
  });
  await shop.settled();
  return status;
}
const signed = (payload: object) => signCallback(Buffer.from(JSON.stringify(payload)), shop.env.ESIMGO_API_KEY ?? '');
const stored = () => shop.query(`SELECT kind, outcome, esim_id, order_id FROM inbox WHERE source = 'esimgo'`);

describe('a callback of an account that cannot sign', () => {
  it('is taken as a hint when it names an eSIM of ours', async () => {
    await shop.control('esim', { iccid: ours.iccid, action: 'install' });
    await shop.query(`UPDATE esims SET profile_status = 'released' WHERE id = $1`, [ours.esimId]);
    expect(await send({ alertType: 'FirstAttachment', iccid: ours.iccid })).toBe(200);
    expect(await stored()).toEqual([
      { kind: 'FirstAttachment', outcome: 'queued', esim_id: ours.esimId, order_id: null },
    ]);
    expect(await shop.query(`SELECT profile_status FROM esims WHERE id = $1`, [ours.esimId])).toEqual([
      { profile_status: 'installed' },
    ]);
  });

  it.each([
    ['our order id', () => ({ event: 'order.activated', order_id: ours.orderId })],
    ['the order reference', () => ({ event: 'order.activated', orderReference: ours.reference })],
  ])('is taken as a hint when it names %s', async (_what, payload) => {
    expect(await send(payload())).toBe(200);
    expect(await stored()).toEqual([
      { kind: 'order.activated', outcome: 'queued', esim_id: ours.esimId, order_id: ours.orderId },
    ]);
  });

  it.each([
    { alertType: 'FirstAttachment', iccid: '8943108170001234567' },
    { alertType: 'Anna Petrova +49 151 23456789' },
    { event: 'order.failed', order_id: 'ord_00000000000000000000', orderReference: randomUUID() },
    { alertType: 'Topup', bundle: { oldAmount: 1, newAmount: 2 } },
    {},
  ])('leaves nothing behind when it names none of ours: %j', async (payload) => {
    expect(await send(payload)).toBe(200);
    expect(await stored()).toEqual([]);
  });

  it('alerts nobody of a low balance, and keeps what is known of the supplier', async () => {
    await shop.query(`DELETE FROM outbox WHERE kind = 'alert'`);
    await shop.app.deps.kv.set(SNAPSHOT, 'kept');
    for (const alertType of ['LowBalance', 'InsufficientBalance']) {
      for (const more of [{}, { iccid: ours.iccid }, { order_id: ours.orderId }]) {
        expect(await send({ alertType, balanceInfo: { balance: 1 }, ...more })).toBe(200);
      }
    }
    expect(await shop.query(`SELECT job_key FROM outbox WHERE kind = 'alert'`)).toEqual([]);
    expect(await shop.app.deps.kv.get(SNAPSHOT)).toBe('kept');
    await shop.app.deps.kv.delete(SNAPSHOT);
  });

  it('is stored once a minute for each eSIM, whatever else it says', async () => {
    for (let n = 0; n < 20; n += 1) expect(await send({ alertType: `Kind${n}`, iccid: ours.iccid, n })).toBe(200);
    // Two or three where the minute turns in between.
    expect((await stored()).length).toBeLessThanOrEqual(3);
  });

  it('is refused from an address that sends too many, while a signed one still comes in', async () => {
    const answers: number[] = [];
    for (let n = 0; n < LIMIT; n += 1) answers.push(await send({ alertType: 'Utilisation', n }));
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(await send({ alertType: 'Utilisation', n: LIMIT })).toBe(429);
    const payload = { alertType: 'Utilisation', iccid: ours.iccid, isSigned: true };
    expect(await send(payload, signed(payload))).toBe(200);
    expect(await stored()).toHaveLength(1);
  });

  it('is refused all the same when it carries a signature that is wrong', async () => {
    const payload = { alertType: 'FirstAttachment', iccid: ours.iccid };
    const body = JSON.stringify(payload);
    const wrong = [
      '',
      'nonsense',
      signCallback(Buffer.from(body), 'another key'),
      signCallback(Buffer.from(`${body} `), shop.env.ESIMGO_API_KEY ?? ''),
    ];
    for (const signature of wrong) expect(await send(payload, signature)).toBe(401);
    expect(await send(payload, signed(payload))).toBe(200);
  });
});
