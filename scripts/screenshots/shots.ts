import type { openSandboxClient, Look } from '../browser/sandbox-client.ts';
import type { Stage } from './stage.ts';

export type Client = Awaited<ReturnType<typeof openSandboxClient>>;

export interface Shot {
  /** The file's name, and the order in the list. */
  name: string;
  /** What the list says of it. */
  caption: string;
  look: Pick<Look, 'language' | 'theme' | 'platform'>;
  isWholeDesk?: boolean;
  /** Leaves the client showing what is to be seen. */
  show(client: Client, stage: Stage): Promise<void>;
}

const RU_LIGHT_IOS = { language: 'ru', theme: 'light', platform: 'ios' } as const;
const RU_DARK_IOS = { language: 'ru', theme: 'dark', platform: 'ios' } as const;
const EN_LIGHT_IOS = { language: 'en', theme: 'light', platform: 'ios' } as const;
const EN_DARK_IOS = { language: 'en', theme: 'dark', platform: 'ios' } as const;
const EN_LIGHT_ANDROID = { language: 'en', theme: 'light', platform: 'android' } as const;
const RU_DARK_ANDROID = { language: 'ru', theme: 'dark', platform: 'android' } as const;

const PURCHASE = { method: 'POST', path: '/orders', body: 'transaction' };
const LOOK_EVERY_MS = 1_500;
const MOST_LOOKS = 12;
const USED = [{ action: 'install' }, { action: 'attach' }, { action: 'use', bytes: 1_300_000_000 }];

/** A state that only time or eSIM Go's staff can bring about: the server's answer with that one word changed. */
async function answerWith(
  client: Client,
  path: string,
  changes: Record<string, unknown>,
  holder: string,
): Promise<void> {
  await client.context.route(`**${path}*`, async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    if (body[holder] !== undefined) Object.assign(body[holder], changes);
    await route.fulfill({ response, json: body });
  });
}

/** What a simulated phone has just done is told at the next look, which a person asks for by hand. */
async function lookAgain(client: Client, state: string): Promise<void> {
  const shown = client.app.getByText(state, { exact: true }).first();
  // The supplier is asked about an eSIM once in ten seconds.
  for (let looks = 1; !(await shown.isVisible()); looks += 1) {
    if (looks > MOST_LOOKS) throw new Error(`the eSIM does not become "${state}"`);
    await client.app.getByRole('button', { name: /^(Обновить|Update)$/ }).click();
    await client.page.waitForTimeout(LOOK_EVERY_MS);
  }
}

function esimMoved(
  name: string,
  caption: string,
  look: Shot['look'],
  destination: string,
  [action, word]: [string, string],
): Shot {
  return {
    name,
    caption,
    look,
    async show(client, stage) {
      const bought = await stage.buy(client.userId, look.language, destination);
      // A code that no longer works matters only to an eSIM that is in no phone yet.
      await stage.move(bought.iccid, ...(action === 'make_unavailable' ? [] : USED), { action });
      await client.openShop(`/esims/${bought.esimId}`);
      await lookAgain(client, word);
    },
  };
}

export const SHOTS: readonly Shot[] = [
  {
    name: 'sandbox',
    caption: 'The sandbox: the shop in a simulated Telegram client, its tools at the side',
    look: EN_LIGHT_IOS,
    isWholeDesk: true,
    async show(client) {
      await client.openShop('/to/TH');
      await client.app.getByText('30 days').first().click();
    },
  },
  {
    name: 'destinations',
    caption: 'Destinations, with an eSIM in use on top',
    look: RU_LIGHT_IOS,
    async show(client, stage) {
      const { iccid } = await stage.buy(client.userId, 'ru', 'TR');
      await stage.move(iccid, ...USED);
      await client.openShop();
      await client.goTo('/help');
      await client.goTo('/');
    },
  },
  {
    name: 'search',
    caption: 'The search knows resorts',
    look: EN_DARK_IOS,
    async show(client) {
      await client.openShop();
      await client.app.getByLabel('Country, city or resort').fill('Bali');
    },
  },
  {
    name: 'destination',
    caption: 'The plans for a country, one chosen',
    look: RU_DARK_IOS,
    async show(client) {
      await client.openShop('/to/TH');
      await client.app.locator('.plan').nth(3).click();
    },
  },
  {
    name: 'unlimited',
    caption: 'Unlimited plans, told apart in plain words',
    look: EN_LIGHT_ANDROID,
    async show(client) {
      await client.openShop('/to/TR');
      await client.app.getByText('Unlimited').first().click();
      await client.app.locator('.plan').nth(1).click();
    },
  },
  {
    name: 'checkout',
    caption: 'The checkout',
    look: EN_LIGHT_IOS,
    async show(client, stage) {
      const { id } = await stage.planFor('AT');
      await client.openShop(`/checkout/${id}?to=AT`);
    },
  },
  {
    name: 'payment-sheet',
    caption: 'Telegram’s payment sheet, as the sandbox plays it',
    look: RU_DARK_IOS,
    async show(client, stage) {
      const { id } = await stage.planFor('TH');
      await client.openShop(`/checkout/${id}?to=TH`);
      await client.press('Оплатить');
      await client.page.locator('#sheets .sheet').waitFor();
    },
  },
  {
    name: 'order-pending',
    caption: 'Order, pending: not paid yet',
    look: RU_LIGHT_IOS,
    async show(client, stage) {
      const { orderId } = await stage.order(client.userId, 'ru', 'AE');
      await client.openShop(`/orders/${orderId}`);
    },
  },
  {
    name: 'order-processing',
    caption: 'Order, processing: paid, being issued',
    look: EN_DARK_IOS,
    async show(client, stage) {
      await stage.faults('esimgo', [{ match: PURCHASE, action: 'delay', delay_ms: 8_000 }]);
      const { orderId, invoiceUrl } = await stage.order(client.userId, 'en', 'JP');
      await stage.pay(client.userId, invoiceUrl);
      await client.openShop(`/orders/${orderId}`);
      await client.app.getByText('Issuing your eSIM').waitFor();
    },
  },
  {
    name: 'order-ready',
    caption: 'Order, ready: the QR code in hand',
    look: RU_DARK_IOS,
    async show(client, stage) {
      const { orderId } = await stage.buy(client.userId, 'ru', 'TH');
      await client.openShop(`/orders/${orderId}`);
      await client.app.locator('.qr__code').waitFor();
    },
  },
  {
    name: 'order-active',
    caption: 'Order, active: its eSIM works',
    look: EN_LIGHT_ANDROID,
    async show(client, stage) {
      const bought = await stage.buy(client.userId, 'en', 'GE');
      await stage.move(bought.iccid, ...USED);
      await stage.waitFor(client.userId, 'en', bought.orderId, 'active');
      await client.openShop('/history');
      await client.app.locator('summary').first().click();
    },
  },
  {
    name: 'order-failed',
    caption: 'Order, failed: the Stars are on their way back',
    look: RU_LIGHT_IOS,
    async show(client, stage) {
      await stage.faults('esimgo', [{ match: PURCHASE, action: 'not_found' }]);
      await stage.faults('telegram', [{ match: { path: 'refundStarPayment' }, action: 'error_500' }]);
      const { orderId, invoiceUrl } = await stage.order(client.userId, 'ru', 'EG');
      await stage.pay(client.userId, invoiceUrl);
      await stage.waitFor(client.userId, 'ru', orderId, 'failed');
      await client.openShop(`/orders/${orderId}`);
    },
  },
  {
    name: 'order-refunded',
    caption: 'Order, refunded: the Stars are back',
    look: EN_DARK_IOS,
    async show(client, stage) {
      await stage.faults('esimgo', [{ match: PURCHASE, action: 'not_found' }]);
      const { orderId, invoiceUrl } = await stage.order(client.userId, 'en', 'EG');
      await stage.pay(client.userId, invoiceUrl);
      await stage.waitFor(client.userId, 'en', orderId, 'refunded');
      await client.openShop(`/orders/${orderId}`);
    },
  },
  {
    name: 'order-expired',
    caption: 'Order, expired: never paid',
    look: RU_DARK_ANDROID,
    async show(client, stage) {
      const { orderId } = await stage.order(client.userId, 'ru', 'VN');
      await answerWith(client, '/api/esimgo/status?', { status: 'expired' }, 'order');
      await client.openShop(`/orders/${orderId}`);
    },
  },
  {
    name: 'my-esims',
    caption: 'My eSIMs: in use, new, and an order that waits for its payment',
    look: RU_LIGHT_IOS,
    async show(client, stage) {
      const live = await stage.buy(client.userId, 'ru', 'TR');
      await stage.move(live.iccid, ...USED);
      await stage.buy(client.userId, 'ru', 'TH');
      await stage.order(client.userId, 'ru', 'AE');
      await client.openShop('/esims');
      await lookAgain(client, 'Работает');
    },
  },
  {
    name: 'esim-not-installed',
    caption: 'eSIM, not installed',
    look: EN_LIGHT_IOS,
    async show(client, stage) {
      const { esimId } = await stage.buy(client.userId, 'en', 'IT');
      await client.openShop(`/esims/${esimId}`);
    },
  },
  {
    name: 'esim-installed',
    caption: 'eSIM, installed: waits for its first network',
    look: RU_DARK_IOS,
    async show(client, stage) {
      const { esimId, iccid } = await stage.buy(client.userId, 'ru', 'CN');
      await stage.move(iccid, { action: 'install' });
      await client.openShop(`/esims/${esimId}`);
      await lookAgain(client, 'Ждёт сети');
    },
  },
  {
    name: 'esim-live',
    caption: 'eSIM, live: what is left',
    look: RU_LIGHT_IOS,
    async show(client, stage) {
      const { esimId, iccid } = await stage.buy(client.userId, 'ru', 'TH');
      await stage.move(iccid, ...USED);
      await client.openShop(`/esims/${esimId}`);
      await lookAgain(client, 'Работает');
    },
  },
  {
    name: 'esim-used-up',
    caption: 'eSIM, its data used up',
    look: EN_DARK_IOS,
    async show(client, stage) {
      const { esimId, iccid } = await stage.buy(client.userId, 'en', 'ES');
      await stage.move(iccid, ...USED, { action: 'use', bytes: 5_000_000_000 });
      await client.openShop(`/esims/${esimId}`);
      await lookAgain(client, 'Data used up');
    },
  },
  {
    name: 'esim-ended',
    caption: 'eSIM, ended: its days are over',
    look: RU_DARK_ANDROID,
    async show(client, stage) {
      const { esimId, iccid } = await stage.buy(client.userId, 'ru', 'GR');
      await stage.move(iccid, ...USED, { action: 'expire' });
      await client.openShop(`/esims/${esimId}`);
      await lookAgain(client, 'Срок истёк');
    },
  },
  esimMoved('esim-suspended', 'eSIM, suspended by the operator', RU_LIGHT_IOS, 'VN', ['suspend', 'Приостановлен']),
  esimMoved('esim-deactivated', 'eSIM, turned off by the operator', EN_DARK_IOS, 'FR', ['deactivate', 'Turned off']),
  esimMoved('esim-unavailable', 'eSIM, no longer served', EN_LIGHT_ANDROID, 'PT', ['make_unavailable', 'Unavailable']),
  {
    name: 'install',
    caption: 'Into the phone: one tap, QR code, or by hand',
    look: EN_LIGHT_IOS,
    async show(client, stage) {
      const { esimId } = await stage.buy(client.userId, 'en', 'IT');
      await client.openShop(`/esims/${esimId}/install`);
    },
  },
  {
    name: 'trouble',
    caption: 'Not working? One cause, one thing to do',
    look: RU_LIGHT_IOS,
    async show(client, stage) {
      const { esimId, iccid } = await stage.buy(client.userId, 'ru', 'TH');
      await stage.move(iccid, { action: 'install' });
      await client.openShop(`/esims/${esimId}/trouble`);
      await client.app.getByText('Да, я на месте').click();
      await client.app.getByText('Нет или не знаю').click();
    },
  },
  {
    name: 'top-up',
    caption: 'More data for an eSIM in use',
    look: RU_DARK_IOS,
    async show(client, stage) {
      const { esimId, iccid } = await stage.buy(client.userId, 'ru', 'TH');
      await stage.move(iccid, ...USED);
      await client.openShop(`/esims/${esimId}/top-up`);
    },
  },
  {
    name: 'history',
    caption: 'Purchases, each with what became of it',
    look: EN_LIGHT_IOS,
    async show(client, stage) {
      const live = await stage.buy(client.userId, 'en', 'TR');
      await stage.move(live.iccid, ...USED);
      await stage.faults('esimgo', [{ match: PURCHASE, action: 'not_found' }]);
      const { orderId, invoiceUrl } = await stage.order(client.userId, 'en', 'GB');
      await stage.pay(client.userId, invoiceUrl);
      await stage.waitFor(client.userId, 'en', orderId, 'refunded');
      await stage.faults('esimgo', []);
      await stage.buy(client.userId, 'en', 'TH');
      await client.openShop('/history');
    },
  },
  {
    name: 'help',
    caption: 'Help',
    look: RU_DARK_ANDROID,
    async show(client) {
      await client.openShop('/help');
    },
  },
  {
    name: 'chat',
    caption: 'The same eSIM in the chat',
    look: EN_LIGHT_ANDROID,
    async show(client, stage) {
      await stage.buy(client.userId, 'en', 'TH');
      const photo = client.page.locator('.bubble__photo');
      await photo.waitFor();
      await photo.evaluate(`image => image.scrollIntoView({ block: 'start' })`);
    },
  },
];
