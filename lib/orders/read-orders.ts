import { AppError } from '../contract/error-codes.ts';
import { orderIdSchema, type Order, type OrdersAnswer } from '../contract/order.ts';
import type { ShopDeps } from '../deps.ts';
import { openCodes } from '../esims/read-esims.ts';
import { qrSvgDataUri } from '../esims/qr.ts';
import { toOrder, type OrderRow } from './order-row.ts';

type ReadDeps = Pick<ShopDeps, 'db' | 'keyring'>;

const PAGE = 20;

export interface OwnOrder {
  order: Order;
  /** When the order's eSIM was last read from the supplier; null before delivery or before the first read. */
  esimRefreshedAt: Date | null;
}

/** One query; with the codes once the order is delivered. Somebody else's order is not found. */
export async function readOwnOrder({ db, keyring }: ReadDeps, userId: number, orderId: string): Promise<OwnOrder> {
  const [row] = await db.query<
    OrderRow & { smdp_address: string | null; matching_id_sealed: string | null; refreshed_at: Date | null }
  >(
    `SELECT o.*, e.smdp_address, e.matching_id_sealed, e.refreshed_at
     FROM orders o LEFT JOIN esims e ON e.id = o.esim_id AND e.telegram_user_id = o.telegram_user_id
     WHERE o.id = $1 AND o.telegram_user_id = $2 AND o.erased_at IS NULL`,
    [orderId, userId],
  );
  if (row === undefined) throw new AppError('not_found');
  const { smdp_address: smdpAddress, matching_id_sealed: matchingId, esim_id: esimId } = row;
  const isDelivered = row.status === 'ready' || row.status === 'active';
  if (!isDelivered || esimId === null || smdpAddress === null || matchingId === null) {
    return { order: toOrder(row), esimRefreshedAt: null };
  }
  const { lpa } = openCodes(keyring, { id: esimId, smdp_address: smdpAddress, matching_id_sealed: matchingId });
  const order = toOrder(row, { activationCode: lpa, qrCode: await qrSvgDataUri(lpa) });
  return { order, esimRefreshedAt: row.refreshed_at };
}

/** Newest first, without codes. The cursor is the last order's id. */
export async function listOrders({ db }: ReadDeps, userId: number, cursor: string | null): Promise<OrdersAnswer> {
  if (cursor !== null && !orderIdSchema.safeParse(cursor).success) {
    throw new AppError('bad_request', { details: { path: 'cursor' } });
  }
  const rows = await db.query<OrderRow>(
    `SELECT * FROM orders
     WHERE telegram_user_id = $1 AND erased_at IS NULL
       AND ($2::text IS NULL OR (created_at, id) < (SELECT created_at, id FROM orders WHERE id = $2 AND telegram_user_id = $1))
     ORDER BY created_at DESC, id DESC LIMIT $3`,
    [userId, cursor, PAGE + 1],
  );
  if (rows.length === 0 && cursor !== null) await requireOwnOrder(db, userId, cursor);
  const orders = rows.slice(0, PAGE).map((row) => toOrder(row));
  return { orders, next_cursor: rows.length > PAGE ? (orders.at(-1)?.id ?? null) : null };
}

async function requireOwnOrder(db: ReadDeps['db'], userId: number, orderId: string): Promise<void> {
  const found = await db.query(`SELECT id FROM orders WHERE id = $1 AND telegram_user_id = $2`, [orderId, userId]);
  if (found.length === 0) throw new AppError('not_found');
}
