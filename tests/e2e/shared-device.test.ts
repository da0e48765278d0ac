import { expect, it } from 'vitest';
import { useShop } from './support/suite.ts';

const suite = useShop();

it('what one user of a device chose is not chosen for the next', async () => {
  const client = await suite.open();
  await client.openShop('/help');
  await client.tap('Русский');
  await client.sees('Помощь');
  await client.closeShop();
  await client.page.getByRole('button', { name: 'Be somebody new' }).click();
  await client.openShop();
  await client.sees('Countries');
  await client.goTo('/esims');
  await client.sees('No eSIMs yet');
  const chosen = await suite.shop.query<{ chosen_language: string }>(
    `SELECT chosen_language FROM users WHERE chosen_language IS NOT NULL`,
    [],
  );
  expect(chosen).toEqual([{ chosen_language: 'ru' }]);
});
