import { createHash } from 'node:crypto';
import * as z from 'zod';
import { createOrderAnswerSchema, orderAnswerSchema, type Order } from '../../lib/contract/order.ts';
import type { EventLog } from './event-log.ts';
import type { BuyerPlan, ChaosPlan } from './plan.ts';
import type { Room } from './room.ts';
import type { Answer, World } from './world.ts';

/** What the buyer saw; the books say how it really ended. */
export interface Purchase {
  orderId: string | null;
  outcome: 'delivered' | 'refunded' | 'under_way' | 'not_charged' | 'never_paid';
  /** When the payment sheet closed as paid, by this machine's clock. */
  paidAtMs: number | null;
}

export interface Visit {
  world: World;
  plan: ChaosPlan;
  log: EventLog;
  room: Pick<Room, 'pause'>;
  /** Filled with the charges that Telegram took back. */
  takenBack: string[];
}

const REQUEST_TRIES = 25;
const PAY_TRIES = 5;
// With the tries, longer than a process stands still: the other one may know no buyer, because its clock is wrong.
const AGAIN_MS = 800;
// A supplier that was down is asked again after five seconds; until then every payment is refused.
const PAY_AGAIN_MS = 1_500;
const POLL_MS = 1_500;
// After that the buyer closes the app; the delivery goes on without being watched.
const WATCH_MS = 6_000;

const payAnswer = z.object({ status: z.string(), error: z.string().optional() });
const esimsAnswer = z.object({ esims: z.array(z.object({ id: z.string() })) });

/** One purchase, from opening the app to closing it, by somebody who tries again when something fails. */
export async function buy(visit: Visit, buyer: BuyerPlan, number: number): Promise<Purchase> {
  const { world, log } = visit;
  const headers = await login(world, buyer.userId);
  const created = await order(visit, buyer, number, headers);
  if (created === null) return { orderId: null, outcome: 'not_charged', paidAtMs: null };
  const { orderId, invoiceUrl } = created;
  log.note('ordered', { number, orderId, user: buyer.userId, habit: buyer.habit });
  if (buyer.habit === 'never_pays') return { orderId, outcome: 'never_paid', paidAtMs: null };
  if (buyer.habit === 'blocks_the_bot') {
    await world.control('set', { telegram: { user: { id: buyer.userId, blocked: true } } });
  }
  if (buyer.habit === 'lets_other_pay') await pay(world, invoiceUrl, buyer.userId + 1_000_000);
  const payments = buyer.habit === 'pays_twice' ? 2 : 1;
  const paid = await Promise.all(
    Array.from({ length: payments }, () => payWithPatience(visit, invoiceUrl, buyer.userId)),
  );
  const paidAtMs = Date.now();
  log.note('paid', { number, orderId, results: paid });
  if (!paid.includes('paid')) return { orderId, outcome: 'not_charged', paidAtMs: null };
  const outcome = await watch(visit, orderId, headers);
  if (outcome === 'delivered') await enjoy(visit, buyer, orderId);
  log.note('left', { number, orderId, outcome });
  return { orderId, outcome, paidAtMs };
}

async function login({ control }: World, userId: number): Promise<Record<string, string>> {
  const { init_data: initData } = z
    .object({ init_data: z.string() })
    .parse(await control('init-data', { user: { id: userId, first_name: 'Buyer', language_code: 'en' } }));
  return { authorization: `tma ${initData}` };
}

async function order(
  { world, plan, log, room }: Visit,
  buyer: BuyerPlan,
  number: number,
  headers: Record<string, string>,
): Promise<{ orderId: string; invoiceUrl: string } | null> {
  const bundle = world.plans[Math.floor(buyer.choice * world.plans.length)];
  if (bundle === undefined) throw new Error('nothing is on offer');
  const key = createHash('sha256').update(`${plan.seed}:${number}`).digest('hex').slice(0, 32);
  const esimId = buyer.habit === 'top_up' ? await ownEsim(world, headers) : null;
  const body = {
    bundle_id: bundle.id,
    expected_stars: bundle.price_stars,
    ...(esimId === null ? {} : { iccid: esimId }),
  };
  const send = (): Promise<Answer> =>
    world.ask('/api/esimgo/order', { json: body, headers: { ...headers, 'idempotency-key': key } });
  for (let tries = 1; ; tries += 1) {
    const answers = await Promise.allSettled(buyer.habit === 'double_tap' ? [send(), send()] : [send()]);
    const created = answers.flatMap((answer) => (answer.status === 'fulfilled' ? readCreated(answer.value) : []));
    const [first] = created;
    if (created.some(({ orderId }) => orderId !== first?.orderId)) log.note('two_orders_of_one_key', { number });
    if (first !== undefined) return first;
    if (tries === REQUEST_TRIES || answers.some(isFinal)) {
      log.note('not_ordered', { number, why: answers.map((answer) => JSON.stringify(answer).slice(0, 200)) });
      return null;
    }
    await room.pause(AGAIN_MS);
  }
}

function readCreated({ status, body }: Answer): { orderId: string; invoiceUrl: string }[] {
  if (status !== 200) return [];
  const { order: created, invoice_url: invoiceUrl } = createOrderAnswerSchema.parse(body);
  return [{ orderId: created.id, invoiceUrl }];
}

/** An answer that another try would not change. A process with a wrong clock answers 401, its neighbour does not. */
function isFinal(answer: PromiseSettledResult<Answer>): boolean {
  return answer.status === 'fulfilled' && [400, 404, 409].includes(answer.value.status);
}

async function ownEsim({ ask }: World, headers: Record<string, string>): Promise<string | null> {
  try {
    const parsed = esimsAnswer.safeParse((await ask('/api/esimgo/esim', { headers })).body);
    return parsed.data?.esims[0]?.id ?? null;
  } catch (error) {
    // Then the purchase is an ordinary one.
    if (error instanceof Error) return null;
    throw error;
  }
}

async function pay({ control }: World, invoiceUrl: string, userId: number): Promise<z.infer<typeof payAnswer>> {
  return payAnswer.parse(await control('pay', { invoice_url: invoiceUrl, user_id: userId }));
}

/** The sheet says that the shop cannot take the payment now, so the buyer opens it again a moment later. */
async function payWithPatience({ world, room }: Visit, invoiceUrl: string, userId: number): Promise<string> {
  let last = '';
  for (let tries = 1; tries <= PAY_TRIES; tries += 1) {
    const { status, error = '' } = await pay(world, invoiceUrl, userId);
    if (status === 'paid') return status;
    last = `${status} ${error}`;
    // The other device was faster.
    if (/already/i.test(error)) break;
    await room.pause(PAY_AGAIN_MS);
  }
  return last;
}

async function watch(
  { world, room }: Visit,
  orderId: string,
  headers: Record<string, string>,
): Promise<Purchase['outcome']> {
  const until = performance.now() + WATCH_MS;
  while (performance.now() < until) {
    const status = await readStatus(world, orderId, headers);
    if (status === 'ready' || status === 'active') return 'delivered';
    if (status === 'refunded') return 'refunded';
    await room.pause(POLL_MS);
  }
  return 'under_way';
}

async function readStatus(
  { ask }: World,
  orderId: string,
  headers: Record<string, string>,
): Promise<Order['status'] | null> {
  try {
    const parsed = orderAnswerSchema.safeParse((await ask(`/api/esimgo/status?order_id=${orderId}`, { headers })).body);
    return parsed.data?.order.status ?? null;
  } catch (error) {
    // Cut off: the app polls again.
    if (error instanceof Error) return null;
    throw error;
  }
}

async function enjoy({ world, log, takenBack }: Visit, { habit }: BuyerPlan, orderId: string): Promise<void> {
  if (habit === 'uses_it') {
    const [esim] = await world.db.query<{ iccid: string }>(
      `SELECT iccid FROM esims JOIN orders ON orders.esim_id = esims.id WHERE orders.id = $1`,
      [orderId],
    );
    if (esim === undefined) return;
    for (const action of ['install', 'attach', 'use']) await world.control('esim', { iccid: esim.iccid, action });
  }
  if (habit === 'taken_back') {
    const [payment] = await world.db.query<{ charge: string }>(
      `SELECT telegram_payment_charge_id AS charge FROM payments WHERE order_id = $1 AND pays_for_order`,
      [orderId],
    );
    if (payment === undefined) return;
    takenBack.push(payment.charge);
    log.note('taken_back', { orderId });
    await world.control('set', { telegram: { refund: { charge_id: payment.charge } } });
  }
}
