import { describe, expect, it } from 'vitest';
import { markup } from '../../../lib/i18n/bot-html.ts';
import { botMessages, type AlertCode } from '../../../lib/i18n/bot-messages.ts';
import { adminAlert, isAlertCode } from '../../../lib/notify/admin-alert.ts';

/** Every text of a language, with something in every place. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'function') {
    const result: unknown = Reflect.apply(value, undefined, ['X', 'Y', 3]);
    return textsOf(result);
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}

const en = textsOf({ ...botMessages.en, alert: {} });
const ru = textsOf({ ...botMessages.ru, alert: {} });

describe('botMessages', () => {
  it('has as many texts in each language, none of them empty', () => {
    expect(ru).toHaveLength(en.length);
    expect([...en, ...ru].filter((text) => text.trim() === '')).toEqual([]);
  });

  it('speaks calmly and without jargon to customers', () => {
    const unwanted = /!|\b(bundle|profile|provision\w*)\b|бандл|профил[ья]|провижн/i;
    expect([...en, ...ru].filter((text) => unwanted.test(text))).toEqual([]);
  });

  it('is translated: the Russian texts are in Russian', () => {
    expect(ru.filter((text) => !/[а-яё]/i.test(text))).toEqual([]);
    expect(en.filter((text) => /[а-яё]/i.test(text))).toEqual([]);
  });

  it("keeps to Telegram's limits for the profile of a bot", () => {
    for (const { setup } of Object.values(botMessages)) {
      expect(setup.description('S'.repeat(32)).length).toBeLessThanOrEqual(512);
      expect(setup.shortDescription.length).toBeLessThanOrEqual(120);
      expect(setup.menuButton.length).toBeLessThanOrEqual(64);
      for (const [command, description] of Object.entries(setup.command)) {
        expect(command).toMatch(/^[a-z0-9_]{1,32}$/);
        expect(description.length).toBeLessThanOrEqual(256);
      }
    }
  });
});

describe('markup', () => {
  it('escapes values and keeps HTML made by itself', () => {
    const inner = markup`<b>${'<&">'}</b>`;
    expect(markup`${inner} ${5} ${'a & b'}`.html).toBe('<b>&lt;&amp;&quot;&gt;</b> 5 a &amp; b');
  });
});

describe('adminAlert', () => {
  it('says what it is about, what it means and what to do', () => {
    const alert = adminAlert({ code: 'foreign_charge', language: 'en', orderId: 'ord_1', stars: 1245, detail: '<x>' });
    expect(alert.html).toBe(
      '<b>A charge that is not of this shop</b>\n\n' +
        'Order: <code>ord_1</code>\nStars: 1,245\nDetail: &lt;x&gt;\n\n' +
        'The bot received Stars for an invoice that names no order here. Nothing was delivered or returned.\n\n' +
        'Check that one bot serves one shop and one database; then refund or assign it by hand.\n\n' +
        '<code>foreign_charge</code>',
    );
  });

  it('fits into a message whatever its code, also with a long detail', () => {
    for (const code of Object.keys(botMessages.en.alert)) {
      expect(isAlertCode(code)).toBe(true);
      if (!isAlertCode(code)) continue;
      for (const language of ['en', 'ru'] as const) {
        expect(adminAlert({ code, language, detail: 'd'.repeat(9000) }).html.length).toBeLessThan(2000);
      }
    }
  });

  it('knows its codes', () => {
    const code: AlertCode = 'needs_human';
    expect(isAlertCode(code)).toBe(true);
    expect(isAlertCode('toString')).toBe(false);
  });
});
