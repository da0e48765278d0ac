import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../lib/config/config.ts';
import { EsimGoUnreachableError } from '../../../lib/esim-go/errors.ts';
import { createLog } from '../../../lib/log/log.ts';
import { alertAdmins } from '../../../lib/notify/alert-admins.ts';
import { TelegramRefusedError } from '../../../lib/telegram/errors.ts';

const SETTINGS = {
  APP_URL: 'https://shop.test',
  DATABASE_URL: 'postgres://shop@db.test/shop',
  ESIMGO_API_KEY: 'key-of-a-test-shop',
  TELEGRAM_BOT_TOKEN: `1234567:${'a'.repeat(35)}`,
  TELEGRAM_WEBHOOK_SECRET: 'b'.repeat(32),
  CRON_SECRET: 'c'.repeat(32),
  DATA_KEY: 'd'.repeat(64),
};

interface Circumstances {
  blockedBy?: readonly number[];
  flag?: string;
  getOrganisation?: () => Promise<{ balanceMilli: number; currency: string }>;
}

const failing = () =>
  Promise.reject(
    new EsimGoUnreachableError({
      method: 'GET',
      path: '/organisation',
      vendorTime: null,
      reason: 'timed_out',
      mayHaveBeenApplied: false,
    }),
  );

/** A Telegram in which `blockedBy` never started the bot, and a database in which admin 11 reads Russian. */
async function alerted(
  settings: Record<string, string>,
  { blockedBy = [], flag = 'orphan', getOrganisation = failing }: Circumstances = {},
) {
  const sent: { chatId: number | string; html: string }[] = [];
  const lines: string[] = [];
  const { config } = loadConfig({ ...SETTINGS, ...settings });
  const telegram = {
    async sendMessage(chatId: number | string, { html }: { html: string }) {
      if (typeof chatId === 'number' && blockedBy.includes(chatId)) {
        throw new TelegramRefusedError({
          method: 'sendMessage',
          status: 403,
          description: "Forbidden: bot can't initiate conversation with a user",
          retryAfterMs: null,
        });
      }
      sent.push({ chatId, html });
      return sent.length;
    },
  };
  const db = {
    query: async (_text: string, values: readonly unknown[] = []) =>
      values[0] === 11 ? [{ chosen_language: null, language_code: 'ru' }] : [],
  };
  const log = createLog((line) => lines.push(line));
  const deps = { db, telegram, config, log, supplier: { getOrganisation } };
  await alertAdmins(deps as unknown as Parameters<typeof alertAdmins>[0], flag, 'ord_1');
  return { sent, lines };
}

describe('an alert', () => {
  it('goes to the admin chat where there is one', async () => {
    const { sent } = await alerted({ ADMIN_CHAT_ID: '-1001', ADMIN_TELEGRAM_IDS: '11,12' });
    expect(sent.map(({ chatId }) => chatId)).toEqual(['-1001']);
    expect(sent[0]?.html).toContain('ord_1');
  });

  it('goes to each admin in their language where there is none', async () => {
    const { sent } = await alerted({ ADMIN_TELEGRAM_IDS: '11,12' });
    expect(sent.map(({ chatId }) => chatId)).toEqual([11, 12]);
    expect(sent[0]?.html).toMatch(/[а-я]/);
    expect(sent[1]?.html).toContain('eSIM Go has an order that nobody owns');
  });

  it('reaches the others when one admin never started the bot', async () => {
    const { sent } = await alerted({ ADMIN_TELEGRAM_IDS: '11,12' }, { blockedBy: [11] });
    expect(sent.map(({ chatId }) => chatId)).toEqual([12]);
  });

  it('of a low balance says what the account holds, as eSIM Go answers it', async () => {
    const getOrganisation = async () => ({ balanceMilli: 74_209, currency: 'USD' });
    const { sent } = await alerted({ ADMIN_CHAT_ID: '-1001' }, { flag: 'supplier_balance_low', getOrganisation });
    expect(sent[0]?.html).toContain('74.21 USD');
  });

  it('of a low balance goes out also while eSIM Go does not answer', async () => {
    const { sent } = await alerted({ ADMIN_CHAT_ID: '-1001' }, { flag: 'supplier_balance_low' });
    expect(sent).toHaveLength(1);
  });

  it('is in the log in any case', async () => {
    const { sent, lines } = await alerted({});
    expect(sent).toEqual([]);
    expect(lines.join()).toContain('"code":"orphan_order"');
  });
});
