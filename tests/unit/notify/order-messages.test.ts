import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Language } from '../../../lib/contract/session.ts';
import { visibleLength } from '../../../lib/i18n/bot-html.ts';
import {
  lateMessage,
  readyMessage,
  refundMessage,
  topUpReadyMessage,
  type ReadyEsim,
} from '../../../lib/notify/order-messages.ts';
import type { TellableOrder } from '../../../lib/notify/plan-line.ts';

const LANGUAGES: readonly Language[] = ['en', 'ru'];
const APP_URL = 'https://shop.test';
const LPA = 'LPA:1$smdp.example$K2-ABCDE';

const ORDER: TellableOrder = {
  id: 'ord_AAAAAAAAAAAAAAAAAAAA',
  country_code: 'TH',
  country_name: 'Thailand',
  data_mb: 5000,
  days: 30,
  tier: 'fixed',
  price_stars: 245,
  esim_id: 'esim_BBBBBBBBBBBBBBBBBBBB',
};

function aReadyEsim(fields: Partial<ReadyEsim> = {}): ReadyEsim {
  return {
    order: ORDER,
    lpaString: LPA,
    smdpAddress: 'smdp.example',
    matchingId: 'K2-ABCDE',
    appleInstallUrl: `https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=${LPA}`,
    androidInstallUrl: `https://esimsetup.android.com/esim_qrcode_provisioning?carddata=${LPA}`,
    language: 'en',
    appUrl: APP_URL,
    ...fields,
  };
}

/** Spaces that must not break look like any other to a reader. */
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('readyMessage', () => {
  it('says what was bought, what was paid, and both codes', () => {
    const caption = plain(readyMessage(aReadyEsim()).captionHtml);
    expect(caption).toContain('<b>Your eSIM is ready: Thailand</b>');
    expect(caption).toContain('5 GB · 30 days\nPaid: 245 ⭐');
    expect(caption).toContain('SM-DP+ address: <code>smdp.example</code>');
    expect(caption).toContain('Activation code: <code>K2-ABCDE</code>');
  });

  it('speaks Russian, with the right form of every number', () => {
    const caption = plain(
      readyMessage(aReadyEsim({ language: 'ru', plan: { countries: 39, autostart: true } })).captionHtml,
    );
    expect(caption).toContain('<b>eSIM готов: Таиланд</b>\n5 ГБ · 30 дней\nОплачено: 245 ⭐');
    expect(caption).toContain('Работает в 39 странах.');
  });

  it('names an unlimited plan by its tier', () => {
    const order: TellableOrder = { ...ORDER, data_mb: null, days: 1, tier: 'plus' };
    expect(plain(readyMessage(aReadyEsim({ order })).captionHtml)).toContain('Unlimited Plus · 1 day\n');
  });

  it("falls back to the supplier's name for a destination that is new", () => {
    const order: TellableOrder = { ...ORDER, country_code: 'RXYZ', country_name: 'Silk <Road>' };
    expect(readyMessage(aReadyEsim({ order, language: 'ru' })).captionHtml).toContain('eSIM готов: Silk &lt;Road&gt;');
  });

  it('opens the eSIM, installs on either system, and copies the code', () => {
    const { buttons } = readyMessage(aReadyEsim());
    expect(buttons).toEqual([
      [{ text: 'Open in the app', web_app: { url: 'https://shop.test/esims/esim_BBBBBBBBBBBBBBBBBBBB' } }],
      [
        { text: 'Install on iPhone', url: `https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=${LPA}` },
        { text: 'Install on Android', url: `https://esimsetup.android.com/esim_qrcode_provisioning?carddata=${LPA}` },
      ],
      [{ text: 'Copy the full code', copy_text: { text: LPA } }],
    ]);
  });

  it('leaves the copy button out when the code is longer than Telegram copies', () => {
    const copying = (length: number) => {
      const lpaString = LPA.padEnd(length, 'X');
      return readyMessage(aReadyEsim({ lpaString }))
        .buttons?.flat()
        .some((button) => 'copy_text' in button);
    };
    expect(copying(256)).toBe(true);
    expect(copying(257)).toBe(false);
  });

  it('explains why a top-up came as a new eSIM', () => {
    expect(readyMessage(aReadyEsim({ insteadOfTopUp: true })).captionHtml).toContain('so it came as a new one');
    expect(readyMessage(aReadyEsim()).captionHtml).not.toContain('so it came as a new one');
  });

  it("stays within Telegram's caption, however long the codes and the names are", () => {
    const anyText = fc.string({ unit: 'grapheme', maxLength: 255 });
    fc.assert(
      fc.property(
        anyText,
        anyText,
        fc.string({ maxLength: 80 }),
        fc.constantFrom(...LANGUAGES),
        fc.boolean(),
        (smdpAddress, matchingId, name, language, insteadOfTopUp) => {
          const order: TellableOrder = { ...ORDER, country_code: 'RXYZ', country_name: name };
          const plan = { countries: 120, autostart: false };
          const { captionHtml } = readyMessage(
            aReadyEsim({ smdpAddress, matchingId, order, language, insteadOfTopUp, plan }),
          );
          return visibleLength({ html: captionHtml }) <= 1024;
        },
      ),
    );
  });

  it('never lets a value become markup', () => {
    const { captionHtml } = readyMessage(aReadyEsim({ matchingId: '<b>&"', smdpAddress: 'a<a href="x">' }));
    expect(captionHtml).toContain('<code>&lt;b&gt;&amp;&quot;</code>');
    expect(captionHtml).toContain('<code>a&lt;a href=&quot;x&quot;&gt;</code>');
  });
});

describe('topUpReadyMessage', () => {
  it('says that there is nothing to install', () => {
    const { html, buttons } = topUpReadyMessage({ order: ORDER, language: 'en', appUrl: APP_URL });
    expect(plain(html)).toBe(
      '<b>Data added: Thailand</b>\n5 GB · 30 days\nPaid: 245 ⭐\n\nNothing to install: it works on the eSIM you already have.',
    );
    expect(buttons?.flat()).toHaveLength(1);
  });
});

describe('lateMessage', () => {
  it('says that the money is safe and when it comes back', () => {
    const message = (minutesLeft: number) =>
      plain(lateMessage({ order: ORDER, language: 'ru', appUrl: APP_URL, minutesLeft }).html);
    expect(message(12)).toContain('Ваша оплата 245 ⭐ получена');
    expect(message(12)).toContain('если не получится за 12 минут, все звёзды вернутся сами');
    expect(message(1)).toContain('за 1 минуту');
    expect(message(0)).toContain('за 1 минуту');
  });
});

describe('refundMessage', () => {
  it('says what happened and that all the Stars are back', () => {
    const { html, buttons } = refundMessage({
      order: ORDER,
      stars: 245,
      reason: 'supplier_refused',
      language: 'en',
      appUrl: APP_URL,
    });
    expect(plain(html)).toBe(
      '<b>245 ⭐ returned</b>\n\nThailand · 5 GB · 30 days\nThe operator could not issue this eSIM. All 245 ⭐ are back on your Telegram balance.\n\nYou can choose again in the shop.',
    );
    expect(buttons).toEqual([[{ text: 'Open the shop', web_app: { url: APP_URL } }]]);
  });

  it.each([
    'supplier_refused',
    'supplier_lost_the_order',
    'not_delivered_in_time',
    'wrong_amount',
    'second_charge',
    'paid_too_late',
    'esim_erased',
    'by_shop',
  ])('has its own sentence for %s in each language', (reason) => {
    const sentences = LANGUAGES.map(
      (language) => refundMessage({ order: ORDER, stars: 245, reason, language, appUrl: APP_URL }).html,
    );
    const others = LANGUAGES.map(
      (language) => refundMessage({ order: ORDER, stars: 245, reason: 'wrong_user', language, appUrl: APP_URL }).html,
    );
    expect(new Set([...sentences, ...others]).size).toBe(4);
  });

  it('names the amount that came back, not the price of the order', () => {
    const { html } = refundMessage({
      order: ORDER,
      stars: 200,
      reason: 'wrong_amount',
      language: 'en',
      appUrl: APP_URL,
    });
    expect(plain(html)).toContain('All 200 ⭐ are back');
    expect(html).not.toContain('245');
  });

  it("tells a payer of somebody else's invoice nothing about it", () => {
    const { html } = refundMessage({ order: ORDER, stars: 245, reason: 'wrong_user', language: 'en', appUrl: APP_URL });
    expect(html).not.toContain('Thailand');
  });

  it.each([null, 'something_new', 'constructor'])('has a sentence for the unknown reason %s', (reason) => {
    const { html } = refundMessage({ order: null, stars: 245, reason, language: 'en', appUrl: APP_URL });
    expect(html).toContain('We returned your payment.');
  });
});
