import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tier } from '../../lib/contract/catalogue.ts';
import type { Esim } from '../../lib/contract/esim.ts';
import type { Language } from '../../lib/contract/session.ts';
import { readQrPng, readQrSvgDataUri } from '../support/read-qr.ts';
import { startShop, until, type ChatMessage, type ShopUnderTest } from '../support/shop.ts';

let shop: ShopUnderTest;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop?.close());

interface Purchase {
  what: string;
  destination: string;
  tier: Tier;
  language: Language;
  /** As the message calls the place. */
  place: string;
}

const PURCHASES: Purchase[] = [
  { what: 'a country', destination: 'TH', tier: 'fixed', language: 'ru', place: 'Таиланд' },
  { what: 'a country, unlimited lite', destination: 'TR', tier: 'lite', language: 'en', place: 'Türkiye' },
  { what: 'a region, unlimited plus', destination: 'REUP', tier: 'plus', language: 'en', place: 'Europe+' },
  { what: 'a region for months', destination: 'RLA', tier: 'long', language: 'ru', place: 'Америка' },
  { what: 'the world, unlimited essential', destination: 'RGB', tier: 'essential', language: 'ru', place: 'Весь мир' },
  { what: 'the world for months', destination: 'RGBL', tier: 'long', language: 'en', place: 'Global Light' },
  { what: 'Kosovo', destination: 'XK', tier: 'fixed', language: 'en', place: 'Kosovo' },
  { what: 'the Canary Islands', destination: 'IC', tier: 'fixed', language: 'ru', place: 'Канарские острова' },
  { what: 'Hawaii', destination: 'US-HI', tier: 'lite', language: 'en', place: 'Hawaii' },
  { what: 'Northern Cyprus', destination: 'CYP', tier: 'fixed', language: 'ru', place: 'Северный Кипр' },
];
const READY: Record<Language, string> = { en: 'Your eSIM is ready', ru: 'eSIM готов' };

describe('a purchase', () => {
  it.each(PURCHASES.map((purchase, index) => ({ ...purchase, buyerId: 1_001 + index })))(
    'of $what ends with a working eSIM in the app and in the chat',
    async ({ destination, tier, language, place, buyerId }) => {
      const buyer = await shop.user(buyerId, language);
      const plan = (await shop.plans(destination)).find((candidate) => candidate.tier === tier);
      if (plan === undefined) throw new Error(`no ${tier} plan for ${destination}`);

      const ordered = await buyer.order(plan);
      expect(ordered.status).toBe(200);
      expect(ordered.body.order).toMatchObject({
        status: 'pending',
        country_code: destination,
        plan_id: plan.id,
        price_stars: plan.price_stars,
        qr_code: null,
        activation_code: null,
      });
      expect(await buyer.pay(ordered.body.invoice_url)).toEqual({ status: 'paid' });

      const order = await buyer.waitFor(ordered.body.order.id, 'ready');
      const { esimgo, stars } = await shop.ledger();
      const vendorOrder = esimgo.orders.find(({ order_reference }) => order_reference === order.esimgo_order_id);
      const issued = esimgo.esims.find(({ iccid }) => iccid === vendorOrder?.iccid);
      const lpa = issued?.lpa ?? 'none';
      expect(vendorOrder).toMatchObject({ item: plan.id, status: 'completed' });
      expect(esimgo.orders.filter(({ iccid }) => iccid === issued?.iccid)).toHaveLength(1);
      expect(stars.charges.filter(({ user_id }) => user_id === buyer.id)).toMatchObject([
        { amount: plan.price_stars, payload: expect.stringContaining(order.id) },
      ]);
      expect(lpa).toMatch(/^LPA:1\$[^$]+\$[^$]+$/);
      expect(order.activation_code).toBe(lpa);
      expect(readQrSvgDataUri(order.qr_code ?? '')).toBe(lpa);

      const { esim } = (await buyer.get<{ esim: Esim }>(`/api/esimgo/esim?id=${order.esim_id}`)).body;
      expect(esim).toMatchObject({ iccid: issued?.iccid, state: 'not_installed', install: { activation_code: lpa } });

      const message = await photoTo(buyer.id);
      expect(readQrPng(Buffer.from(message.photo_base64 ?? '', 'base64'))).toBe(lpa);
      expect(message.caption).toContain(`${READY[language]}: ${place}`);
      expect(message.caption).toContain(esim.install.smdp_address);
      expect(message.caption).toContain(esim.install.matching_id);
      const buttons = message.buttons.flat();
      expect(buttons.map(({ web_app }) => web_app?.url)).toContain(`${shop.url}/esims/${order.esim_id}`);
      expect(buttons.map(({ copy_text }) => copy_text?.text)).toContain(lpa);
      expect(buttons.flatMap(({ url }) => url ?? [])).toEqual([
        `https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=${lpa}`,
        `https://esimsetup.android.com/esim_qrcode_provisioning?carddata=${lpa}`,
      ]);

      await shop.control('esim', { iccid: issued?.iccid, action: 'install' });
      expect((await buyer.status(order.id)).activated_at).toBeNull();
      await shop.control('esim', { iccid: issued?.iccid, action: 'attach' });
      const active = await buyer.waitFor(order.id, 'active');
      expect(active.activated_at).not.toBeNull();
    },
  );
});

async function photoTo(userId: number): Promise<ChatMessage> {
  const messages = await until(
    () => shop.chat(userId),
    (all) => all.some(({ type }) => type === 'photo'),
  );
  const photos = messages.filter(({ type }) => type === 'photo');
  expect(photos).toHaveLength(1);
  const [photo] = photos;
  if (photo === undefined) throw new Error('no photo');
  return photo;
}
