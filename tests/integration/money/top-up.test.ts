import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DestinationsAnswer, Plan } from '../../../lib/contract/catalogue.ts';
import { recordPlacement } from '../../../lib/orders/record-placement.ts';
import { expectBooksToBalance } from '../../support/invariants.ts';
import { moneySteps, type Buyer } from '../../support/money.ts';
import { startShop, until, type ShopUnderTest } from '../../support/shop.ts';

let shop: ShopUnderTest;
let steps: ReturnType<typeof moneySteps>;
let plans: Plan[];
beforeAll(async () => {
  shop = await startShop({ RECONCILE_WINDOW_S: '5' });
  steps = moneySteps(shop);
  plans = (await shop.plans('TH')).filter(({ can_top_up: canTopUp }) => canTopUp);
});
afterEach(async () => {
  await shop.faults('esimgo', []);
  await shop.faults('telegram', []);
});
afterAll(async () => {
  try {
    await steps.runJobs();
    await expectBooksToBalance(shop);
  } finally {
    await shop?.close();
  }
});

function planAt(index: number): Plan {
  const plan = plans[index];
  if (plan === undefined) throw new Error('too few plans to top up with');
  return plan;
}

interface Holder {
  buyer: Buyer;
  orderId: string;
  esimId: string;
  iccid: string;
}

/** Somebody with an eSIM, which may be topped up. */
async function holder(): Promise<Holder> {
  const { buyer, orderId } = await steps.paid(planAt(0));
  const { esim_id: esimId } = await buyer.waitFor(orderId, 'ready');
  const [esim] = await shop.query<{ iccid: string }>(`SELECT iccid FROM esims WHERE id = $1`, [esimId]);
  return { buyer, orderId, esimId: esimId ?? '', iccid: esim?.iccid ?? '' };
}

async function topUpsOf(iccid: string, plan: Plan): Promise<number> {
  return (await steps.bought(plan.id)).filter((order) => order.iccid === iccid).length;
}

describe('a top-up', () => {
  it('puts the bundle on the eSIM that it was bought for, and says so without codes', async () => {
    const { buyer, esimId, iccid } = await holder();
    const { orderId } = await steps.paid(planAt(1), { iccid: esimId }, buyer);
    const order = await buyer.waitFor(orderId, 'ready');
    expect(order).toMatchObject({ kind: 'top_up', esim_id: esimId });
    expect(await topUpsOf(iccid, planAt(1))).toBe(1);
    expect(await shop.query(`SELECT id FROM esims WHERE telegram_user_id = $1`, [buyer.id])).toHaveLength(1);
    const texts = await steps.isTold(buyer.id, /Data added/);
    expect(texts.find((text) => text.includes('Data added'))).not.toContain('LPA:');
  });

  it('takes the ICCID as well as our id', async () => {
    const { buyer, iccid } = await holder();
    const { orderId } = await steps.paid(planAt(1), { iccid }, buyer);
    await buyer.waitFor(orderId, 'ready');
    expect(await topUpsOf(iccid, planAt(1))).toBe(1);
  });

  it('leaves the mark of the order that issued the eSIM', async () => {
    const { buyer, orderId, esimId, iccid } = await holder();
    const topUp = await steps.paid(planAt(1), { iccid: esimId }, buyer);
    await buyer.waitFor(topUp.orderId, 'ready');
    await steps.runJobs();
    const { esimgo } = await shop.ledger();
    const mark = esimgo.esims.find((esim) => esim.iccid === iccid)?.customer_ref;
    expect(mark).toBe(`${await shop.app.deps.shopId()}:${orderId}`);
  });

  it('of somebody else’s eSIM is not found, and nothing is ordered', async () => {
    const { esimId, iccid } = await holder();
    const stranger = await steps.newUser();
    for (const id of [esimId, iccid]) {
      expect(await stranger.order(planAt(1), { iccid: id })).toMatchObject({
        status: 404,
        body: { error: { code: 'not_found' } },
      });
    }
    expect(await shop.query(`SELECT id FROM orders WHERE telegram_user_id = $1`, [stranger.id])).toEqual([]);
  });

  it('with a bundle that does not fit the eSIM is refused before any money moves', async () => {
    const { buyer, esimId, iccid } = await holder();
    const unfit = await firstUnfit(iccid);
    const answer = await buyer.order(unfit, { iccid: esimId });
    expect(answer).toMatchObject({ status: 409, body: { error: { code: 'not_compatible' } } });
  });

  it.each([
    ['suspended', `vendor_state = 'suspended'`, `vendor_state = NULL`],
    ['erased', `erased_at = now(), matching_id_sealed = NULL`, null],
  ])('of an eSIM that was %s after the order is not paid for', async (_what, set, takeBack) => {
    const { buyer, esimId } = await holder();
    const key = randomUUID();
    const ordered = await buyer.order(planAt(1), { iccid: esimId }, key);
    const { order, invoice_url: invoiceUrl } = ordered.body;
    await shop.query(`UPDATE esims SET ${set} WHERE id = $1`, [esimId]);
    const refused = { body: { error: { code: 'unknown_bundle' } } };
    expect(await buyer.get(`/api/esimgo/status?order_id=${order.id}&pay=1`)).toMatchObject(refused);
    expect(await buyer.order(planAt(1), { iccid: esimId }, key)).toMatchObject(refused);
    expect((await buyer.pay(invoiceUrl)).status).not.toBe('paid');
    expect((await steps.chargesOf(buyer.id)).map(({ payload }) => payload)).not.toContainEqual(
      expect.stringContaining(order.id),
    );
    if (takeBack === null) return;
    await shop.query(`UPDATE esims SET ${takeBack} WHERE id = $1`, [esimId]);
    expect(await buyer.pay(invoiceUrl)).toEqual({ status: 'paid' });
    await buyer.waitFor(order.id, 'ready');
  });

  it('is not sold while the supplier cannot say whether it fits', async () => {
    const { buyer, esimId } = await holder();
    await shop.faults('esimgo', [{ match: { path: '/compatible/' }, action: 'error_500' }]);
    expect(await buyer.order(planAt(1), { iccid: esimId })).toMatchObject({ status: 503 });
  });

  it('whose answer was lost is found by its eSIM, not given to somebody who waits for a new one', async () => {
    const plan = planAt(2);
    const { buyer, esimId, iccid } = await holder();
    const waiting = await steps.paidAndIdle(plan);
    await steps.crashWhileSending(waiting.orderId);
    await shop.cron('reconcile');
    expect(await steps.state(waiting.orderId)).toBe('paid/unknown');
    await shop.query(`UPDATE provisioning_attempts SET cut_at = now() + interval '1 hour' WHERE order_id = $1`, [
      waiting.orderId,
    ]);

    await shop.faults('esimgo', [
      { match: { method: 'POST', path: '/orders', body: iccid }, action: 'drop_after', times: 1 },
    ]);
    const { orderId } = await steps.paid(plan, { iccid: esimId }, buyer);
    await steps.comesTo(orderId, 'paid/unknown');
    await shop.cron('reconcile');
    expect(await steps.state(orderId)).toBe('paid/placed');
    await steps.runUntil(orderId, 'paid/assigned');
    expect(await topUpsOf(iccid, plan)).toBe(1);
    expect((await buyer.status(orderId)).esim_id).toBe(esimId);

    expect(await steps.state(waiting.orderId)).toBe('paid/unknown');
    await shop.query(`UPDATE provisioning_attempts SET cut_at = now() WHERE order_id = $1`, [waiting.orderId]);
    await steps.proveAbsence(waiting.orderId);
    await steps.runUntil(waiting.orderId, 'paid/assigned');
  });

  it('becomes active when its own bundle starts, not when the eSIM is in use', async () => {
    const { buyer, orderId, esimId, iccid } = await holder();
    await shop.control('esim', { iccid, action: 'install' });
    await shop.control('esim', { iccid, action: 'attach' });
    await shop.control('esim', { iccid, action: 'use', bytes: 1_000 });
    await buyer.waitFor(orderId, 'active');

    const topUp = await steps.paid(planAt(1), { iccid: esimId }, buyer);
    await buyer.waitFor(topUp.orderId, 'ready');
    await shop.query(`UPDATE esims SET next_refresh_at = now() WHERE id = $1`, [esimId]);
    await shop.cron('usage');
    expect((await buyer.status(topUp.orderId)).status).toBe('ready');

    await shop.control('esim', { iccid, action: 'expire' });
    await shop.control('esim', { iccid, action: 'use', bytes: 1_000 });
    await until(
      async () => {
        await shop.query(`UPDATE esims SET next_refresh_at = now() WHERE id = $1`, [esimId]);
        await shop.cron('usage');
        return (await buyer.status(topUp.orderId)).status;
      },
      (status) => status === 'active',
      30,
    );
  });

  it('that comes as another eSIM is delivered to the same person as a new one, and an admin is told', async () => {
    const plan = planAt(1);
    const owner = await holder();
    const { buyer, orderId } = await steps.paidAndIdle(plan, owner.buyer);
    await shop.query(`UPDATE orders SET kind = 'top_up', esim_id = $2 WHERE id = $1`, [orderId, owner.esimId]);
    // The answer names an eSIM other than the one asked for, which the simulator never does by itself.
    const bought = await shop.call<{ orderReference: string }>('/sandbox/esimgo/v2.5/orders', {
      headers: { 'x-api-key': shop.env['ESIMGO_API_KEY'] ?? '' },
      json: { type: 'transaction', assign: true, order: [{ type: 'bundle', item: plan.id, quantity: 1 }] },
    });
    const placed = await shop.app.deps.supplier.getOrder(bought.body.orderReference);
    await steps.crashWhileSending(orderId, 1);
    await recordPlacement(shop.app.deps, { orderId, number: 1 }, placed);
    await steps.runUntil(orderId, 'paid/assigned');

    expect((await steps.row(orderId)).esim_id).not.toBe(owner.esimId);
    expect(await steps.alertsOf(orderId)).toContain('top_up_on_another_esim');
    const order = await buyer.status(orderId);
    expect(order.activation_code).toBe(
      (await shop.ledger()).esimgo.esims.find(({ iccid }) => iccid === placed.items[0]?.iccids[0])?.lpa,
    );
    await until(
      () => shop.chat(buyer.id),
      (all) => all.filter(({ type }) => type === 'photo').length === 2,
    );
  });
});

/** A plan of a country whose network needs another profile than this eSIM has. */
async function firstUnfit(iccid: string): Promise<Plan> {
  const { destinations } = (await shop.call<DestinationsAnswer>('/api/esimgo/catalogue')).body;
  for (const { code, kind } of destinations) {
    const [plan] = kind === 'country' ? await shop.plans(code) : [];
    if (plan !== undefined && !(await shop.app.deps.supplier.isCompatible(iccid, plan.id))) return plan;
  }
  throw new Error('every bundle fits this eSIM');
}
