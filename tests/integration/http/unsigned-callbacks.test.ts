import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signCallback } from '../../../lib/esim-go/signature.ts';
import { startShop, type ShopUnderTest } from '../../support/shop.ts';

let shop: ShopUnderTest;
beforeAll(async () => {
  shop = await startShop({ ESIMGO_CALLBACK_V2: 'on' });
});
afterAll(() => shop?.close());

describe('a callback of an account that cannot sign', () => {
  const body = JSON.stringify({ alertType: 'FirstAttachment', iccid: '8943108170001234567' });
  const send = async (signature?: string) => {
    const { status } = await shop.call('/api/esimgo/webhook', {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        ...(signature === undefined ? {} : { 'x-signature-sha256': signature }),
      },
    });
    return status;
  };

  it('is taken as a hint while the setting is on', async () => {
    expect(await send()).toBe(200);
    expect(await shop.query(`SELECT kind, outcome FROM inbox WHERE source = 'esimgo'`)).toEqual([
      { kind: 'FirstAttachment', outcome: 'ignored' },
    ]);
  });

  it('is refused all the same when it carries a signature that is wrong', async () => {
    const wrong = [
      '',
      'nonsense',
      signCallback(Buffer.from(body), 'another key'),
      signCallback(Buffer.from(`${body} `), shop.env.ESIMGO_API_KEY ?? ''),
    ];
    for (const signature of wrong) expect(await send(signature)).toBe(401);
    expect(await send(signCallback(Buffer.from(body), shop.env.ESIMGO_API_KEY ?? ''))).toBe(200);
  });
});
