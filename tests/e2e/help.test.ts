import { describe, expect, it } from 'vitest';
import { useShop } from './support/suite.ts';

const suite = useShop();

describe('the help', () => {
  it('leads who came for the language to its choice, and stays there when another is chosen', async () => {
    const client = await suite.open({ language: 'ru', viewport: { width: 320, height: 600 }, isWholeWindow: true });
    await client.openShop('/help?to=language');
    const choice = client.app.getByRole('group', { name: 'Язык' });
    await choice.waitFor();
    await expect.poll(() => client.inApp<string>('document.activeElement.textContent')).toContain('English');
    await expect.poll(() => isInSight(client)).toBe(true);
    await client.tap('English');
    await client.app.getByRole('group', { name: 'Language' }).waitFor();
    await expect.poll(() => isInSight(client)).toBe(true);
  });

  it('finds an answer, and everything again once the search is cleared', async () => {
    const client = await suite.open();
    await client.openShop('/help');
    await client.app.getByRole('searchbox').fill('helicopter');
    await client.sees('Nothing found');
    await client.app.getByRole('button', { name: 'Clear' }).click();
    await client.sees('What is an eSIM?');
    expect(await client.inApp<string>('document.activeElement.value')).toBe('');
    await client.app.getByRole('searchbox').fill('e-mail encrypted');
    await client.tap('Privacy');
    await client.sees('is erased once that is sent');
  });

  it('finds the parts of its own page, and offers a way on where nothing is found', async () => {
    const client = await suite.open({ language: 'ru' });
    await client.openShop('/help');
    const field = client.app.getByRole('searchbox');
    await field.fill('стереть аккаунт');
    await client.tap('Удалить мои данные');
    await client.app.getByRole('dialog').waitFor();
    await client.page.keyboard.press('Escape');
    await field.fill('язык');
    await client.tap('English');
    await client.app.getByRole('searchbox').fill('helicopter');
    await client.sees('Often asked');
    await client.sees('Does my phone support eSIM?');
    await client.app.getByRole('button', { name: 'Write to us' }).first().waitFor();
  });
});

const isInSight = (client: { inApp: <Result>(script: string) => Promise<Result> }) =>
  client.inApp<boolean>(`(() => {
    const { top, bottom } = document.activeElement.getBoundingClientRect();
    return document.activeElement !== document.body && top >= 0 && bottom <= innerHeight;
  })()`);
