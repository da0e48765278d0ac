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
const NOTHING = { ru: ['щщщщщщщщ', 'Возможно, вы ищете'], en: ['qqzzxxqq', 'Maybe you mean'] } as const;

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

  it.each(['ru', 'en'] as const)('offers the nearest when nothing is found: %s', async (language) => {
    const client = await suite.open({ language });
    await client.openShop();
    const [nonsense, heading] = NOTHING[language];
    await client.app.getByLabel(LABEL[language]).fill(language === 'ru' ? 'тиалнадд' : 'thialnadd');
    await client.sees(language === 'ru' ? 'Таиланд' : 'Thailand');
    await client.app.getByLabel(LABEL[language]).fill(nonsense);
    await client.app.getByText(heading).or(client.app.locator('.notice')).first().waitFor();
  });
});
