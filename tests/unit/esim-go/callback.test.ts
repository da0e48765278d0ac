import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCallback } from '../../../lib/esim-go/wire/callback.ts';

describe('parseCallback', () => {
  it('keeps every digit of an ICCID that is written as a number', () => {
    expect(parseCallback('{"alertType":"FirstUse","iccid": 8943100000000000017}')?.iccid).toBe('8943100000000000017');
    expect(parseCallback('{"alertType":"FirstUse","iccid":"8943100000000000017"}')?.iccid).toBe('8943100000000000017');
  });

  it('reads what a usage alert points at', () => {
    const bundle = {
      id: '200000001',
      reference: 'ref-0',
      name: 'esim_3GB_30D_PT_V2',
      initialQuantity: 3e9,
      unlimited: false,
    };
    expect(parseCallback(JSON.stringify({ iccid: '8943100000000000017', alertType: 'Utilisation', bundle }))).toEqual({
      alertType: 'Utilisation',
      event: null,
      iccid: '8943100000000000017',
      orderReference: null,
      orderId: null,
      bundleName: 'esim_3GB_30D_PT_V2',
      assignmentId: '200000001',
      assignmentReference: 'ref-0',
      countryIso: null,
    });
  });

  it.each([
    [
      '{"alertType":"CountryChange","iccid":"8943100000000000017","country":{"code":"PT","name":"Portugal"}}',
      { countryIso: 'PT' },
    ],
    ['{"alertType":"CountryChange","iccid":"8943100000000000017","country":{"iso":"PT"}}', { countryIso: 'PT' }],
    ['{"alertType":"LowBalance","balanceInfo":{"balance":74.2}}', { alertType: 'LowBalance', iccid: null }],
    ['{"alertType":"Topup","bundle":{"oldAmount":100,"newAmount":1100}}', { alertType: 'Topup', bundleName: null }],
    [
      '{"date":"2026-07-05T00:00:00Z","event":"esim.deletion_scheduled","iccid":"8943100000000000017"}',
      { event: 'esim.deletion_scheduled' },
    ],
    ['{"event":"order.created","order_id":"ord_42"}', { event: 'order.created', orderId: 'ord_42' }],
    ['{"event":"order.failed","orderReference":"0000-1111"}', { orderReference: '0000-1111' }],
    ['{"alertType":"SomethingNew"}', { alertType: 'SomethingNew' }],
  ])('reads %s', (text, expected) => {
    expect(parseCallback(text)).toMatchObject(expected);
  });

  it.each(['', 'null', '[]', '"x"', '{', '{"alertType":5}'])('is null for %s', (text) => {
    expect(parseCallback(text)).toBeNull();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseCallback(text)));
  });
});
