import { until, type ShopUnderTest } from '../../support/shop.ts';
import { newestEsimOf } from './bought.ts';

export type RichUser = Awaited<ReturnType<typeof makeRichUser>>;

/** Somebody with an order or an eSIM in every state that looks different, and the address of every screen. */
export async function makeRichUser(shop: ShopUnderTest, userId: number, language: 'ru' | 'en') {
  const user = await shop.user(userId, language);
  const planFor = async (destination: string) => {
    const plans = await shop.plans(destination);
    const plan = plans.find(({ unlimited, data_mb: mb }) => !unlimited && mb === 5_000) ?? plans[0];
    if (plan === undefined) throw new Error(`nothing is sold for ${destination}`);
    return plan;
  };
  const order = async (destination: string) => {
    const answer = await user.order(await planFor(destination));
    if (answer.status !== 200) throw new Error(`the order was refused: ${JSON.stringify(answer.body)}`);
    return { id: answer.body.order.id, invoiceUrl: answer.body.invoice_url };
  };
  const buy = async (destination: string) => {
    const { id, invoiceUrl } = await order(destination);
    await user.pay(invoiceUrl);
    await user.waitFor(id, 'ready');
    return newestEsimOf(shop, userId);
  };

  const live = await buy('TR');
  for (const move of [{ action: 'install' }, { action: 'attach' }, { action: 'use', bytes: 1_300_000_000 }]) {
    await shop.control('esim', { iccid: live.iccid, ...move });
  }
  await user.waitFor(live.orderId, 'active');
  const fresh = await buy('TH');

  await shop.faults('esimgo', [
    { match: { method: 'POST', path: '/orders', body: 'transaction' }, action: 'not_found' },
  ]);
  const refused = await order('GE');
  await user.pay(refused.invoiceUrl);
  await user.waitFor(refused.id, 'refunded');
  await shop.faults('esimgo', []);

  const expired = await order('EG');
  await shop.query(`UPDATE orders SET expires_at = now() - interval '1 minute' WHERE id = $1`, [expired.id]);
  await shop.cron('expire');
  await until(
    () => user.status(expired.id),
    ({ status }) => status === 'expired',
  );
  const pending = await order('AE');
  const { id: planId } = await planFor('TH');

  /** By name, because the addresses hold random ids. */
  const screens = {
    destinations: '/',
    destination: '/to/TH',
    region: '/to/REUP',
    checkout: `/checkout/${planId}?to=TH`,
    'top-up checkout': `/checkout/${planId}?to=TH&esim=${fresh.id}`,
    'unpaid order': `/orders/${pending.id}`,
    'expired order': `/orders/${expired.id}`,
    'refunded order': `/orders/${refused.id}`,
    'ready order': `/orders/${fresh.orderId}`,
    'my eSIMs': '/esims',
    'live eSIM': `/esims/${live.id}`,
    'new eSIM': `/esims/${fresh.id}`,
    install: `/esims/${fresh.id}/install`,
    trouble: `/esims/${live.id}/trouble`,
    'top-up': `/esims/${live.id}/top-up`,
    history: '/history',
    help: '/help',
    lost: '/nowhere',
  };
  return { id: userId, live, fresh, refused, expired, pending, planId, screens };
}
