import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startShop, until, type ShopUnderTest } from '../support/shop.ts';

let shop: ShopUnderTest;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop?.close());

describe('a shop whose cron never runs', () => {
  it('finds a lost payment as soon as somebody looks at another order', async () => {
    const [plan] = await shop.plans('TH');
    if (plan === undefined) throw new Error('nothing is sold for TH');
    const forgotten = await shop.user(11);
    await shop.faults('telegram', [
      { match: { path: 'webhook', body: 'successful_payment' }, action: 'lose', times: 1 },
    ]);
    const lost = await forgotten.order(plan);
    expect(await forgotten.pay(lost.body.invoice_url)).toEqual({ status: 'paid' });
    for (const sweep of ['kick:sweep', 'kick:stars']) await shop.app.deps.kv.delete(sweep);

    const passer = await shop.user(12);
    const ordered = await passer.order(plan);
    await passer.pay(ordered.body.invoice_url);
    await passer.waitFor(ordered.body.order.id, 'ready');
    await until(
      async () => shop.query<{ state: string }>(`SELECT state FROM payments WHERE order_id = $1`, [lost.body.order.id]),
      (payments) => payments.length === 1,
    );
    await shop.settled();
    expect((await forgotten.waitFor(lost.body.order.id, 'ready')).status).toBe('ready');
  });
});
