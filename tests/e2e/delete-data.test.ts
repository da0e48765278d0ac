import { describe, expect, it } from 'vitest';
import { newestEsimOf } from './support/bought.ts';
import { useShop } from './support/suite.ts';

const suite = useShop();

describe('data that was deleted on another device', () => {
  it('is deleted on this one as well once it asks', async () => {
    const userId = suite.newUserId();
    const user = await suite.shop.user(userId, 'en');
    const [plan] = await suite.shop.plans('TH');
    if (plan === undefined) throw new Error('nothing is sold for TH');
    const { body } = await user.order(plan);
    await user.pay(body.invoice_url);
    await user.waitFor(body.order.id, 'ready');
    const esim = await newestEsimOf(suite.shop, userId);
    const client = await suite.open({ language: 'en', userId });
    const kept = () => client.inApp<string>('JSON.stringify({ ...localStorage })');
    for (const path of [`/esims/${esim.id}`, '/esims']) {
      await client.openShop(path);
      await expect.poll(kept).toContain(esim.lpa);
      await client.closeShop();
    }

    expect((await user.post('/api/session', { action: 'delete_data' })).status).toBe(200);
    client.expectError(/status of 404/);
    await client.openShop(`/esims/${esim.id}`);
    await client.sees('Nothing here');
    expect(await client.text()).not.toContain('This is what we know so far');
    expect(await kept()).not.toContain(esim.lpa);
    await client.goTo('/esims');
    await client.sees('No eSIMs yet');
    expect(await kept()).not.toContain(esim.id);
  });
});

describe('the button that deletes one’s data', () => {
  it.each([
    ['en', 'Delete my data', 'not installed yet', 'Delete for good', 'Your data is deleted'],
    ['ru', 'Удалить мои данные', 'ещё не установлен', 'Удалить навсегда', 'Ваши данные удалены'],
  ] as const)(
    'says what is lost before it is, and clears this device too, in %s',
    async (language, open, warning, confirm, done) => {
      const userId = suite.newUserId();
      const user = await suite.shop.user(userId, language);
      const [plan] = await suite.shop.plans('TH');
      if (plan === undefined) throw new Error('nothing is sold for TH');
      const { body } = await user.order(plan);
      await user.pay(body.invoice_url);
      await user.waitFor(body.order.id, 'ready');
      const esim = await newestEsimOf(suite.shop, userId);
      const client = await suite.open({ language, userId });
      const kept = () => client.inApp<string>('JSON.stringify({ ...localStorage })');
      await client.openShop(`/esims/${esim.id}`);
      await client.app.locator('.current-esim').waitFor();
      await expect.poll(kept).toContain(esim.lpa);

      await client.goTo('/help');
      await client.tap(open);
      await client.sees(warning);
      await expect
        .poll(() => suite.shop.query(`SELECT id FROM esims WHERE id = $1 AND erased_at IS NULL`, [esim.id]))
        .toHaveLength(1);
      await client.app.getByRole('button', { name: confirm }).click();
      await client.sees(done);
      expect(await kept()).not.toContain(esim.lpa);
      expect((await user.get('/api/esimgo/esim')).body).toEqual({ esims: [] });
    },
  );
});
