import { describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { useShop } from './support/suite.ts';

const LOOKS = 100;
const suite = useShop();

const SEARCHES = {
  ru: {
    // Resorts and capitals, synonyms, the other keyboard layout, slips, codes, a flag, the other language.
    Пхукет: 'Таиланд',
    Бали: 'Индонезия',
    Париж: 'Франция',
    США: 'США',
    ОАЭ: 'ОАЭ',
    Дубай: 'ОАЭ',
    Nfbkfyl: 'Таиланд',
    тайланд: 'Таиланд',
    'турция ': 'Турция',
    вьетнма: 'Вьетнам',
    jp: 'Япония',
    '🇮🇹': 'Италия',
    Thailand: 'Таиланд',
  },
  en: {
    Phuket: 'Thailand',
    Bali: 'Indonesia',
    Paris: 'France',
    USA: 'United States',
    America: 'United States',
    UAE: 'United Arab Emirates',
    ЕГКЛУН: 'Türkiye',
    Tailand: 'Thailand',
    Signapore: 'Singapore',
    jp: 'Japan',
    '🇮🇹': 'Italy',
    Таиланд: 'Thailand',
  },
} as const;
const LABEL = { ru: 'Страна, город или курорт', en: 'Country, city or resort' };
const WORDS = {
  ru: {
    slip: ['тиалнадд', 'Таиланд'],
    nonsense: ['щщщщщщщщ', 'Ничего не нашлось', 'Популярные'],
    unsold: ['Антарктида', 'Антарктида: eSIM для этой страны пока нет.'],
    enter: ['Таbkfyl', 'Таиланд'],
  },
  en: {
    slip: ['thialnadd', 'Thailand'],
    nonsense: ['qqzzxxqq', 'Nothing found', 'Popular'],
    unsold: ['Antarctica', 'Antarctica: no eSIM for this country yet.'],
    enter: ['phuket', 'Thailand'],
  },
} as const;

describe('the search', () => {
  it.each(['ru', 'en'] as const)('finds what people type, also without a network: %s', async (language) => {
    const client = await suite.open({ language });
    await client.openShop();
    const field = client.app.getByLabel(LABEL[language]);
    const rows = client.app.locator('.destinations__groups[role="status"] .list-row__title');
    await field.click();
    await client.app.locator('.alphabet__letter').first().waitFor();
    await client.page.waitForLoadState('networkidle').catch(() => {});
    client.expectError(/ERR_INTERNET_DISCONNECTED/);
    const searches = Object.entries(SEARCHES[language]);
    const found: Record<string, string> = {};
    for (const [index, [query]] of searches.entries()) {
      if (index === 3) await client.context.setOffline(true);
      await field.fill(query);
      // A region of the same name may stand before the country; three rows are in sight above a keyboard.
      const wanted = Object.fromEntries(searches)[query] ?? '';
      const look = async () => {
        const names = await rows.allInnerTexts();
        found[query] = names.slice(0, 3).find((name) => name === wanted) ?? names.join();
        return found[query];
      };
      // The first words are typed while the other names of places may still be on their way.
      await until(look, (name) => name === wanted, LOOKS).catch(() => {});
    }
    expect(found).toEqual(SEARCHES[language]);
  });

  it.each(['ru', 'en'] as const)('has a way on from what is not there: %s', async (language) => {
    const client = await suite.open({ language });
    await client.openShop();
    const field = client.app.getByLabel(LABEL[language]);
    const { slip, nonsense, unsold, enter } = WORDS[language];
    await field.fill(slip[0]);
    await client.sees(slip[1]);
    await field.fill(nonsense[0]);
    for (const text of nonsense.slice(1)) await client.sees(text);
    expect(await client.app.locator('.destinations__groups[role="status"] .list-row').count()).toBeGreaterThan(4);
    await field.fill(unsold[0]);
    await client.sees(unsold[1]);
    await field.fill(enter[0]);
    await client.app.locator('.destinations__groups[role="status"] .list-row__title').first().waitFor();
    await until(
      () => client.app.locator('.destinations__groups[role="status"] .list-row__title').first().innerText(),
      (name) => name === enter[1],
      LOOKS,
    );
    await field.press('Enter');
    await client.app.getByRole('heading', { level: 1, name: enter[1] }).waitFor();
  });
});
