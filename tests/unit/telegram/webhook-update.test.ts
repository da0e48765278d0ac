import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUpdate, verifySecretToken } from '../../../lib/telegram/webhook-update.ts';

const ANNA = { id: 279058397, is_bot: false, first_name: 'Anna', language_code: 'ru' };
const CHAT = { id: 279058397, type: 'private', first_name: 'Anna' };
const GROUP = { id: -1001234567890, type: 'supergroup', title: 'Admins' };
const DATE = 1795255200;
const AT = new Date('2026-11-21T10:00:00Z');
const PAYMENT = {
  currency: 'XTR',
  total_amount: 245,
  invoice_payload: 'shop:ord_1',
  telegram_payment_charge_id: 'stxABC',
  provider_payment_charge_id: '',
};
const message = (fields: object) => ({ message_id: 5, from: ANNA, chat: CHAT, date: DATE, ...fields });

describe('decodeUpdate', () => {
  it('reads a pre-checkout query', () => {
    const query = { id: '77', from: ANNA, currency: 'XTR', total_amount: 245, invoice_payload: 'shop:ord_1' };
    expect(decodeUpdate({ update_id: 1, pre_checkout_query: query })).toEqual({
      kind: 'pre_checkout',
      updateId: 1,
      queryId: '77',
      userId: 279058397,
      languageCode: 'ru',
      currency: 'XTR',
      totalAmount: 245,
      payload: 'shop:ord_1',
    });
  });

  it('reads a successful payment', () => {
    expect(decodeUpdate({ update_id: 2, message: message({ successful_payment: PAYMENT }) })).toEqual({
      kind: 'payment',
      updateId: 2,
      userId: 279058397,
      chatId: 279058397,
      languageCode: 'ru',
      currency: 'XTR',
      totalAmount: 245,
      payload: 'shop:ord_1',
      chargeId: 'stxABC',
      at: AT,
    });
  });

  it('names the payer, not the chat, of a payment in a group', () => {
    const update = decodeUpdate({ update_id: 2, message: message({ chat: GROUP, successful_payment: PAYMENT }) });
    expect(update).toMatchObject({ kind: 'payment', userId: 279058397, chatId: -1001234567890 });
  });

  it('names the user of a refund that comes from the bot', () => {
    const bot = { id: 7342037359, is_bot: true, first_name: 'Shop' };
    expect(decodeUpdate({ update_id: 3, message: message({ from: bot, refunded_payment: PAYMENT }) })).toEqual({
      kind: 'refunded_payment',
      updateId: 3,
      userId: 279058397,
      chargeId: 'stxABC',
      totalAmount: 245,
      payload: 'shop:ord_1',
      at: AT,
    });
  });

  it('reads a text and tells a group from a private chat', () => {
    expect(decodeUpdate({ update_id: 4, message: message({ text: '/start promo' }) })).toEqual({
      kind: 'message',
      updateId: 4,
      userId: 279058397,
      chatId: 279058397,
      text: '/start promo',
      languageCode: 'ru',
      isPrivate: true,
      at: AT,
    });
    expect(decodeUpdate({ update_id: 4, message: message({ chat: GROUP, text: 'hi' }) })).toMatchObject({
      isPrivate: false,
    });
    expect(decodeUpdate({ update_id: 4, message: message({ photo: [] }) })).toMatchObject({
      kind: 'message',
      text: null,
    });
  });

  it.each([
    ['kicked', true],
    ['member', false],
  ])('reads a membership of %s as blocked: %s', (status, blocked) => {
    const member = { chat: CHAT, from: ANNA, date: DATE, old_chat_member: {}, new_chat_member: { status, user: {} } };
    expect(decodeUpdate({ update_id: 5, my_chat_member: member })).toEqual({
      kind: 'member',
      updateId: 5,
      userId: 279058397,
      blocked,
    });
  });

  it('reads a tap on a button', () => {
    const query = { id: '9', from: { ...ANNA, language_code: undefined }, chat_instance: '1', data: 'help' };
    expect(decodeUpdate({ update_id: 6, callback_query: query })).toEqual({
      kind: 'callback',
      updateId: 6,
      queryId: '9',
      userId: 279058397,
      languageCode: null,
      data: 'help',
    });
  });

  it('lets everything else pass by its name', () => {
    expect(decodeUpdate({ update_id: 7, edited_message: {} })).toEqual({
      kind: 'other',
      updateId: 7,
      what: 'edited_message',
      unreadable: false,
    });
    expect(decodeUpdate({ update_id: 7 })).toEqual({ kind: 'other', updateId: 7, what: '', unreadable: false });
    expect(decodeUpdate({ update_id: 7, constructor: 1 })).toMatchObject({ kind: 'other', unreadable: false });
    expect(
      decodeUpdate({ update_id: 7, my_chat_member: { chat: GROUP, from: ANNA, new_chat_member: { status: 'left' } } }),
    ).toMatchObject({
      kind: 'other',
      unreadable: false,
    });
  });

  it('reports a payment it cannot read', () => {
    const { telegram_payment_charge_id: _, ...rest } = PAYMENT;
    const unreadable = { kind: 'other', updateId: 8, what: 'message', unreadable: true };
    expect(decodeUpdate({ update_id: 8, message: message({ successful_payment: rest }) })).toEqual(unreadable);
    expect(
      decodeUpdate({ update_id: 8, message: message({ chat: GROUP, from: undefined, successful_payment: PAYMENT }) }),
    ).toEqual(unreadable);
  });

  it.each([null, 5, 'x', {}, { update_id: '1' }, { update_id: -1 }])('is null for %j', (value) => {
    expect(decodeUpdate(value)).toBeNull();
  });

  it('never throws', () => {
    const kinds = fc.constantFrom('message', 'pre_checkout_query', 'callback_query', 'my_chat_member', 'x');
    const updates = fc
      .tuple(fc.nat(), kinds, fc.jsonValue())
      .map(([update_id, kind, value]) => ({ update_id, [kind]: value }));
    fc.assert(fc.property(fc.oneof(updates, fc.jsonValue()), (value) => decodeUpdate(value) !== undefined));
  });
});

describe('verifySecretToken', () => {
  it('accepts the expected token only', () => {
    expect(verifySecretToken('s3cret-token_123', 's3cret-token_123')).toBe(true);
    for (const header of [
      null,
      '',
      's3cret-token_124',
      's3cret-token_12',
      's3cret-token_1234',
      'S3cret-token_123',
      'ключ',
    ]) {
      expect(verifySecretToken(header, 's3cret-token_123')).toBe(false);
    }
  });

  it('accepts nothing when no token is set', () => {
    expect(verifySecretToken('', '')).toBe(false);
    expect(verifySecretToken(null, '')).toBe(false);
  });
});
