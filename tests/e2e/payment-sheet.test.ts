import { describe, expect, it } from 'vitest';
import { until } from '../support/shop.ts';
import { newestEsimOf } from './support/bought.ts';
import { useShop } from './support/suite.ts';
import type { TelegramClient } from './support/telegram-client.ts';

const MOST_PRESSES = 400;
const suite = useShop();

async function orderOf(userId: number) {
  const rows = await suite.shop.query<{ id: string; status: string }>(
    `SELECT id, status FROM orders WHERE telegram_user_id = $1`,
    [userId],
  );
  expect(rows).toHaveLength(1);
  return rows[0] ?? { id: '', status: '' };
}

async function chargesOf(userId: number) {
  return (await suite.shop.ledger()).stars.charges.filter((charge) => charge.user_id === userId);
}

/** Up to the open payment sheet; the link is what Telegram knows the invoice by. */
async function openSheet(client: TelegramClient): Promise<string> {
  const previewed = client.page.waitForRequest((request) => (request.postData() ?? '').includes('"preview":true'));
  await client.openShop();
  await client.choosePlan('Thailand', '7\u00a0days');
  return JSON.parse((await previewed).postData() ?? '{}').invoice_url;
}

describe('the payment sheet', () => {
  it('that is closed without paying costs nothing, and the same order is paid later', async () => {
    const client = await suite.open();
    await openSheet(client);
    await client.cancelPayment();
    await client.sees('The payment was closed. You have not been charged.');
    await client.press('Pay');
    await client.pay();
    await client.sees('Your eSIM is ready');
    expect((await orderOf(client.userId)).status).toBe('ready');
  });

  it('that calls a paid invoice cancelled, as on macOS, does not keep the eSIM from who paid', async () => {
    const client = await suite.open({ platform: 'macos' });
    const invoiceUrl = await openSheet(client);
    await suite.shop.faults('telegram', [
      { match: { path: 'webhook', body: 'successful_payment' }, action: 'delay', delay_ms: 3_000 },
    ]);
    await suite.shop.control('pay', { invoice_url: invoiceUrl, user_id: client.userId });
    await client.cancelPayment();
    await client.app.getByRole('heading', { name: 'Your eSIM is ready' }).waitFor();
    expect(await chargesOf(client.userId)).toHaveLength(1);
  });

  it('that never says that it was closed, as on iOS, does not keep the eSIM from who paid', async () => {
    const client = await suite.open();
    await client.context.addInitScript(
      `if (parent !== window) addEventListener('message', (event) => {
        if (String(event.data).includes('invoice_closed')) event.stopImmediatePropagation();
      }, true)`,
    );
    await openSheet(client);
    await client.pay();
    await client.app.getByRole('heading', { name: 'Your eSIM is ready' }).waitFor();
  });

  it('that fails for too few Stars says so, how to top up, and that nothing was charged', async () => {
    const client = await suite.open({ language: 'ru' });
    await client.openShop();
    await suite.shop.set({ telegram: { user: { id: client.userId, stars: 3 } } });
    await client.choosePlan('Таиланд', '7\u00a0дней');
    await client.pay();
    await client.sees('Звёзды не списаны');
    await client.sees('Мои звёзды');
    expect(await chargesOf(client.userId)).toEqual([]);
    await suite.shop.set({ telegram: { user: { id: client.userId, stars: 100_000 } } });
    await client.press('Оплатить');
    await client.pay();
    await client.sees('eSIM готов');
  });

  it('that our server refuses for its price is not put down to too few Stars: the new price is asked', async () => {
    const client = await suite.open();
    await openSheet(client);
    const { id } = await orderOf(client.userId);
    client.expectError(/409/);
    // At the supplier too, whose price the purchase would bring back otherwise.
    const changeCost = async (change: '* 3' | '/ 3'): Promise<void> => {
      const [bundle] = await suite.shop.query<{ name: string; cost_milli: number }>(
        `UPDATE esimgo_products SET cost_milli = cost_milli ${change}
         WHERE bundle_name = (SELECT plan_id FROM orders WHERE id = $1) RETURNING bundle_name AS name, cost_milli`,
        [id],
      );
      if (bundle === undefined) throw new Error('the plan is not in the catalogue');
      await suite.shop.set({ esimgo: { bundle: { name: bundle.name, price: bundle.cost_milli / 1_000 } } });
    };
    await changeCost('* 3');
    try {
      await client.pay();
      await client.sees('The price has changed');
      expect(await client.text()).not.toContain('My Stars');
      expect(await client.app.locator('.checkout__amount').innerText()).toMatch(/≈\s*\$\d/);
      expect(await chargesOf(client.userId)).toEqual([]);
      await client.press('Pay');
      await client.pay();
      await client.sees('Your eSIM is ready');
      expect(await chargesOf(client.userId)).toHaveLength(1);
    } finally {
      await changeCost('/ 3');
    }
  });

  it('that never says that it was closed, as on iOS, is taken for closed at the first touch', async () => {
    const client = await suite.open();
    await client.context.addInitScript(
      `if (parent !== window) addEventListener('message', (event) => {
        if (String(event.data).includes('invoice_closed')) event.stopImmediatePropagation();
      }, true)`,
    );
    await openSheet(client);
    await client.cancelPayment();
    await client.app.getByRole('heading', { name: 'Your order' }).click();
    await client.mainButton('Continue payment').waitFor();
    expect(await chargesOf(client.userId)).toEqual([]);
  });

  it('can be opened again from an order that was left unpaid', async () => {
    const client = await suite.open();
    await openSheet(client);
    await client.cancelPayment();
    await client.sees('You have not been charged');
    await client.closeShop();
    await client.openShop('/esims');
    await client.sees('Waits for payment');
    await client.app.getByRole('button', { name: 'Continue payment' }).click();
    await client.press('Continue payment');
    await client.pay();
    await client.sees('Your eSIM is ready');
    expect((await orderOf(client.userId)).status).toBe('ready');
  });
});

describe('somebody to whom the bot may not write', () => {
  async function payUnwritable(): Promise<TelegramClient> {
    const client = await suite.open();
    await client.openShop();
    await suite.shop.set({ telegram: { user: { id: client.userId, can_write: false } } });
    await client.openShop();
    await client.choosePlan('Thailand', '7\u00a0days');
    expect(await client.page.getByRole('dialog').getByRole('button', { name: 'Allow' }).count()).toBe(0);
    await client.pay();
    return client;
  }
  const photosOf = async (client: TelegramClient) =>
    (await suite.shop.chat(client.userId)).filter(({ type }) => type === 'photo');

  it('is asked after the payment, and has the copy also when the eSIM was quicker than the answer', async () => {
    const client = await payUnwritable();
    await client.sees('Your eSIM is ready');
    await client.sees('Nothing is in the chat');
    expect(await photosOf(client)).toEqual([]);
    await client.page.getByRole('dialog').getByRole('button', { name: 'Allow' }).click();
    await client.sees('as a message of the bot');
    await until(
      () => photosOf(client),
      (photos) => photos.length === 1,
    );
  });

  it('gets the eSIM in the app, is told that the chat has no copy, and how to get one', async () => {
    const client = await payUnwritable();
    await client.page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await client.sees('Your eSIM is ready');
    await client.photographedQr();
    await client.sees('press “Start”');
    expect((await suite.shop.chat(client.userId)).filter(({ from }) => from === 'bot')).toEqual([]);

    expect(await photosOf(client)).toEqual([]);
    expect(await client.page.getByRole('dialog').getByRole('button', { name: 'Allow' }).count()).toBe(0);

    await client.closeShop();
    await client.page.getByLabel('Message').fill('/start');
    await client.page.keyboard.press('Enter');
    await client.page.locator('.bubble').last().waitFor();
    const { orderId } = await newestEsimOf(suite.shop, client.userId);
    await client.openShop(`/orders/${orderId}`);
    await client.tap('Send to the chat');
    await client.sees('Sent to the chat');
    await client.closeShop();
    await client.page.locator('.bubble__photo').waitFor();
  });
});

describe('the keyboard alone', () => {
  it('is enough to buy', async () => {
    const client = await suite.open({ platform: 'tdesktop' });
    const { page } = client;
    const tabTo = async (wanted: string) => {
      const focused = `(() => {
        let active = document.activeElement;
        while (active?.tagName === 'IFRAME') active = active.contentDocument.activeElement;
        if (active === document.body) return '';
        return (active?.getAttribute('aria-label') ?? '') + ' ' + (active?.closest('label') ?? active)?.innerText;
      })()`;
      // The client's drawer holds a journal that grows with each test.
      for (let presses = 0; presses < MOST_PRESSES; presses += 1) {
        await page.keyboard.press('Tab');
        if ((await page.evaluate<string>(focused)).includes(wanted)) return;
      }
      throw new Error(`${MOST_PRESSES} presses of Tab do not lead to ${wanted}`);
    };
    await page.getByRole('button', { name: 'Open the shop' }).waitFor();
    await tabTo('Open the shop');
    await page.keyboard.press('Enter');
    await client.app.locator('.alphabet__letter').first().waitFor();
    await tabTo('Country, city or resort');
    await page.keyboard.type('Phuket');
    await client.sees('Thailand');
    await tabTo('Thailand');
    await page.keyboard.press('Enter');
    await client.app.locator('.plan').first().waitFor();
    await tabTo('By size');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await client.mainButton(/^Continue/).waitFor();
    await tabTo('Continue');
    await page.keyboard.press('Enter');
    await client.sees('You are buying');
    await client.mainButton(/^Pay/).waitFor();
    await tabTo('Pay');
    await page.keyboard.press('Enter');
    await client.sheet.waitFor();
    await tabTo('Pay');
    await page.keyboard.press('Enter');
    await client.sees('Your eSIM is ready');
    await tabTo('By hand');
    await page.keyboard.press('Enter');
    await client.sees('SM-DP+ address');
  });
});
