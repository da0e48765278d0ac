import { expect, it } from 'vitest';
import { useShop } from './support/suite.ts';

const suite = useShop();

it('a payment that the server has not heard of is never called unpaid, nor asked for again', async () => {
  const client = await suite.open();
  await client.openShop();
  await suite.shop.faults('telegram', [
    { match: { path: 'webhook', body: 'successful_payment' }, action: 'delay', delay_ms: 60_000 },
  ]);
  await client.choosePlan('Thailand', '7\u00a0days');
  await client.pay();
  await client.sees('Checking the payment');
  await client.closeShop();

  await client.openShop();
  await client.tap('Checking the payment');
  await client.sees('We do not see the payment yet');
  expect(await client.text()).not.toContain('not been charged');
  expect(await client.mainButton(/pay/i).count()).toBe(0);
  for (const path of ['/esims', '/history']) {
    await client.goTo(path);
    await client.sees('Checking the payment');
    expect(await client.text()).not.toMatch(/Waits for payment|not been charged|Continue payment/);
  }
});
