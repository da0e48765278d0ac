import { until, type ShopUnderTest } from '../../support/shop.ts';

/** The eSIM that the supplier issued for the user's last purchase, by the books of both simulators. */
export async function newestEsimOf(shop: ShopUnderTest, userId: number) {
  const [row] = await until(
    () =>
      shop.query<{ esimgo_order_id: string; esim_id: string; id: string }>(
        `SELECT id, esimgo_order_id, esim_id FROM orders
         WHERE telegram_user_id = $1 AND esimgo_order_id IS NOT NULL ORDER BY created_at DESC LIMIT 1`,
        [userId],
      ),
    (rows) => rows.length > 0,
  );
  const { esimgo } = await shop.ledger();
  const bought = esimgo.orders.find(({ order_reference: reference }) => reference === row?.esimgo_order_id);
  const esim = esimgo.esims.find(({ iccid }) => iccid === bought?.iccid);
  if (row === undefined || esim === undefined) throw new Error(`user ${userId} has no eSIM`);
  return { iccid: esim.iccid, lpa: esim.lpa, id: row.esim_id, orderId: row.id };
}

/** As ten seconds later: the supplier is asked about an eSIM at most once in them. */
export async function forgetLastLook({ app }: ShopUnderTest, esimId: string): Promise<void> {
  await app.deps.kv.delete(`esim:refresh:${esimId}`);
}
