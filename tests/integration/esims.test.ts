import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../lib/contract/catalogue.ts';
import type { Esim, EsimActionAnswer, EsimActionBody, EsimSummary } from '../../lib/contract/esim.ts';
import type { Order } from '../../lib/contract/order.ts';
import { refreshInTurn } from '../../lib/esims/refresh-soon.ts';
import { readQrPng, readQrSvgDataUri } from '../support/read-qr.ts';
import { startShop, until, type ShopUnderTest } from '../support/shop.ts';

type Buyer = Awaited<ReturnType<ShopUnderTest['user']>>;

let shop: ShopUnderTest;
let plan: Plan;
let nextUser = 3_000;

beforeAll(async () => {
  shop = await startShop();
  const found = (await shop.plans('TH')).find((one) => !one.unlimited && one.can_top_up && one.data_mb !== null);
  if (found === undefined) throw new Error('Thailand is not sold by the gigabyte');
  plan = found;
});
afterAll(() => shop?.close());

interface Bought {
  buyer: Buyer;
  order: Order;
  id: string;
  iccid: string;
}

async function order(buyer: Buyer, more: object = {}): Promise<Order> {
  const { body } = await buyer.order(plan, more);
  await buyer.pay(body.invoice_url);
  return buyer.waitFor(body.order.id, 'ready');
}

async function buy(): Promise<Bought> {
  const buyer = await shop.user((nextUser += 1));
  const made = await order(buyer);
  const id = made.esim_id ?? '';
  const { iccid } = await detail(buyer, id);
  await shop.settled();
  return { buyer, order: made, id, iccid };
}

const detail = async (buyer: Buyer, id: string) =>
  (await buyer.get<{ esim: Esim }>(`/api/esimgo/esim?id=${id}`)).body.esim;
const list = async (buyer: Buyer) => (await buyer.get<{ esims: EsimSummary[] }>('/api/esimgo/esim')).body.esims;
/** As ten seconds later: a look is done at most once in them. */
const afterAWhile = (id: string) => shop.app.deps.kv.delete(`esim:refresh:${id}`);
const act = async (buyer: Buyer, body: EsimActionBody) => {
  const answer = await buyer.post<EsimActionAnswer>('/api/esimgo/esim', body);
  expect(answer.status).toBe(200);
  return answer.body;
};
const move = async (bought: Bought, action: string, more: object = {}) => {
  await shop.control('esim', { iccid: bought.iccid, action, ...more });
  await afterAWhile(bought.id);
};
const diagnose = ({ buyer, id }: Bought) => act(buyer, { id, action: 'diagnose' });
const bytesOf = ({ data_mb: mb }: Plan) => (mb ?? 0) * 1_000_000;

/** No callback comes through, so every change below was read from the API by the action itself. */
const loseCallbacks = () => shop.faults('esimgo', [{ match: { direction: 'out', path: 'webhook' }, action: 'lose' }]);

describe('the eSIMs of a person', () => {
  it('are listed newest first, with their state and without any code', async () => {
    const first = await buy();
    const second = await order(first.buyer);
    const esims = await list(first.buyer);
    expect(esims.map(({ id }) => id)).toEqual([second.esim_id, first.id]);
    expect(esims[1]).toMatchObject({
      name: null,
      country_code: 'TH',
      state: 'not_installed',
      iccid_last4: first.iccid.slice(-4),
      activated_at: null,
      latest_order_id: first.order.id,
    });
  });

  it('are none for somebody who bought nothing', async () => {
    expect(await list(await shop.user((nextUser += 1)))).toEqual([]);
  });
});

describe('an eSIM', () => {
  it('shows what installs it, by picture, by link and by hand', async () => {
    const { buyer, id, iccid } = await buy();
    const { esimgo } = await shop.ledger();
    const issued = esimgo.esims.find((one) => one.iccid === iccid);
    const { install } = await detail(buyer, id);
    expect(install.activation_code).toBe(issued?.lpa);
    expect(readQrSvgDataUri(install.qr_code)).toBe(issued?.lpa);
    expect(`LPA:1$${install.smdp_address}$${install.matching_id}`).toBe(issued?.lpa);
    expect(install.apple_install_url).toBe(
      `https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=${issued?.lpa}`,
    );
    expect(install.android_install_url).toBe(
      `https://esimsetup.android.com/esim_qrcode_provisioning?carddata=${issued?.lpa}`,
    );
  });

  it('shows its usage and where it was, as of the last look', async () => {
    await loseCallbacks();
    const bought = await buy();
    const country = 'TH';
    await move(bought, 'use', { bytes: 400_000_000, country });
    const before = Date.now();
    const { esim } = await act(bought.buyer, { id: bought.id, action: 'refresh_usage' });
    expect(esim).toMatchObject({ state: 'live', last_country: country, usage: { unlimited: false, queued: 0 } });
    expect(esim.usage?.initial_bytes).toBe(bytesOf(plan));
    expect(esim.usage?.remaining_bytes).toBe(bytesOf(plan) - 400_000_000);
    expect(esim.bundles).toMatchObject([{ order_id: bought.order.id, bundle_name: plan.id, state: 'active' }]);
    // Its time is the database's, on the same machine.
    expect(Date.parse(esim.as_of ?? '')).toBeGreaterThanOrEqual(before - 1);
    await shop.faults('esimgo', []);
  });

  it('holds two bundles after a top-up, by our id or by ICCID, and sums what is in use', async () => {
    const bought = await buy();
    await move(bought, 'use', { bytes: 400_000_000 });
    const second = await order(bought.buyer, { iccid: bought.id });
    const third = await order(bought.buyer, { iccid: bought.iccid });
    expect([second.esim_id, third.esim_id]).toEqual([bought.id, bought.id]);
    expect(second).toMatchObject({ kind: 'top_up', activation_code: bought.order.activation_code });

    await shop.settled();
    await afterAWhile(bought.id);
    const { esim } = await act(bought.buyer, { id: bought.id, action: 'refresh_usage' });
    expect(esim.bundles).toHaveLength(3);
    expect(new Set(esim.bundles.map(({ order_id: orderId }) => orderId))).toEqual(
      new Set([bought.order.id, second.id, third.id]),
    );
    const active = esim.bundles.filter(({ state }) => state === 'active');
    const sum = active.reduce((total, { remaining_bytes: left }) => total + (left ?? 0), 0);
    expect(esim.usage?.remaining_bytes).toBe(sum);
    expect(esim.usage?.queued).toBe(esim.bundles.length - active.length);
    expect(esim.usage?.queued_bytes).toBe(bytesOf(plan) * (esim.bundles.length - active.length));
    expect(await list(bought.buyer)).toHaveLength(1);
    expect(esim.latest_order_id).toBe(third.id);
  });

  it('makes a top-up active only when its own bundle is in use', async () => {
    await loseCallbacks();
    const bought = await buy();
    await move(bought, 'use', { bytes: 1_000 });
    const topUp = await order(bought.buyer, { iccid: bought.id });
    const { order: before } = await act(bought.buyer, { order_id: topUp.id, action: 'activated' });
    expect(before).toMatchObject({ id: topUp.id, status: 'ready' });
    expect(await bought.buyer.status(bought.order.id)).toMatchObject({ status: 'active' });

    await move(bought, 'use', { bytes: bytesOf(plan) + 1_000 });
    const { order: after } = await act(bought.buyer, { order_id: topUp.id, action: 'activated' });
    expect(after).toMatchObject({ id: topUp.id, status: 'active' });
    await shop.faults('esimgo', []);
  });
});

describe('rename', () => {
  it('keeps the name until it is cleared', async () => {
    const { buyer, id, order: made } = await buy();
    expect(await act(buyer, { id, action: 'rename', name: '  Отпуск 🏝️ ' })).toMatchObject({
      esim: { name: 'Отпуск 🏝️' },
      advice: null,
    });
    expect((await list(buyer))[0]?.name).toBe('Отпуск 🏝️');
    expect((await act(buyer, { order_id: made.id, action: 'rename', name: null })).esim.name).toBeNull();
    expect((await list(buyer))[0]?.name).toBeNull();
  });

  it('works while the supplier is down', async () => {
    const { buyer, id } = await buy();
    await shop.faults('esimgo', [{ match: { direction: 'in' }, action: 'forbidden' }]);
    expect((await act(buyer, { id, action: 'rename', name: 'Home' })).esim.name).toBe('Home');
    await shop.faults('esimgo', []);
  });
});

describe('resend', () => {
  const photos = async ({ id }: Buyer) => (await shop.chat(id)).filter(({ type }) => type === 'photo');

  it('sends the message with the QR once more, at most once a minute', async () => {
    const { buyer, id, order: made } = await buy();
    expect(await act(buyer, { id, action: 'resend' })).toMatchObject({ chat: 'sent', esim: { id }, advice: null });
    const sent = await photos(buyer);
    expect(sent).toHaveLength(2);
    expect(readQrPng(Buffer.from(sent[1]?.photo_base64 ?? '', 'base64'))).toBe(made.activation_code);
    const again = await Promise.all([1, 2, 3].map(() => buyer.post('/api/esimgo/esim', { id, action: 'resend' })));
    for (const answer of again) {
      expect(answer).toMatchObject({ status: 429, body: { error: { code: 'rate_limited' } } });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(5);
    }
    expect(await photos(buyer)).toHaveLength(2);
  });

  it('sends one message to who asks many times at once', async () => {
    const { buyer, id } = await buy();
    const answers = await Promise.all([1, 2, 3, 4].map(() => buyer.post('/api/esimgo/esim', { id, action: 'resend' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 429, 429, 429]);
    expect(await photos(buyer)).toHaveLength(2);
  });

  it('says that the bot may not write, and can be asked again right after that changed', async () => {
    const { buyer, id } = await buy();
    await shop.set({ telegram: { user: { id: buyer.id, blocked: true } } });
    expect(await act(buyer, { id, action: 'resend' })).toMatchObject({ chat: 'unreachable' });
    await shop.set({ telegram: { user: { id: buyer.id, blocked: false } } });
    expect(await act(buyer, { id, action: 'resend' })).toMatchObject({ chat: 'sent' });
  });

  it('can be asked again after Telegram failed', async () => {
    const { buyer, id } = await buy();
    await shop.faults('telegram', [{ match: { path: 'sendPhoto' }, action: 'error_500' }]);
    expect((await buyer.post('/api/esimgo/esim', { id, action: 'resend' })).status).toBe(503);
    await shop.faults('telegram', []);
    expect(await act(buyer, { id, action: 'resend' })).toMatchObject({ chat: 'sent' });
  });

  it('sends nothing of somebody else', async () => {
    const { id } = await buy();
    const stranger = await shop.user((nextUser += 1));
    expect((await stranger.post('/api/esimgo/esim', { id, action: 'resend' })).status).toBe(404);
    expect(await photos(stranger)).toEqual([]);
  });
});

describe('diagnose', () => {
  beforeAll(loseCallbacks);
  afterAll(() => shop.faults('esimgo', []));

  it('names the next step in each state that an eSIM goes through', async () => {
    const bought = await buy();
    const steps = [await diagnose(bought)];
    for (const [action, more] of [
      ['install', {}],
      ['attach', {}],
      ['use', { bytes: bytesOf(plan) }],
    ] as const) {
      await move(bought, action, more);
      steps.push(await diagnose(bought));
    }
    expect(steps.map(({ esim, advice }) => [esim.state, advice])).toEqual([
      ['not_installed', 'install_first'],
      ['installed', 'turn_on_and_roam'],
      ['installed', 'works'],
      ['used_up', 'data_used_up'],
    ]);
  });

  it('says that a plan is over', async () => {
    const bought = await buy();
    await move(bought, 'use', { bytes: 1_000 });
    await move(bought, 'expire');
    expect(await diagnose(bought)).toMatchObject({ esim: { state: 'ended' }, advice: 'plan_ended' });
  });

  it('says when the supplier cannot be asked, and keeps what is known', async () => {
    const bought = await buy();
    await shop.faults('esimgo', [{ match: { direction: 'in', path: '/esims/' }, action: 'forbidden' }]);
    await afterAWhile(bought.id);
    const answer = await bought.buyer.post('/api/esimgo/esim', { id: bought.id, action: 'diagnose' });
    expect(answer).toMatchObject({ status: 503, body: { error: { code: 'temporarily_unavailable' } } });
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await detail(bought.buyer, bought.id)).toMatchObject({ state: 'not_installed' });
    await loseCallbacks();
  });
});

describe('activated', () => {
  beforeAll(loseCallbacks);
  afterAll(() => shop.faults('esimgo', []));

  const confirmedAt = async ({ id }: Bought) =>
    (await shop.query<{ at: Date | null }>(`SELECT user_confirmed_at AS at FROM esims WHERE id = $1`, [id]))[0]?.at;

  it('is noted, but a click alone makes nothing active', async () => {
    const bought = await buy();
    expect(await confirmedAt(bought)).toBeNull();
    expect(await act(bought.buyer, { order_id: bought.order.id, action: 'activated' })).toMatchObject({
      order: { id: bought.order.id, status: 'ready', activated_at: null },
      esim: { state: 'not_installed', activated_at: null },
      advice: 'install_first',
    });
    const first = await confirmedAt(bought);
    expect(first).toBeInstanceOf(Date);
    await act(bought.buyer, { id: bought.id, action: 'activated' });
    expect(await confirmedAt(bought)).toEqual(first);
  });

  it('makes the order active when the supplier has seen the eSIM on a network', async () => {
    const bought = await buy();
    await move(bought, 'attach');
    const { order: made, esim, advice } = await act(bought.buyer, { order_id: bought.order.id, action: 'activated' });
    expect(made).toMatchObject({ id: bought.order.id, status: 'active' });
    expect(esim).toMatchObject({ state: 'installed', activated_at: made?.activated_at });
    expect(advice).toBe('works');
  });

  it('is not known of an order that has no eSIM yet', async () => {
    const buyer = await shop.user((nextUser += 1));
    const { body } = await buyer.order(plan);
    const answer = await buyer.post('/api/esimgo/esim', { order_id: body.order.id, action: 'activated' });
    expect(answer).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
  });

  it('is noted also while the supplier cannot be asked', async () => {
    const bought = await buy();
    await shop.faults('esimgo', [{ match: { direction: 'in', path: '/esims/' }, action: 'forbidden' }]);
    await afterAWhile(bought.id);
    const answer = await bought.buyer.post('/api/esimgo/esim', { id: bought.id, action: 'activated' });
    expect(answer.status).toBe(503);
    expect(await confirmedAt(bought)).toBeInstanceOf(Date);
    await loseCallbacks();
  });
});

describe('a look at an eSIM', () => {
  beforeAll(loseCallbacks);
  afterAll(() => shop.faults('esimgo', []));

  const looksAt = async ({ iccid }: Bought) => {
    const { body } = await shop.call<{ entries: { path: string; direction: string }[] }>('/sandbox/api/journal');
    return body.entries.filter(({ path, direction }) => direction === 'in' && path.endsWith(`/esims/${iccid}`)).length;
  };
  const refresh = ({ buyer, id }: Bought) =>
    buyer.post<EsimActionAnswer>('/api/esimgo/esim', { id, action: 'refresh_usage' });

  it('has the supplier asked at most once in ten seconds, however often the screen polls', async () => {
    const bought = await buy();
    await shop.query(`UPDATE esims SET refreshed_at = NULL WHERE id = $1`, [bought.id]);
    await afterAWhile(bought.id);
    const before = await looksAt(bought);
    await Promise.all(Array.from({ length: 10 }, () => detail(bought.buyer, bought.id)));
    await shop.settled();
    await until(
      () => looksAt(bought),
      (looks) => looks > before,
    );
    expect(await looksAt(bought)).toBe(before + 1);
  });

  it('has the supplier asked once for all who press at once, and shows each of them what it said', async () => {
    const bought = await buy();
    await move(bought, 'use', { bytes: 400_000_000 });
    const before = await looksAt(bought);
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(bought)));
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(body.esim.usage?.remaining_bytes).toBe(bytesOf(plan) - 400_000_000);
    }
    expect(await looksAt(bought)).toBe(before + 1);
  });

  it('answers a repeat within ten seconds with what is stored, whatever is asked for', async () => {
    const bought = await buy();
    await move(bought, 'use', { bytes: 1_000 });
    const first = (await refresh(bought)).body.esim;
    const before = await looksAt(bought);
    await shop.control('esim', { iccid: bought.iccid, action: 'use', bytes: 5_000 });
    for (const action of ['refresh_usage', 'diagnose', 'activated'] as const) {
      const { esim } = await act(bought.buyer, { id: bought.id, action });
      expect([esim.as_of, esim.usage]).toEqual([first.as_of, first.usage]);
    }
    expect(await looksAt(bought)).toBe(before);
    await afterAWhile(bought.id);
    expect((await refresh(bought)).body.esim.usage?.remaining_bytes).toBe(bytesOf(plan) - 6_000);
  });

  it('counts over all instances, and for each eSIM by itself', async () => {
    const [bought, other] = [await buy(), await buy()];
    await Promise.all([afterAWhile(bought.id), afterAWhile(other.id)]);
    const before = await looksAt(bought);
    const { deps } = shop.app;
    const instances = Array.from({ length: 3 }, () => ({ ...deps, supplier: { ...deps.supplier } }));
    await Promise.all(instances.map((instance) => refreshInTurn(instance, bought.id)));
    expect(await looksAt(bought)).toBe(before + 1);
    const others = await looksAt(other);
    await refresh(other);
    expect(await looksAt(other)).toBe(others + 1);
  });

  it('that failed is not repeated at once either, and says so again', async () => {
    const bought = await buy();
    await shop.faults('esimgo', [{ match: { direction: 'in', path: '/esims/' }, action: 'forbidden' }]);
    await afterAWhile(bought.id);
    expect((await refresh(bought)).status).toBe(503);
    const before = await looksAt(bought);
    expect((await refresh(bought)).status).toBe(503);
    expect(await looksAt(bought)).toBe(before);
    await loseCallbacks();
    await afterAWhile(bought.id);
    expect((await refresh(bought)).status).toBe(200);
  });
});
