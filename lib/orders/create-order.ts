import { findSellablePlan, type SellablePlan as PlanLookup } from '../catalogue/find-sellable-plan.ts';
import { repriceBundle } from '../catalogue/reprice-bundle.ts';
import { AppError } from '../contract/error-codes.ts';
import type { CreateOrderAnswer, CreateOrderBody } from '../contract/order.ts';
import type { Sql } from '../db/sql.ts';
import type { ShopDeps } from '../deps.ts';
import { isEsimGoError, EsimGoRefusedError } from '../esim-go/errors.ts';
import { newId } from '../ids.ts';
import { rememberUser, type KnownUser } from '../users/remember-user.ts';
import { expireOrders } from './expire-orders.ts';
import { makeInvoice } from './invoice-link.ts';
import { noteEvent } from './move-order.ts';
import { emailPurpose, isPaymentInDoubt, toOrder, type OrderRow } from './order-row.ts';
import { priceChanged, requireSale } from './require-sale.ts';
import { checkCapacity } from './supplier-capacity.ts';

type SellablePlan = Extract<PlanLookup, { outcome: 'sellable' }>;

// A price that the supplier confirmed within this time is taken as it is; an older one is asked about first.
const PRICE_FRESH_MS = 6 * 3_600_000;

export interface CreateOrderInput {
  user: KnownUser;
  body: CreateOrderBody;
  idempotencyKey: string;
}

/**
 * Makes the order, then its invoice. Everything that could stop the delivery is asked before, so that no Star moves for
 * what cannot be delivered. The same key gives the same order, with its link even if a crash lost it, for as long as that
 * order can be kept at its price.
 */
export async function createOrder(
  deps: ShopDeps,
  { user, body, idempotencyKey }: CreateOrderInput,
): Promise<CreateOrderAnswer> {
  const existing = await findByKey(deps, user.id, idempotencyKey);
  if (existing !== null) return answerAgain(deps, user, existing, body);

  const plan = await readPlan(deps, body);
  const target = body.iccid === undefined ? null : await findTopUpTarget(deps, user.id, body.iccid);
  if (target !== null) await requireCompatible(deps, target.iccid, plan.product.bundleName);
  const capacity = await checkCapacity(deps, plan.product.costMilli);
  if (!capacity.ok) {
    deps.log.warn('order_not_taken', { reason: capacity.reason });
    throw new AppError('temporarily_unavailable');
  }

  const language = await rememberUser(deps.db, user);
  const order = await insertOrder(deps, { user, body, idempotencyKey, plan, esimId: target?.id ?? null });
  if (order === null) {
    const winner = await findByKey(deps, user.id, idempotencyKey);
    if (winner === null) throw new Error('an order that stopped the insert is not to be found');
    return answerAgain(deps, user, winner, body);
  }
  return { order: toOrder(order), invoice_url: await makeInvoice(deps, order, language) };
}

/** What a repeat must be the same in. It holds an e-mail address, so that only a keyed digest of it is stored. */
function canonical(body: CreateOrderBody): string {
  return JSON.stringify([body.bundle_id, body.expected_stars, body.iccid ?? null, body.email ?? null]);
}

/** Equal requests have unequal digests from one person, or one key, to the next. */
function requestPurpose(userId: number, idempotencyKey: string): string {
  return `order-request:${userId}:${idempotencyKey}`;
}

/** One whose time is over is closed first, so that nobody gets its link. */
async function findByKey(deps: ShopDeps, userId: number, key: string): Promise<OrderRow | null> {
  const read = () =>
    deps.db.query<OrderRow & { is_over: boolean }>(
      `SELECT *, expires_at < now() AS is_over FROM orders WHERE telegram_user_id = $1 AND idempotency_key = $2`,
      [userId, key],
    );
  const [row] = await read();
  if (row?.status !== 'pending' || !row.is_over) return row ?? null;
  await expireOrders(deps);
  return (await read())[0] ?? null;
}

async function answerAgain(
  deps: ShopDeps,
  user: KnownUser,
  order: OrderRow,
  body: CreateOrderBody,
): Promise<CreateOrderAnswer> {
  const purpose = requestPurpose(user.id, order.idempotency_key);
  if (!deps.keyring.isDigestOf(order.request_hash, canonical(body), purpose)) {
    throw new AppError('idempotency_conflict');
  }
  if (order.status === 'pending' && !isPaymentInDoubt(order)) await requireSale(deps, order);
  const invoiceUrl = order.invoice_url ?? (await makeInvoice(deps, order, await rememberUser(deps.db, user)));
  return { order: toOrder(order), invoice_url: invoiceUrl };
}

/** The plan at the price that was shown. A price the supplier has not confirmed for long is confirmed first. */
async function readPlan(deps: ShopDeps, body: CreateOrderBody): Promise<SellablePlan> {
  let plan = await requirePlan(deps, body.bundle_id);
  if (deps.now().getTime() - plan.product.pricedAt.getTime() > PRICE_FRESH_MS) {
    await confirmPrice(deps, plan);
    plan = await requirePlan(deps, body.bundle_id);
  }
  if (plan.priceStars !== body.expected_stars) throw priceChanged(plan);
  return plan;
}

async function requirePlan(deps: ShopDeps, bundleId: string): Promise<SellablePlan> {
  const found = await findSellablePlan({ db: deps.db, settings: deps.config }, bundleId);
  if (found.outcome !== 'sellable') throw new AppError('unknown_bundle');
  return found;
}

async function confirmPrice(deps: ShopDeps, { product }: SellablePlan): Promise<void> {
  try {
    const answer = await deps.supplier.validateOrder({ bundleName: product.bundleName }, { priority: 'order' });
    if (!answer.valid) throw new AppError('unknown_bundle');
    await repriceBundle(deps, {
      bundleName: product.bundleName,
      costMilli: answer.totalMilli,
      costCurrency: answer.currency,
    });
  } catch (error) {
    if (error instanceof EsimGoRefusedError && ![401, 403, 429].includes(error.status)) {
      throw new AppError('unknown_bundle', { cause: error });
    }
    throw isEsimGoError(error) ? new AppError('temporarily_unavailable', { cause: error }) : error;
  }
}

async function findTopUpTarget(
  { db }: ShopDeps,
  userId: number,
  idOrIccid: string,
): Promise<{ id: string; iccid: string }> {
  const [esim] = await db.query<{ id: string; iccid: string; is_suspended: boolean }>(
    `SELECT id, iccid, vendor_state IS NOT DISTINCT FROM 'suspended' AS is_suspended FROM esims
     WHERE telegram_user_id = $1 AND (id = $2 OR iccid = $2) AND erased_at IS NULL`,
    [userId, idOrIccid],
  );
  if (esim === undefined) throw new AppError('not_found');
  // What is put on it could not be used.
  if (esim.is_suspended) throw new AppError('not_compatible');
  return esim;
}

/** Asked before each top-up: a bundle's network profile may change from one price list to the next. */
async function requireCompatible({ supplier }: ShopDeps, iccid: string, bundleName: string): Promise<void> {
  let isCompatible: boolean;
  try {
    isCompatible = await supplier.isCompatible(iccid, bundleName);
  } catch (error) {
    throw isEsimGoError(error) ? new AppError('temporarily_unavailable', { cause: error }) : error;
  }
  if (!isCompatible) throw new AppError('not_compatible');
}

interface NewOrder extends CreateOrderInput {
  plan: SellablePlan;
  esimId: string | null;
}

/** Null when another request with the same key was faster. */
async function insertOrder(deps: ShopDeps, input: NewOrder): Promise<OrderRow | null> {
  const { user, body, plan } = input;
  const { product, rules } = plan;
  const id = newId('ord');
  return deps.db.transaction(async (tx) => {
    // Puts the orders of one person in a row, so that each counts those before it, whatever the isolation level.
    await tx.query(`UPDATE users SET last_seen_at = now() WHERE telegram_user_id = $1`, [user.id]);
    const [order] = await tx.query<OrderRow>(
      `INSERT INTO orders
         (id, telegram_user_id, kind, country_code, country_name, plan_id, plan_type, data_mb, days, tier,
          esimgo_product_id, esim_id, price_stars, price_usd_cents, cost_milli, cost_currency, price_rule, payout_rate,
          idempotency_key, request_hash, email_sealed, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
               now() + $22::integer * interval '1 second')
       ON CONFLICT (telegram_user_id, idempotency_key) DO NOTHING
       RETURNING *`,
      [
        id,
        user.id,
        input.esimId === null ? 'new' : 'top_up',
        product.destinationCode,
        product.destinationName,
        body.bundle_id,
        product.planType,
        product.dataMb,
        product.days,
        product.tier,
        product.bundleName,
        input.esimId,
        plan.priceStars,
        plan.priceUsdCents,
        product.costMilli,
        product.costCurrency,
        plan.rulesVersion,
        rules.payoutMicroUsdPerStar,
        input.idempotencyKey,
        deps.keyring.digest(canonical(body), requestPurpose(user.id, input.idempotencyKey)),
        // Kept only where it will be used.
        body.email === undefined || deps.mailer === null ? null : deps.keyring.seal(body.email, emailPurpose(id)),
        deps.config.orderTtlS,
      ],
    );
    if (order === undefined) return null;
    await requireFewOpenOrders(tx, user.id, deps.config.limits.openOrders);
    await noteEvent(tx, id, 'order.created', { actor: `user:${user.id}`, details: { stars: plan.priceStars } });
    return order;
  });
}

/** Counted with the new one in place; throwing takes it back. */
async function requireFewOpenOrders(tx: Sql, userId: number, limit: number): Promise<void> {
  if (limit === 0) return;
  const [row] = await tx.query<{ open: number }>(
    `SELECT count(*)::integer AS open FROM orders
     WHERE telegram_user_id = $1 AND payment_status = 'unpaid' AND provisioning = 'none' AND expires_at > now()`,
    [userId],
  );
  if ((row?.open ?? 0) > limit) throw new AppError('too_many_open_orders', { details: { limit } });
}
