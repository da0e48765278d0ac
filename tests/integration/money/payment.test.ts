import { randomInt } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../lib/contract/catalogue.ts';
import { preCheckoutMessages, type PreCheckoutRefusal } from '../../../lib/i18n/pre-checkout-messages.ts';
import { SUPPLIER_SNAPSHOT_KEY } from '../../../lib/orders/supplier-state.ts';
import { expectBooksToBalance } from '../../support/invariants.ts';
import { moneySteps } from '../../support/money.ts';
import { startShop, until, type ShopUnderTest } from '../../support/shop.ts';

let shop: ShopUnderTest;
let steps: ReturnType<typeof moneySteps>;
let nextPlan: () => Plan;
const foreignCharges: string[] = [];
beforeAll(async () => {
  shop = await startShop();
  steps = moneySteps(shop);
  nextPlan = await steps.plansOf('TH', 'US', 'TR', 'REUP');
});
afterEach(async () => {
  await shop.faults('esimgo', []);
  await shop.faults('telegram', []);
  await shop.set({ esimgo: { balance: 1_000_000 } });
  await shop.app.deps.kv.delete(SUPPLIER_SNAPSHOT_KEY);
});
afterAll(async () => {
  try {
    await shop.settled();
    await expectBooksToBalance(shop, { foreignCharges });
  } finally {
    await shop?.close();
  }
});

const REFUSED = (why: PreCheckoutRefusal) => ({ status: 'failed', error: preCheckoutMessages.en[why] });

async function payload(orderId: string): Promise<string> {
  return `${await shop.app.deps.shopId()}:${orderId}`;
}

/** A query as Telegram would post it, and what the webhook made of it; Telegram itself knows nothing of such a query. */
async function askToPay(query: { userId: number; amount: number; payload: string; currency?: string }) {
  const id = String(randomInt(1_000_000_000));
  const answer = await steps.postUpdate({
    update_id: randomInt(1_000_000_000),
    pre_checkout_query: {
      id,
      from: { id: query.userId, is_bot: false, first_name: 'Test', language_code: 'en' },
      currency: query.currency ?? 'XTR',
      total_amount: query.amount,
      invoice_payload: query.payload,
    },
  });
  const { entries } = (await shop.call<{ entries: { path: string; request?: string }[] }>('/sandbox/api/journal')).body;
  const said = entries.find(
    ({ path, request = '' }) => path.includes('answerPreCheckoutQuery') && request.includes(id),
  );
  return { status: answer.status, said: said?.request ?? '' };
}

describe('the pre-checkout query', () => {
  it('refuses whoever did not order', async () => {
    const { invoiceUrl } = await steps.ordered(nextPlan());
    const stranger = await steps.newUser();
    expect(await stranger.pay(invoiceUrl)).toEqual(REFUSED('wrong_user'));
    expect(await steps.chargesOf(stranger.id)).toEqual([]);
  });

  it.each([
    ['less', -1, 'XTR'],
    ['more', 1, 'XTR'],
    ['another currency', 0, 'USD'],
  ])('refuses %s than the price', async (_what, difference, currency) => {
    const plan = nextPlan();
    const { buyer, orderId } = await steps.ordered(plan);
    const amount = plan.price_stars + difference;
    const { said } = await askToPay({ userId: buyer.id, amount, currency, payload: await payload(orderId) });
    expect(said).toContain('"ok":false');
    expect(said).toContain(preCheckoutMessages.en.wrong_amount);
  });

  it.each([
    ['another shop', 'shop_000000000000:ord_aaaaaaaaaaaaaaaaaaaa'],
    ['no order of ours', 'ours'],
    ['something else', 'donation'],
  ])('refuses a payload of %s', async (_what, given) => {
    const foreign = given === 'ours' ? await payload('ord_aaaaaaaaaaaaaaaaaaaa') : given;
    const { said } = await askToPay({ userId: 1, amount: 10, payload: foreign });
    expect(said).toContain(preCheckoutMessages.en.foreign);
  });

  it('refuses an expired order', async () => {
    const { buyer, orderId, invoiceUrl } = await steps.ordered(nextPlan());
    await shop.query(`UPDATE orders SET expires_at = now() - interval '1 second' WHERE id = $1`, [orderId]);
    expect(await buyer.pay(invoiceUrl)).toEqual(REFUSED('expired'));
    await shop.cron('expire');
    expect(await steps.state(orderId)).toBe('unpaid/cancelled');
    expect(await buyer.pay(invoiceUrl)).toEqual(REFUSED('expired'));
  });

  it('refuses an order that is paid already', async () => {
    const { buyer, orderId, invoiceUrl } = await steps.paid(nextPlan());
    await buyer.waitFor(orderId, 'ready');
    expect(await buyer.pay(invoiceUrl)).toEqual(REFUSED('already_paid'));
    expect(await steps.chargesOf(buyer.id)).toHaveLength(1);
  });

  it.each(['delisted', 'hidden', 'quarantined'])('refuses a bundle that is %s since it was ordered', async (state) => {
    const plan = nextPlan();
    const { buyer, invoiceUrl } = await steps.ordered(plan);
    await shop.query(`UPDATE esimgo_products SET state = $2 WHERE bundle_name = $1`, [plan.id, state]);
    expect(await buyer.pay(invoiceUrl)).toEqual(REFUSED('not_sold'));
  });

  it('refuses a price that no longer covers the cost', async () => {
    const plan = nextPlan();
    const { buyer, invoiceUrl } = await steps.ordered(plan);
    await shop.query(`UPDATE esimgo_products SET cost_milli = cost_milli * 3 WHERE bundle_name = $1`, [plan.id]);
    expect(await buyer.pay(invoiceUrl)).toEqual(REFUSED('price_too_low'));
  });

  it.each(['error_500', 'hang', 'forbidden', 'garbage'])(
    'refuses while the supplier’s answer is %s',
    async (action) => {
      const { buyer, orderId, invoiceUrl } = await steps.ordered(nextPlan());
      await shop.app.deps.kv.delete(SUPPLIER_SNAPSHOT_KEY);
      await shop.faults('esimgo', [{ match: {}, action }]);
      expect(await buyer.pay(invoiceUrl)).toEqual(REFUSED('unavailable'));
      expect(await steps.state(orderId)).toBe('unpaid/none');
    },
  );

  it('refuses when the balance at the supplier is too low', async () => {
    const { buyer, invoiceUrl } = await steps.ordered(nextPlan());
    await shop.set({ esimgo: { balance: 0.001 } });
    await shop.app.deps.kv.delete(SUPPLIER_SNAPSHOT_KEY);
    expect(await buyer.pay(invoiceUrl)).toEqual(REFUSED('unavailable'));
  });

  it('speaks the language of the buyer', async () => {
    const { invoiceUrl } = await steps.ordered(nextPlan());
    const stranger = await shop.user(777, 'ru');
    expect(await stranger.pay(invoiceUrl)).toEqual({ status: 'failed', error: preCheckoutMessages.ru.wrong_user });
  });

  it('gives an approved order fifteen more minutes', async () => {
    const plan = nextPlan();
    const { buyer, orderId } = await steps.ordered(plan);
    await shop.query(`UPDATE orders SET expires_at = now() + interval '1 minute' WHERE id = $1`, [orderId]);
    const { said } = await askToPay({ userId: buyer.id, amount: plan.price_stars, payload: await payload(orderId) });
    expect(said).toContain('"ok":true');
    const [order] = await shop.query<{ is_extended: boolean }>(
      `SELECT expires_at > now() + interval '14 minutes' AS is_extended FROM orders WHERE id = $1`,
      [orderId],
    );
    expect(order?.is_extended).toBe(true);
  });

  it('answers each of ten at once', async () => {
    const plan = nextPlan();
    const { buyer, orderId } = await steps.ordered(plan);
    const query = { userId: buyer.id, amount: plan.price_stars, payload: await payload(orderId) };
    const answers = await Promise.all(Array.from({ length: 10 }, () => askToPay(query)));
    for (const { said } of answers) expect(said).toContain('"ok":true');
    expect(await steps.state(orderId)).toBe('unpaid/none');
  });

  it('is not heard without the secret', async () => {
    const answer = await shop.call('/api/telegram/webhook', {
      json: { update_id: 1, pre_checkout_query: {} },
      headers: { 'x-telegram-bot-api-secret-token': 'wrong' },
    });
    expect(answer.status).toBe(401);
  });
});

describe('a payment', () => {
  it('counts once, however often and from wherever its update comes', async () => {
    const plan = nextPlan();
    const { buyer, orderId, charge } = await steps.paidUnheard(plan);
    const update = steps.paymentUpdate(charge);
    const answers = await Promise.all(Array.from({ length: 10 }, () => steps.postUpdate(update)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    await buyer.waitFor(orderId, 'ready');
    await steps.postUpdate(steps.paymentUpdate(charge));
    await shop.settled();

    expect(
      await shop.query(`SELECT id FROM payments WHERE telegram_payment_charge_id = $1`, [charge.charge_id]),
    ).toHaveLength(1);
    expect(await steps.purchasesSent(plan.id)).toBe(1);
    expect(await steps.bought(plan.id)).toHaveLength(1);
    expect(await shop.query(`SELECT id FROM esims WHERE telegram_user_id = $1`, [buyer.id])).toHaveLength(1);
    expect(await steps.refundsOf(buyer.id)).toEqual([]);
  });

  it('that is the second for an order goes back, and its payer is told', async () => {
    const { buyer, orderId, invoiceUrl } = await steps.paid(nextPlan());
    await buyer.waitFor(orderId, 'ready');
    await steps.payPastUs(buyer.id, invoiceUrl);
    const refunds = await until(
      () => steps.refundsOf(buyer.id),
      (all) => all.length > 0,
    );
    const [first, second] = await steps.chargesOf(buyer.id);
    expect(first).toBeDefined();
    expect(refunds).toEqual([second?.charge_id]);
    await steps.isTold(buyer.id, /paid twice/);
    expect((await buyer.status(orderId)).status).toBe('ready');
  });

  it('made twice at once pays for the order once; the other one never stays', async () => {
    const plan = nextPlan();
    const { buyer, orderId, invoiceUrl } = await steps.ordered(plan);
    const results = await Promise.all([buyer.pay(invoiceUrl), buyer.pay(invoiceUrl), buyer.pay(invoiceUrl)]);
    const charged = results.filter(({ status }) => status === 'paid').length;
    expect(charged).toBeGreaterThan(0);
    await buyer.waitFor(orderId, 'ready');
    await until(
      () => steps.refundsOf(buyer.id),
      (all) => all.length === charged - 1,
    );
    expect(await steps.bought(plan.id)).toHaveLength(1);
  });

  it('of a wrong amount goes back, and its payer is told', async () => {
    const plan = nextPlan();
    const { buyer, orderId, charge } = await steps.paidUnheard(plan);
    await shop.query(`UPDATE orders SET price_stars = price_stars + 1 WHERE id = $1`, [orderId]);
    await steps.postUpdate(steps.paymentUpdate(charge));
    await until(
      () => steps.refundsOf(buyer.id),
      (all) => all.length === 1,
    );
    await steps.isTold(buyer.id, /amount paid was not the price/);
    expect(await steps.state(orderId)).toBe('unpaid/none');
    expect(await steps.bought(plan.id)).toEqual([]);
  });

  it('by another person goes back to that person, who learns nothing of the order', async () => {
    const plan = nextPlan();
    const { orderId, invoiceUrl } = await steps.ordered(plan);
    const stranger = await steps.newUser();
    await steps.payPastUs(stranger.id, invoiceUrl);
    await until(
      () => steps.refundsOf(stranger.id),
      (all) => all.length === 1,
    );
    const texts = await steps.isTold(stranger.id, /made for another person/);
    expect(texts.join()).not.toContain(orderId);
    expect(await steps.state(orderId)).toBe('unpaid/none');
  });

  it('of an expired order is honoured while the promise can be kept', async () => {
    const { buyer, orderId, charge } = await steps.paidUnheard(nextPlan());
    await shop.query(`UPDATE orders SET expires_at = now() - interval '1 second' WHERE id = $1`, [orderId]);
    await shop.cron('expire');
    expect(await steps.state(orderId)).toBe('unpaid/cancelled');
    await steps.postUpdate(steps.paymentUpdate(charge));
    await buyer.waitFor(orderId, 'ready');
    expect(await steps.refundsOf(buyer.id)).toEqual([]);
  });

  it('of an expired order that comes too late goes back', async () => {
    const plan = nextPlan();
    const { buyer, orderId, charge } = await steps.paidUnheard(plan);
    await shop.query(`UPDATE orders SET expires_at = now() - interval '1 second' WHERE id = $1`, [orderId]);
    await shop.cron('expire');
    await steps.postUpdate(steps.paymentUpdate(charge, { date: Math.floor(Date.now() / 1_000) - 901 }));
    await until(
      () => steps.refundsOf(buyer.id),
      (all) => all.length === 1,
    );
    await steps.isTold(buyer.id, /after the order had expired/);
    expect(await steps.state(orderId)).toBe('unpaid/cancelled');
    expect(await steps.bought(plan.id)).toEqual([]);
  });

  it.each([
    ['another program', () => 'donation:1'],
    // A copy of the database has the same orders.
    ['another shop', (orderId: string) => `shop_000000000000:${orderId}`],
  ])('of %s on the same bot waits for a human and is never refunded', async (_whose, payloadFor) => {
    const { buyer: payer, orderId } = await steps.ordered(nextPlan());
    const url = await shop.app.deps.telegram.createInvoiceLink({
      title: 'Not ours',
      description: 'Of another program on this bot',
      payload: payloadFor(orderId),
      stars: 5,
    });
    await steps.payPastUs(payer.id, url);
    const [charge] = await steps.chargesOf(payer.id);
    if (charge === undefined) throw new Error('nothing was charged');
    foreignCharges.push(charge.charge_id);
    const rows = await until(
      () =>
        shop.query<{ id: string; state: string }>(`SELECT id, state FROM payments WHERE telegram_user_id = $1`, [
          payer.id,
        ]),
      (all) => all.length > 0,
    );
    expect(rows[0]?.state).toBe('needs_human');
    expect(await steps.alertsOf(rows[0]?.id ?? '')).toEqual(['foreign_charge']);
    await steps.runJobs();
    expect(await steps.refundsOf(payer.id)).toEqual([]);
    expect(await shop.query(`SELECT status FROM orders WHERE id = $1`, [orderId])).toEqual([{ status: 'pending' }]);
  });
});
