import type { ShopDeps } from '../deps.ts';

/**
 * Writes our order's id into the supplier's records, so that what was delivered can be found from their side. It blocks
 * nothing and may be repeated.
 */
export async function tagEsim(
  { db, supplier, shopId }: Pick<ShopDeps, 'db' | 'supplier' | 'shopId'>,
  esimId: string,
): Promise<void> {
  const [row] = await db.query<{ iccid: string; order_id: string }>(
    `SELECT e.iccid, o.id AS order_id FROM esims e JOIN orders o ON o.esim_id = e.id AND o.kind = 'new'
     WHERE e.id = $1 AND e.tagged_at IS NULL ORDER BY o.created_at LIMIT 1`,
    [esimId],
  );
  if (row === undefined) return;
  await supplier.setCustomerRef(row.iccid, `${await shopId()}:${row.order_id}`);
  await db.query(`UPDATE esims SET tagged_at = now() WHERE id = $1`, [esimId]);
}
