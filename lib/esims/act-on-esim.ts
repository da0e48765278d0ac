import { AppError } from '../contract/error-codes.ts';
import type { Advice, EsimActionAnswer, EsimActionBody } from '../contract/esim.ts';
import type { ShopDeps } from '../deps.ts';
import { tellReadyAgain } from '../notify/tell-buyer.ts';
import { readOwnOrder } from '../orders/read-orders.ts';
import { isTelegramError } from '../telegram/errors.ts';
import { adviceFor, esimStateOf } from './esim-state.ts';
import { findOwnEsim, toEsim, type EsimWithBundles } from './read-esims.ts';
import { refreshInTurn } from './refresh-soon.ts';

/** One copy a minute: enough for who deleted a message, too little to flood a chat. */
const RESEND_EVERY_S = 60;

/** What the holder of an eSIM may ask for. What tells of its state reads the supplier first, if that was not just done. */
export async function actOnEsim(deps: ShopDeps, userId: number, body: EsimActionBody): Promise<EsimActionAnswer> {
  const esimId = body.id ?? (await esimOfOrder(deps, userId, body.order_id ?? ''));
  await findOwnEsim(deps, userId, esimId);
  let chat: EsimActionAnswer['chat'] = null;
  switch (body.action) {
    case 'rename':
      await deps.db.query(`UPDATE esims SET name = $2 WHERE id = $1 AND erased_at IS NULL`, [esimId, body.name]);
      break;
    case 'activated':
      await deps.db.query(
        `UPDATE esims SET user_confirmed_at = coalesce(user_confirmed_at, now()) WHERE id = $1 AND erased_at IS NULL`,
        [esimId],
      );
      await requireRefresh(deps, esimId);
      break;
    case 'resend':
      chat = await resend(deps, userId, esimId);
      break;
    case 'refresh_usage':
    case 'diagnose':
      await requireRefresh(deps, esimId);
      break;
  }
  const esim = await findOwnEsim(deps, userId, esimId);
  const orderId = body.order_id ?? esim.latest_order_id;
  return {
    esim: await toEsim(deps, esim),
    order: orderId === null ? null : (await readOwnOrder(deps, userId, orderId)).order,
    advice: body.action === 'diagnose' || body.action === 'activated' ? advise(esim) : null,
    chat,
  };
}

async function esimOfOrder({ db }: ShopDeps, userId: number, orderId: string): Promise<string> {
  const [order] = await db.query<{ esim_id: string | null }>(
    `SELECT esim_id FROM orders WHERE id = $1 AND telegram_user_id = $2`,
    [orderId, userId],
  );
  if (order?.esim_id == null) throw new AppError('not_found');
  return order.esim_id;
}

async function resend(deps: ShopDeps, userId: number, esimId: string): Promise<'sent' | 'unreachable'> {
  const [order] = await deps.db.query<{ id: string }>(
    `SELECT id FROM orders WHERE esim_id = $1 AND provisioning = 'assigned' AND payment_status = 'paid'
     ORDER BY created_at LIMIT 1`,
    [esimId],
  );
  if (order === undefined) throw new AppError('not_found');
  const turn = `resend:${userId}`;
  if (!(await deps.kv.set(turn, '1', { ttlS: RESEND_EVERY_S, onlyIfAbsent: true }))) {
    throw new AppError('rate_limited', { details: { retry_after_s: RESEND_EVERY_S } });
  }
  try {
    if (await tellReadyAgain(deps, order.id)) return 'sent';
  } catch (error) {
    await deps.kv.delete(turn);
    throw isTelegramError(error) ? new AppError('temporarily_unavailable', { cause: error }) : error;
  }
  // Nothing was sent, and who starts the bot now should not have to wait.
  await deps.kv.delete(turn);
  return 'unreachable';
}

async function requireRefresh(deps: ShopDeps, esimId: string): Promise<void> {
  if ((await refreshInTurn(deps, esimId)) === 'unavailable') throw new AppError('temporarily_unavailable');
}

function advise(esim: EsimWithBundles): Advice {
  return adviceFor(esimStateOf(esim, esim.bundles), esim);
}
