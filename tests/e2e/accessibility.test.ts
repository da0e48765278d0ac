import axe from 'axe-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeRichUser, type RichUser } from './support/rich-user.ts';
import { useShop } from './support/suite.ts';
import type { TelegramClient } from './support/telegram-client.ts';

const suite = useShop();
const users: Record<'ru' | 'en', RichUser | undefined> = { ru: undefined, en: undefined };
beforeAll(async () => {
  users.ru = await makeRichUser(suite.shop, suite.newUserId(), 'ru');
  users.en = await makeRichUser(suite.shop, suite.newUserId(), 'en');
});

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

/** What a person with a screen reader or weak sight would stumble over. */
async function violations(
  where: { evaluate: TelegramClient['inApp'] },
  rules: Record<string, { enabled: boolean }> = {},
  part = 'html',
): Promise<string[]> {
  await where.evaluate(axe.source);
  const options = JSON.stringify({ resultTypes: ['violations'], rules });
  const found = await where.evaluate<Violation[]>(
    `axe.run('${part}', ${options}).then(({ violations }) => violations)`,
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
    );
}

const LOOKS = [
  { language: 'ru', theme: 'light', platform: 'ios' },
  { language: 'en', theme: 'dark', platform: 'ios' },
  { language: 'en', theme: 'light', platform: 'android' },
  { language: 'ru', theme: 'dark', platform: 'android' },
] as const;

describe('accessibility', () => {
  it.each(LOOKS)('has no serious violation on any screen: $theme, $platform', async (look) => {
    const user = users[look.language];
    const client = await suite.open({ ...look, userId: user?.id ?? 0, isCalm: true });
    await client.openShop();
    const found: Record<string, string[]> = {};
    for (const [name, path] of Object.entries(user?.screens ?? {})) {
      await client.goTo(path);
      const here = await violations({ evaluate: client.inApp });
      if (here.length > 0) found[name] = here;
    }
    expect(found).toEqual({});
  });

  it.each(LOOKS)('has no serious violation in the sheets of an eSIM: $theme, $platform', async (look) => {
    const user = users[look.language];
    const client = await suite.open({ ...look, userId: user?.id ?? 0, isCalm: true });
    await client.openShop(`/esims/${user?.fresh.id}`);
    for (const row of [/QR/, /Rename|Переименовать/]) {
      await client.app.locator('.list-row').filter({ hasText: row }).click();
      await client.app.getByRole('dialog').waitFor();
      expect(await violations({ evaluate: client.inApp })).toEqual([]);
      await client.page.keyboard.press('Escape');
      await client.app.getByRole('dialog').waitFor({ state: 'detached' });
    }
  });

  const onPage = ({ page }: TelegramClient) => ({
    evaluate: <Result>(script: string) => page.evaluate<Result>(script),
  });

  it.each(LOOKS)('has no serious violation in the tools of the sandbox: $theme, $platform', async (look) => {
    const client = await suite.open({ ...look, userId: users[look.language]?.id ?? 0, isCalm: true });
    await client.page.locator('#standing').waitFor();
    await client.page.locator('#trouble-refuses').click();
    await client.page.locator('#trouble-refuses[aria-pressed="true"]').waitFor();
    await client.page.locator('.calls summary').first().click();
    expect(await violations(onPage(client), {}, '#tools')).toEqual([]);
  });

  it('has no serious violation in the client of the sandbox, but for the colours that are Telegram’s own', async () => {
    const client = await suite.open({ userId: users.en?.id ?? 0, isCalm: true });
    const check = () => violations(onPage(client), { 'color-contrast': { enabled: false } }, '.phone');
    await client.page.locator('.bubble').first().waitFor();
    expect(await check()).toEqual([]);
    await client.openShop();
    await client.page.locator('#app-more').click();
    expect(await check()).toEqual([]);
    await client.page.keyboard.press('Escape');
    await client.choosePlan('Thailand', '7\u00a0days');
    expect(await check()).toEqual([]);
  });
});
