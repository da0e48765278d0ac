import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readQrPng, readQrSvgDataUri } from '../support/read-qr.ts';
import { startShop, until, type ShopUnderTest } from '../support/shop.ts';

let shop: ShopUnderTest;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop?.close());

const DESTINATIONS = ['TH', 'REUP', 'RGB', 'XK', 'IC', 'US-HI', 'CYP'];
let nextUser = 1_000;

describe('a purchase', () => {
  it.each(DESTINATIONS)('of a plan for %s ends with a QR code of the eSIM that was issued', async (destination) => {
    const buyer = await shop.user((nextUser += 1), destination === 'TH' ? 'ru' : 'en');
    const [plan] = await shop.plans(destination);
    expect(plan).toBeDefined();
    if (plan === undefined) return;

    const ordered = await buyer.order(plan);
    expect(ordered.status).toBe(200);
    expect(ordered.body.order).toMatchObject({ status: 'pending', price_stars: plan.price_stars, qr_code: null });
    expect(await buyer.pay(ordered.body.invoice_url)).toEqual({ status: 'paid' });

    const order = await buyer.waitFor(ordered.body.order.id, 'ready');
    const { esimgo } = await shop.ledger();
    const vendorOrder = esimgo.orders.find(({ order_reference }) => order_reference === order.esimgo_order_id);
    const esim = esimgo.esims.find(({ iccid }) => iccid === vendorOrder?.iccid);
    expect(vendorOrder?.item).toBe(plan.id);
    expect(order.activation_code).toBe(esim?.lpa);
    expect(readQrSvgDataUri(order.qr_code ?? '')).toBe(esim?.lpa);

    const messages = await until(
      () => shop.chat(buyer.id),
      (all) => all.some(({ type }) => type === 'photo'),
    );
    const photo = messages.find(({ type }) => type === 'photo');
    expect(readQrPng(Buffer.from(photo?.photo_base64 ?? '', 'base64'))).toBe(esim?.lpa);

    expect(order.activated_at).toBeNull();
    await shop.control('esim', { iccid: esim?.iccid, action: 'install' });
    await shop.control('esim', { iccid: esim?.iccid, action: 'attach' });
    const active = await buyer.waitFor(order.id, 'active');
    expect(active.activated_at).not.toBeNull();
  });
});
