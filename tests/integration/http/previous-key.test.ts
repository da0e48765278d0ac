import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signCallback } from '../../../lib/esim-go/signature.ts';
import { startShop, type ShopUnderTest } from '../../support/shop.ts';

const PREVIOUS = 'the-key-before-the-last-change';

let shop: ShopUnderTest;
beforeAll(async () => {
  shop = await startShop({ ESIMGO_API_KEY_PREVIOUS: PREVIOUS });
});
afterAll(() => shop?.close());

describe('a callback while the key is being changed', () => {
  const send = async (key: string, encoding: 'base64' | 'hex') => {
    const body = JSON.stringify({ alertType: 'Topup', key, encoding });
    const { status } = await shop.call('/api/esimgo/webhook', {
      method: 'POST',
      body,
      headers: { 'x-signature-sha256': signCallback(Buffer.from(body), key, encoding) },
    });
    return status;
  };

  it.each(['base64', 'hex'] as const)(
    'is taken under the old key and the new one, in %s, and under no other',
    async (encoding) => {
      expect(await send(PREVIOUS, encoding)).toBe(200);
      expect(await send(shop.env.ESIMGO_API_KEY ?? '', encoding)).toBe(200);
      expect(await send('the-key-before-that', encoding)).toBe(401);
      expect(await send('', encoding)).toBe(401);
    },
  );
});
