import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../lib/contract/catalogue.ts';
import type { StuckOrder } from '../../lib/jobs/read-stuck-orders.ts';
import { moneySteps } from '../support/money.ts';
import { startShop, until, type ShopUnderTest } from '../support/shop.ts';

let shop: ShopUnderTest;
let steps: ReturnType<typeof moneySteps>;
let nextPlan: () => Plan;
beforeAll(async () => {
  shop = await startShop();
  steps = moneySteps(shop);
  nextPlan = await steps.plansOf('TH', 'US');
});
afterEach(async () => {
  await shop.faults('esimgo', []);
  await shop.faults('telegram', []);
});
afterAll(() => shop?.close());

async function stuck(): Promise<Record<string, string>> {
  const { body } = await shop.call<{ stuck_orders: StuckOrder[] }>('/api/health', {
    headers: { authorization: `Bearer ${shop.env['CRON_SECRET']}` },
  });
  return Object.fromEntries(body.stuck_orders.map(({ order_id: id, reason }) => [id, reason]));
}

const age = (orderId: string) =>
  shop.query(`UPDATE orders SET paid_at = paid_at - interval '3 minutes' WHERE id = $1`, [orderId]);

describe('the report of stuck orders', () => {
  it('names what keeps each, and none that is well', async () => {
    const well = await steps.paid(nextPlan());
    await well.buyer.waitFor(well.orderId, 'ready');
    const idle = await steps.paidAndIdle(nextPlan());
    const sending = await steps.paidAndIdle(nextPlan());
    await steps.crashWhileSending(sending.orderId, 1);
    await shop.query(`UPDATE orders SET needs_human = 'late_and_not_provable' WHERE id = $1`, [sending.orderId]);
    const refusedPlan = nextPlan();
    await shop.faults('esimgo', [
      { match: { method: 'POST', path: '/orders', body: refusedPlan.id }, action: 'forbidden' },
    ]);
    const putOff = await steps.paid(refusedPlan);
    await until(
      () =>
        shop.query(`SELECT number FROM provisioning_attempts WHERE order_id = $1 AND state = 'deferred'`, [
          putOff.orderId,
        ]),
      (rows) => rows.length > 0,
    );
    const refundPlan = nextPlan();
    await shop.faults('esimgo', [
      { match: { method: 'POST', path: '/orders', body: refundPlan.id }, action: 'not_found' },
    ]);
    await shop.faults('telegram', [{ match: { path: 'refundStarPayment' }, action: 'error_500' }]);
    const refund = await steps.paid(refundPlan);
    await until(
      () => shop.query(`SELECT id FROM outbox WHERE kind = 'refund' AND last_error IS NOT NULL`),
      (rows) => rows.length > 0,
    );
    await shop.settled();
    for (const { orderId } of [well, idle, sending, putOff, refund]) await age(orderId);
    expect(await stuck()).toEqual({
      [idle.orderId]: 'no_job',
      [sending.orderId]: 'needs_human: late_and_not_provable',
      [putOff.orderId]: 'last_attempt: deferred (refused_403)',
      [refund.orderId]: 'refund fails: TelegramUnreachableError',
    });
    await shop.query(`UPDATE outbox SET dead_at = now() WHERE kind = 'refund'`);
    expect(await stuck()).toMatchObject({ [refund.orderId]: 'job_failed: refund (TelegramUnreachableError)' });
  });

  it('names a second charge that does not go back, by its payment', async () => {
    const { buyer, orderId } = await steps.paid(nextPlan());
    await buyer.waitFor(orderId, 'ready');
    await shop.faults('telegram', [{ match: { path: 'refundStarPayment' }, action: 'error_500' }]);
    const [charge] = await steps.chargesOf(buyer.id);
    if (charge === undefined) throw new Error('nothing was charged');
    await steps.postUpdate(steps.paymentUpdate({ ...charge, charge_id: 'second-charge' }));
    await shop.settled();
    const [second] = await shop.query<{ id: string }>(
      `UPDATE payments SET recorded_at = recorded_at - interval '3 minutes'
       WHERE telegram_payment_charge_id = 'second-charge' RETURNING id`,
    );
    expect(await stuck()).toMatchObject({ [orderId]: `${second?.id}: refund fails: TelegramUnreachableError` });
    await shop.query(`UPDATE outbox SET dead_at = now() WHERE kind = 'refund' AND subject_id = $1`, [second?.id]);
    expect(await stuck()).toMatchObject({ [orderId]: `${second?.id}: job_failed: refund (TelegramUnreachableError)` });
  });

  it('is for whoever has the secret only', async () => {
    const { body } = await shop.call<object>('/api/health');
    expect(Object.keys(body)).toEqual(['ok']);
  });
});
