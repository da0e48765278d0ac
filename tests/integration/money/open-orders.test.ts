import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../lib/contract/catalogue.ts';
import { expectBooksToBalance } from '../../support/invariants.ts';
import { moneySteps, type Buyer } from '../../support/money.ts';
import { startShop, type ShopUnderTest } from '../../support/shop.ts';

const LIMIT = 5;

let shop: ShopUnderTest;
let steps: ReturnType<typeof moneySteps>;
let plan: Plan;
beforeAll(async () => {
  shop = await startShop({ MAX_OPEN_ORDERS: String(LIMIT) });
  steps = moneySteps(shop);
  plan = (await steps.plansOf('TH'))();
});
afterAll(async () => {
  try {
    await expectBooksToBalance(shop);
  } finally {
    await shop?.close();
  }
});

const REFUSED = { status: 409, body: { error: { code: 'too_many_open_orders', details: { limit: LIMIT } } } };

async function openOrdersOf({ id }: Buyer): Promise<number> {
  const [row] = await shop.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM orders WHERE telegram_user_id = $1 AND status = 'pending'`,
    [id],
  );
  return row?.count ?? 0;
}

async function withOpenOrders(count: number) {
  const buyer = await steps.newUser();
  const orders = [];
  for (let index = 0; index < count; index += 1) orders.push(await steps.ordered(plan, {}, buyer));
  return { buyer, orders };
}

describe('the limit of unpaid orders', () => {
  it('holds when fifty are asked for at once, and leaves no trace of the others', async () => {
    const buyer = await steps.newUser();
    const answers = await Promise.all(Array.from({ length: 50 }, () => buyer.order(plan)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(LIMIT);
    for (const answer of answers.filter(({ status }) => status !== 200)) expect(answer).toMatchObject(REFUSED);
    expect(await openOrdersOf(buyer)).toBe(LIMIT);
    const links = answers.flatMap(({ status, body }) => (status === 200 ? [body.invoice_url] : []));
    expect(new Set(links).size).toBe(LIMIT);
  });

  it('does not count a repeat of an order with its key, at once or later', async () => {
    const { buyer } = await withOpenOrders(LIMIT - 1);
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => buyer.order(plan, {}, key)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect((await buyer.order(plan, {}, key)).status).toBe(200);
    expect(await buyer.order(plan)).toMatchObject(REFUSED);
  });

  it('makes room when one is paid', async () => {
    const { buyer, orders } = await withOpenOrders(LIMIT);
    const [first] = orders;
    if (first === undefined) throw new Error('nothing was ordered');
    await buyer.pay(first.invoiceUrl);
    await buyer.waitFor(first.orderId, 'ready');
    expect((await buyer.order(plan)).status).toBe(200);
    expect(await buyer.order(plan)).toMatchObject(REFUSED);
  });

  it('makes room when they lapse, also before anybody swept them', async () => {
    const { buyer } = await withOpenOrders(LIMIT);
    await shop.query(`UPDATE orders SET expires_at = now() - interval '1 second' WHERE telegram_user_id = $1`, [
      buyer.id,
    ]);
    expect((await buyer.order(plan)).status).toBe(200);
  });

  it('is each person’s own', async () => {
    await withOpenOrders(LIMIT);
    expect((await (await steps.newUser()).order(plan)).status).toBe(200);
  });
});
