import { describe, expect, it } from 'vitest';
import { newId } from '../../../lib/ids.ts';
import { invoicePayload, readInvoicePayload } from '../../../lib/orders/invoice-payload.ts';

const SHOP = 'shop_abcdef012345';

describe('the payload of an invoice', () => {
  it('names the shop and the order, and fits into the 128 bytes of Telegram', () => {
    const orderId = newId('ord');
    const payload = invoicePayload(SHOP, orderId);
    expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(128);
    expect(readInvoicePayload(payload, SHOP)).toEqual({ kind: 'ours', orderId });
  });

  it.each([
    ['another shop', `shop_000000000000:ord_${'a'.repeat(20)}`],
    ['no order', SHOP],
    ['nothing', ''],
    ['another form of order', `${SHOP}:ord_1`],
    ['something behind the order', `${SHOP}:ord_${'a'.repeat(20)} `],
    ['something before the shop', ` ${SHOP}:ord_${'a'.repeat(20)}`],
    ['a line break', `${SHOP}:ord_${'a'.repeat(20)}\n`],
  ])('is foreign when it names %s', (_what, payload) => {
    expect(readInvoicePayload(payload, SHOP)).toEqual({ kind: 'foreign' });
  });
});
