import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Language } from '../../lib/contract/session.ts';
import type { Plan } from '../../lib/contract/catalogue.ts';
import { startShop, until, type ChatMessage, type ShopUnderTest } from '../support/shop.ts';

let shop: ShopUnderTest;
let plan: Plan;
beforeAll(async () => {
  shop = await startShop({ SHOP_NAME: 'Roamly', SUPPORT_CONTACT: '@roamly_help' });
  const [first] = await shop.plans('TH');
  if (first === undefined) throw new Error('nothing is sold for TH');
  plan = first;
});
afterAll(() => shop?.close());

async function fromBot(userId: number): Promise<ChatMessage[]> {
  return (await shop.chat(userId)).filter(({ from }) => from === 'bot');
}

/** The bot's first message to somebody, once it is there. */
async function firstFromBot(userId: number): Promise<ChatMessage> {
  const [first] = await until(
    () => fromBot(userId),
    (messages) => messages.length > 0,
  );
  if (first === undefined) throw new Error('no message');
  return first;
}

const appUrlsOf = ({ buttons }: ChatMessage) => buttons.flat().flatMap(({ web_app: webApp }) => webApp?.url ?? []);
/** Spaces that must not break look like any other to a reader. */
const plain = (text: string | undefined) => (text ?? '').replaceAll('\u00a0', ' ');

async function isUnreachable(userId: number): Promise<boolean> {
  const [user] = await shop.query<{ is_unreachable: boolean }>(
    `SELECT unreachable_at IS NOT NULL AS is_unreachable FROM users WHERE telegram_user_id = $1`,
    [userId],
  );
  return user?.is_unreachable ?? false;
}

const QUESTIONS: { text: string; opens: string; says: Record<Language, string[]> }[] = [
  {
    text: '/start',
    opens: '',
    says: { en: ['Roamly', 'Mobile internet in 190+ countries'], ru: ['Roamly', 'Мобильный интернет в 190+ странах'] },
  },
  {
    text: '/start promo-link',
    opens: '',
    says: { en: ['Mobile internet in 190+ countries'], ru: ['Мобильный интернет в 190+ странах'] },
  },
  {
    text: '/help',
    opens: '/help',
    says: { en: ['How it works', '/paysupport'], ru: ['Как это работает', '/paysupport'] },
  },
  {
    text: '/terms',
    opens: '',
    says: { en: ['Terms of sale', 'within 15 minutes'], ru: ['Условия продажи', 'за 15 минут'] },
  },
  {
    text: '/paysupport',
    opens: '/help',
    says: {
      en: ['Payments and refunds', 'all the Stars come back', '@roamly_help'],
      ru: ['Оплата и возвраты', 'все звёзды вернутся', '@roamly_help'],
    },
  },
  {
    text: '/support',
    opens: '/help',
    says: { en: ['Ask a person', '@roamly_help'], ru: ['Написать человеку', '@roamly_help'] },
  },
  {
    text: '/privacy',
    opens: '/help',
    says: { en: ['What we keep about you', 'encrypted'], ru: ['Что мы о вас храним', 'зашифрованными'] },
  },
  { text: 'hello?', opens: '', says: { en: ['/help', '/support'], ru: ['/help', '/support'] } },
  { text: '/nonsense', opens: '', says: { en: ['buttons and commands only'], ru: ['только кнопки и команды'] } },
];
const ASKED = QUESTIONS.flatMap((question, index) =>
  (['en', 'ru'] as const).map((language, offset) => ({
    ...question,
    language,
    sentences: question.says[language],
    userId: 4_001 + 2 * index + offset,
  })),
);

describe('the bot', () => {
  it.each(ASKED)('answers $text in $language with a button into the app', async (asked) => {
    await shop.set({ telegram: { user: { id: asked.userId, language: asked.language } } });
    await shop.control('message', { user_id: asked.userId, text: asked.text });

    const answer = await firstFromBot(asked.userId);
    for (const sentence of asked.sentences) expect(plain(answer.text)).toContain(sentence);
    expect(/[а-яё]/i.test(answer.text ?? '')).toBe(asked.language === 'ru');
    expect(appUrlsOf(answer)).toContain(`${shop.url}${asked.opens}`);
  });

  it('answers in English whoever speaks neither of its languages', async () => {
    await shop.set({ telegram: { user: { id: 4_101, language: 'pt-br' } } });
    await shop.control('message', { user_id: 4_101, text: '/help' });
    expect((await firstFromBot(4_101)).text).toContain('How it works');
  });

  it('answers an update once, however often it comes', async () => {
    const user = { id: 4_102, is_bot: false, first_name: 'Test', language_code: 'en' };
    await shop.set({ telegram: { user: { id: user.id, can_write: true } } });
    const update = {
      update_id: 900_000_001,
      message: {
        message_id: 1,
        date: 1_790_000_000,
        chat: { id: user.id, type: 'private' },
        from: user,
        text: '/help',
      },
    };
    const deliver = () =>
      shop.call('/api/telegram/webhook', {
        json: update,
        headers: { 'x-telegram-bot-api-secret-token': shop.env['TELEGRAM_WEBHOOK_SECRET'] ?? '' },
      });
    const answers = await Promise.all([deliver(), deliver(), deliver(), deliver()]);
    answers.push(await deliver());
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(await fromBot(user.id)).toHaveLength(1);
  });

  it('takes no update without the secret', async () => {
    const answer = await shop.call('/api/telegram/webhook', { json: { update_id: 900_000_002 } });
    expect(answer.status).toBe(401);
  });
});

describe('a buyer who blocked the bot', () => {
  it('is noted, and has the eSIM in the app all the same', async () => {
    const buyer = await shop.user(4_201);
    const ordered = await buyer.order(plan);
    await shop.set({ telegram: { user: { id: buyer.id, blocked: true } } });
    await until(
      () => isUnreachable(buyer.id),
      (noted) => noted,
    );
    expect(await buyer.pay(ordered.body.invoice_url)).toEqual({ status: 'paid' });
    const order = await buyer.waitFor(ordered.body.order.id, 'ready');
    expect(order.qr_code).toMatch(/^data:image\/svg\+xml;base64,/);
    await shop.cron('drain');
    await shop.settled();
    expect(await fromBot(buyer.id)).toEqual([]);
    expect(await openJobs(order.id)).toEqual([]);

    await shop.set({ telegram: { user: { id: buyer.id, blocked: false } } });
    await until(
      () => isUnreachable(buyer.id),
      (noted) => !noted,
    );
  });

  it('is noted by the refused message too, which is not sent again', async () => {
    const buyer = await shop.user(4_202);
    const ordered = await buyer.order(plan);
    await shop.faults('telegram', [{ match: { path: '/sendPhoto' }, action: 'forbidden' }]);
    await buyer.pay(ordered.body.invoice_url);
    const order = await buyer.waitFor(ordered.body.order.id, 'ready');
    await until(
      () => isUnreachable(buyer.id),
      (noted) => noted,
    );
    await shop.faults('telegram', []);
    await shop.settled();
    expect(await openJobs(order.id)).toEqual([]);
    expect(await fromBot(buyer.id)).toEqual([]);

    await shop.control('message', { user_id: buyer.id, text: '/start' });
    await firstFromBot(buyer.id);
    expect(await isUnreachable(buyer.id)).toBe(false);
  });
});

describe('a purchase', () => {
  it.each([
    { language: 'en', buyerId: 4_301, title: 'Your eSIM is ready: Thailand', button: 'Open in the app' },
    { language: 'ru', buyerId: 4_302, title: 'eSIM готов: Таиланд', button: 'Открыть в приложении' },
    { language: 'de', buyerId: 4_303, title: 'Your eSIM is ready: Thailand', button: 'Open in the app' },
  ])('is told in the language of a buyer who speaks $language', async ({ language, buyerId, title, button }) => {
    const buyer = await shop.user(buyerId, language);
    const ordered = await buyer.order(plan);
    await buyer.pay(ordered.body.invoice_url);
    const message = await firstFromBot(buyer.id);
    expect(message.caption).toContain(title);
    expect(message.buttons.flat().map(({ text }) => text)).toContain(button);
  });

  it.each([
    {
      language: 'en',
      buyerId: 4_401,
      title: 'returned',
      reason: 'The operator could not issue this eSIM.',
      place: 'Thailand',
    },
    {
      language: 'ru',
      buyerId: 4_402,
      title: 'Возврат',
      reason: 'Оператор не смог выпустить этот eSIM.',
      place: 'Таиланд',
    },
  ])(
    'that the supplier refuses is paid back and told, in $language',
    async ({ language, buyerId, title, reason, place }) => {
      const buyer = await shop.user(buyerId, language);
      const ordered = await buyer.order(plan);
      await shop.faults('esimgo', [{ match: { method: 'POST', path: '/orders' }, action: 'not_found', times: 1 }]);
      expect(await buyer.pay(ordered.body.invoice_url)).toEqual({ status: 'paid' });

      const order = await buyer.waitFor(ordered.body.order.id, 'refunded');
      expect(order).toMatchObject({ payment_status: 'refunded', qr_code: null, activation_code: null });
      const message = await firstFromBot(buyer.id);
      for (const part of [title, reason, place, `${plan.price_stars} ⭐`]) expect(plain(message.text)).toContain(part);
      expect(appUrlsOf(message)).toEqual([shop.url]);

      const { stars } = await shop.ledger();
      const charges = stars.charges.filter(({ user_id }) => user_id === buyer.id);
      expect(charges).toHaveLength(1);
      expect(stars.refunds.filter(({ charge_id }) => charge_id === charges[0]?.charge_id)).toHaveLength(1);
    },
  );
});

async function openJobs(orderId: string): Promise<string[]> {
  const jobs = await shop.query<{ kind: string }>(
    `SELECT kind FROM outbox WHERE subject_id = $1 AND kind LIKE 'tell_%' AND done_at IS NULL`,
    [orderId],
  );
  return jobs.map(({ kind }) => kind);
}
