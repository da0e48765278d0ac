import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

const plansSchema = z.object({
  plans: z.array(
    z.object({ id: z.string(), unlimited: z.boolean(), data_mb: z.number().nullable(), price_stars: z.number() }),
  ),
});
const orderSchema = z.object({
  id: z.string(),
  status: z.string(),
  esim_id: z.string().nullable(),
  activation_code: z.string().nullable(),
});
const ledgerSchema = z.object({
  esimgo: z.object({ esims: z.array(z.object({ iccid: z.string(), lpa: z.string() })) }),
});

export interface Bought {
  orderId: string;
  esimId: string;
  iccid: string;
}

export type Stage = ReturnType<typeof createStage>;

/** Sets the scene in a running shop of development: people who bought, phones that used it, a supplier in trouble. */
export function createStage(url: string) {
  async function call(path: string, json?: unknown, headers: Record<string, string> = {}): Promise<unknown> {
    const response = await fetch(`${url}${path}`, {
      headers: { ...headers, ...(json === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(json === undefined ? {} : { method: 'POST', body: JSON.stringify(json) }),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return response.json();
  }

  async function login(userId: number, language: string): Promise<Record<string, string>> {
    const user = { id: userId, first_name: 'Sandbox', language_code: language };
    const { init_data: initData } = z
      .object({ init_data: z.string() })
      .parse(await call('/sandbox/api/init-data', { user }));
    return { authorization: `tma ${initData}` };
  }

  async function planFor(destination: string) {
    const { plans } = plansSchema.parse(await call(`/api/esimgo/catalogue?destination=${destination}`));
    const plan = plans.find(({ unlimited, data_mb: mb }) => !unlimited && mb === 5_000) ?? plans[0];
    if (plan === undefined) throw new Error(`Nothing is sold for ${destination}.`);
    return plan;
  }

  async function order(userId: number, language: string, destination: string) {
    const headers = await login(userId, language);
    const plan = await planFor(destination);
    const body = { bundle_id: plan.id, expected_stars: plan.price_stars };
    const answer = await call('/api/esimgo/order', body, { ...headers, 'idempotency-key': randomUUID() });
    const { order: made, invoice_url: invoiceUrl } = z
      .object({ order: z.object({ id: z.string() }), invoice_url: z.string() })
      .parse(answer);
    return { orderId: made.id, invoiceUrl, planId: plan.id };
  }

  async function waitFor(userId: number, language: string, orderId: string, status: string) {
    const headers = await login(userId, language);
    for (let tries = 0; tries < 120; tries += 1) {
      const answer = await call(`/api/esimgo/status?order_id=${orderId}`, undefined, headers);
      const { order: now } = z.object({ order: orderSchema }).parse(answer);
      if (now.status === status) return now;
      await sleep(250);
    }
    throw new Error(`Order ${orderId} did not become ${status}.`);
  }

  async function pay(userId: number, invoiceUrl: string): Promise<void> {
    await call('/sandbox/api/pay', { invoice_url: invoiceUrl, user_id: userId });
  }

  return {
    newUserId: () => randomInt(100_000_000, 900_000_000),
    planFor,
    order,
    waitFor,
    pay,
    async buy(userId: number, language: string, destination: string): Promise<Bought> {
      const { orderId, invoiceUrl } = await order(userId, language, destination);
      await pay(userId, invoiceUrl);
      const ready = await waitFor(userId, language, orderId, 'ready');
      const { esimgo } = ledgerSchema.parse(await call('/sandbox/api/ledger'));
      const esim = esimgo.esims.find(({ lpa }) => lpa === ready.activation_code);
      if (esim === undefined || ready.esim_id === null) throw new Error(`Order ${orderId} brought no eSIM.`);
      return { orderId, esimId: ready.esim_id, iccid: esim.iccid };
    },
    async move(iccid: string, ...moves: { action: string; bytes?: number }[]): Promise<void> {
      for (const each of moves) await call('/sandbox/api/esim', { iccid, ...each });
    },
    async faults(target: 'esimgo' | 'telegram', rules: readonly object[]): Promise<void> {
      await call('/sandbox/api/faults', { target, rules });
    },
  };
}
