import { randomInt } from 'node:crypto';
import type { Plan } from '../../lib/contract/catalogue.ts';
import { until, type ChatMessage, type ShopUnderTest } from './shop.ts';

interface OrderRowOfTest {
  id: string;
  payment_status: string;
  provisioning: string;
  failure_code: string | null;
  needs_human: string | null;
  esimgo_order_id: string | null;
  esim_id: string | null;
  status: string;
}

interface JournalEntry {
  n: number;
  vendor: string;
  direction: string;
  method: string;
  path: string;
  request?: string;
}

export type Buyer = Awaited<ReturnType<ShopUnderTest['user']>>;

/** Steps of the money path that several tests take. */
export function moneySteps(shop: ShopUnderTest) {
  let lastUserId = randomInt(10_000, 90_000) * 1_000;

  async function ordered(plan: Pick<Plan, 'id' | 'price_stars'>, more: object = {}, who?: Buyer) {
    const buyer = who ?? (await shop.user((lastUserId += 1)));
    const answer = await buyer.order(plan, more);
    if (answer.status !== 200) throw new Error(`the order was refused: ${JSON.stringify(answer.body)}`);
    return { buyer, orderId: answer.body.order.id, invoiceUrl: answer.body.invoice_url };
  }

  /** Bought and paid; what happens next is the test's. */
  async function paid(plan: Pick<Plan, 'id' | 'price_stars'>, more: object = {}, who?: Buyer) {
    const order = await ordered(plan, more, who);
    const { status, error } = await order.buyer.pay(order.invoiceUrl);
    if (status !== 'paid') throw new Error(`the payment ended as ${status}: ${error}`);
    return order;
  }

  /** Paid, while Telegram never tells the bot of it. */
  async function paidUnheard(plan: Pick<Plan, 'id' | 'price_stars'>, who?: Buyer) {
    await shop.faults('telegram', [{ match: { path: 'webhook', body: 'successful_payment' }, action: 'lose' }]);
    await news();
    const order = await paid(plan, {}, who);
    await until(news, (entries) =>
      entries.some(
        ({ direction, request = '' }) =>
          direction === 'out' && request.includes('successful_payment') && request.includes(order.orderId),
      ),
    );
    await shop.faults('telegram', []);
    const charge = (await chargesOf(order.buyer.id)).find(({ payload }) => payload.endsWith(order.orderId));
    if (charge === undefined) throw new Error('nothing was charged');
    return { ...order, charge };
  }

  async function journal(after = 0): Promise<JournalEntry[]> {
    return (await shop.call<{ entries: JournalEntry[] }>(`/sandbox/api/journal?after=${after}`)).body.entries;
  }

  let lastRead = 0;

  /** What passed between the shop and the vendors since the last call. */
  async function news(): Promise<JournalEntry[]> {
    const entries = await journal(lastRead);
    lastRead = entries.at(-1)?.n ?? lastRead;
    return entries;
  }

  /** A payment that no bot of ours approved, as of another program on the same bot token. */
  async function payPastUs(userId: number, invoiceUrl: string, ...faults: object[]): Promise<void> {
    await shop.faults('telegram', [
      { match: { path: 'webhook', body: 'pre_checkout_query' }, action: 'lose' },
      ...faults,
    ]);
    await news();
    const payment = shop.control<{ status: string }>('pay', { invoice_url: invoiceUrl, user_id: userId });
    const queries = await until(
      async () =>
        (await news()).flatMap(({ request = '' }) =>
          request.includes(`"id":${userId}`) ? (/"pre_checkout_query":\{"id":"(\d+)"/.exec(request)?.[1] ?? []) : [],
        ),
      (ids) => ids.length > 0,
    );
    await shop.app.deps.telegram.answerPreCheckoutQuery(queries[0] ?? '', { ok: true });
    const { status } = await payment;
    if (faults.length === 0) await shop.faults('telegram', []);
    if (status !== 'paid') throw new Error(`the payment ended as ${status}`);
  }

  async function chargesOf(userId: number) {
    return (await shop.ledger()).stars.charges.filter((charge) => charge.user_id === userId);
  }

  async function refundsOf(userId: number): Promise<string[]> {
    const { stars } = await shop.ledger();
    const own = new Set(stars.charges.filter((charge) => charge.user_id === userId).map(({ charge_id: id }) => id));
    return stars.refunds.map(({ charge_id: id }) => id).filter((id) => own.has(id));
  }

  /** How often the bundle was asked for with the intent to buy. */
  async function purchasesSent(bundleName: string): Promise<number> {
    return (await journal()).filter(
      ({ direction, method, path, request = '' }) =>
        direction === 'in' &&
        method === 'POST' &&
        path.endsWith('/orders') &&
        request.includes('"transaction"') &&
        request.includes(`"${bundleName}"`),
    ).length;
  }

  async function bought(bundleName: string) {
    return (await shop.ledger()).esimgo.orders.filter(({ item }) => item === bundleName);
  }

  async function row(orderId: string): Promise<OrderRowOfTest> {
    const [found] = await shop.query<OrderRowOfTest>(`SELECT * FROM orders WHERE id = $1`, [orderId]);
    if (found === undefined) throw new Error(`no order ${orderId}`);
    return found;
  }

  async function state(orderId: string): Promise<string> {
    const { payment_status: payment, provisioning } = await row(orderId);
    return `${payment}/${provisioning}`;
  }

  const comesTo = (orderId: string, ...states: string[]): Promise<string> =>
    until(
      () => state(orderId),
      (current) => states.includes(current),
    );

  /** Makes every waiting job due and works them off, again and again while `isOpen` says that there is more to come. */
  async function runJobs(): Promise<void> {
    await shop.query(`UPDATE outbox SET run_at = now() WHERE done_at IS NULL AND dead_at IS NULL`);
    await shop.cron('drain');
    await shop.settled();
  }

  /** Runs waiting jobs until the order is in one of the states. */
  async function runUntil(orderId: string, ...states: string[]): Promise<string> {
    return until(
      async () => {
        await runJobs();
        return state(orderId);
      },
      (current) => states.includes(current),
      30,
    );
  }

  /** Two listings, the last of them after the window: what is in neither was not placed. */
  async function proveAbsence(orderId: string): Promise<void> {
    await shop.query(
      `UPDATE provisioning_attempts SET cut_at = cut_at - interval '6 seconds' WHERE order_id = $1 AND state = 'unknown'`,
      [orderId],
    );
    await shop.cron('reconcile');
    await shop.cron('reconcile');
  }

  /** As after a worker that died long ago, in the middle of its request. */
  async function crashWhileSending(orderId: string, secondsAgo = 120): Promise<void> {
    await shop.query(`UPDATE orders SET provisioning = 'sending' WHERE id = $1`, [orderId]);
    await shop.query(
      `INSERT INTO provisioning_attempts (order_id, number, state, sent_at, vendor_skew_ms)
       SELECT $1, coalesce(max(number), 0) + 1, 'sending', now() - $2::integer * interval '1 second', $3::bigint
       FROM provisioning_attempts WHERE order_id = $1`,
      [orderId, secondsAgo, Math.round(shop.app.deps.supplier.clockSkewMs() ?? 0)],
    );
  }

  /** A paid order that no worker has touched yet. */
  async function paidAndIdle(plan: Pick<Plan, 'id' | 'price_stars'>, who?: Buyer) {
    const order = await paidUnheard(plan, who);
    await shop.app.deps.db.transaction(async (tx) => {
      const [{ id } = { id: '' }] = await tx.query<{ id: string }>(
        `INSERT INTO payments (id, telegram_payment_charge_id, order_id, telegram_user_id, amount_stars, pays_for_order, state, charged_at)
         VALUES ('pay_' || substr(md5($1), 1, 20), $1, $2, $3, $4, true, 'recorded', now()) RETURNING id`,
        [order.charge.charge_id, order.orderId, order.buyer.id, order.charge.amount],
      );
      if (id === '') throw new Error('the payment was not stored');
      await tx.query(
        `UPDATE orders SET payment_status = 'paid', paid_at = now(), deliver_by = now() + interval '15 minutes' WHERE id = $1`,
        [order.orderId],
      );
    });
    return order;
  }

  /** The payment update of a charge, posted to the webhook as Telegram would. */
  function paymentUpdate(
    charge: { charge_id: string; user_id: number; amount: number; payload: string },
    more: object = {},
  ) {
    return {
      update_id: randomInt(1_000_000_000),
      message: {
        message_id: randomInt(1_000_000),
        date: Math.floor(Date.now() / 1_000),
        from: { id: charge.user_id, is_bot: false, first_name: 'Test', language_code: 'en' },
        chat: { id: charge.user_id, type: 'private', first_name: 'Test' },
        successful_payment: {
          currency: 'XTR',
          total_amount: charge.amount,
          invoice_payload: charge.payload,
          telegram_payment_charge_id: charge.charge_id,
          provider_payment_charge_id: 'stars_1',
        },
        ...more,
      },
    };
  }

  function postUpdate(update: object) {
    const secret = shop.env['TELEGRAM_WEBHOOK_SECRET'] ?? '';
    return shop.call('/api/telegram/webhook', { json: update, headers: { 'x-telegram-bot-api-secret-token': secret } });
  }

  async function texts(userId: number): Promise<string[]> {
    const messages: ChatMessage[] = await shop.chat(userId);
    return messages.flatMap(({ from, text, caption }) => (from === 'bot' ? [text ?? caption ?? ''] : []));
  }

  /** The bot told this person something that matches. */
  const isTold = (userId: number, pattern: RegExp): Promise<string[]> =>
    until(
      () => texts(userId),
      (all) => all.some((text) => pattern.test(text)),
    );

  /** The alerts about one order, payment or the shop itself. */
  async function alertsOf(subjectId: string): Promise<string[]> {
    const rows = await shop.query<{ job_key: string }>(
      `SELECT job_key FROM outbox WHERE kind = 'alert' AND subject_id = $1 ORDER BY id`,
      [subjectId],
    );
    return rows.map(({ job_key: key }) => key.split(':')[2] ?? '');
  }

  /** A different plan for each test, so that the vendor's orders of one are never mistaken for another's. */
  async function plansOf(...destinations: string[]): Promise<() => Plan> {
    const plans = (await Promise.all(destinations.map((destination) => shop.plans(destination)))).flat();
    return () => {
      const plan = plans.shift();
      if (plan === undefined) throw new Error(`no more plans for ${destinations.join(', ')}`);
      return plan;
    };
  }

  return {
    ordered,
    paid,
    paidUnheard,
    paidAndIdle,
    payPastUs,
    chargesOf,
    refundsOf,
    purchasesSent,
    bought,
    row,
    state,
    comesTo,
    runJobs,
    runUntil,
    proveAbsence,
    crashWhileSending,
    news,
    paymentUpdate,
    postUpdate,
    texts,
    isTold,
    alertsOf,
    plansOf,
    newUser: () => shop.user((lastUserId += 1)),
  };
}
