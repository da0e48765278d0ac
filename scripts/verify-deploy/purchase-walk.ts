import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { destinationsAnswerSchema, plansAnswerSchema } from '../../lib/contract/catalogue.ts';
import { createOrderAnswerSchema, orderAnswerSchema, type Order } from '../../lib/contract/order.ts';
import type { OutputConfig } from './build-output.ts';
import { VerifyError } from './problem.ts';
import { waitUntil, type ShopClient } from './shop-client.ts';

const BUYER = 700_100_200;
const DESTINATION = 'TH';
const report = z.record(z.string(), z.unknown());
const ledgerSchema = z.object({
  esimgo: z.object({
    orders: z.array(z.object({ order_reference: z.string(), item: z.string(), iccid: z.string() })),
    esims: z.array(z.object({ iccid: z.string(), lpa: z.string() })),
  }),
  stars: z.object({ charges: z.array(z.object({ user_id: z.number(), amount: z.number() })) }),
});
const chatSchema = z.object({ messages: z.array(z.object({ type: z.string(), photo_base64: z.string().optional() })) });

/** Calls every cron of the deployment as the platform does, until the catalogue is there. */
export async function runCrons(shop: ShopClient, config: OutputConfig, cronSecret: string): Promise<string> {
  const headers = { authorization: `Bearer ${cronSecret}`, 'user-agent': 'vercel-cron/1.0' };
  const tick = async () => {
    for (const { path } of config.crons) await shop.get(path, report, { headers });
    const answer = await fetch(`${shop.url}/api/esimgo/catalogue`);
    const parsed = answer.ok ? destinationsAnswerSchema.safeParse(await answer.json()) : null;
    return parsed?.success ? parsed.data.destinations.length : 0;
  };
  const count = await waitUntil('A catalogue after the crons', tick, (destinations) => destinations > 0);
  const [path = ''] = config.crons.map((cron) => cron.path);
  const { status } = await fetch(`${shop.url}${path}`);
  if (status !== 401) throw new VerifyError(`${path} answered ${status} without its secret, and must answer 401.`);
  return `${config.crons.map((cron) => cron.path).join(', ')} ran with the secret, 401 without; ${count} destinations`;
}

/** A purchase as a person makes it, judged by what both vendors' ledgers say. */
export async function walkPurchase(shop: ShopClient): Promise<string> {
  const startedAt = performance.now();
  const { init_data: initData } = await shop.post('/sandbox/api/init-data', z.object({ init_data: z.string() }), {
    json: { user: { id: BUYER, first_name: 'Verify', language_code: 'en' } },
  });
  const headers = { authorization: `tma ${initData}` };
  const { plans } = await shop.get(`/api/esimgo/catalogue?destination=${DESTINATION}`, plansAnswerSchema);
  const plan = plans.find(({ tier }) => tier === 'fixed');
  if (plan === undefined) throw new VerifyError(`The catalogue has no plan for ${DESTINATION}.`);

  const ordered = await shop.post('/api/esimgo/order', createOrderAnswerSchema, {
    headers: { ...headers, 'idempotency-key': randomUUID() },
    json: { bundle_id: plan.id, expected_stars: plan.price_stars },
  });
  const paid = await shop.post('/sandbox/api/pay', z.looseObject({ status: z.string() }), {
    json: { invoice_url: ordered.invoice_url, user_id: BUYER },
  });
  if (paid.status !== 'paid') throw new VerifyError(`The payment ended as ${JSON.stringify(paid)}.`);

  const status = async (): Promise<Order> =>
    (await shop.get(`/api/esimgo/status?order_id=${ordered.order.id}`, orderAnswerSchema, { headers })).order;
  const ready = await waitUntil('A delivered order', status, (order) => order.status === 'ready');
  const readyMs = performance.now() - startedAt;

  const ledger = await shop.get('/sandbox/api/ledger', ledgerSchema);
  const bought = ledger.esimgo.orders.find(({ order_reference }) => order_reference === ready.esimgo_order_id);
  const esim = ledger.esimgo.esims.find(({ iccid }) => iccid === bought?.iccid);
  const charges = ledger.stars.charges.filter(({ user_id }) => user_id === BUYER);
  if (bought?.item !== plan.id || esim === undefined) throw new VerifyError('The supplier knows no such order.');
  if (ready.activation_code !== esim.lpa) throw new VerifyError('The activation code is not the one that was issued.');
  if (!ready.qr_code?.startsWith('data:image/svg+xml')) throw new VerifyError('The delivered order has no QR code.');
  if (charges.length !== 1 || charges[0]?.amount !== plan.price_stars) {
    throw new VerifyError(`One charge of ${plan.price_stars} Stars was due: ${JSON.stringify(charges)}.`);
  }

  await waitUntil(
    'The QR code in the chat',
    () => shop.get(`/sandbox/api/chat?user_id=${BUYER}`, chatSchema),
    ({ messages }) => messages.some(({ type, photo_base64 }) => type === 'photo' && Boolean(photo_base64)),
  );
  for (const action of ['install', 'attach']) {
    await shop.post('/sandbox/api/esim', z.unknown(), { json: { iccid: esim.iccid, action } });
  }
  await waitUntil('An active order', status, (order) => order.status === 'active');
  return `paid ${plan.price_stars} Stars, ready in ${Math.round(readyMs)} ms, QR in app and chat, active once attached`;
}
